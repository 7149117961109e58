# loop: runs on the one selector thread.
"""While a first sound is waited for, a child that works beside it stands still.

Its niceness is not enough: inference waits at every node for its slowest thread, and one that
shares its core is slow. On two cores the first sound of the first minute came late.

Owns:       which child is held, and since when.
Invariants: a child is held for MOST_S at a time, and for a fifth of the time in all, so that
            it ends even if requests never do.
"""

from __future__ import annotations

from typing import Final, Protocol

from ..net.loop import Loop

#: A first sound takes less, if a child is not beside it.
MOST_S: Final = 1.5

#: After it was held a child goes on for so many times as long.
GO_ON: Final = 4.0


class Held(Protocol):
    """What of a child is used: engine.child.Child."""

    def hold(self) -> None: ...
    def release(self) -> None: ...


class Holding:
    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._held: Held | None = None
        self._since = 0.0
        self._not_before = 0.0

    def hold(self, child: Held) -> None:
        """Until release(), if it may be held again yet."""
        now = self._loop.clock()
        if self._held is not None or now < self._not_before:
            return
        self._held, self._since = child, now
        child.hold()
        self._loop.after(MOST_S, lambda: self._expire(now))

    def release(self) -> None:
        """Nobody waits."""
        if self._held is not None:
            self._held.release()
            now = self._loop.clock()
            self._not_before = now + GO_ON * (now - self._since)
            self._held = None

    def _expire(self, since: float) -> None:
        if self._since == since:
            self.release()
