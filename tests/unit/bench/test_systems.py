"""The systems of `make bench-speaker`: taken in turns, and what is said if one cannot be had."""

from __future__ import annotations

import sys

import pytest

from bench.sink import room
from bench.sink.room import CommandFailedError, Started, in_turns
from bench.systems import stackvox
from bench.systems.stackvox import NoStackvoxError

PATIENCE_S = 60.0


def test_systems_take_turns_and_each_measures_every_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "REST_S", 0.0)
    order: list[str] = []

    def system(name: str, seconds: float) -> room.Measured:
        def measure(text: str) -> float:
            order.append(name + text)
            return seconds

        return name, measure

    taken = in_turns([system("a", 1.0), system("b", 2.0), system("c", 3.0)], "12")
    assert order == ["a1", "b1", "c1", "c2", "b2", "a2"]
    assert taken == {"a": [1.0, 1.0], "b": [2.0, 2.0], "c": [3.0, 3.0]}


def test_a_command_line_that_fails_says_what_it_said() -> None:
    failing = [sys.executable, "-c", "import sys; sys.exit('no such voice')"]
    with pytest.raises(CommandFailedError, match=r"ended with 1: no such voice"):
        Started.run(failing, {}).wait(PATIENCE_S)
    assert Started.run([sys.executable, "-c", "print('heard')"], {}).wait(PATIENCE_S) == "heard\n"


def test_a_command_line_that_hangs_is_ended() -> None:
    stuck = Started.run([sys.executable, "-c", "import signal; signal.pause()"], {})
    with pytest.raises(CommandFailedError, match="did not end"):
        stuck.wait(0.2)
    assert stuck.process.poll() is not None


def test_a_stackvox_that_cannot_be_installed_is_told_with_pips_words() -> None:
    with pytest.raises(NoStackvoxError, match="no matching distribution"):
        stackvox._run([sys.executable, "-c", "import sys; sys.exit('no matching distribution')"])
