# pure: no socket, thread or clock.
"""What to do about the process's memory: keep, trim, recycle or exit.

Owns:       when something was done last.
Invariants: only at rest; the milder step comes first, and the next one only if it did
            not help; at most one recycle in _RECYCLE_EVERY_S.
Never:      rebuilds under load, or because of a single high sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: Between samples at rest. A leak of any kind grows over minutes.
SAMPLE_S: Final = 30.0

#: What a trim gave back is seen by the next sample; trimming more often helps nobody.
_TRIM_EVERY_S: Final = 60.0

#: Opening a session anew costs 0.5 s of a core: if it must be done more often than
#: this, something leaks faster than it should, and the hard limit ends it.
_RECYCLE_EVERY_S: Final = 600.0

#: The hard limit, in thresholds.
_HARD: Final = 2.0

#: RAM in GB up to which a threshold in MB holds; more RAM has 2,000 MB. One session and
#: its longest run need 700 MB.
_TABLE: Final = ((4, 800), (8, 1_000), (16, 1_400), (32, 1_700))
_PLENTY_MB: Final = 2_000
#: Of little RAM, as in a container, a part must be left for a run.
_SHARE: Final = 0.75


class Step(StrEnum):
    KEEP = "keep"
    TRIM = "trim"
    RECYCLE = "recycle"
    EXIT = "exit"


def default_threshold_mb(ram_gb: float) -> int:
    """The memory the daemon may hold at rest on a machine with `ram_gb` GB."""
    of_table = next((mb for limit, mb in _TABLE if ram_gb <= limit), _PLENTY_MB)
    return min(of_table, int(_SHARE * ram_gb * 1024))


@dataclass(slots=True)
class Memory:
    threshold_mb: float
    baseline_mb: float | None = None
    rss_mb: float = 0.0
    peak_mb: float = 0.0
    trims: int = 0
    recycles: int = 0
    _trimmed: float | None = None
    _recycled: float | None = None

    def sample(self, rss_mb: float, peak_mb: float, at_rest: bool, now: float) -> Step:
        """The step to take for a sample of the resident memory.

        at_rest: no request is in flight and no warm-up runs; else nothing is done.
        """
        self.rss_mb = rss_mb
        self.peak_mb = max(self.peak_mb, peak_mb, rss_mb)
        if self.baseline_mb is None and at_rest:
            self.baseline_mb = rss_mb
        if not at_rest or rss_mb <= self.threshold_mb:
            if rss_mb <= self.threshold_mb:
                self._trimmed = None
            return Step.KEEP
        if self._trimmed is None:
            self._trimmed = now
            self.trims += 1
            return Step.TRIM
        if now - self._trimmed < _TRIM_EVERY_S:
            return Step.KEEP
        if rss_mb > self.threshold_mb * _HARD and self._recycled is not None:
            return Step.EXIT
        if self._recycled is None or now - self._recycled >= _RECYCLE_EVERY_S:
            self._recycled = now
            self.recycles += 1
            return Step.RECYCLE
        return Step.KEEP
