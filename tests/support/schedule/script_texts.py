"""Random texts for the planner; their phonemes are the text itself, so that spans can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

from kokorod.types import Sentence, Word

LETTERS = "abdefhijklmnopstuvwz"

#: Ordinary words, and now and then one that is longer than any segment.
words = st.one_of(
    st.text(LETTERS, min_size=1, max_size=12),
    st.text(LETTERS, min_size=1, max_size=12),
    st.text(LETTERS, min_size=13, max_size=420),
)


@dataclass(frozen=True)
class Written:
    """A word and the mark that follows it."""

    word: str
    mark: str


written = st.builds(Written, words, st.sampled_from(["", "", "", "", ",", ";", ":", " —", "."]))


@dataclass(frozen=True)
class Line:
    """A sentence before it has a place in a text."""

    words: tuple[Written, ...]
    end: str
    pause_s: float | None
    has_words: bool  # false: the front end could not pair written with spoken words


lines = st.builds(
    Line,
    st.lists(written, max_size=25).map(tuple),
    st.sampled_from([".", "?", "!", "", "…"]),
    st.sampled_from([None, None, None, None, None, 0.0, 0.7]),
    st.sampled_from([True, True, True, False]),
)


def placed(drawn: list[Line]) -> list[Sentence]:
    """The sentences in one text, a space between two of them."""
    sentences: list[Sentence] = []
    start = 0
    for line in drawn:
        text = ""
        ranges: list[tuple[int, int]] = []
        for item in line.words:
            text += " " if text else ""
            ranges.append((len(text), len(text) + len(item.word)))
            text += item.word + item.mark
        text += line.end
        found = tuple(Word(start + a, start + b, a, b) for a, b in ranges)
        sentences.append(
            Sentence(
                start,
                start + len(text),
                text,
                text,
                found if line.has_words else (),
                line.pause_s,
            )
        )
        start += len(text) + 1
    return sentences


texts = st.lists(lines, max_size=12).map(placed)


def ordered(places: list[int]) -> bool:
    return all(a <= b for a, b in pairwise(places))
