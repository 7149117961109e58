# loop: runs on the one selector thread.
"""Runs and readings that take far too long: ended, then given up.

Owns:       when each lane's step is to be done, and one timer, which is there only while something
            is under way.
Invariants: a step gets max(LEAST_S, FACTOR x its prediction); then its run is terminated; after
            GRACE_S more the lane is given up. A thread that reads gets READING_S.
Never:      ends a thread, which cannot be done: it is left, and another made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..net.loop import Loop, Timer

#: A machine that swaps is slow, not hung.
LEAST_S: Final = 10.0
FACTOR: Final = 20.0

#: A run ends at its next node: within 60 ms where anything goes on.
GRACE_S: Final = 5.0

#: One command of the speech thread: some sentences, or a frame of markup after 4,000,000
#: characters of it (35 s).
READING_S: Final = 120.0

#: The timer's finest step.
_STEP_S: Final = 0.5


@dataclass(slots=True)
class _Due:
    began: float
    at: float
    terminated: bool = False


class Overdue:
    def __init__(
        self,
        loop: Loop,
        terminate: Callable[[str], None],
        give_up: Callable[[str, float], None],
        reading_s: Callable[[], float],
        reading_hangs: Callable[[float], None],
    ) -> None:
        """terminate  ends a lane's run
        give_up       is told the lane and how long its step took
        reading_s     how long the speech thread has been at its command
        reading_hangs is told so, once
        """
        self._loop = loop
        self._terminate = terminate
        self._give_up = give_up
        self._reading_s = reading_s
        self._reading_hangs = reading_hangs
        self._due: dict[str, _Due] = {}  # by lane
        self._read_s = 0.0  # by the loop's clock, which leaves out when the process was stopped
        self._looked = 0.0
        self._told = False
        self._timer: Timer | None = None

    def began(self, lane: str, predicted_s: float) -> None:
        """A step begins on a lane."""
        now = self._loop.clock()
        self._due[lane] = _Due(now, now + max(LEAST_S, FACTOR * predicted_s))
        self._arm()

    def ended(self, lane: str) -> None:
        """The lane's step is over, or the lane."""
        self._due.pop(lane, None)

    def reads(self) -> None:
        """Something is asked of the speech thread."""
        self._arm()

    def _arm(self) -> None:
        if self._timer is None:
            self._looked, self._read_s = self._loop.clock(), 0.0
            self._timer = self._loop.after(LEAST_S, self._look)

    def _look(self) -> None:
        self._timer = None
        now = self._loop.clock()
        for lane, due in list(self._due.items()):
            if due.at > now:
                continue
            if due.terminated:
                del self._due[lane]
                self._give_up(lane, now - due.began)
            else:
                due.terminated, due.at = True, now + GRACE_S
                self._terminate(lane)
        self._read_s += now - self._looked
        self._looked = now
        reading_s = self._read_s = min(self._reading_s(), self._read_s)
        if reading_s > READING_S and not self._told:
            self._told = True
            self._reading_hangs(reading_s)
        waits = [due.at - now for due in self._due.values()]
        if reading_s:
            waits.append(READING_S - reading_s)
        if waits:
            # Never later than what begins meanwhile can be due.
            wait = max(min(*waits, LEAST_S), min(_STEP_S, LEAST_S))
            self._timer = self._loop.after(wait, self._look)
