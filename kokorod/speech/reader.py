# worker: used by the speech thread only.
"""The reader of one request's text: arriving characters in, sentences out.

Owns:       the source of its text (sources.py).
Invariants: each call reads a bounded fragment, so a long text begins as fast as a short one.
Never:      gives out a sentence whose end may still change, but in a lull.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..types import Reading, Sentence, TextState
from .markup.fragments import Fragment
from .markup.sources import Source

#: Turns one sentence into a Sentence (see frontend.py).
Say = Callable[[Fragment], Sentence]

#: Phonemes after which a reading pauses: one long segment. The next call goes on.
_ENOUGH: Final = 150

#: Sentences looked at in one call, for texts in which most have nothing to say.
_MOST_SENTENCES: Final = 200


class Reader:
    def __init__(self, source: Source, say: Say) -> None:
        self._source = source
        self._say = say
        self._final = False

    def feed(self, text: str, final: bool) -> None:
        """Append text; after final=True no more may come."""
        self._final = self._final or final
        self._source.feed(text, self._final)

    def lull(self) -> None:
        """The writer pauses: a sentence that looks whole may be read."""
        self._source.lull()

    def read(self) -> Reading:
        """The next sentences, about one long segment of them. Raises KokorodError."""
        sentences: list[Sentence] = []
        amount = 0
        for _ in range(_MOST_SENTENCES):
            fragment = self._source.next()
            if fragment is None:
                return Reading(sentences, TextState.END if self._final else TextState.WAITING)
            sentence = self._say(fragment)
            sentences.append(sentence)
            amount += len(sentence.phonemes or sentence.spoken)
            if amount >= _ENOUGH:
                break
        return Reading(sentences, TextState.MORE)
