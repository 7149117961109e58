"""What `make bench` asks as a screen reader does: keys that are kept, texts that nobody knows."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from bench import screen_reader
from bench.metrics import speechd
from kokorod.commands.bench.texts import Texts
from kokorod.errors import EngineError


def stage(trials: int = 7) -> Any:
    return SimpleNamespace(
        effort=SimpleNamespace(trials=trials),
        random=random.Random(1),
        texts=Texts(1),
        note=lambda text: None,
    )


@pytest.mark.parametrize(("trials", "count"), [(1, 5), (7, 36)])
def test_each_key_is_said_once_before_any_is_measured(trials: int, count: int) -> None:
    pressed: list[str] = []
    keys = screen_reader.kept_keys(stage(trials), lambda: len(pressed), pressed.append, 200)
    assert len(pressed) == len(set(pressed)) == count
    assert len(keys) == 200
    assert set(keys) == set(pressed)


def test_keys_that_are_not_kept_are_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen_reader, "_KEPT_S", 0.0)
    with pytest.raises(EngineError, match="of 36 keys that were said 3 sounds are kept"):
        screen_reader.kept_keys(stage(), lambda: 3, lambda key: None, 10)


def test_a_key_has_a_bound_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen_reader, "_KEY_S", -1.0)
    with pytest.raises(EngineError, match="a key took"):
        screen_reader.kept_keys(stage(), lambda: 99, lambda key: None, 10)


def test_the_module_and_the_daemon_speak_different_words() -> None:
    spoken: list[str] = []

    def speak(text: str) -> Any:
        spoken.append(text)
        return SimpleNamespace(first_sound_s=0.3)

    def to_sound(command: str, text: str) -> float:
        spoken.append(text)
        return 0.31

    kokorod: Any = SimpleNamespace(speak=speak, wait_idle=lambda: None)
    module: Any = SimpleNamespace(seconds_to_sound=to_sound)
    metric = speechd._beyond(stage(), kokorod, module)
    assert metric.value == pytest.approx(10.0)
    assert len(spoken) == len(set(spoken)) == 56
    assert {len(text) for text in spoken} == {12}
