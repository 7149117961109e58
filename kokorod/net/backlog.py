# loop: runs on the one selector thread.
"""What is queued for all peers together.

Owns:       the sum of their queues.
Invariants: it is at most MOST after each answer that is queued: the longest queue goes before
            memory does, with its connection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

#: Each peer has a limit of its own; a thousand that ask and never read are to be bounded too.
MOST: Final = 64 * 1024 * 1024


class Backlog:
    def __init__(self, most: int = MOST) -> None:
        self.bytes = 0
        #: Drops a connection with what is queued for it; False: there is none to drop.
        self.relieve: Callable[[], bool] = lambda: False
        self._most = most

    def add(self, count: int) -> None:
        """So much more is queued."""
        self.bytes += count
        while self.bytes > self._most and self.relieve():
            pass

    def take(self, count: int) -> None:
        """So much was sent, or is not to be sent any more."""
        self.bytes -= count
