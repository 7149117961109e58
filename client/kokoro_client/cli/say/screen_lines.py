# pure: no socket, thread or clock.
"""A text as lines of a terminal, of which one word is highlighted.

Owns:       where the line that is being spoken begins.
Invariants: each character of the source is one character of a line, so that a word's place
            in the one is its place in the other; a line is never wider than the terminal.
Never:      sends to the terminal what stands in the text but letters: no control character.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

#: Lines shown below the one that is spoken.
LINES_AHEAD: Final = 2

#: Longest line looked at, in characters: combining marks have no width.
_LINE_CHARS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """Characters start to end of the source, shown as `text`; the next line begins at `next`."""

    start: int
    end: int
    next: int
    text: str


class ScreenLines:
    """One text. `source(start, end)` gives its characters, as far as they are there."""

    def __init__(self, source: Callable[[int, int], str]) -> None:
        self._source = source
        self._start = 0

    @property
    def start(self) -> int:
        """The first character that is still needed."""
        return self._start

    def turn_to(self, place: int, columns: int) -> list[Line]:
        """Make the line with this character the current one; the lines that it leaves."""
        left = []
        while (line := self.line(columns)).next <= place and line.next > line.start:
            left.append(line)
            self._start = line.next
        return left

    def line(self, columns: int, number: int = 0) -> Line:
        """The current line, or one of those after it."""
        start = self._start
        for _ in range(number):
            start = self._line(start, columns).next
        return self._line(start, columns)

    def _line(self, start: int, columns: int) -> Line:
        text = self._source(start, start + _LINE_CHARS)
        width = 0
        space = -1
        for at, char in enumerate(text):
            if char == "\n":
                return Line(start, start + at, start + at + 1, _seen(text[:at]))
            width += width_of(char)
            if width > columns:
                if char == " ":
                    return Line(start, start + at, start + at + 1, _seen(text[:at]))
                end = space if space > 0 else max(at, 1)
                after = end + 1 if space > 0 else end
                return Line(start, start + end, start + after, _seen(text[:end]))
            if char == " ":
                space = at
        return Line(start, start + len(text), start + len(text), _seen(text))


def width_of(char: str) -> int:
    """Columns of a terminal that a character takes (Unicode Standard Annex 11)."""
    if char.isascii() or not char.isprintable():  # the latter is shown as a space
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _seen(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
