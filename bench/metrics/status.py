"""`kokoroctl status`, from the start of its process to its end, beside an empty program."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Final

from bench.metric import Metric, ratio_at_most
from bench.speaker import REST_S
from bench.stage import Stage

#: 80 ms when the interpreter alone takes 20: a slow machine slows both.
_ASKED: Final = 4.0

#: More than the other metrics have: each is over in an instant, and one in ten is disturbed.
_TRIALS: Final = 3

_END_S: Final = 60.0


def measure(stage: Stage) -> list[Metric]:
    environ = {**os.environ, "KOKORO_SOCKET": os.fspath(stage.kokorod.socket)}
    empty = "python -c pass"
    commands = {
        "kokoroctl status": [str(Path(sys.executable).parent / "kokoroctl"), "status"],
        empty: [sys.executable, "-c", "pass"],
    }
    stage.note("kokoroctl status")
    taken_ms: dict[str, list[float]] = {name: [] for name in commands}
    # The first of each reads its files from the disk and does not count.
    for number in range(_TRIALS * stage.effort.trials + 1):
        for name in sorted(commands, reverse=number % 2 == 0):
            began = time.perf_counter()
            subprocess.run(
                commands[name],
                env=environ,
                # The pipe's end tells the process's: waiting with a timeout alone looks in
                # steps of up to 50 ms.
                stdout=subprocess.PIPE,
                check=True,
                timeout=_END_S,
            )
            if number:
                taken_ms[name].append((time.perf_counter() - began) * 1000)
        time.sleep(REST_S / 10)
    return [
        Metric(
            name="kokoroctl status, process start to end",
            unit="ms",
            value=median(taken_ms["kokoroctl status"]),
            compared=median(taken_ms[empty]),
            against=empty,
            asked=(ratio_at_most(_ASKED),),
            samples=taken_ms,
            note="asked: 80 ms when the interpreter alone takes 20",
        )
    ]
