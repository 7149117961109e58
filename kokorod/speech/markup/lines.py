# pure: no socket, thread or clock.
"""What a line of Markdown is: by its first characters and by what came before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

_FENCE: Final = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)\Z")
_HEADING: Final = re.compile(r" {0,3}#{1,6}(?:[ \t]+|\Z)")
_UNDERLINE: Final = re.compile(r" {0,3}(?:=+|-+)[ \t]*\Z")
_RULE: Final = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})\Z")
_ITEM: Final = re.compile(
    r"[ \t]{0,64}(?P<mark>[-*+]|\d{1,9}[.)])(?:[ \t]+|\Z)(?:\[[ xX]\][ \t]+)?"
)
_QUOTE: Final = re.compile(r" {0,3}>[ ]?")
_INDENTED: Final = re.compile(r"(?: {4}|\t)")
_DELIMITERS: Final = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?)?[ \t]*\Z")
_DEFINITION: Final = re.compile(r" {0,3}\[(?!\^)[^\]]{1,200}\]:[ \t]*\S")
_FOOTNOTE: Final = re.compile(r" {0,3}\[\^[^\]]{1,60}\]:[ \t]*")
_COMMENT: Final = re.compile(r"[ \t]*<!--")
_DROPPED: Final = re.compile(r"[ \t]*<(script|style|svg|template)\b", re.IGNORECASE)
_ROW: Final = re.compile(r"[^|]*\|")
_STRUCTURAL: Final = re.compile(r"[ \t]*(?:[#`~|<>\[=]|[-*+_]{2}|\d{1,9}[.)]?\Z)| {4}|\t")


class State(Enum):
    """What came before the line that is looked at."""

    START = auto()  # nothing
    GAP = auto()  # an empty line, or code by indentation
    AFTER = auto()  # the end of a block, or a line without anything to say
    TEXT = auto()  # a line of the block that is open
    INSIDE = auto()  # the beginning of this line, which is text of the open block
    TABLE = auto()  # a row
    SKIP = auto()  # the beginning of what is left out until a line that ends it


_ALWAYS: Final = frozenset({State.START, State.GAP, State.AFTER, State.TEXT, State.TABLE})
_OPEN: Final = frozenset({State.TEXT})
_CLOSED: Final = _ALWAYS - _OPEN


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end, from `start` of the source on; whole: its end has come."""

    text: str
    start: int
    whole: bool = True

    def after(self, position: int) -> Line:
        return Line(self.text[position:], self.start + position, self.whole)


class LineKind(Enum):
    FENCE = auto()
    UNDERLINE = auto()
    DELIMITERS = auto()
    ROW = auto()
    RULE = auto()
    HEADING = auto()
    ITEM = auto()
    FOOTNOTE = auto()
    COMMENT = auto()
    DROPPED = auto()
    INDENTED = auto()
    DEFINITION = auto()


#: The kinds of line in the order in which they are tried, and the states in which they can
#: be one; a line of no kind is text.
_LINES: Final = (
    (LineKind.FENCE, _FENCE, _ALWAYS),
    (LineKind.UNDERLINE, _UNDERLINE, _OPEN),
    (LineKind.DELIMITERS, _DELIMITERS, _OPEN),
    (LineKind.ROW, _ROW, frozenset({State.TABLE})),
    (LineKind.RULE, _RULE, _ALWAYS),
    (LineKind.HEADING, _HEADING, _ALWAYS),
    (LineKind.ITEM, _ITEM, _ALWAYS),
    (LineKind.FOOTNOTE, _FOOTNOTE, _ALWAYS),
    (LineKind.COMMENT, _COMMENT, _ALWAYS),
    (LineKind.DROPPED, _DROPPED, _ALWAYS),
    (LineKind.INDENTED, _INDENTED, frozenset({State.START, State.GAP})),
    (LineKind.DEFINITION, _DEFINITION, _CLOSED),
)


def kind_of(text: str, state: State) -> tuple[LineKind, re.Match[str]] | None:
    """The kind of a line without its end, and what its pattern found; None: text."""
    for kind, pattern, states in _LINES:
        if state in states and (found := pattern.match(text)):
            return kind, found
    return None


def may_be_more(text: str) -> bool:
    """Whether a line that begins so may be more than text."""
    return _STRUCTURAL.match(text) is not None or "|" in text


def may_be_item(text: str) -> bool:
    """Whether a line that begins so may be an item of a list."""
    return _ITEM.match(text) is not None


def quote_end(text: str) -> int:
    """Where the text begins behind the signs of a quotation."""
    end = 0
    for _ in range(16):
        mark = _QUOTE.match(text, end)
        if not mark:
            break
        end = mark.end()
    return end
