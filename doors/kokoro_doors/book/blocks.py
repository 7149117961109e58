# pure: no I/O, no threads.
"""HTML and XHTML as paragraphs, without footnotes, page numbers and tables of contents.

The standard library's HTML parser takes what is broken, and knows no entities but HTML's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final, NamedTuple

from .parts import BookError, Chapter

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

#: What a link to a note shows, raised above the line or not: "[12]", "†" say so by themselves.
_RAISED: Final = re.compile(
    r"[\s\[\](]*(?:\d{1,4}|[ivxlc]{1,5}|[a-z]|[*†‡§¶#]{1,4})[\s\[\]).]*", re.IGNORECASE
)
_NOTE: Final = re.compile(r"\s*(?:\[(?:\d{1,4}|[a-z])\]|[*†‡§¶]{1,4})\s*", re.IGNORECASE)

#: No page nests deeper; unclosed tags must not cost the square of their number.
_MAX_DEPTH: Final = 512


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or heading; white space is one blank each."""

    text: str
    heading: bool = False


def chapter_of(title: str, blocks: Sequence[Block]) -> Chapter:
    headings = frozenset(number for number, block in enumerate(blocks) if block.heading)
    return Chapter(title, tuple(block.text for block in blocks), headings)


def cut_at_headings(blocks: list[Block], title: str) -> list[Chapter]:
    """A chapter begins at each heading that follows something else."""
    chapters: list[Chapter] = []
    part: list[Block] = []
    for block in [*blocks, Block("", heading=True)]:
        if (block.heading and any(not one.heading for one in part)) or not block.text:
            name = part[0].text if part and part[0].heading else title
            if part:
                chapters.append(chapter_of(name, part))
            part = []
        part.append(block)
    return chapters


@dataclass(slots=True)
class Page:
    """Paragraphs of one document; ids: name -> number of the paragraph at it."""

    blocks: list[Block] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)


def read_page(html: str, alt: bool = False) -> Page:
    """The paragraphs of `html`. Raises BookError if it nests too deep.

    alt: the texts that stand for pictures are read.
    """
    reader = PageReader(alt)
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


class _Open(NamedTuple):
    """An element that is not closed yet.

    left_out: nothing in it is read; link: it leads to a place in the book; block, at: paragraphs
    and pieces of text that were there before it.
    """

    tag: str
    left_out: bool
    link: bool
    block: int
    at: int


class PageReader(HTMLParser):
    """Feed it a page once, then take `page`; marking.py hears of each piece of text as well."""

    def __init__(self, alt: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._alt = alt
        self._open: list[_Open] = []
        self._left_out = 0
        self._text: list[str] = []
        self._heading = False
        self._last_link = (0, -1)  # where the last one began

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._open and self._open[-1].tag in _FOLLOWED.get(tag, "").split():
            self._close()
        self._break(tag)
        for name, value in attrs:
            if value and (name == "id" or (name == "name" and tag == "a")):
                self.page.ids.setdefault(value, len(self.page.blocks))
        if tag == "img" and self._alt and not self._left_out:
            self._say_picture(dict(attrs).get("alt") or "")
        if tag in _VOID:
            return
        if len(self._open) >= _MAX_DEPTH:
            raise BookError(f"a page nests deeper than {_MAX_DEPTH} elements")
        left_out = tag in _UNREAD or bool(kinds_of(attrs) & _LEFT_OUT)
        link = tag == "a" and "#" in (dict(attrs).get("href") or "")
        here = len(self.page.blocks), len(self._text)
        if link:
            self._last_link = here
        self._open.append(_Open(tag, left_out, link, *here))
        self._left_out += left_out
        self._heading = self._heading or (tag in _HEADINGS and not self._left_out)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not any(tag == one.tag for one in self._open):
            return
        while self._close() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self._add(data)

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
        closed = self._open[-1]
        self._break(closed.tag)
        self._open.pop()
        self._left_out -= closed.left_out
        if self._is_note(closed):
            self._drop(closed.at)
        return closed.tag

    def _say_picture(self, alt: str) -> None:
        alt = " ".join(alt.split())
        if alt:
            self._add(f"{alt} " if alt[-1] in ".!?…" else f"{alt}. ", seen=False)

    def _add(self, text: str, seen: bool = True) -> None:
        """seen: it stands on the page, and not in a tag."""
        self._text.append(text)

    def _drop(self, at: int) -> None:
        """The pieces of text from there on."""
        del self._text[at:]

    def _is_note(self, closed: _Open) -> bool:
        """Whether what closes only refers to a note, though the book does not mark it so."""
        if closed.block != len(self.page.blocks) or not (closed.link or closed.tag == "sup"):
            return False
        shown = "".join(self._text[closed.at :])
        if closed.link:
            return _NOTE.fullmatch(shown) is not None
        links = self._last_link >= (closed.block, closed.at) or any(one.link for one in self._open)
        return links and _RAISED.fullmatch(shown) is not None

    def _break(self, tag: str) -> None:
        """Before and after a block; what is left out ends no paragraph around it."""
        if self._left_out:
            return
        if tag in ("br", "img"):
            self._add(" ")
        elif tag not in _INLINE:
            self.end_block()
