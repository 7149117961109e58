# worker: written to by the module's two threads.
"""Standard output: replies, and the events and the sound of the message that is being spoken.

Owns:       the descriptor, which message is current, whether it has begun.
Invariants: an event or a sound is of the current message, else it is dropped; each message has
            one BEGIN, then one of END, STOP and PAUSE, and nothing after that.
"""

from __future__ import annotations

import os
import threading

from . import protocol


class Stream:
    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lock = threading.Lock()
        self._current = 0
        self._last = 0
        self._begun = False

    def reply(self, text: str) -> None:
        with self._lock:
            self._write(text.encode())

    def open(self, text: str) -> int:
        """A message becomes the current one, and the reply to it is sent: its number."""
        with self._lock:
            if self._current:  # it would be an error of the server's; nothing hangs on it
                self._finish(protocol.STOP)
            self._write(text.encode())
            self._last += 1
            self._current, self._begun = self._last, False
            return self._current

    def is_current(self, number: int) -> bool:
        return self._current == number

    def event(self, number: int, data: bytes) -> bool:
        """Of a message: BEGIN goes before the first. False: it is over, and nothing was sent."""
        with self._lock:
            if self._current != number:
                return False
            self._begin()
            self._write(data)
            return True

    def finish(self, number: int, event: bytes) -> bool:
        """The last event of a message. False: it was over."""
        with self._lock:
            if self._current != number:
                return False
            self._finish(event)
            return True

    def break_off(self, event: bytes) -> bool:
        """The same for whichever is current, from another thread. False: none is."""
        with self._lock:
            if not self._current:
                return False
            self._finish(event)
            return True

    def _finish(self, event: bytes) -> None:
        self._begin()
        self._write(event)
        self._current = 0

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._write(protocol.BEGIN)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]
