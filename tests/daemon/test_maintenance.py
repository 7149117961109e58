"""Warm-ups, keep-alive, memory and lanes: each setting does what docs/operations.md says."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import toy
from support.daemon.conversation import Conversation
from support.daemon.copies import with_copy
from support.daemon.homes import toy_home
from support.daemon.making import MakeDaemon, ToyFiles
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until

from kokorod.engine.optimised.build import build
from kokorod.engine.optimised.copies import Copies
from kokorod.models.store import Store

Start = Callable[..., DaemonProcess]


@pytest.fixture
def start(make_daemon: MakeDaemon, toy_files: ToyFiles, tmp_path: Path) -> Start:
    """start(KOKORO_...=...) gives a ready daemon with the toy model; before: Python to run."""

    def begin(before: str = "", **settings: str) -> DaemonProcess:
        home = tmp_path / "home"
        if not home.exists():
            Store(home / "models").import_files(toy_files.model, toy_files.voices, "toy")
        return make_daemon(settings, home=home).start_after(before).wait_ready()

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
        lambda: (at := status(daemon)["startup"])["optimised_ms"] and not at["phase"],
        "the background work is done",
    )


def speaks(daemon: DaemonProcess) -> dict[str, Any]:
    with Conversation(daemon.socket) as conversation:
        heard = conversation.said(1, "wˈʌn tˈu θɹˈi.", phonemes=True, cache=False)
        assert toy.decode(heard).phonemes == "wˈʌn tˈu θɹˈi."
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
    # On any machine a session is made in more time than that.
    daemon = start(
        "from kokorod.schedule.scheduler import Scheduler\n"
        "Scheduler.predicted_s = lambda *run: 1e-4",
        KOKORO_PRIMING_MODE="false",
        KOKORO_IDLE_UNLOAD_S="1",
    )
    wait_until(lambda: status(daemon)["state"] == "asleep", "the session was let go")
    assert lane(daemon, "cpu") is None
    assert status(daemon)["cold_starts"] == {"count": 0, "extra_ms": 0}
    assert speaks(daemon)["cold_start"] is True
    assert status(daemon)["state"] in ("ready", "asleep")
    assert status(daemon)["cold_starts"]["count"] == 1
    assert status(daemon)["cold_starts"]["extra_ms"] > 0


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


#: A request keeps a lane warm for two minutes: here for no time.
_NOTHING_IS_RECENT = "import kokorod.maintenance.warmup as w\nw.RECENT_S = 0.0\n"

#: Memory is looked at every second, and the next step comes with the next look.
_MEMORY_AT_ONCE = (
    "import kokorod.maintenance.runner as u, kokorod.maintenance.memory as m\n"
    "u.SAMPLE_S, m._TRIM_EVERY_S = 1.0, 0.5\n"
)


def test_keep_alive_runs_and_touches_the_weights(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    home = toy_home(tmp_path, copied=True)
    daemon = make_daemon({"KOKORO_KEEP_ALIVE_INTERVAL_SECONDS": "1"}, home=home)
    daemon.start_after(_NOTHING_IS_RECENT).wait_ready()
    wait_until(lambda: status(daemon)["keep_alive"]["runs"] >= 2, "two keep-alives")
    wait_until(lambda: status(daemon)["priming"]["touches"] >= 2, "weights touched")
    value = status(daemon)
    assert value["keep_alive"]["last_ms"] > 0
    assert value["priming"]["mapped_mb"] > 0
    assert (value["priming"]["locked_mb"], value["priming"]["why"]) == (0, "")
    speaks(daemon)


def test_a_request_ends_a_keep_alive(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    """A run of some seconds: the request has the lane long before it would be done."""
    settings = {
        "KOKORO_KEEP_ALIVE_INTERVAL_SECONDS": "1",
        "KOKORO_SKIP_EXTENDED_WARMING": "true",
        "KOKORO_LANES": "cpu",
    }
    daemon = make_daemon(settings, home=toy_home(tmp_path, cost=2_000))
    long = f"{_NOTHING_IS_RECENT}w.LENGTHS = {{**w.LENGTHS, w.Pattern.KEEP_ALIVE: 150}}\n"
    daemon.start_after(
        f"{long}import kokorod.maintenance.runner as u\nu.LENGTHS = w.LENGTHS\n"
    ).wait_ready()
    wait_until(lambda: (at := lane(daemon, "cpu")) and at["state"] == "busy", "a keep-alive")
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, "tˈu.", phonemes=True)
        wait_until(lambda: status(daemon)["keep_alive"]["terminated"] == 1, "it was ended")
        assert conversation.end_of(1)["type"] == "done"
    assert status(daemon)["requests"]["terminated_runs"] == 1
    assert status(daemon)["keep_alive"]["runs"] == 0


def test_waking_from_sleep_warms_the_lane(start: Start, tmp_path: Path) -> None:
    """The wall clock jumps ahead of the other one, as it does while a machine sleeps; or back."""
    off_by = tmp_path / "off-by"
    off_by.write_text("0")
    daemon = start(
        "import time, kokorod.maintenance.runner as u\nfrom pathlib import Path\n"
        f"jump = lambda: time.time() + float(Path({str(off_by)!r}).read_text() or 0)\n"
        "u.Maintenance.__init__.__kwdefaults__.update(wall_clock=jump)\n",
        KOKORO_SKIP_EXTENDED_WARMING="true",
        KOKORO_KEEP_ALIVE_INTERVAL_SECONDS="1",
    )
    settled(daemon)
    assert cpu_runs(daemon) == 0
    off_by.write_text("86400")
    wait_until(lambda: cpu_runs(daemon) == 1, "the lane is warm again")
    assert "woke" in daemon.log
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, "wˈʌn tˈu θɹˈi.", phonemes=True, final=False)
        off_by.write_text("-86400")
        up_for(daemon, status(daemon)["uptime_s"] + 2.0)  # it has looked at its clocks
        conversation.send("append", 1, text="", final=True)
        assert conversation.end_of(1)["type"] == "done"
        assert toy.decode(conversation.pcm(1)).phonemes == "wˈʌn tˈu θɹˈi."
    assert cpu_runs(daemon) == 2  # the request's own
    assert daemon.log.count("woke") == 1


#: Each timer that is set is a line of the log; memory is looked at every second.
_TIMERS_TOLD = (
    "import sys, kokorod.net.loop as l, kokorod.maintenance.runner as u\n"
    "u.SAMPLE_S = 1.0\n"
    "def after(self, seconds, call, real=l.Loop.after):\n"
    "    print('timer', seconds, file=sys.stderr, flush=True)\n"
    "    return real(self, seconds, call)\n"
    "l.Loop.after = after\n"
)


def test_while_idle_nothing_wakes_more_often_than_once_a_second(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    home = toy_home(tmp_path, copied=True)
    daemon = make_daemon({"KOKORO_LANES": "cpu,cpu-2,cpu-3"}, home=home)
    daemon.start_after(_TIMERS_TOLD).wait_ready()
    settled(daemon)
    names = ("cpu", "cpu-2", "cpu-3")
    wait_until(lambda: all(_warm(lane(daemon, name)) for name in names), "all is warm")
    # From here on nobody asks it anything. What a busy machine still has to end, ends.
    wait_until(lambda: _moved_in_three_looks(daemon) == set(), "rest in every thread")
    seconds = [float(line.split()[1]) for line in daemon.log.splitlines() if "timer" in line]
    assert min(seconds[-3:]) >= 1.0


def _moved_in_three_looks(daemon: DaemonProcess) -> set[str]:
    """Which threads beside the loop's were woken between three looks of maintenance."""
    before, told = _wake_ups(daemon), daemon.log.count("timer")
    wait_until(lambda: daemon.log.count("timer") >= told + 3, "three looks")
    after = _wake_ups(daemon)
    return {thread for thread in after if after[thread] != before.get(thread)}


def _warm(found: dict[str, Any] | None) -> bool:
    """Its two patterns have run, and nothing runs now."""
    return found is not None and found["runs"] >= 2 and found["state"] == "idle"


def _wake_ups(daemon: DaemonProcess) -> dict[str, int]:
    """How often each thread but the loop's was woken; nothing if the system does not tell."""
    assert daemon.process is not None
    found = {}
    for task in Path(f"/proc/{daemon.process.pid}/task").glob("*/status"):
        if task.parent.name != str(daemon.process.pid):
            words = task.read_text().split()
            found[task.parent.name] = int(words[words.index("voluntary_ctxt_switches:") + 1])
    return found


def test_the_weights_are_mapped_with_priming_and_not_without(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    home = toy_home(tmp_path)
    daemon = make_daemon(home=home).start().wait_ready()
    assert "restart once the copy is there" in status(daemon)["priming"]["why"]
    assert daemon.stop() == 0
    with_copy(home)
    daemon = make_daemon(home=home).start().wait_ready()
    wait_until(lambda: status(daemon)["priming"]["mapped_mb"] > 0, "mapped")
    (home / "config.toml").write_text("priming_mode = false\n")
    assert daemon.ask("reload")["reloaded"] is True
    wait_until(lambda: status(daemon)["priming"]["mapped_mb"] == 0, "unmapped")
    assert status(daemon)["priming"]["enabled"] is False
    assert status(daemon)["priming"]["why"] == ""


def test_weights_are_locked_where_that_is_asked_for(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    home = toy_home(tmp_path, copied=True)
    (home / "config.toml").write_text("mlock_weights = true\n")
    daemon = make_daemon(home=home).start().wait_ready()
    value = wait_until(lambda: (at := status(daemon)["priming"])["locked_mb"] and at, "locked")
    assert value["locked_mb"] == value["mapped_mb"]
    assert value["why"] == ""
    (home / "config.toml").write_text("mlock_weights = false\n")
    assert daemon.ask("reload")["reloaded"] is True
    wait_until(lambda: status(daemon)["priming"]["locked_mb"] == 0, "unlocked")
    assert status(daemon)["priming"]["mapped_mb"] > 0
    # What RLIMIT_MEMLOCK refuses is told, and speech goes on.
    assert daemon.stop() == 0
    refusing = (
        "import kokorod.maintenance.weights as w\n"
        "w.Weights.lock = lambda self: '5.0 MB cannot be locked'\n"
    )
    daemon = make_daemon({"KOKORO_MLOCK_WEIGHTS": "true"}, home=home)
    daemon.start_after(refusing).wait_ready()
    wait_until(lambda: status(daemon)["priming"]["why"], "the reason")
    assert "5.0 MB cannot be locked" in status(daemon)["attention"]
    assert status(daemon)["priming"]["mapped_mb"] > 0
    speaks(daemon)


def test_priming_that_is_turned_on_brings_the_session_back(start: Start, tmp_path: Path) -> None:
    daemon = start()
    file = daemon.home / "config.toml"
    file.write_text("priming_mode = false\nidle_unload_s = 1\n")
    assert daemon.ask("reload")["reloaded"] is True
    wait_until(lambda: status(daemon)["state"] == "asleep", "the session was let go")
    file.write_text("priming_mode = true\nidle_unload_s = 1\n")
    assert daemon.ask("reload")["reloaded"] is True
    wait_until(lambda: status(daemon)["state"] == "ready", "the session is back")
    assert speaks(daemon)["cold_start"] is False
    up_for(daemon, status(daemon)["uptime_s"] + 2)
    assert status(daemon)["state"] == "ready"


def test_over_the_threshold_the_session_is_made_anew_and_every_lane_has_the_new_one(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    home = toy_home(tmp_path)
    marker = home / "small"
    with_copy(home)
    before = (
        f"{_MEMORY_AT_ONCE}m._HARD = 1e9\nfrom pathlib import Path\n"
        f"u.threshold_mb = lambda config: 1.0 if Path({str(marker)!r}).exists() else 1e9\n"
    )
    daemon = make_daemon({"KOKORO_LANES": "cpu,cpu-2"}, home=home).start_after(before).wait_ready()
    wait_until(lambda: lane(daemon, "cpu-2") and cpu_runs(daemon) > 1, "both lanes")
    assert status(daemon)["sessions"]["created"] == 1
    hits = status(daemon)["sessions"]["hits"]
    assert hits == 2  # cpu-express and cpu-2
    mapped = _mappings(daemon)
    cost = (lane(daemon, "cpu") or {})["cost"]
    marker.touch()
    wait_until(lambda: status(daemon)["memory"]["recycles"] == 1, "recycled")
    marker.unlink()
    wait_until(lambda: status(daemon)["sessions"]["created"] == 2, "a new session")
    wait_until(lambda: status(daemon)["sessions"]["hits"] == 2 * hits, "both lanes again")
    # What is known of its speed stays: a made-up cost would cut sentences to pieces.
    assert (lane(daemon, "cpu") or {})["cost"]["b"] == pytest.approx(cost["b"], rel=0.9)
    # The old session is gone, with all who had it.
    wait_until(lambda: _mappings(daemon) == mapped, "the old mapping is gone")
    speaks(daemon)


def _mappings(daemon: DaemonProcess) -> int:
    """How often the weights are mapped; 0 if the system does not tell."""
    assert daemon.process is not None
    maps = Path(f"/proc/{daemon.process.pid}/maps")
    return maps.read_text().count("/weights.bin") if maps.exists() else 0


def test_far_over_the_threshold_it_ends_for_a_supervisor_to_start_it_anew(start: Start) -> None:
    daemon = start(_MEMORY_AT_ONCE, KOKORO_MEMORY_THRESHOLD_MB="1")
    assert daemon.process is not None
    assert daemon.process.wait(PATIENCE_S) == 75  # EX_TEMPFAIL: no clean end
    for event in ("memory_trim", "memory_recycle", "memory_exit"):
        assert event in daemon.log


@pytest.mark.parametrize("error", ["MemoryError", "SystemExit", "GeneratorExit"])
def test_a_machine_that_cannot_be_looked_at_has_its_cpu_lanes(start: Start, error: str) -> None:
    daemon = start(
        "import kokorod.engine.accelerators.hardware as h\n"
        f"def detect():\n    raise {error}('sysctl is on fire')\n"
        "h.detect = detect",
        KOKORO_LANES="cpu,cpu-2,coreml-ane",
    )
    wait_until(lambda: lane(daemon, "cpu-2"), "the second lane is up")
    refused = lane(daemon, "coreml-ane")
    assert refused is not None
    assert f"{error}: sysctl is on fire" in refused["why"]
    assert "warning hardware" in daemon.log
    settled(daemon)
    speaks(daemon)


def test_a_copy_that_rotted_is_found_removed_and_made_anew(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    home = toy_home(tmp_path)
    store = Store(home / "models")
    copy = build(store, store.get("toy"), Copies(home / "cache"))  # its own: it is damaged
    weights = copy.graph.with_name("weights.bin")
    stamp, whole = weights.stat(), weights.read_bytes()
    with weights.open("r+b") as file:  # the same file, size and time: stamps see nothing
        file.seek(100)
        file.write(bytes([whole[100] ^ 1]))
    os.utime(weights, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    daemon = make_daemon(home=home).start().wait_ready()
    wait_until(lambda: "copy_damaged" in daemon.log, "the damage is found")
    wait_until(lambda: weights.exists() and "optimised took_s" in daemon.log, "a new copy")
    settled(daemon)
    assert weights.read_bytes() == whole
    assert status(daemon)["sessions"]["created"] == 2
    assert status(daemon)["startup"]["not_optimised"] == ""
    speaks(daemon)


def test_a_copy_that_is_whole_is_hashed_once(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    home = toy_home(tmp_path, copied=True)
    daemon = make_daemon(home=home).start().wait_ready()
    wait_until(lambda: "copy_checked" in daemon.log, "it was hashed")
    settled(daemon)
    assert status(daemon)["sessions"]["created"] == 1


def test_where_the_disk_is_full_the_original_speaks_and_the_reason_is_told(start: Start) -> None:
    """No file may grow over 20 kB, for the daemon as for the child that makes the copy."""
    daemon = start(
        "import os, resource, sys\n"
        # Bytecode would be cut off too, here and in the child, and every later process reads it.
        "sys.dont_write_bytecode = True\n"
        "os.environ['PYTHONDONTWRITEBYTECODE'] = '1'\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"
    )
    wait_until(lambda: status(daemon)["startup"]["not_optimised"], "the reason")
    wait_until(lambda: not status(daemon)["startup"]["phase"], "the background work is done")
    value = status(daemon)
    assert value["startup"]["optimised_ms"] is None
    assert any("without an optimised copy" in line for line in value["attention"])
    assert not list((daemon.home / "cache" / "optimised").glob(".tmp-*"))
    speaks(daemon)
    # Words of the dictionary need no file; others are told what needs one.
    with Conversation(daemon.socket) as conversation:
        conversation.said(1, "Hello world.", cache=False)
        conversation.speak(2, "Zyxxyquat.", cache=False)
        end = conversation.end_of(2)
        assert end["code"] == "engine_failed"
        assert "set TMPDIR" in end["message"]
        conversation.said(3, "Zyxxyquat.", voice="built-in", cache=False)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Python's own start is not seen")
def test_the_times_of_the_start_count_from_exec(start: Start, tmp_path: Path) -> None:
    # The interpreter itself takes half a second before kokorod's first line.
    (tmp_path / "sitecustomize.py").write_text("import time; time.sleep(0.5)\n")
    startup = status(start(PYTHONPATH=str(tmp_path)))["startup"]
    assert 500 <= startup["bound_ms"] <= startup["session_ms"] <= startup["ready_ms"]


def test_metrics_are_the_numbers_of_the_status(start: Start) -> None:
    daemon = start()
    speaks(daemon)
    text = daemon.ask("metrics")
    assert "kokorod_requests_total 1" in text.splitlines()
    assert 'kokorod_lanes_failures{name="cpu"} 0' in text.splitlines()
