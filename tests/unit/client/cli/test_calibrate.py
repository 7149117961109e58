"""kokoroctl calibrate: what it shows on the way, and what it says of the end."""

from __future__ import annotations

import argparse
import io
import json
from typing import Any, cast

import pytest

from kokoro_client.cli import calibrate
from kokoro_client.cli.calibrate import _Shown, _with_bar, told
from kokoro_client.cli.context import Context
from kokoro_client.cli.exits import CommandError

DONE = {
    "voice": "af_heart",
    "state": "done",
    "rows": 156,
    "before_db": 1.921,
    "after_db": 1.204,
    "worst_db": 2.0,
    "taken": True,
}


class Daemon:
    """Answers in turn, and notes what it was asked."""

    def __init__(self, *answers: dict[str, Any] | type[BaseException]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def demand(self, request: dict[str, Any]) -> dict[str, Any]:
        assert request["type"] == "calibrate"
        self.asked.append(f"{request['step']} {request['voice']}".strip())
        answer = self._answers.pop(0)
        if isinstance(answer, type):
            raise answer
        return answer


def running(done: int) -> dict[str, Any]:
    return {"voice": "af_heart", "state": "running", "done": done, "total": 168}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrate, "_LOOK_S", 0.0)


def run(daemon: Daemon, *, as_json: bool = False) -> int:
    args = argparse.Namespace(voice="", json=as_json)
    return calibrate.run(args, cast(Context, daemon))


def test_it_asks_until_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    waiting = {"voice": "af_heart", "state": "waiting"}
    daemon = Daemon(waiting, running(3), running(90), DONE)
    assert run(daemon) == 0
    assert daemon.asked == ["start", "look af_heart", "look af_heart", "look af_heart"]
    shown = capsys.readouterr()
    assert shown.out == (
        "af_heart is learned from 156 phrases: 1.20 dB from the exact sound, before 1.92 dB; "
        "it streams so from now on\n"
    )
    assert shown.err == "af_heart: waiting until the daemon is idle\n"


def test_json_is_what_the_daemon_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Daemon(DONE), as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == DONE


def test_what_failed_is_said() -> None:
    failed = {"voice": "af_heart", "state": "failed", "why": "no space"}
    with pytest.raises(CommandError, match="af_heart was not learned: no space"):
        run(Daemon(running(3), failed))
    with pytest.raises(CommandError, match="begun anew"):
        run(Daemon(running(3), {"voice": "af_heart", "state": "none"}))


def test_ctrl_c_stops_it(capsys: pytest.CaptureFixture[str]) -> None:
    daemon = Daemon(running(3), KeyboardInterrupt, {})
    with pytest.raises(KeyboardInterrupt):
        run(daemon)
    assert daemon.asked[-1] == "stop af_heart"
    assert "goes on where it stopped" in capsys.readouterr().err


def test_the_sentence_says_whether_it_is_used() -> None:
    kept = told({**DONE, "taken": False, "after_db": 2.0})
    assert kept == (
        "af_heart keeps what it has, 1.92 dB from the exact sound; "
        "learned: 2.00 dB from the exact sound"
    )
    assert "sentence by sentence" in told({**DONE, "taken": False, "before_db": None})
    assert ", before" not in told({**DONE, "before_db": None})
    assert "? from" in told({})  # of another release


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_there_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    terminal = _Terminal()
    shown = _Shown(terminal)
    for done in (0, 42, 84):
        shown.show("af_heart", running(done))
    shown.show("af_heart", {**running(84), "state": "held"})
    shown.close()
    *_, half, held = terminal.getvalue().rstrip("\n").split("\r\033[K")
    assert half.startswith("[=")
    assert "af_heart: 84 of 168 phrases, 0:0" in half
    assert half.endswith(" left")
    assert "waiting for what is being spoken" in held
    assert all(len(line) < 70 for line in (half, held))


def test_a_narrow_terminal_has_only_the_numbers() -> None:
    assert _with_bar("3 of 168 phrases", 3, 168, 20) == "3 of 168 phrases"
    assert _with_bar("3 of 4", 3, 4, 17) == "[======  ] 3 of 4"
