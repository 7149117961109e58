"""Warm-ups, keep-alive, memory and lanes: each setting does what docs/operations.md says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import toy_kokoro
from daemon.conftest import MakeDaemon, ToyFiles
from daemon.conversation import Conversation
from daemon.daemon_process import DaemonProcess, wait_until

from kokorod.models.store import Store

Start = Callable[..., DaemonProcess]


@pytest.fixture
def start(make_daemon: MakeDaemon, toy_files: ToyFiles, tmp_path: Path) -> Start:
    """start(KOKORO_...=...) gives a ready daemon with the toy model."""

    def begin(**settings: str) -> DaemonProcess:
        home = tmp_path / "home"
        Store(home / "models").import_files(toy_files.model, toy_files.voices, "toy")
        return make_daemon(settings, home=home).start().wait_ready()

    return begin


def status(daemon: DaemonProcess) -> dict[str, Any]:
    value = daemon.ask("status")
    assert isinstance(value, dict)
    return value


def lane(daemon: DaemonProcess, name: str) -> dict[str, Any] | None:
    return next((lane for lane in status(daemon)["lanes"] if lane["name"] == name), None)


def cpu_runs(daemon: DaemonProcess) -> int:
    found = lane(daemon, "cpu")
    return int(found["runs"]) if found else 0


def up_for(daemon: DaemonProcess, seconds: float) -> None:
    """What would have happened within `seconds` of the daemon's life has happened."""
    wait_until(lambda: status(daemon)["uptime_s"] > seconds, f"up for {seconds} s")


def settled(daemon: DaemonProcess) -> None:
    """The background work after ready is done."""
    wait_until(
        lambda: status(daemon)["startup"]["optimised_ms"] and not status(daemon)["startup"]["now"],
        "the background work is done",
    )


def speaks(daemon: DaemonProcess) -> dict[str, Any]:
    with Conversation(daemon.socket) as conversation:
        heard = conversation.said(1, "wˈʌn tˈu θɹˈi.", phonemes=True, cache=False)
        assert toy_kokoro.decode(heard).phonemes == "wˈʌn tˈu θɹˈi."
        stats = conversation.end_of(1)["stats"]
        assert isinstance(stats, dict)
        return stats


def test_two_patterns_are_warmed_after_ready_once(start: Start) -> None:
    daemon = start()
    wait_until(lambda: cpu_runs(daemon) == 2, "both patterns ran")
    settled(daemon)
    assert cpu_runs(daemon) == 2


def test_extended_warming_can_be_skipped(start: Start) -> None:
    daemon = start(KOKORO_SKIP_EXTENDED_WARMING="true")
    settled(daemon)
    assert cpu_runs(daemon) == 0
    assert speaks(daemon)["cold_start"] is False


def test_keep_alive_looks_each_interval_and_spares_a_lane_in_use(start: Start) -> None:
    daemon = start(KOKORO_KEEP_ALIVE_INTERVAL_SECONDS="1", KOKORO_SKIP_EXTENDED_WARMING="true")
    wait_until(lambda: status(daemon)["keep_alive"]["skipped"] >= 2, "two intervals passed")
    value = status(daemon)["keep_alive"]
    assert (value["enabled"], value["interval_s"], value["runs"]) == (True, 1.0, 0)


def test_keep_alive_can_be_turned_off(start: Start) -> None:
    daemon = start(KOKORO_KEEP_ALIVE_ENABLED="false", KOKORO_KEEP_ALIVE_INTERVAL_SECONDS="1")
    up_for(daemon, 4)
    value = status(daemon)["keep_alive"]
    assert (value["enabled"], value["runs"], value["skipped"]) == (False, 0, 0)


def test_without_priming_the_session_goes_when_idle_and_comes_back(start: Start) -> None:
    daemon = start(KOKORO_PRIMING_MODE="false", KOKORO_IDLE_UNLOAD_S="1")
    wait_until(lambda: status(daemon)["state"] == "asleep", "the session was let go")
    assert lane(daemon, "cpu") is None
    assert speaks(daemon)["cold_start"] is True
    assert status(daemon)["state"] in ("ready", "asleep")


def test_with_priming_the_session_stays(start: Start) -> None:
    daemon = start(KOKORO_PRIMING_MODE="true", KOKORO_IDLE_UNLOAD_S="1")
    up_for(daemon, 4)
    assert status(daemon)["state"] == "ready"
    assert lane(daemon, "cpu") is not None


def test_memory_over_the_threshold_is_trimmed_at_rest(start: Start) -> None:
    daemon = start(KOKORO_MEMORY_THRESHOLD_MB="1")
    wait_until(lambda: status(daemon)["memory"]["trims"] == 1, "trimmed")
    assert status(daemon)["memory"]["threshold_mb"] == 1
    speaks(daemon)


def test_memory_within_the_threshold_is_left_alone(start: Start) -> None:
    daemon = start(KOKORO_MEMORY_THRESHOLD_MB="100000")
    settled(daemon)
    value = status(daemon)["memory"]
    assert (value["trims"], value["recycles"]) == (0, 0)
    assert value["baseline_mb"] > 0


def test_lanes_are_those_that_were_asked_for_and_a_refusal_says_why(start: Start) -> None:
    daemon = start(KOKORO_LANES="cpu,cpu-2,coreml-ane")
    wait_until(lambda: lane(daemon, "cpu-2"), "the second lane is up")
    refused = lane(daemon, "coreml-ane")
    assert refused is not None
    assert refused["state"] == "refused"
    assert refused["why"]
    assert status(daemon)["sessions"]["created"] == 1
    speaks(daemon)


def test_the_next_start_takes_the_optimised_copy(start: Start, make_daemon: MakeDaemon) -> None:
    first = start()
    settled(first)
    assert status(first)["startup"]["optimised_ms"] > status(first)["startup"]["ready_ms"]
    assert first.stop() == 0
    second = make_daemon({}, home=first.home).start().wait_ready()
    startup = status(second)["startup"]
    assert startup["optimised_ms"] == pytest.approx(startup["ready_ms"], abs=1_000)
    assert startup["not_optimised"] == ""
    speaks(second)


def test_metrics_are_the_numbers_of_the_status(start: Start) -> None:
    daemon = start()
    speaks(daemon)
    text = daemon.ask("metrics")
    assert "kokorod_requests_total 1" in text.splitlines()
    assert 'kokorod_lanes_failures{name="cpu"} 0' in text.splitlines()
