"""A terminal as a program sees it: what was written, and what stands on it."""

from __future__ import annotations

import re

_PIECE = re.compile(r"\x1b\[(?P<numbers>[\d;]*)(?P<letter>[A-Za-z])|(?P<text>.)", re.DOTALL)


class Screen:
    """Understands CR, LF, CUU, EL, ED and SGR; anything else is an error.

    rows        every line that was ever on it, also those that have scrolled out
    marked      each stretch of text that was drawn highlighted, in order
    """

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.rows: list[str] = [""]
        self.marked: list[str] = []
        self.codes: set[str] = set()
        self._row = self._column = 0
        self._highlighted = False
        self._rest = ""

    def feed(self, data: str) -> None:
        data = self._rest + data
        cut = re.search(r"\x1b(?:\[[\d;]*)?$", data)
        self._rest = data[cut.start() :] if cut else ""
        for piece in _PIECE.finditer(data[: cut.start()] if cut else data):
            if piece["text"]:
                self._type(piece["text"])
            else:
                self._do(piece["letter"], piece["numbers"])

    @property
    def shown(self) -> list[str]:
        return [row.rstrip() for row in self.rows]

    def _type(self, char: str) -> None:
        if char == "\r":
            self._column = 0
        elif char == "\n":
            self._row += 1
            if self._row == len(self.rows):
                self.rows.append("")
        else:
            assert char.isprintable(), repr(char)
            assert self._column < self.columns, f"too wide: {self.rows[self._row]!r}"
            row = self.rows[self._row].ljust(self._column)
            self.rows[self._row] = row[: self._column] + char + row[self._column + 1 :]
            self._column += 1
            if self._highlighted:
                self.marked[-1] += char

    def _do(self, letter: str, numbers: str) -> None:
        match letter:
            case "A":
                self._row -= int(numbers or 1)
                assert self._row >= 0
            case "K":
                self.rows[self._row] = self.rows[self._row][: self._column]
            case "J":
                self.rows[self._row] = self.rows[self._row][: self._column]
                del self.rows[self._row + 1 :]
            case "m":
                self.codes.add(numbers)
                self._highlighted = numbers != "0"
                if self._highlighted:
                    self.marked.append("")
            case _:
                raise AssertionError(f"escape sequence {numbers}{letter}")
