"""A daemon that nobody asks: its processor time, and the first request after a long rest."""

from __future__ import annotations

import time
from contextlib import closing
from statistics import median
from typing import Final

import psutil

from bench.home import Home
from bench.metric import Metric, at_most
from bench.model import ROOT
from bench.speaker import REST_S, VOICE
from bench.stage import Stage
from bench.systems.kokorod import take_audio
from kokoro_client import Client
from kokorod.commands.bench.hearing import NothingHeardError
from kokorod.commands.bench.private_daemon import PrivateDaemon

_CHARS: Final = 12

#: After the last request the lanes' threads come to rest.
_SETTLE_S: Final = 5.0

#: Of the hurried daemon; less, and it were never quiet after its start.
_KEEP_ALIVE_S: Final = 3.0

#: A keep-alive is due every few seconds; who waits longer has found a bug.
_LONGEST_S: Final = 60.0

#: A keep-alive takes 100 ms and more.
_LOOK_S: Final = 0.002

#: Of moments of a keep-alive at which a request comes, for one that was hit.
_TRIES: Final = 10


def measure_idle(stage: Stage) -> list[Metric]:
    """One long rest, for real; the processor's time is taken at its beginning."""
    effort = stage.effort
    with (
        closing(Home(stage.files)) as home,
        PrivateDaemon(home.environ()) as daemon,
        Client(daemon.socket, start=False) as client,
    ):
        warm = _warm(stage, client)
        began = time.monotonic()
        time.sleep(_SETTLE_S)
        stage.note(f"idle for {effort.idle_cpu_s:g} s")
        percent, wakes = _work_at_rest(daemon.pid, effort.idle_cpu_s)
        stage.note(f"idle for {effort.idle_s:g} s in all")
        time.sleep(max(0.0, began + effort.idle_s - time.monotonic()))
        after_s = _first_sound(stage, client)
        runs = client.status()["keep_alive"]["runs"]
        warm += _warm(stage, client)
    minutes = effort.idle_s / 60
    return [
        Metric(
            name=f"first sound after {minutes:g} min of rest, more than warm",
            unit="ms",
            value=(after_s - median(warm)) * 1000,
            asked=(at_most(100),),
            samples={"after the rest": [after_s], "warm, before and after it": warm},
            note=f"{after_s:.3f} s, warm {median(warm):.3f} s; {runs} keep-alives in between",
        ),
        Metric(
            name=f"processor time at rest, {effort.idle_cpu_s:g} s",
            unit="%",
            value=percent,
            asked=(at_most(0.2),),
            samples={"of one core": [percent], "wake-ups a second, all threads": [wakes]},
            note=f"{wakes:.2f} wake-ups a second in all threads together",
        ),
    ]


def measure_keep_alive(stage: Stage) -> list[Metric]:
    """A request in the middle of a keep-alive, beside one that comes when nothing runs."""
    first_s: dict[str, list[float]] = {"alone": [], "during": []}
    program = ("-m", "bench.hurried_daemon")
    with closing(Home(stage.files)) as home:
        environ = home.environ(
            KOKORO_KEEP_ALIVE_INTERVAL_SECONDS=f"{_KEEP_ALIVE_S:g}", PYTHONPATH=str(ROOT)
        )
        with (
            PrivateDaemon(environ, program) as daemon,
            Client(daemon.socket, start=False) as client,
        ):
            _warm(stage, client)
            for number in range(stage.effort.trials):
                stage.note(f"during a keep-alive, {number + 1} of {stage.effort.trials}")
                first_s["during"].append(_first_sound_during_keep_alive(stage, client))
                first_s["alone"].append(_first_sound(stage, client))
    return [
        Metric(
            name="first sound during a keep-alive, more than alone",
            unit="ms",
            value=(median(first_s["during"]) - median(first_s["alone"])) * 1000,
            asked=(at_most(50),),
            samples=first_s,
            note="each of them ended the keep-alive, which the daemon counted",
        )
    ]


def _first_sound_during_keep_alive(stage: Stage, client: Client) -> float:
    for _ in range(_TRIES):
        before = client.status()["keep_alive"]["terminated"]
        _wait_for_keep_alive(client)
        took = _first_sound(stage, client)
        if client.status()["keep_alive"]["terminated"] > before:
            return took
    raise NothingHeardError(f"{_TRIES} requests, and none of them met a keep-alive")


def _wait_for_keep_alive(client: Client) -> None:
    deadline = time.monotonic() + _LONGEST_S
    while not any(lane["state"] == "busy" for lane in client.status()["lanes"]):
        if time.monotonic() > deadline:
            raise NothingHeardError(f"no keep-alive in {_LONGEST_S:g} s")
        time.sleep(_LOOK_S)


def _warm(stage: Stage, client: Client) -> list[float]:
    """First sounds of a daemon that is at work."""
    _first_sound(stage, client)
    return [_first_sound(stage, client) for _ in range(stage.effort.trials)]


def _first_sound(stage: Stage, client: Client) -> float:
    began = time.perf_counter()
    speech = client.speak(stage.texts.next(_CHARS), voice=VOICE, cache=False)
    heard = take_audio(speech, began)
    time.sleep(REST_S)
    return heard.first_sound_s


def _work_at_rest(pid: int, seconds: float) -> tuple[float, float]:
    """Per cent of one core, and voluntary context switches a second of all threads."""
    process = psutil.Process(pid)
    began = time.perf_counter()
    cpu, switches = sum(process.cpu_times()[:2]), _switches(pid)
    time.sleep(seconds)
    took = time.perf_counter() - began
    return (
        (sum(process.cpu_times()[:2]) - cpu) / took * 100,
        (_switches(pid) - switches) / took,
    )


def _switches(pid: int) -> int:
    # num_ctx_switches() of a process counts its main thread alone.
    process = psutil.Process(pid)
    if not psutil.LINUX:
        return int(process.num_ctx_switches().voluntary)
    return sum(
        int(psutil.Process(thread.id).num_ctx_switches().voluntary) for thread in process.threads()
    )
