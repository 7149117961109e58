"""What is measured by `make chaos`, `make fuzz` and `make soak`, told beside what is asked for."""

from __future__ import annotations

import os
from typing import Final

#: Nothing else runs on this machine: figures of time are held too.
_QUIET: Final = os.environ.get("KOKORO_QUIET", "") not in ("", "0")


def figure(what: str, value: float, unit: str, at_most: float, *, timed: bool = False) -> None:
    """Print one, and fail if it is over its limit; timed: only on a quiet machine."""
    reached = value <= at_most
    mark = "" if reached else "  NOT REACHED"
    print(f"figure: {what}: {value:.2f} {unit} (at most {at_most:g}){mark}", flush=True)
    assert reached or (timed and not _QUIET), what


def percentile(values: list[float], percent: float) -> float:
    """The smallest value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(percent) // 100) - 1)]
