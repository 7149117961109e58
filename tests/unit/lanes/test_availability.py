"""What can speak, and what the name of a voice means."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kokoro_client.wire.errors import WireError
from kokorod.config import Config
from kokorod.lanes.availability import Availability
from kokorod.types import Engine, VoiceInfo

CONFIG = Config(home=Path("/home"), socket=Path("/socket"))


def kokoro(*names: str) -> Availability:
    voices = [VoiceInfo(name, "en-us", "", Engine.KOKORO) for name in names]
    return Availability(Engine.KOKORO, [*voices, VoiceInfo("built-in", "", "", Engine.BUILT_IN)])


def test_the_usual_voice_speaks_where_it_is() -> None:
    available = kokoro("af_bella", "af_heart")
    assert available.default_voice(CONFIG) == "af_heart"
    assert available.instead_of_default(CONFIG) == ""


def test_another_speaks_if_these_voices_lack_the_usual_one() -> None:
    available = kokoro("xx_other")
    assert available.default_voice(CONFIG) == "xx_other"
    assert available.resolve(available.default_voice(CONFIG), CONFIG) == "xx_other"


def test_a_voice_that_somebody_set_is_no_default() -> None:
    available, config = kokoro("xx_other"), replace(CONFIG, voice="af_typo")
    assert available.instead_of_default(config) == ""
    with pytest.raises(WireError, match="no voice 'af_typo'"):
        available.resolve(available.default_voice(config), config)


def test_without_kokoro_there_is_nothing_instead() -> None:
    available = Availability(Engine.BUILT_IN, [VoiceInfo("built-in", "", "", Engine.BUILT_IN)])
    assert available.instead_of_default(CONFIG) == ""
    assert Availability().instead_of_default(CONFIG) == ""
