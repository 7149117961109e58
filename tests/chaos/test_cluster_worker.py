"""A worker with a model that was shipped, without the cluster: it sounds as the daemon here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.daemon.homes import speaking, toy_home
from support.daemon.process import PATIENCE_S, DaemonProcess

from kokoro_client import Client
from kokoro_doors.book.render.plan import Manner
from kokoro_doors.book.render.speaking import manner_of
from kokoro_doors.book.wide.worker import Worker
from kokoro_doors.cluster.kit import Kit, kit_of

TEXT = "The boat came back. Zorgon waited on the shore, and it sank."


class Here:
    """The files of a kit that need not travel."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.read = 0

    def pieces(self, number: int) -> Iterator[bytes]:
        self.read += 1
        return self.kit.files[number].pieces()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """With settings and a lexicon that are heard."""
    home = toy_home(tmp_path_factory.mktemp("still"), noise=0.0)
    (home / "lexicon.toml").write_text('[en]\nZorgon = "ˈɑn"\n')
    settings = {"KOKORO_STREAMING": "false", "KOKORO_SENTENCE_PAUSE_MS": "400"}
    with speaking(home, settings) as process:
        yield process


@pytest.fixture(scope="module")
def kit(daemon: DaemonProcess) -> Kit:
    with Client(daemon.socket, start=False) as client:
        return kit_of(client, daemon.environ)


@pytest.fixture(scope="module")
def manner(daemon: DaemonProcess) -> Manner:
    with Client(daemon.socket, start=False) as client:
        return manner_of(client, "", 1.0, "")[0]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "kokorod" / "nodes"


def test_a_worker_sounds_as_the_daemon_here(
    daemon: DaemonProcess, kit: Kit, manner: Manner, cache: Path
) -> None:
    with Client(daemon.socket, start=False) as client:
        pcm = b"".join(client.speak(TEXT, ttfa_ms=60_000, cache=False))
    here = Here(kit)
    worker = Worker("here", kit, here, threads=1)
    try:
        assert worker.begin(manner, "plain").failure == ""
        assert here.read == 2
        assert worker.speak(TEXT).pcm == pcm
        assert worker._daemon is not None
        pid = worker._daemon.client.status()["pid"]
        os.kill(pid, signal.SIGKILL)
        again = worker.speak(TEXT)
        assert (again.failure, again.pcm) == ("", pcm)
        # Another of the node has the files already, and one of another book is told so.
        other = Worker("here", kit, here, threads=1)
        assert "and not other" in other.begin(replace(manner, model="other"), "plain").failure
        assert here.read == 2
    finally:
        worker.close()
    assert [path.name for path in cache.iterdir() if path.is_dir()] == [kit.digest]


#: Fewer phrases, which a toy needs no more of.
_SOON = """
from kokorod.engine.norms import phrases
phrases.MOST = 20
"""


@pytest.fixture
def learning(tmp_path: Path) -> Iterator[DaemonProcess]:
    """Of a model whose voices nothing predicts."""
    home = toy_home(tmp_path, noise=0.0, constant_norms=False, copied=True)
    process = DaemonProcess(home)
    try:
        yield process.start_after(_SOON).wait_ready()
    finally:
        process.clean_up()


def test_a_voice_that_was_learned_here_streams_there(learning: DaemonProcess, cache: Path) -> None:
    daemon = learning
    learn = subprocess.run(
        ["kokoroctl", "calibrate", "am_adam", "--json"],
        env=daemon.environ,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    assert json.loads(learn.stdout)["taken"], learn.stderr
    with Client(daemon.socket, start=False) as client:
        kit = kit_of(client, daemon.environ)
        manner, _ = manner_of(client, "am_adam", 1.0, "")
        speech = client.speak(TEXT, voice="am_adam", ttfa_ms=60_000, cache=False)
        pcm = np.frombuffer(b"".join(speech), "<i2")
    assert len(kit.files) == 3
    worker = Worker("here", kit, Here(kit), threads=1)
    try:
        assert worker.begin(manner, "plain").failure == ""
        said = np.frombuffer(worker.speak(TEXT).pcm, "<i2")
        assert worker._daemon is not None
        ways = {at["name"]: at["way"] for at in worker._daemon.client.status()["lanes"]}
        assert ways["cpu"] == "chunks"
    finally:
        worker.close()
    assert len(said) == len(pcm)
    assert np.abs(said.astype(int) - pcm).max() <= 1


def test_a_kit_stands_for_all_that_is_heard(kit: Kit) -> None:
    assert dict(kit.settings) == {
        "KOKORO_STREAMING": "False",
        "KOKORO_SENTENCE_PAUSE_MS": "400",
    }
    others = [
        replace(kit, lexicon=""),
        replace(kit, settings=()),
        replace(kit, model="other"),
        replace(kit, files=kit.files[:1]),
        replace(kit, version="0"),
    ]
    assert len({kit.digest, *(other.digest for other in others)}) == 6
    moved = replace(kit, files=tuple(replace(file, path="elsewhere") for file in kit.files))
    assert moved.digest == kit.digest
