# pure: no socket, thread or clock.
"""Which asterisks, underlines and tildes are marks of emphasis: CommonMark 6.2."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: Runs looked back at for the other half: emphasis is never that deep.
_MOST_OPEN: Final = 64


@dataclass(slots=True)
class Run:
    """Equal marks side by side, as far as they have not been used.

    length  how many there were
    """

    sign: str
    start: int
    end: int
    length: int
    opens: bool
    closes: bool

    def pairs_with(self, opener: Run) -> bool:
        """Whether this closes what `opener` opens."""
        if opener.sign != self.sign:
            return False
        if (opener.closes or self.opens) and (opener.length + self.length) % 3 == 0:
            return opener.length % 3 == 0 and self.length % 3 == 0
        return True


def run_of(text: str, start: int, end: int) -> Run | None:
    """The run text[start:end]; None if it can be no mark at all."""
    sign = text[start]
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if sign == "*" and before.isdigit() and after.isdigit():
        return None  # 2*3*4: a product, not CommonMark's emphasis
    left = not after.isspace() and (not _punctuation(after) or _edge(before))
    right = not before.isspace() and (not _punctuation(before) or _edge(after))
    opens, closes = left, right
    if sign in "_=":  # snake_case, and a==b && c==d
        opens = left and (not right or _punctuation(before))
        closes = right and (not left or _punctuation(after))
    return Run(sign, start, end, end - start, opens, closes) if opens or closes else None


def _punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def _edge(char: str) -> bool:
    return char.isspace() or _punctuation(char)


def hide_pairs(runs: Sequence[Run], hidden: bytearray) -> None:
    """Mark in `hidden` the characters of the runs that are marks of emphasis."""
    openers: list[Run] = []
    for run in runs:
        while run.closes and run.start < run.end:
            for index in range(len(openers) - 1, -1, -1):
                if run.pairs_with(openers[index]):
                    break
            else:
                break
            opener = openers[index]
            width = min(opener.end - opener.start, run.end - run.start)
            if run.sign in "*_":
                width = min(width, 2)
            hidden[opener.end - width : opener.end] = b"\1" * width
            hidden[run.start : run.start + width] = b"\1" * width
            opener.end -= width
            run.start += width
            del openers[index + (opener.end > opener.start) :]
        if run.opens and run.start < run.end:
            openers.append(run)
            del openers[:-_MOST_OPEN]
