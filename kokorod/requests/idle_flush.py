# loop: runs on the one selector thread.
"""Lulls in texts that are still being written: nothing has come for a while.

Owns:       when text of each such request came last, and its timer.
Invariants: a request has at most one timer; after a lull none, until more text comes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from ..net.loop import Timer
from ..types import RequestKey

#: Tokens of a language model come every 10 to 100 ms, and people who type in the middle
#: of a sentence pause longer, but seldom behind a full stop. A listener takes half a second
#: between two sentences for a breath.
LULL_S: Final = 0.4

#: The timer's finest step.
_STEP_S: Final = 0.01


class House(Protocol):
    """What lulls need of the rest of the daemon."""

    def now(self) -> float: ...
    def after(self, seconds: float, call: Callable[[], None]) -> Timer: ...


class Lulls:
    def __init__(self, house: House, on_lull: Callable[[RequestKey], None]) -> None:
        """on_lull: may be told of a request that has ended meanwhile."""
        self._house = house
        self._on_lull = on_lull
        self._last: dict[RequestKey, float] = {}  # each goes LULL_S after its last text

    def fed(self, key: RequestKey) -> None:
        """Text has come, and more may."""
        waits = key in self._last
        self._last[key] = self._house.now()
        if not waits:
            self._house.after(LULL_S, lambda: self._look(key))

    def _look(self, key: RequestKey) -> None:
        left_s = self._last[key] + LULL_S - self._house.now()
        if left_s > 0:
            self._house.after(max(left_s, _STEP_S), lambda: self._look(key))
        else:
            del self._last[key]
            self._on_lull(key)
