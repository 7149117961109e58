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
from .dictionary import open_dictionary
from .english import English
from .espeak import Espeak
from .languages import ENGLISH, LANGUAGES, language, language_of_voice
from .marks import written_as
from .reading import Reading, Source
from .symbols import Fitter
from .vocabulary import vocabulary
from .words import Words

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
        self._english: dict[str, English] = {}

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
        readings: list[Reading | None] = [self._fixed(token) for token in tokens]
        for own_lang, own in reversed(_runs(tokens, readings, lang)):
            if own_lang in ENGLISH:
                self._english_in(own_lang).read(tokens, readings, own)
            else:
                self._phrases(tokens, readings, own, own_lang)
        return [self._fit(r) for r in readings]

    def _fixed(self, token: Token) -> Reading | None:
        """What needs no language: phonemes that were given, and marks."""
        if token.phonemes is not None:
            return Reading(" ".join(token.phonemes.split()), Source.GIVEN)
        if token.mark and (marks := written_as(token.text)) is not None:
            return Reading(marks, Source.MARK)
        return None

    def _english_in(self, lang: str) -> English:
        english = self._english.get(lang)
        if english is None:
            british = lang == "en-gb"
            dictionary = open_dictionary("gb" if british else "us", self._cache_folder)
            english = English(Words(dictionary, self._espeak, lang), british)
            self._english[lang] = english
        return english

    def _phrases(
        self,
        tokens: Sequence[Token],
        readings: list[Reading | None],
        own: Sequence[int],
        lang: str,
    ) -> None:
        """Words between two marks are read together: a liaison does not cross a mark."""
        start = 0
        for end in range(1, len(own) + 1):
            if end < len(own) and own[end] == own[end - 1] + 1:
                continue
            phrase = own[start:end]
            start = end
            words = [tokens[i].text for i in phrase]
            for i, phonemes in zip(phrase, self._espeak.words(words, lang), strict=True):
                readings[i] = Reading(phonemes, Source.ESPEAK if phonemes else Source.SILENT)

    def _fit(self, reading: Reading | None) -> Reading:
        if reading is None:
            return Reading("", Source.SILENT)
        said = reading.phonemes.replace("ɾ", "T").replace("ʔ", "t")
        return Reading(self._fitter.fit(said), reading.source)


def _runs(
    tokens: Sequence[Token], readings: Sequence[Reading | None], lang: str
) -> list[tuple[str, list[int]]]:
    """The tokens still to be read, in runs of one language; marks do not end a run."""
    runs: list[tuple[str, list[int]]] = []
    for i, token in enumerate(tokens):
        if readings[i] is not None:
            continue
        own = language(token.lang) if token.lang else lang
        if not runs or runs[-1][0] != own:
            runs.append((own, []))
        runs[-1][1].append(i)
    return runs
