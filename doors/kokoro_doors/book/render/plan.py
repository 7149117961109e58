# pure: no I/O, no threads.
"""A book as parts: what is spoken at once, kept as one file, and not spoken again.

A part's key stands for all that decides its sound: the text, how it is read, the voice, the
speed, the model. So a change of the book speaks anew only what changed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from ..parts import Book, Chapter

#: Counted up when the same text would be asked for in another way.
_FORMAT: Final = 1

#: Characters of a part: two minutes of speech, which is what a kill costs at most.
MAX_CHARS: Final = 2_000

#: Of a part in Markdown, whose blocks lose their meaning if they are cut.
_MAX_MARKDOWN_CHARS: Final = 100_000

#: Seconds of silence: before a chapter and after it, and between what stands in it. The daemon's
#: own pauses between sentences and paragraphs (docs/reading.md) are the last two.
LEAD_S: Final = 0.5
_CHAPTER_S: Final = 1.5
_HEADING_S: Final = 0.9
_PARAGRAPH_S: Final = 0.6
_SENTENCE_S: Final = 0.25

_SENTENCE: Final = re.compile(r"[.!?…][\"'”’»)\]]*(?=\s)|[。！？][」』”）]*")
_CLAUSE: Final = re.compile(r"[,;:—–)、；：](?=\s)|[、；：，]")
_SPACE: Final = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Manner:
    """What decides the sound beside the text. voice, engine and model: as the daemon names them."""

    voice: str
    speed: float
    lang: str
    engine: str
    model: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Part:
    """What is spoken at once, and the seconds of silence after it.

    paragraph: of its chapter, from 0.
    """

    text: str
    key: str
    pause_s: float
    paragraph: int


@dataclass(frozen=True, slots=True)
class PlannedChapter:
    """number: in the book, from 1."""

    number: int
    title: str
    parts: tuple[Part, ...]


def plan_of(book: Book, manner: Manner) -> list[PlannedChapter]:
    return [
        PlannedChapter(number, chapter.title, tuple(_parts(chapter, book.markup, manner)))
        for number, chapter in enumerate(book.chapters, 1)
    ]


def key_of(text: str, markup: str, manner: Manner) -> str:
    said = json.dumps([_FORMAT, text, markup, manner.as_json()], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _parts(chapter: Chapter, markup: str, manner: Manner) -> Iterator[Part]:
    last = len(chapter.paragraphs) - 1
    most = _MAX_MARKDOWN_CHARS if markup == "markdown" else MAX_CHARS
    for number, paragraph in enumerate(chapter.paragraphs):
        after_s = _HEADING_S if number in chapter.headings else _PARAGRAPH_S
        if number == last:
            after_s = _CHAPTER_S
        found = list(pieces(paragraph, most))
        for piece in found[:-1]:
            pause_s = _SENTENCE_S if _SENTENCE.search(f"{piece[-4:]} ") else 0.0
            yield Part(piece, key_of(piece, markup, manner), pause_s, number)
        for piece in found[-1:]:
            yield Part(piece, key_of(piece, markup, manner), after_s, number)


def pieces(text: str, most: int) -> Iterator[str]:
    """`text` in pieces of at most `most` characters, cut where a sentence ends if that can be."""
    start = 0
    while len(text) - start > most:
        end = _cut(text, start, most)
        if piece := text[start:end].strip():
            yield piece
        start = end
    if rest := text[start:].strip():
        yield rest


def _cut(text: str, start: int, most: int) -> int:
    """Where a piece that begins at `start` ends: in its second half if a mark is there."""
    last = start + most
    for mark in (_SENTENCE, _CLAUSE, _SPACE):
        # One more is looked at: a mark is one by the blank behind it.
        found = [one.end() for one in mark.finditer(text, start + most // 2, last + 1)]
        if ends := [end for end in found if start < end <= last]:
            return ends[-1]
    return last
