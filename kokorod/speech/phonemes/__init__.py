# lane: espeak-ng behind it is used by one thread only.
"""Tokens -> phonemes: a Phonemizer turns a sentence's tokens into a Sentence.

Owns: the Espeak, and the count of symbols that had to be replaced.
Invariants: every character of a Sentence's phonemes is in the vocabulary; a token's
reading depends on the tokens of its sentence alone, not on what was said before.
Never: called from two threads at once; drops a symbol without counting it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kokorod.types import Sentence

from ..token import Token
from .assembly import assemble
from .espeak import Espeak
from .languages import LANGUAGES, language, language_of_voice
from .marks import written_as
from .reading import Reading, Source
from .symbols import Fitter
from .vocabulary import vocabulary

__all__ = [
    "LANGUAGES",
    "Phonemizer",
    "Reading",
    "Source",
    "language",
    "language_of_voice",
    "vocabulary",
]


class Phonemizer:
    """Turns tokens into phonemes. See the module for what it owns and must not do."""

    def __init__(self, vocabulary: frozenset[str], cache_folder: Path) -> None:
        self._fitter = Fitter(vocabulary)
        self._cache_folder = cache_folder
        self._espeak = Espeak()

    @property
    def report(self) -> dict[tuple[str, str], int]:
        """(symbol, what was said for it) -> how often; "" = nothing could be said."""
        return self._fitter.replaced

    def sentence(self, tokens: Sequence[Token], lang: str) -> Sentence:
        """The sentence of these tokens, in a language of LANGUAGES.

        Raises UnknownLanguageError, or EngineError if espeak-ng cannot be loaded.
        """
        return assemble(tokens, self.explain(tokens, lang))

    def explain(self, tokens: Sequence[Token], lang: str) -> list[Reading]:
        """How each token is said, and where that was found. Raises as `sentence` does."""
        lang = language(lang)
        readings: list[Reading | None] = [None] * len(tokens)
        pending: list[int] = []
        spoken_in = lang
        for i, token in enumerate(tokens):
            reading = self._fixed(token)
            own = language(token.lang) if token.lang else lang
            if reading is not None or own != spoken_in:
                self._read(tokens, pending, spoken_in, readings)
                pending = []
                spoken_in = own
            if reading is None:
                pending.append(i)
            else:
                readings[i] = reading
        self._read(tokens, pending, spoken_in, readings)
        return [self._fit(r) for r in readings]

    def _fixed(self, token: Token) -> Reading | None:
        if token.phonemes is not None:
            return Reading(" ".join(token.phonemes.split()), Source.GIVEN)
        if token.mark:
            marks = written_as(token.text)
            if marks is not None:
                return Reading(marks, Source.MARK)
        return None

    def _read(
        self,
        tokens: Sequence[Token],
        pending: Sequence[int],
        lang: str,
        readings: list[Reading | None],
    ) -> None:
        if not pending:
            return
        words = [tokens[i].text for i in pending]
        for i, phonemes in zip(pending, self._espeak.words(words, lang), strict=True):
            readings[i] = Reading(phonemes, Source.ESPEAK if phonemes else Source.SILENT)

    def _fit(self, reading: Reading | None) -> Reading:
        if reading is None:
            return Reading("", Source.SILENT)
        return Reading(self._fitter.fit(reading.phonemes), reading.source)
