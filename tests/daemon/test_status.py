"""`status` has exactly the names that programs rely on; each number is a metric too."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support.daemon.conversation import Conversation
from support.daemon.homes import toy_home
from support.daemon.making import MakeDaemon
from support.daemon.process import DaemonProcess, wait_until
from support.paths import DOCS

from kokoro_client.cli import status as shown

#: Each part and its names, as the requirements have them.
PARTS = {
    "startup": {
        "bound_ms",
        "session_ms",
        "ready_ms",
        "optimised_ms",
        "not_optimised",
        "phase",
    },
    "memory": {"baseline_mb", "rss_mb", "peak_mb", "threshold_mb", "trims", "recycles"},
    "sessions": {"created", "hits", "misses"},
    "calibration": {"voice", "done", "total", "learned"},
    "keep_alive": {"enabled", "interval_s", "runs", "skipped", "terminated", "last_ms"},
    "cold_starts": {"count", "extra_ms"},
    "requests": {"total", "active", "queued", "cancelled", "failed", "terminated_runs"},
    "reading": {"contained"},
    "first_sound_ms": {"p50", "p95"},
    "phrase_cache": {"phrases", "mb", "capacity_mb", "hits", "misses"},
    "priming": {
        "enabled",
        "mapped_mb",
        "locked_mb",
        "lock_limit_mb",
        "touches",
        "last_ms",
        "why",
    },
}
LANE = {
    "name",
    "provider",
    "engine",
    "state",
    "why",
    "runs",
    "failures",
    "rtf",
    "cost",
    "way",
    "front_ms",
    "chunk_cost",
}


def settled(daemon: DaemonProcess, *, refused: bool = False) -> dict[str, Any]:
    """The status once the background work after ready is done, and both patterns are warm.

    refused: and a lane is, which is known when the hardware was looked at.
    """

    def value() -> dict[str, Any] | None:
        found = _if_settled(daemon.ask("status"))
        looked = found and any(lane["state"] == "refused" for lane in found["lanes"])
        return found if looked or not refused else None

    settled: dict[str, Any] = wait_until(value, "settled")
    return settled


def _if_settled(value: dict[str, Any]) -> dict[str, Any] | None:
    startup, lanes = value["startup"], {lane["name"]: lane for lane in value["lanes"]}
    if not startup["optimised_ms"] or startup["phase"] or "cpu" not in lanes:
        return None
    return value if lanes["cpu"]["runs"] > 1 and lanes["cpu"]["state"] == "idle" else None


def test_every_name_is_there_and_no_other(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    daemon = make_daemon({"KOKORO_LANES": "cpu,coreml-ane"}, home=toy_home(tmp_path))
    daemon.start().wait_ready()
    with Conversation(daemon.socket) as conversation:
        conversation.said(1, "wˈʌn tˈu θɹˈi.", phonemes=True)
    value = settled(daemon, refused=True)
    for part, names in PARTS.items():
        assert value[part].keys() == names, part
    assert (value["model"], value["model_source"].endswith(".onnx")) == ("toy", True)
    assert [lane["state"] for lane in value["lanes"]] == ["idle", "idle", "refused"]
    for lane in value["lanes"]:
        assert lane.keys() == LANE, lane
        assert lane["cost"] is None or lane["cost"].keys() == {"a", "b"}
    page = (DOCS / "operations.md").read_text()
    for name in (*PARTS, "lanes", "attention", "settings"):
        assert f"`{name}`" in page, name


def test_what_start_up_took_is_in_its_order(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    daemon = make_daemon(home=toy_home(tmp_path)).start().wait_ready()
    startup = settled(daemon)["startup"]
    times = [startup[name] for name in ("bound_ms", "session_ms", "ready_ms", "optimised_ms")]
    assert 0 < times[0] < times[1] < times[2] < times[3]


def test_while_it_starts_the_phase_is_told(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    # The first inference takes for ever.
    daemon = make_daemon(home=toy_home(tmp_path, cost=2_000_000)).start()
    wait_until(lambda: " bound " in daemon.log, "the socket")
    value = wait_until(
        lambda: _if_phase(daemon.ask("status"), "the first inference"), "the first inference"
    )
    assert value["state"] == "starting"
    assert value["startup"]["session_ms"] > value["startup"]["bound_ms"]
    assert value["startup"]["ready_ms"] is None
    said = subprocess.run(
        ["kokoroctl", "status"], env=daemon.environ, capture_output=True, text=True
    ).stdout
    assert said.startswith("daemon")
    assert "starting" in said
    assert "the first inference" in said
    assert daemon.process is not None
    daemon.process.kill()


#: Modules that are loaded at `bound` and at `ready`, told in the log.
_TELL_MODULES = """
import sys
from kokorod.net import listener
from kokorod.watch.startup import Startup
def telling(name, real):
    def tell(*arguments):
        print(name, *sys.modules, file=sys.stderr, flush=True)
        return real(*arguments)
    return tell
listener.bind = telling("AT_BOUND", listener.bind)
Startup.reached_ready = telling("AT_READY", Startup.reached_ready)
"""


def test_nothing_heavy_is_loaded_before_the_socket_nor_on_the_way_to_the_first_inference(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    daemon = make_daemon(home=toy_home(tmp_path)).start_after(_TELL_MODULES).wait_ready()
    told = {line.split()[0]: set(line.split()) for line in reversed(daemon.log.splitlines())}
    heavy = {"numpy", "onnxruntime", "psutil", "phonemizer", "soxr", "sounddevice"}
    heavy |= {f"kokorod.speech.{part}" for part in ("normalize", "phonemes", "markup")}
    assert not told["AT_BOUND"] & heavy
    rooms = {"requests", "speaker", "lanes", "maintenance", "admin", "schedule", "engine", "speech"}
    assert not told["AT_BOUND"] & {f"kokorod.{room}" for room in rooms}
    assert "onnxruntime" in told["AT_READY"]
    assert not told["AT_READY"] & {"soxr", "kokoro_onnx", "spokenform", "sounddevice", "soundfile"}


def _if_phase(value: dict[str, Any], phase: str) -> dict[str, Any] | None:
    return value if value["startup"]["phase"] == phase else None


def _numbers(prefix: str, value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [name for key, item in value.items() for name in _numbers(f"{prefix}_{key}", item)]
    return [prefix] if isinstance(value, (int, float)) else []


def test_each_number_is_a_metric_and_each_word_a_label(toy_daemon: DaemonProcess) -> None:
    value = settled(toy_daemon)
    said = subprocess.run(
        ["kokoroctl", "metrics"], env=toy_daemon.environ, capture_output=True, text=True
    ).stdout
    named = {line.split("{")[0].split(" ")[0] for line in said.splitlines()}
    for part in PARTS:
        for name in _numbers(f"kokorod_{part}", value[part]):
            assert name in named, name
    for name in ("runs", "failures", "rtf", "cost_a", "cost_b"):
        assert f"kokorod_lanes_{name}" in named
    (info,) = [line for line in said.splitlines() if line.startswith("kokorod_info{")]
    assert 'state="ready"' in info
    assert 'engine="kokoro"' in info
    assert any(
        line.startswith('kokorod_lanes_info{name="cpu",provider="cpu"')
        for line in said.splitlines()
    )


def test_a_terminal_has_room_for_it_and_sees_what_to_do(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    settings = {
        "KOKORO_LANES": "cpu,cpu-2,cpu-3,coreml-ane,cuda",
        "KOKORO_MEMORY_THRESHOLD_MB": "1",
    }
    daemon = make_daemon(settings, home=toy_home(tmp_path)).start().wait_ready()
    with Conversation(daemon.socket) as conversation:
        conversation.said(1, "Hello there.", voice="built-in")
    value = settled(daemon, refused=True)
    lines = shown.lines(value)
    assert len(lines) <= 20
    starts = [line.split("  ")[0] for line in lines]
    assert starts[:2] == ["daemon", "engine"]
    to_do = [line for line in lines if line.startswith("look at")]
    assert any("lane coreml-ane is refused" in line for line in to_do)
    assert any("take it out of KOKORO_LANES" in line for line in to_do)
    assert any("set KOKORO_MEMORY_THRESHOLD_MB" in line for line in to_do)


def test_nothing_to_look_at_where_all_is_well(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    daemon = make_daemon(home=toy_home(tmp_path)).start().wait_ready()
    assert settled(daemon)["attention"] == []


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_watch_shows_it_again_and_again(toy_daemon: DaemonProcess, json: list[str]) -> None:
    with subprocess.Popen(
        ["kokoroctl", "status", "--watch", *json],
        env=toy_daemon.environ,
        stdout=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdout is not None
        seen = 0
        while seen < 2:
            seen += "uptime" in watching.stdout.readline()
        watching.terminate()


def test_reload_says_what_waits_and_what_is_wrong(toy_daemon: DaemonProcess) -> None:
    def reload(content: str) -> tuple[int, str, str]:
        (toy_daemon.home / "config.toml").write_text(content)
        ended = subprocess.run(
            ["kokoroctl", "reload"], env=toy_daemon.environ, capture_output=True, text=True
        )
        return ended.returncode, ended.stdout, ended.stderr

    assert reload("ttfa_ms = 300\n") == (0, "reloaded\n", "")
    assert reload('threads = 1\nlanes = "cpu"\n') == (
        0,
        "reloaded\nwaits for `kokoroctl service restart`: threads, lanes\n",
        "",
    )
    status, out, error = reload('ttfa_ms = "soon"\n')
    assert (status, out) == (1, "")
    assert error.startswith("kokoroctl: nothing was changed: ttfa_ms is 'soon'")
