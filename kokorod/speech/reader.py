# worker: used by the speech thread only.
"""The reader of one request's text: arriving characters in, sentences out.

Owns:       the source of its text (sources.py).
Invariants: each call reads a bounded fragment, so a long text begins as fast as a short one;
            when its time is over it gives what it has, be it nothing, and goes on when asked.
Never:      gives out a sentence whose end may still change, but in an idle flush.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ..types import Reading, Sentence, TextState
from .markup.fragments import Fragment
from .markup.sources import NotYetError, Source, Spent, never

#: Turns one sentence into a Sentence (see frontend.py).
Say = Callable[[Fragment], Sentence]

#: Phonemes after which a reading pauses: one long segment. The next call goes on.
_ENOUGH: Final = 150

#: Seconds of silence that a request's markup may ask for in all, however it is written: a slip of
#: the pen, or malice, must not keep the speaker for hours. What parts paragraphs is not counted.
MOST_SILENCE_S: Final = 600.0

#: The pause after a mark that stands alone, about.
_USUAL_S: Final = 0.25

#: Sentences looked at in one call, for texts in which most have nothing to say.
_MOST_SENTENCES: Final = 200


class Reader:
    def __init__(self, source: Source, say: Say, spent: Spent = never) -> None:
        """spent: asked after each sentence, as the source asks it between two steps"""
        self._source = source
        self._say = say
        self._spent = spent
        self._silence_s = MOST_SILENCE_S  # that is left
        self._final = False

    def feed(self, text: str, final: bool) -> None:
        """Append text; after final=True no more may come."""
        self._final = self._final or final
        self._source.feed(text, self._final)

    def flush_idle(self) -> None:
        """The writer pauses: a sentence that looks whole may be read."""
        self._source.flush_idle()

    def read(self) -> Reading:
        """The next sentences, about one long segment of them. Raises KokorodError."""
        sentences: list[Sentence] = []
        amount = 0
        for _ in range(_MOST_SENTENCES):
            try:
                fragment = self._source.next()
            except NotYetError:
                break
            if fragment is None:
                return Reading(sentences, TextState.END if self._final else TextState.WAITING)
            sentence = self._bounded(self._say(fragment), fragment.asked_s)
            sentences.append(sentence)
            amount += len(sentence.phonemes or sentence.spoken)
            if amount >= _ENOUGH or self._spent():
                break
        return Reading(sentences, TextState.MORE)

    def _bounded(self, sentence: Sentence, asked_s: float) -> Sentence:
        """With no more silence after it than is left; asked_s: by breaks."""
        said, pause_s = bool(sentence.phonemes or sentence.spoken), sentence.pause_s
        if pause_s is None:
            if said or not sentence.marks:
                return sentence
            pause_s = _USUAL_S
        # If nothing is said, what parts paragraphs is as good as a break.
        asked_s = min(asked_s, pause_s) if said else pause_s
        granted_s = min(asked_s, self._silence_s)
        self._silence_s -= granted_s
        if granted_s == asked_s:
            return sentence
        return replace(sentence, pause_s=pause_s - asked_s + granted_s)
