# loop: runs on the one selector thread.
"""Texts that are still being written: once nothing has come for a while, they are flushed.

Owns:       when text of each such request came last, and its timer.
Invariants: a request has at most one timer; after a flush none, until more text comes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..net.loop import Loop
from ..types import RequestKey

#: Tokens of a language model come every 10 to 100 ms, and people who type in the middle
#: of a sentence pause longer, but seldom behind a full stop. A listener takes half a second
#: between two sentences for a breath.
IDLE_S: Final = 0.4

#: The timer's finest step.
_STEP_S: Final = 0.01


class IdleFlush:
    def __init__(self, loop: Loop, flush: Callable[[RequestKey], None]) -> None:
        """flush: may be told of a request that has ended meanwhile."""
        self._loop = loop
        self._flush = flush
        self._last: dict[RequestKey, float] = {}  # each goes IDLE_S after its last text

    def text_arrived(self, key: RequestKey) -> None:
        """Text has come, and more may."""
        waits = key in self._last
        self._last[key] = self._loop.clock()
        if not waits:
            self._loop.after(IDLE_S, lambda: self._look(key))

    def _look(self, key: RequestKey) -> None:
        left_s = self._last[key] + IDLE_S - self._loop.clock()
        if left_s > 0:
            self._loop.after(max(left_s, _STEP_S), lambda: self._look(key))
        else:
            del self._last[key]
            self._flush(key)
