# process: a part of `kokoroctl bench`.
"""A process's memory, watched from outside: the server's own, not the client's.

Owns:       a thread that asks the kernel every few milliseconds.
Invariants: `peak_mb` is over the time between enter and exit.
Never:      asks the process itself, which would have to stop what it does to answer.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Final, Self

import psutil

#: An inference takes longer than this to grow by 10 MB; one look costs 20 us.
_EVERY_S: Final = 0.01

_MB: Final = 1e6


def rss_mb(pid: int) -> float:
    """Resident memory in MB (10^6 bytes). Raises psutil.NoSuchProcess."""
    return float(psutil.Process(pid).memory_info().rss) / _MB


class PeakMemory:
    """with PeakMemory(pid) as peak: ...; then peak.peak_mb."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="peak-memory", daemon=True)
        self.peak_mb = 0.0

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        try:
            while not self._stop.wait(_EVERY_S):
                self._look()
        except psutil.NoSuchProcess:
            pass  # whoever speaks with it will say so

    def _look(self) -> None:
        self.peak_mb = max(self.peak_mb, float(self._process.memory_info().rss) / _MB)
