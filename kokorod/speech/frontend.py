# lane: used by the speech thread only.
"""The front end: one sentence of text to a Sentence, in one of two manners.

`espeak`: the phonemes of kokoro-onnx, exactly: for comparing the two.
`kokoro`: Kokoro's own alphabet, word by word, with spans (phonemes/).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from ..types import Sentence, Word
from .phonemes import vocabulary
from .phonemes.espeak import Espeak
from .thread import Manner

_WORD: Final = re.compile(r"\S+")


class EspeakFrontEnd:
    """Text as kokoro-onnx reads it."""

    def __init__(self) -> None:
        self._vocabulary = vocabulary()
        self._espeak = Espeak()
        # Loads the library now: the first request is not to wait for it.
        self._espeak.raw("ready", "en-us", self._vocabulary)

    def say(self, manner: Manner, text: str, start: int) -> Sentence:
        """The sentence `text`, whose first character is number `start` of the request's."""
        end = start + len(text)
        if manner.phonemes:
            return _given(text, start, self._vocabulary)
        if manner.text_only:
            return _text_only(text, start)
        phonemes = self._espeak.raw(text, manner.lang, self._vocabulary)
        phonemes = " ".join(phonemes.split())
        return Sentence(start, end, text, phonemes, _words(text, start, phonemes))


def _given(text: str, start: int, vocabulary: frozenset[str]) -> Sentence:
    """Phonemes from the user: what the model has no token for is left out."""
    phonemes = " ".join("".join(c if c in vocabulary else " " for c in text).split())
    return Sentence(start, start + len(text), text, phonemes, _words(text, start, phonemes))


def _text_only(text: str, start: int) -> Sentence:
    """For the built-in voice: words are ranges of the text itself."""
    spoken = text if any(c.isalnum() for c in text) else ""
    words = tuple(
        Word(start + m.start(), start + m.end(), m.start(), m.end()) for m in _WORD.finditer(text)
    )
    return Sentence(start, start + len(text), spoken, "", words if spoken else ())


def _words(text: str, start: int, phonemes: str) -> tuple[Word, ...]:
    """Pair written and spoken words where their numbers agree; else no words."""
    written = list(_WORD.finditer(text))
    said = list(_WORD.finditer(phonemes))
    if len(written) != len(said):
        return ()
    return tuple(
        Word(start + w.start(), start + w.end(), s.start(), s.end())
        for w, s in zip(written, said, strict=True)
    )


def make_front_end(cache_folder: Path) -> EspeakFrontEnd:
    return EspeakFrontEnd()
