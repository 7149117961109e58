# pure: no socket, thread or clock.
"""The walk over a text: at each place the first rule that matches says what is spoken.

Owns: the parts said so far, and which rule read them.
Invariants: the place only moves on; parts are in the order of the text.
Never: looks further than a rule's pattern, which bounds itself, so that the walk is
linear in the text's length.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from ..patterns import lazy_pattern


class Kind(IntEnum):
    """What a part is."""

    WORD = 0
    LETTERS = 1  # spelled out
    MARK = 2  # stands close to what is before it
    OPENING = 3  # a mark that stands close to what follows
    DASH = 4  # a mark with room on both sides


class Part(NamedTuple):
    """A word or mark to be spoken, and the characters [start, end) that it is read from."""

    text: str
    start: int
    end: int
    kind: Kind = Kind.WORD


class Cursor:
    """The state of one walk. `text` is cleaned; `british` chooses the reading of numbers
    and dates; `emoji` says whether emoji are named."""

    __slots__ = ("british", "emoji", "parts", "quoted", "runs", "text")

    def __init__(self, text: str, *, british: bool = False, emoji: bool = True) -> None:
        self.text = text
        self.british = british
        self.emoji = emoji
        self.parts: list[Part] = []
        #: (first part, the one after the last, name of the rule) of what rules have read.
        self.runs: list[tuple[int, int, str]] = []
        self.quoted = False

    def before(self, position: int, back: int = 1) -> str:
        """The word, number or mark written `back` places before `position`; "" if none."""
        left = self.text[max(0, position - 64) : position]
        if back == 1 and left:
            left = (left.rsplit(None, 1) or [""])[-1]
        found = _CHUNKS.findall(left)
        return found[-back] if len(found) >= back else ""

    def after(self, position: int) -> str:
        """The word, number or mark written from `position` on; "" at the end."""
        found = _NEXT.match(self.text, position)
        return found[1] if found else ""

    def left(self, position: int, size: int) -> str:
        """At most `size` characters before `position`."""
        return self.text[max(0, position - size) : position]

    def right(self, position: int, size: int) -> str:
        """At most `size` characters from `position` on."""
        return self.text[position : position + size]

    def around(self, start: int, end: int, back: int, ahead: int = 0) -> str:
        """What stands from `start` to `end`, with `back` characters before and `ahead` behind,
        as many as before if it is 0.
        """
        return self.text[max(0, start - back) : end + (ahead or back)]

    def ends(self, position: int) -> bool:
        """Whether only white space and closing marks follow."""
        return _TAIL.match(self.text, position) is not None


_CHUNKS: Final = lazy_pattern(r"[^\W_]+(?:['’][^\W_]+)*\.?|[^\w\s]")
_NEXT: Final = lazy_pattern(r"\s*([^\W_]+(?:['’][^\W_]+)*|[^\w\s])")
_TAIL: Final = lazy_pattern(r"[\s\"'”’»)\]}*_]{0,64}\Z")


class Upto(NamedTuple):
    """A reading that ends before its match does: what follows goes back to the walk."""

    parts: list[Part]
    end: int


def say(words: str, start: int, end: int) -> list[Part]:
    """Each word of `words` as a part that is read from [start, end)."""
    return [Part(word, start, end) for word in words.split()]


def spell(letters: str, start: int, end: int) -> list[Part]:
    """`letters`, spelled out."""
    return [Part(letters, start, end, Kind.LETTERS)]


def mark(text: str, start: int, end: int) -> list[Part]:
    """A closing mark."""
    return [Part(text, start, end, Kind.MARK)]
