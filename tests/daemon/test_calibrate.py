"""A voice that nothing predicts is learned by a running daemon, asked or idle, and streams."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support import toy
from support.daemon.conversation import Conversation
from support.daemon.homes import speaking, toy_home
from support.daemon.making import MakeDaemon
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until

TEXT = "wˈʌn tˈu θɹˈi fˈoːɹ. fˈaɪv, sˈɪks sˈɛvən?"

_SOON = """
from kokorod.engine.norms import phrases
from kokorod.lanes import calibrating
phrases.MOST = 20
calibrating.IDLE_S = 0.1
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """One whose model's copy is there, and whose voices nothing predicts."""
    made = toy_home(tmp_path, noise=0, constant_norms=False)
    with speaking(made) as daemon:
        wait_until(lambda: daemon.ask("status")["startup"]["optimised_ms"], "the copy is there")
    return made


def way_of(daemon: DaemonProcess, number: int = 1, **fields: Any) -> str:
    """How the daemon speaks, heard whole."""
    with Conversation(daemon.socket) as conversation:
        heard = toy.decode(conversation.said(number, TEXT, phonemes=True, cache=False, **fields))
    (space,) = toy.tokens_of(" ")
    wanted = [token for token in toy.tokens_of(TEXT) if token != space]
    assert [token for token in heard.tokens if token != space] == wanted
    lanes = daemon.ask("status")["lanes"]
    return str(next(lane["way"] for lane in lanes if lane["name"] == "cpu"))


def calibrate(daemon: DaemonProcess, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["kokoroctl", "calibrate", *arguments],
        env=daemon.environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def test_a_voice_is_learned_when_idle_or_asked_and_it_can_be_rolled_back(
    make_daemon: MakeDaemon, home: Path
) -> None:
    daemon = make_daemon(home=home).start_after(_SOON).wait_ready()
    for number in range(3):
        assert way_of(daemon, number) == "whole"

    def learned() -> list[Any]:
        return [found["name"] for found in daemon.ask("status")["calibration"]["learned"]]

    wait_until(learned, f"the voice is learned: {daemon.log}")
    assert way_of(daemon) == "chunks"
    ended = calibrate(daemon, "am_adam", "--json")
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert (found["voice"], found["taken"], found["before_db"]) == ("am_adam", True, None)
    assert found["after_db"] < 0.5
    assert way_of(daemon, voice="am_adam") == "chunks"
    assert learned() == ["af_heart", "am_adam"]
    assert "kokorod_calibration_learned_rows" in daemon.ask("metrics")
    refused = calibrate(daemon, "built-in")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "it has no norms" in refused.stderr
    daemon.stop()
    with speaking(home, {"KOKORO_CALIBRATE": "false"}) as other:
        assert way_of(other) == "whole"
        assert "KOKORO_CALIBRATE is false" in calibrate(other).stderr
