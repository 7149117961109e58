"""Waiting for another thread, so that Ctrl-C can come between any two steps.

KeyboardInterrupt is raised in the main thread wherever it stands, also inside the methods
of threading.Condition, which are Python: it may then keep its lock for ever. A bell
has no lock of its own; SimpleQueue's is in C and out of reach.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final

#: A ring can be lost with the waiter that Ctrl-C takes away. The others look at least
#: this often.
_LOOK_S: Final = 1.0


class Bell:
    """Rung by whoever made a condition true; each waiter looks for itself."""

    def __init__(self) -> None:
        self._rung: SimpleQueue[None] = SimpleQueue()

    def ring(self) -> None:
        """Let a waiter look again. Never waits; takes no lock."""
        if self._rung.empty():
            self._rung.put(None)

    def wait_for(self, condition: Callable[[], bool], timeout: float | None) -> bool:
        """Wait until `condition` is true; False after `timeout` s. It must be cheap."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not condition():
            left = _LOOK_S if deadline is None else min(_LOOK_S, deadline - time.monotonic())
            if left <= 0:
                return False
            with suppress(Empty):
                self._rung.get(timeout=left)
        self.ring()  # for the next waiter: one ring wakes one
        return True
