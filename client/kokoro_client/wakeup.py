"""Waiting for another thread, so that Ctrl-C can come between any two steps.

KeyboardInterrupt is raised in the main thread wherever it stands, also inside the methods
of threading.Condition, which are Python: it may then keep its lock forever. A
Wakeup has no lock of its own; SimpleQueue's is in C and out of reach.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final

#: A notification can be lost with the waiter that Ctrl-C takes away. The others look at least
#: this often.
_LOOK_S: Final = 1.0


class Wakeup:
    """Notified by whoever made a condition true; each waiter looks for itself."""

    def __init__(self) -> None:
        self._notified: SimpleQueue[None] = SimpleQueue()

    def notify(self) -> None:
        """Let a waiter look again. Never waits; takes no lock."""
        if self._notified.empty():
            self._notified.put(None)

    def wait_for(self, condition: Callable[[], bool], timeout: float | None) -> bool:
        """Wait until `condition` is true; False after `timeout` s. It must be cheap."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not condition():
            left = _LOOK_S if deadline is None else min(_LOOK_S, deadline - time.monotonic())
            if left <= 0:
                return False
            with suppress(Empty):
                self._notified.get(timeout=left)
        self.notify()  # for the next waiter: one notification wakes one
        return True
