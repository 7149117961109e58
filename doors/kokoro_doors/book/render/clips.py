# pure: no I/O, no threads.
"""What of a paragraph is heard when: sentence by sentence, or word by word.

Characters are counted without blanks, so that a paragraph of a page, however it is laid out, and
the text that was spoken for it have the same numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Final

from .files import SpokenChapter
from .plan import Part
from .work import Spoken, Word

_ENDS: Final = re.compile(r"[.!?…。！？]")
_LAST_BLANK: Final = re.compile(r"\s(?=\S*$)")


@dataclass(frozen=True, slots=True)
class Clip:
    """Characters first to last of a paragraph that are no blanks, heard from begin_s to end_s of
    the chapter; its pauses are in none."""

    first: int
    last: int
    begin_s: float
    end_s: float


def clips_of(one: SpokenChapter, lengths: Sequence[int], words: bool) -> Iterator[list[Clip]]:
    """The clips of each paragraph of a chapter. lengths: its characters without blanks; if what was
    said for it is not what is written, it is one clip. words: each word is a clip.
    """
    for number, group in groupby(one.placed(), lambda placed: placed[0].paragraph):
        placed = list(group)
        written = sum(_solid(part.text)[-1] for part, _, _ in placed)
        if written != lengths[number]:
            last = placed[-1]
            end_s = last[2] + last[1].seconds
            yield [Clip(0, lengths[number], placed[0][2], end_s)] * bool(lengths[number])
            continue
        clips: list[Clip] = []
        before = 0
        for part, spoken, at_s in placed:
            clips += _clips(part, spoken, at_s, before, words)
            before += _solid(part.text)[-1]
        yield clips


def _clips(part: Part, spoken: Spoken, at_s: float, before: int, words: bool) -> Iterator[Clip]:
    text, solid = part.text, _solid(part.text)
    heard = _joined(spoken.words)
    begin = 0
    first_s: float | None = None
    for number, word in enumerate(heard):
        first_s = word.start_s if first_s is None else first_s
        end, stops = len(text), True
        if number + 1 < len(heard):
            end, stops = _edge(text, word.end, heard[number + 1].start)
        if not (words or stops):
            continue
        if solid[end] > solid[begin]:
            first, last = before + solid[begin], before + solid[end]
            yield Clip(first, last, at_s + first_s, at_s + word.end_s)
        begin, first_s = end, None


def _edge(text: str, end: int, start: int) -> tuple[int, bool]:
    """Between two words: the first character of the second, its opening marks included, and
    whether a sentence ends there."""
    between = text[end:start]
    blank = _LAST_BLANK.search(between)
    edge = end + blank.end() if blank else start
    return edge, blank is not None and _ENDS.search(text[max(0, end - 1) : edge]) is not None


def _joined(words: Sequence[Word]) -> list[Word]:
    """In the order of the text, each place once: a word that two segments share comes twice."""
    found: list[Word] = []
    for word in words:
        if found and word.start < found[-1].end:
            last = found[-1]
            found[-1] = Word(last.start, max(last.end, word.end), last.start_s, word.end_s)
        else:
            found.append(word)
    return found


def _solid(text: str) -> list[int]:
    """How many characters that are no blanks stand before each place, the end included."""
    return list(accumulate((not char.isspace() for char in text), initial=0))
