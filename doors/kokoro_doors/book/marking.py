# pure: no I/O, no threads.
"""The text of an XHTML page wrapped where it stands, so that a reading system can light it up.

Owns:       nothing of the page: what comes out is its source with <span id> put in.
Invariants: a span is inside one piece of text, so whatever well-formed page stays well-formed.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from .blocks import Block, PageReader

#: Where no span may stand.
_WITHOUT_SPANS = frozenset(("math", "textarea", "option", "title"))


@dataclass(frozen=True, slots=True)
class Place:
    """A character of a paragraph: its source, and which run of text without tags it stands in."""

    start: int
    end: int
    run: int


@dataclass(frozen=True, slots=True)
class MarkedBlock:
    """A paragraph, and the place of each of its characters that is no blank; None: no span may
    be there."""

    block: Block
    places: tuple[Place | None, ...]


def mark_page(source: str, alt: bool = False) -> list[MarkedBlock]:
    """The paragraphs that read_page() finds. Raises BookError if it nests too deep."""
    reader = _Marker(source, alt)
    reader.feed(source)
    reader.close()
    reader.end_block()
    return reader.marked


def with_spans(source: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """The page with spans (start, end, id) put in; they are in order and do not overlap."""
    pieces, at = [], 0
    for start, end, name in spans:
        pieces += [source[at:start], f'<span id="{name}">', source[start:end], "</span>"]
        at = end
    return "".join((*pieces, source[at:]))


class _Marker(PageReader):
    def __init__(self, source: str, alt: bool) -> None:
        super().__init__(alt)
        self.convert_charrefs = False
        self.marked: list[MarkedBlock] = []
        self._source = source
        self._lines = [0, *accumulate(len(line) + 1 for line in source.split("\n"))]
        self._run = 0
        self._forbidden = 0
        self._places: list[tuple[int, int, int, bool]] = []  # beside each piece of text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._run += 1
        self._forbidden += tag in _WITHOUT_SPANS
        super().handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._run += 1
        super().handle_endtag(tag)
        self._forbidden = max(0, self._forbidden - (tag in _WITHOUT_SPANS))

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name}")

    def handle_comment(self, data: str) -> None:
        self._run += 1

    def unknown_decl(self, data: str) -> None:
        self._run += 1
        self._forbidden += 1  # CDATA: a tag in it would be text
        super().unknown_decl(data)
        self._forbidden -= 1

    def _reference(self, written: str) -> None:
        at = self._at()
        closed = self._source.startswith(f"{written};", at)
        self.handle_data(html.unescape(f"{written};" if closed else written))
        if self._places and self._places[-1][0] == at:
            _, _, run, allowed = self._places[-1]
            self._places[-1] = (at, len(written) + closed, run, allowed)

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _add(self, text: str, seen: bool = True) -> None:
        super()._add(text, seen)
        self._places.append((self._at(), len(text), self._run, seen and not self._forbidden))

    def _drop(self, at: int) -> None:
        super()._drop(at)
        del self._places[at:]

    def end_block(self) -> None:
        places: list[Place | None] = []
        for text, (start, length, run, allowed) in zip(self._text, self._places, strict=True):
            whole = length != len(text)  # a reference: its characters have one source
            for number, char in enumerate(text):
                if char.isspace():
                    continue
                begin = start if whole else start + number
                end = start + length if whole else begin + 1
                places.append(Place(begin, end, run) if allowed else None)
        before = len(self.page.blocks)
        super().end_block()
        self._places.clear()
        self.marked += [MarkedBlock(b, tuple(places)) for b in self.page.blocks[before:]]
