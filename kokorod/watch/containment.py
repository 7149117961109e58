# loop: runs on the one selector thread; faults are posted to it by every thread.
"""What becomes of an error that nobody thought of: it is counted, told, or it ends the process.

Owns:       the two counters of faults (faults.py), and when the loop itself met one.
Invariants: what a request, a run, a file or a timer raises is contained; what breaks the loop
            or the scheduler, or comes back with every turn, crashes: once, with its trace in
            the log.
Never:      tells an error's message: it may quote a text.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from ..safety import faults
from ..safety.faults import Fault, Faults
from .log import Log
from .metrics import Metrics

#: Of a trace, the lines that are logged; each is bounded by the log.
_TRACE_LINES: Final = 40

#: What the loop contains itself, in seconds: an error that comes back with every turn is a
#: broken loop.
_MOST_CONTAINED: Final = 100
_CONTAINED_S: Final = 60.0


class Containment:
    """reading: faults of reading a text; all: every other one."""

    def __init__(
        self,
        post: Callable[[Callable[[], None]], None],
        log: Log,
        metrics: Metrics,
        crashed: Callable[[], None],
        *,
        strict: bool,
    ) -> None:
        """post: to the loop; crashed: ends it; strict: what the loop meets crashes, for tests."""
        self._log = log
        self._metrics = metrics
        self._crashed = crashed
        self._strict = strict
        self._met: deque[float] = deque(maxlen=_MOST_CONTAINED)  # when
        self.reading = Faults(lambda fault: post(lambda: self._on_reading_fault(fault)))
        self.all = Faults(lambda fault: post(lambda: self._on_fault(fault)))

    def hear_of_everything(self) -> None:
        """Python would print what a finalizer or a thread raises, with its message."""
        sys.unraisablehook = lambda told: self._on_unheard("finalizer", told.exc_value)
        threading.excepthook = lambda told: self._on_unheard("thread", told.exc_value)

    def _on_unheard(self, place: str, error: BaseException | None) -> None:
        if isinstance(error, Exception):
            self.all.caught(place, error)

    def _on_reading_fault(self, fault: Fault) -> None:
        self._metrics.contained_in_reading += 1
        self._on_fault(fault)

    def _on_fault(self, fault: Fault) -> None:
        self._metrics.contained += 1
        if fault.worth_telling:
            self._log.warning(
                "contained",
                place=fault.place,
                error=fault.error,
                line=fault.line,
                times=fault.times,
            )

    def on_loop_error(self, error: Exception) -> None:
        """What no request was given up for: a timer, a report, a connection."""
        now = time.monotonic()
        full = len(self._met) == _MOST_CONTAINED
        often = full and now - self._met[0] < _CONTAINED_S
        in_tests = self._strict and not isinstance(error, MemoryError)
        if faults.broken(error) or often or in_tests:
            self._crash(error)
        else:
            self._met.append(now)
            self.all.caught("loop", error)

    def _crash(self, error: Exception) -> None:
        lines = faults.trace_of(error)
        self._log.error("crashed", why=lines[-1])
        for line in lines[-_TRACE_LINES:]:
            self._log.error("trace", line=line)
        self._crashed()
