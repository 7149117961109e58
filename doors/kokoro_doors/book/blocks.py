# pure: no I/O, no threads.
"""HTML and XHTML as paragraphs, without footnotes, page numbers and tables of contents.

The standard library's HTML parser takes what is broken, and knows no entities but HTML's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from .parts import BookError

_INLINE: Final = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rb rp rt"
    " ruby s samp small span strike strong sub sup time tt u var wbr".split()
)
_VOID: Final = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()
)
_HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_UNREAD: Final = frozenset(("head", "script", "style", "svg", "template", "rp", "rt"))
#: Of epub:type, and of role with doc- before it.
_LEFT_OUT: Final = frozenset(
    (
        "noteref", "footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes",
        "pagebreak", "page-list", "pagelist", "toc", "landmarks",
    )
)  # fmt: skip
#: One that begins ends the one before it, if that is still open.
_FOLLOWED: Final = {"p": "p", "li": "li", "tr": "tr", "td": "td", "dd": "dt dd", "dt": "dt dd"}

#: No page nests deeper; unclosed tags must not cost the square of their number.
_MAX_DEPTH: Final = 512


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or heading; white space is one blank each."""

    text: str
    heading: bool = False


@dataclass(slots=True)
class Page:
    """Paragraphs of one document; ids: name -> number of the paragraph at it."""

    blocks: list[Block] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)


def read_page(html: str) -> Page:
    """The paragraphs of `html`. Raises BookError if it nests too deep."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_block()
    return reader.page


def kinds_of(attributes: Sequence[tuple[str, str | None]]) -> frozenset[str]:
    """What epub:type and role say of an element."""
    found: set[str] = set()
    for name, value in attributes:
        if name in ("epub:type", "role"):
            found.update(word.removeprefix("doc-") for word in (value or "").lower().split())
    return frozenset(found)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._open: list[tuple[str, bool]] = []  # tag, and whether it is left out
        self._left_out = 0
        self._text: list[str] = []
        self._heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._open and self._open[-1][0] in _FOLLOWED.get(tag, "").split():
            self._close()
        self._break(tag)
        for name, value in attrs:
            if value and (name == "id" or (name == "name" and tag == "a")):
                self.page.ids.setdefault(value, len(self.page.blocks))
        if tag in _VOID:
            return
        if len(self._open) >= _MAX_DEPTH:
            raise BookError(f"a page nests deeper than {_MAX_DEPTH} elements")
        left_out = tag in _UNREAD or bool(kinds_of(attrs) & _LEFT_OUT)
        self._open.append((tag, left_out))
        self._left_out += left_out
        self._heading = self._heading or (tag in _HEADINGS and not self._left_out)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not any(tag == name for name, _ in self._open):
            return
        while self._close() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self._text.append(data)

    def unknown_decl(self, data: str) -> None:
        if data.startswith("CDATA["):
            self.handle_data(data[len("CDATA[") :])

    def end_block(self) -> None:
        text = " ".join("".join(self._text).split())
        if text:
            self.page.blocks.append(Block(text, self._heading))
        self._text.clear()
        self._heading = False

    def _close(self) -> str:
        tag, left_out = self._open[-1]
        self._break(tag)
        self._open.pop()
        self._left_out -= left_out
        return tag

    def _break(self, tag: str) -> None:
        """Before and after a block; what is left out ends no paragraph around it."""
        if self._left_out:
            return
        if tag in ("br", "img"):
            self._text.append(" ")
        elif tag not in _INLINE:
            self.end_block()
