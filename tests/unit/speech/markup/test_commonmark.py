"""CommonMark's own examples: the words read are those of the page, code aside."""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser
from itertools import groupby
from typing import Final

import pytest
from support.paths import CASES
from support.untraced import untraced

from kokorod.speech.markup.fragments import Fragment, FragmentKind
from kokorod.speech.markup.markdown import MarkdownReader, read_markdown

EXAMPLES: Final = json.loads((CASES / "commonmark/examples.json").read_text("utf-8"))
SECTIONS: Final = {
    name: list(examples)
    for name, examples in groupby(
        sorted(EXAMPLES, key=lambda e: e["section"]), lambda e: e["section"]
    )
}
#: Examples that are read otherwise, and why.
OTHERWISE: Final = {
    356: "5*6*78 is a product",
    # A label in brackets behind a text in brackets: the definition may come after it is spoken.
    545: "the label of a link that is never defined is not read",
    569: "the label of a link that is never defined is not read",
    570: "whose label is whose depends on definitions that follow",
    571: "the label of a link that is never defined is not read",
}
_WORD: Final = re.compile(r"[^\W_]+")
_INLINE: Final = frozenset({"em", "strong", "a", "code", "del", "b", "i", "img"})
_UNSEEN: Final = frozenset({"script", "style"})


class Page(HTMLParser):
    """The text of a page, code blocks aside."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._unseen = 0
        # Code blocks of Markdown have no attribute; <pre> in the examples' own HTML is text.
        self.feed(re.sub(r"<pre><code( class=\"[^\"]*\")?>.*?</code></pre>", "", page, flags=re.S))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        self.seen.append("" if tag in _INLINE else " ")
        if tag == "img":
            self.seen.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN
        self.seen.append("" if tag in _INLINE else " ")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.seen.append(data)


def words_read(fragments: list[Fragment], source: str) -> list[str]:
    """Words of fragments, but for code and the numbers of items, which HTML does not write."""
    parts = []
    for fragment in fragments:
        if fragment.kind is FragmentKind.CODE:
            continue
        text = fragment.text
        if fragment.kind is FragmentKind.ITEM:
            begin = fragment.spans[0].start
            number = re.match(r"\d{1,9}(?=[.)](?:\s|\Z))", source[begin:])
            text = text[len(number.group()) :] if number else text
        parts.append(text)
    return _WORD.findall(" ".join(parts))


def in_pieces(text: str, size: int) -> list[Fragment]:
    reader = MarkdownReader()
    fragments: list[Fragment] = []
    for start in range(0, len(text), size):
        fragments += reader.feed(text[start : start + size])
    return fragments + reader.feed("", final=True)


@cache
def words_read_whole(text: str) -> list[str]:
    return words_read(read_markdown(text), text)


@pytest.mark.parametrize("section", SECTIONS)
def test_the_words_of_an_example_are_those_of_its_page(section: str) -> None:
    other = {}
    for example in SECTIONS[section]:
        text = example["markdown"]
        said, seen = (
            words_read(read_markdown(text), text),
            _WORD.findall("".join(Page(example["html"]).seen)),
        )
        if said != seen:
            other[example["example"]] = said
    assert other.keys() == OTHERWISE.keys() & {e["example"] for e in SECTIONS[section]}, other


@pytest.mark.parametrize("size", range(1, 8))
def test_examples_that_arrive_in_pieces_are_read_the_same(size: int) -> None:
    with untraced():  # read whole, line by line, above
        for example in EXAMPLES:
            text = example["markdown"]
            assert words_read(in_pieces(text, size), text) == words_read_whole(text), example


def test_every_word_of_an_example_has_its_place() -> None:
    for example in EXAMPLES:
        text = example["markdown"]
        for fragment in read_markdown(text):
            for span in fragment.spans:
                if span.exact and fragment.kind is not FragmentKind.CODE:
                    written = text[span.start : span.end]
                    # A line's end is a space, the mark of "1)" a full stop.
                    pairs = zip(span.text, written, strict=True)
                    assert all(c == w or c in " ." for c, w in pairs), (example, span)
