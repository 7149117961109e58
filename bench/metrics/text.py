"""1 MB of text to tokens, the first sentence of it, and what the dictionary adds at start."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.metric import Metric, at_most
from bench.stage import Stage

#: For seven megabytes, thirty times what it should take.
_TIMEOUT_S: Final = 600

_ROOT: Final = Path(__file__).resolve().parents[2]


def measure(stage: Stage) -> list[Metric]:
    stage.note("1 MB of text to tokens")
    seeds = [stage.random.randrange(10**6) for _ in range(stage.effort.trials)]
    runs = _worker(*map(str, seeds))
    with tempfile.TemporaryDirectory() as folder:
        _worker("open", folder)  # builds the index
        opened = [_worker("open", folder) for _ in seeds]
    return [
        _metric("1 MB of text to tokens", "s", [run["all_s"] for run in runs], 3.0, runs),
        _metric(
            "first sentence of 1 MB to tokens, warm",
            "ms",
            [run["first_s"] * 1000 for run in runs],
            10.0,
        ),
        _metric("the dictionary at start", "ms", [run["ms"] for run in opened], 50.0),
        _metric("the dictionary at start, RSS", "MB", [run["mb"] for run in opened], 5.0),
    ]


def _metric(
    name: str, unit: str, values: list[float], bound: float, runs: Sequence[dict[str, float]] = ()
) -> Metric:
    details = {key: [round(run[key], 3) for run in runs] for key in ("cpu_s", "tokens") if runs}
    return Metric(
        name=name,
        unit=unit,
        value=median(values),
        asked=(at_most(bound),),
        samples={"kokorod": values},
        details=details,
    )


def _worker(*arguments: str) -> Any:
    command = [sys.executable, "-m", "bench.text_worker", *arguments]
    done = subprocess.run(
        command, cwd=_ROOT, stdout=subprocess.PIPE, timeout=_TIMEOUT_S, check=True, text=True
    )
    return json.loads(done.stdout)
