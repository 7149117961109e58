"""A terminal that notes when something was written to it, and what was highlighted.

Owns:       the pseudo-terminal, the thread that reads from it.
Invariants: what is written is read at once, so that who writes never waits.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
import termios
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

#: A common terminal's: rows, columns.
_SIZE: Final = (24, 80)

_CHUNK: Final = 65536
_JOIN_S: Final = 5.0

#: SGR 7 is reversed, with or without other attributes; 0 ends it (ECMA-48).
_HIGHLIGHT: Final = re.compile(r"\033\[(?:\d+;)*7(?:;\d+)*m(.*?)\033\[0?m", re.S)


@dataclass(frozen=True, slots=True)
class Highlight:
    """What stood there reversed, and when the terminal had it: CLOCK_MONOTONIC, s."""

    text: str
    at: float


class Terminal:
    def __init__(self) -> None:
        self._master, self.slave = os.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", *_SIZE, 0, 0))
        self._written: list[tuple[float, bytes]] = []
        self._thread = threading.Thread(target=self._read, name="bench-terminal", daemon=True)
        self._thread.start()

    def close(self) -> list[tuple[float, bytes]]:
        """All that was written, as it came: (when, what). The writer must have ended."""
        os.close(self.slave)
        self._thread.join(_JOIN_S)
        os.close(self._master)
        return self._written

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, _CHUNK)
            except OSError:  # nobody has the other side open any more
                return
            if not data:
                return
            self._written.append((time.monotonic(), data))


def highlights(written: Iterable[tuple[float, bytes]]) -> list[Highlight]:
    """Every highlight, at the moment when the last of its characters had come."""
    ends: list[tuple[int, float]] = []
    text = b""
    for at, data in written:
        text += data
        ends.append((len(text), at))
    # Places count bytes: a chunk may end inside a character.
    found = []
    shown = text.decode(errors="replace")
    place = 0
    for match in _HIGHLIGHT.finditer(shown):
        place = len(shown[: match.end()].encode())
        found.append(Highlight(match[1], next(at for end, at in ends if end >= place)))
    return found
