# pure: no socket, thread or clock.
"""PCM by its position, from when it was written until it will not be heard again.

Owns:       the bytes that may still be played, or played again after a pause or a seek.
Invariants: what is kept ends where what was added ends; positions only count up.
"""

from __future__ import annotations

#: Bytes that may lie behind `forget` before they are moved out: 1.4 s at 24 kHz. Moving
#: costs as much as what is left.
_LAZY = 64 * 1024


class PlayBuffer:
    """Positions are bytes from the first that was ever added."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._first = 0
        self._forgotten = 0

    @property
    def first(self) -> int:
        """The first byte that may still be read."""
        return self._forgotten

    @property
    def end(self) -> int:
        """One past the last byte that was added."""
        return self._first + len(self._bytes)

    def add(self, pcm: bytes) -> None:
        self._bytes += pcm

    def read(self, at: int, count: int) -> bytes:
        """At most `count` bytes from `at`, which must not have been forgotten."""
        assert at >= self._forgotten, f"{at} is forgotten"
        begin = at - self._first
        return bytes(self._bytes[begin : begin + count])

    def forget(self, before: int) -> None:
        """What stands before this position will not be read again."""
        self._forgotten = max(self._forgotten, before)
        if self._forgotten - self._first >= _LAZY:
            del self._bytes[: self._forgotten - self._first]
            self._first = self._forgotten
