# pure: no I/O, no threads.
"""Lines of text on pages as paragraphs: no running heads, no page numbers, no hyphens of line ends.

A page only says which characters stand where. What is a paragraph is told by what a reader sees:
an indent, a gap, a short last line, larger type.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from .blocks import Block

#: Lines at the top and at the bottom of a page that may be a head or a number.
_EDGE: Final = 2
#: Pages on which the same one stands.
_OFTEN: Final = 3

#: Of the usual step between lines: what is more parts paragraphs.
_GAP: Final = 1.4
#: Of the size of the type: an indent is at least so wide, and a new column farther.
_INDENT: Final = 0.6
_COLUMN: Final = 6.0
#: Of the usual number of characters: a line that ends a sentence and is shorter is the last.
_SHORT: Final = 0.75
#: Of the usual size: larger type is a heading.
_LARGE: Final = 1.15
_HEADING_CHARS: Final = 120

_NUMBER: Final = re.compile(
    r"\W*(?:page\s+)?(?:\d{1,5}|[ivxlc]{1,7})(?:\s*(?:/|of)\s*\d{1,5})?\W*", re.IGNORECASE
)
_SENTENCE: Final = re.compile(r"[.!?…:][\"'”’»)\]]*$")
_HYPHEN: Final = re.compile(r"\w[-‐\u00ad]$")
_COMPOUND: Final = re.compile(r"\w+-\w+")
_LIGATURES: Final = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)


@dataclass(frozen=True, slots=True)
class Line:
    """x, y: where it begins, in points, y upward; size: of its type."""

    x: float
    y: float
    size: float
    text: str


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """A paragraph, and the page it begins on, from 0."""

    block: Block
    page: int


def read_lines(pages: Sequence[Sequence[Line]]) -> list[PlacedBlock]:
    """The paragraphs of all pages, in the order of their lines."""
    bare = [[line for line in page if line.text.strip()] for page in pages]
    body = [(number, line) for number, page in enumerate(_without_heads(bare)) for line in page]
    if not body:
        return []
    usual = _Usual.of([line for _, line in body])
    compounds = frozenset(
        found[0].lower() for _, line in body for found in _COMPOUND.finditer(line.text)
    )
    blocks: list[PlacedBlock] = []
    part: list[Line] = []
    began = body[0][0]
    for (_, last), (number, line) in pairwise([(body[0][0], body[0][1]), *body]):
        if part and usual.parts(last, line, part):
            blocks.append(PlacedBlock(usual.block(part, compounds), began))
            part = []
        if not part:
            began = number
        part.append(line)
    return [*blocks, PlacedBlock(usual.block(part, compounds), began)]


@dataclass(frozen=True, slots=True)
class _Usual:
    """What most lines are like: the size of their type, the step to the next, their characters."""

    size: float
    step: float
    chars: float

    @classmethod
    def of(cls, lines: Sequence[Line]) -> _Usual:
        size = median(line.size for line in lines for _ in range(1 + len(line.text) // 20))
        steps = [one.y - two.y for one, two in pairwise(lines) if 0 < one.y - two.y < 3 * size]
        lengths = sorted(len(line.text) for line in lines)
        # Of full lines: half of them are no shorter than that.
        return cls(size, median(steps) if steps else 1.2 * size, lengths[len(lengths) * 2 // 3])

    def is_heading(self, line: Line) -> bool:
        return line.size >= _LARGE * self.size

    def parts(self, last: Line, line: Line, part: Sequence[Line]) -> bool:
        """Whether a paragraph ends between two lines."""
        if self.is_heading(last) != self.is_heading(line):
            return True
        down, right = last.y - line.y, line.x - last.x
        ended = _SENTENCE.search(last.text.rstrip()) is not None
        if ended and len(last.text) < _SHORT * self.chars:
            return True
        if down < 0 or right > _COLUMN * line.size:
            return False  # another page or column
        if down > _GAP * max(self.step, 1.2 * min(last.size, line.size)):
            return True
        # The second line of a paragraph stands left of the first, no other right of it.
        return down > 0 and right > _INDENT * line.size and (ended or len(part) > 1)

    def block(self, part: Sequence[Line], compounds: frozenset[str]) -> Block:
        text = ""
        for line in part:
            said = " ".join(line.text.translate(_LIGATURES).split())
            text = _joined(text, said, compounds) if text else said
        return Block(text, self.is_heading(part[0]) and len(text) <= _HEADING_CHARS)


def _joined(text: str, line: str, compounds: frozenset[str]) -> str:
    if not _HYPHEN.search(text) or not line[0].isalpha():
        return f"{text} {line}"
    before = re.split(r"\W", text[:-1])[-1]
    after = re.split(r"\W", line)[0]
    if line[0].isupper() or f"{before}-{after}".lower() in compounds:
        return f"{text[:-1]}-{line}"
    return text[:-1] + line


def _without_heads(pages: Sequence[Sequence[Line]]) -> Iterator[list[Line]]:
    counted = Counter(
        shown for page in pages for shown in {_shown(line) for line in _edges(page)} if shown
    )
    for page in pages:
        heads = {
            id(line)
            for line in _edges(page)
            if _NUMBER.fullmatch(line.text) or counted[_shown(line)] >= _OFTEN
        }
        yield [line for line in page if id(line) not in heads]


def _edges(page: Sequence[Line]) -> list[Line]:
    """The lines at its top and bottom, however they are ordered."""
    heights = sorted({round(line.y) for line in page})
    edge = {*heights[:_EDGE], *heights[-_EDGE:]}
    return [line for line in page if round(line.y) in edge]


def _shown(line: Line) -> str:
    """Without what changes from page to page."""
    return re.sub(r"[\W\d_]+", " ", line.text).strip().lower()
