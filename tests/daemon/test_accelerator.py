"""An accelerator's life in a real daemon: tried in a child, used for what is long, never heard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import toy
from support.daemon.conversation import Conversation
from support.daemon.homes import toy_home
from support.daemon.making import MakeDaemon
from support.daemon.process import DaemonProcess, wait_until
from support.fakes.coreml import CoreML

SHORT = "ðə kwˈɪk bɹˈWn fˈɑks."
LONG = " ".join(["ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˈOvəɹ ðə lˈAzi dˈɔɡ."] * 24)

Start = Callable[..., DaemonProcess]


@pytest.fixture
def coreml(tmp_path: Path) -> CoreML:
    return CoreML(tmp_path / "coreml", toy.build(tmp_path / "fast.onnx"))


@pytest.fixture
def start(make_daemon: MakeDaemon, coreml: CoreML, tmp_path: Path) -> Start:
    """start() gives a ready daemon on a machine with CoreML, whose CPU is the slower one."""
    home = toy_home(tmp_path, cost=12)

    def begin(before: str = "") -> DaemonProcess:
        return make_daemon(coreml.settings, home=home).start_after(before).wait_ready()

    return begin


def gpu(daemon: DaemonProcess) -> dict[str, Any]:
    lanes = daemon.ask("status")["lanes"]
    return next((lane for lane in lanes if lane["name"] == "coreml-gpu"), {"state": ""})


def up(daemon: DaemonProcess) -> dict[str, Any]:
    return wait_until(lambda: (at := gpu(daemon))["state"] == "idle" and at, f"up: {daemon.log}")  # type: ignore[no-any-return]


def says(daemon: DaemonProcess, phonemes: str) -> str:
    """Speaks it, hears every token once, and tells which lanes did it."""
    with Conversation(daemon.socket) as conversation:
        pcm = conversation.said(1, phonemes, phonemes=True, cache=False)
        heard = toy.decode(pcm)
        assert heard.phonemes.replace(" ", "") == phonemes.replace(" ", "")
        assert heard.mistakes(heard.tokens) == []
        assert toy.clicks(pcm) == []
        return str(conversation.end_of(1)["stats"]["lanes"])


def test_it_is_tried_after_ready_then_takes_what_is_long(start: Start) -> None:
    daemon = start()
    assert "lane=coreml-gpu" not in daemon.log.partition(" ready ")[0]
    lane = up(daemon)
    assert (lane["provider"], lane["why"], lane["failures"]) == ("coreml-gpu", "", 0)
    assert daemon.ask("status")["sessions"]["created"] == 2
    assert "cpu" in says(daemon, SHORT)
    assert "coreml-gpu" in says(daemon, LONG)
    # Its cost is measured like every lane's.
    assert gpu(daemon)["rtf"] > 0


def test_the_verdict_is_kept_for_the_next_start(start: Start) -> None:
    daemon = start()
    up(daemon)
    assert daemon.stop() == 0
    # A second test would never end.
    again = start("import kokorod.engine.accelerators.selftest as s\ns.start_selftest = None")
    up(again)


def test_a_lane_that_fails_is_benched_and_nobody_hears_it(start: Start, coreml: CoreML) -> None:
    daemon = start()
    up(daemon)
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, LONG, phonemes=True, cache=False)
        conversation.first_audio(1)
        coreml.fail()
        assert conversation.end_of(1)["type"] == "done"
        heard = toy.decode(conversation.pcm(1))
        assert heard.phonemes.replace(" ", "") == LONG.replace(" ", "")
        assert heard.mistakes(heard.tokens) == []
    assert "cpu" in says(daemon, LONG)
    lane = gpu(daemon)
    assert lane["state"] == "benched"
    assert "CoreML lost its model" in lane["why"]
    assert lane["failures"] >= 2
    assert any("coreml-gpu failed" in line for line in daemon.ask("status")["attention"])
    assert daemon.ask("status")["requests"]["failed"] == 0


def test_one_that_passed_and_does_not_open_is_refused_with_the_reason(
    start: Start, coreml: CoreML
) -> None:
    first = start()
    up(first)
    assert first.stop() == 0
    coreml.open_no_more()
    second = start()
    wait_until(lambda: gpu(second)["state"] == "refused", "refused")
    assert "cannot compile this today" in gpu(second)["why"]
    assert "cpu" in says(second, LONG)


def test_one_that_ends_the_daemon_again_and_again_is_not_opened(start: Start) -> None:
    """A crash in native code: no supervisor's restart is to meet it for ever."""
    daemon = start()
    up(daemon)
    assert daemon.stop() == 0  # an end as it should be counts for nothing
    for _ in range(3):
        daemon = start()
        up(daemon)
        assert daemon.process is not None
        daemon.process.kill()
        daemon.process.wait()
    wary = start()
    wait_until(lambda: gpu(wary)["state"] == "refused", "refused")
    assert "3 daemons in a row" in gpu(wary)["why"]
    assert "self-tests.json" in gpu(wary)["why"]
    assert "cpu" in says(wary, LONG)
    assert wary.stop() == 0
    # Nor is it by the next one, until somebody says so.
    again = start()
    wait_until(lambda: gpu(again)["state"] == "refused", "still refused")
    assert "3 daemons in a row" in gpu(again)["why"]
    assert again.stop() == 0
    (again.home / "cache" / "self-tests.json").unlink()
    up(start())


def test_its_session_is_recycled_too(start: Start) -> None:
    """What CoreML leaks goes with its session, as all that is over the threshold."""
    often = (
        "import kokorod.maintenance.runner as u, kokorod.maintenance.memory as m\n"
        "u.SAMPLE_S, m._TRIM_EVERY_S, m._HARD = 1.0, 1.0, 1e9\n"
        "u.threshold_mb = lambda config: 1.0 if Path(FLAG).exists() else 1e9\n"
    )
    daemon = start()
    up(daemon)
    assert daemon.stop() == 0
    marker = daemon.home / "small"
    again = start(f"from pathlib import Path\nFLAG = {str(marker)!r}\n{often}")
    up(again)
    marker.touch()
    wait_until(lambda: again.ask("status")["memory"]["recycles"] == 1, "recycled")
    marker.unlink()
    wait_until(lambda: again.ask("status")["sessions"]["created"] == 4, "both sessions anew")
    up(again)
    assert "coreml-gpu" in says(again, LONG)
