# worker: a thread with an inbox.
"""The thread behind a lane, the speech thread and priming: commands, one after the other.

Owns:       its thread and its inbox.
Invariants: commands are done in the order they came, on the one thread; at most `limit` of
            them wait; what a command raises is reported once and ends the thread unless it
            goes on; when the thread has ended, nothing of its owner is kept.
Never:      keeps the process alive: native code that hangs has nobody to wait for it.

The inbox is a SimpleQueue, whose put() may interrupt itself: a signal handler or a finalizer
that runs inside it and puts too does not deadlock, as it would with queue.Queue's lock.
It has no limit of its own; qsize() is exact enough since commands come from one thread.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Final

Command = Callable[[], None]

#: Of commands that raised, one after the other, or of failures to get one: it will not get better.
_MOST_IN_A_ROW: Final = 1_000


class InboxFullError(RuntimeError):
    """More commands wait than a thread that works can leave waiting: it hangs."""


def _nothing() -> None:
    pass


class Worker:
    def __init__(
        self,
        name: str,
        limit: int,
        crashed: Callable[[Exception], None],
        *,
        begin: Callable[[], bool] | None = None,
        idle: Command = _nothing,
        idle_s: float | None = None,
        end: Command = _nothing,
        goes_on: bool = False,
    ) -> None:
        """A thread called `name`, not started yet. All of these run on it:

        crashed  gets what the others or a command raised
        begin    comes first; False ends the thread
        idle     no command has come for idle_s seconds; once, until one comes
        end      comes last, however the thread ends

        With goes_on the thread does its next command after one that raised.
        """
        self._limit: Final = limit
        self._crashed = crashed
        self._begin = begin
        self._idle = idle
        self._idle_s = idle_s
        self._end = end
        self._goes_on = goes_on
        self._inbox: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    # -- for one thread, the loop's

    def start(self) -> None:
        """Begin; further calls do nothing."""
        if self._thread.ident is None:
            self._thread.start()

    def do(self, command: Command) -> None:
        """Have a command done. Raises InboxFullError."""
        if self._inbox.qsize() >= self._limit:
            name = self._thread.name
            raise InboxFullError(f"{self._limit} commands wait for the thread {name}: it hangs")
        self._inbox.put(command)

    @property
    def waiting(self) -> int:
        """Commands that wait."""
        return self._inbox.qsize()

    def close(self) -> None:
        """End the thread after what was asked of it."""
        self._inbox.put(None)

    def join(self, timeout: float) -> bool:
        """True if the thread has ended within `timeout` seconds, or never began."""
        if self._thread.ident is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # -- on the thread

    def _work(self) -> None:
        try:
            if self._begin is None or self._begin():
                self._serve()
        except Exception as error:  # noqa: BLE001 - a bug: whoever is told makes the thread anew
            self._crashed(error)
        finally:
            self._end()
            # The owner's methods, which know the owner, which knows this: a circle.
            del self._crashed, self._begin, self._idle, self._end

    def _serve(self) -> None:
        in_a_row = 0
        while in_a_row < _MOST_IN_A_ROW:
            try:
                if (command := self._next()) is None:
                    return
                command()
                in_a_row = 0
            except Exception as error:
                if not self._goes_on:
                    raise
                in_a_row += 1
                self._crashed(error)
            # It knows what it worked on, which is not to outlive it while nothing comes.
            command = None

    def _next(self) -> Command | None:
        try:
            return self._inbox.get(timeout=self._idle_s)
        except queue.Empty:
            self._idle()
            return self._inbox.get()
