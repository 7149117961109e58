# lane: used by the speech thread only.
"""The reader of one request's text: arriving characters in, sentences out.

Owns:       the text that has arrived and is not read yet.
Invariants: a sentence's span is counted in characters of the whole request's text;
            each call reads a bounded piece, so a long text begins as fast as a short one.
Never:      gives out a sentence whose end may still change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..types import Sentence, TextState
from .sentences import SentenceSplitter

#: Turns one sentence's text and its offset into a Sentence (see thread.py).
Say = Callable[[str, int], Sentence]

#: Phonemes after which a reading pauses: one long segment. The next call goes on.
_ENOUGH: Final = 150

#: Sentences looked at in one call, for texts in which most have nothing to say.
_MOST_SENTENCES: Final = 200

#: Read text is forgotten in pieces of this size: slicing at every sentence would make
#: a long text quadratic.
_FORGET: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reading:
    """Sentences in order, and whether more can be read."""

    sentences: list[Sentence]
    state: TextState


class Reader:
    def __init__(self, say: Say, lang: str) -> None:
        self._say = say
        self._splitter = SentenceSplitter(lang)
        self._text = ""
        self._base = 0
        self._final = False

    def feed(self, text: str, final: bool) -> None:
        """Append text; after final=True no more may come."""
        self._text += text
        self._final = self._final or final
        self._splitter.feed(text, self._final)

    def read(self) -> Reading:
        """The next sentences, about one long segment of them."""
        sentences: list[Sentence] = []
        amount = 0
        for _ in range(_MOST_SENTENCES):
            span = self._splitter.next()
            if span is None:
                return Reading(sentences, TextState.END if self._final else TextState.WAITING)
            start, end = span
            sentence = self._say(self._text[start - self._base : end - self._base], start)
            self._forget(end)
            sentences.append(sentence)
            amount += len(sentence.phonemes or sentence.spoken)
            if amount >= _ENOUGH:
                break
        return Reading(sentences, TextState.MORE)

    def _forget(self, end: int) -> None:
        if end - self._base >= _FORGET:
            self._text = self._text[end - self._base :]
            self._base = end
