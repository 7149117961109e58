"""Starts: the daemon beside a program that loads kokoro-onnx, and the first start ever."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from statistics import median
from typing import Final

from bench.first_moments import watch
from bench.home import Home
from bench.metric import Metric, at_most, ratio_at_most
from bench.model import ModelFiles
from bench.speaker import REST_S, VOICE
from bench.stage import Stage
from kokoro_client import Client
from kokorod.commands.bench.hearing import NothingHeardError
from kokorod.commands.bench.private_daemon import PrivateDaemon

#: A program that speaks once, as kokoro-onnx's own page shows it.
_PROGRAM: Final = """
import sys
import kokoro_onnx
kokoro = kokoro_onnx.Kokoro(sys.argv[1], sys.argv[2])
samples, rate = kokoro.create("Hi", voice=sys.argv[3])
print(len(samples), flush=True)
"""

#: A start on a slow disk, ten times over.
_LOAD_S: Final = 300.0

_CHARS: Final = 60

#: The optimised copy on a slow machine; asked are 20 s.
_OPTIMISED_S: Final = 300.0

#: Each takes half a minute, and the longest counts.
_FIRST_STARTS: Final = 3


def measure_start(stage: Stage) -> list[Metric]:
    """Fresh processes in turns, the optimised copy there, the page cache warm."""
    baseline = "import, load, create('Hi')"
    times: dict[str, list[float]] = {"kokorod": [], baseline: []}
    bound_ms: list[float] = []
    with closing(Home(stage.files)) as home:
        with PrivateDaemon(home.environ()):
            pass  # makes the copy
        _load(stage.files)
        watch(home.environ())
        for number in range(stage.effort.trials):
            stage.note(f"fresh starts, {number + 1} of {stage.effort.trials}")
            for who in sorted(times, reverse=number % 2 == 0):
                if who == baseline:
                    times[who].append(_load(stage.files))
                else:
                    moments = watch(home.environ())
                    times[who].append(moments.ready_s)
                    bound_ms.append(moments.bound_s * 1000)
                time.sleep(REST_S)
    return [
        Metric(
            name="exec to ready, optimised copy there",
            unit="s",
            value=median(times["kokorod"]),
            compared=median(times[baseline]),
            against=baseline,
            asked=(ratio_at_most(0.6),),
            samples=times,
            note="aim: 0.45 x",
        ),
        Metric(
            name="exec to bound",
            unit="ms",
            value=median(bound_ms),
            asked=(at_most(150),),
            samples={"kokorod": bound_ms},
            note=f"at most {max(bound_ms):.0f} ms",
        ),
    ]


def measure_optimised(stage: Stage) -> list[Metric]:
    """The first start ever, with one request after the other all the time."""
    took_s: list[float] = []
    served: list[float] = []
    with closing(Home(stage.files)) as home:
        for number in range(min(_FIRST_STARTS, stage.effort.trials)):
            stage.note(f"first start ever, {number + 1} of {_FIRST_STARTS}")
            home.forget_what_was_prepared()
            with PrivateDaemon(home.environ(), wait_until_quiet=False) as daemon:
                took, count = _until_optimised(stage, daemon)
                took_s.append(took)
                served.append(float(count))
    return [
        Metric(
            name="exec to optimised, first start ever, under requests",
            unit="s",
            value=max(took_s),
            asked=(at_most(20),),
            samples={"kokorod": took_s, "requests served meanwhile": served},
            note=f"{sum(served):.0f} requests served meanwhile, without an error",
        )
    ]


def _until_optimised(stage: Stage, daemon: PrivateDaemon) -> tuple[float, int]:
    """Seconds after exec as the daemon says, and the requests it answered until then."""
    deadline = time.monotonic() + _OPTIMISED_S
    count = 0
    with Client(daemon.socket, start=False) as client:
        while True:
            pcm = b"".join(client.speak(stage.texts.next(_CHARS), voice=VOICE, cache=False))
            if not pcm:
                raise NothingHeardError("a request was answered without sound")
            count += 1
            startup = client.status()["startup"]
            if startup["optimised_ms"] is not None:
                return startup["optimised_ms"] / 1000, count
            if startup["not_optimised"] or time.monotonic() > deadline:
                raise NothingHeardError(f"no optimised copy: {startup['not_optimised']}")


def _load(files: ModelFiles) -> float:
    """Seconds from the start of a process until it has spoken "Hi"."""
    command = [sys.executable, "-c", _PROGRAM, str(files.model), str(files.voices), VOICE]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        took = time.perf_counter() - began
        process.wait(_LOAD_S)
    if not line.strip().isdigit() or int(line) == 0:
        raise NothingHeardError("kokoro-onnx did not speak")
    return took
