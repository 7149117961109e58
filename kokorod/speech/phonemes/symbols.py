# pure: no socket, thread or clock.
"""What to say when the model has no symbol for a phoneme, and a count of what was done.

Owns: the counts, and a bounded memory of what fits.
Invariants: what `fit` returns is in the vocabulary whole.
Never: drops a symbol without counting it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Final

#: Kinds of symbol the report tells apart; text cannot make it grow without end.
MAX_REPORTED: Final = 200

#: Words whose phonemes are known to fit: those of a book's chapter.
_KEPT: Final = 4096

#: IPA that is not in Kokoro's alphabet -> the nearest that is. "" = its sound is in the
#: symbol beside it (ties, syllable dots, length finer than the model knows).
NEAREST: Final = {
    "g": "ɡ",
    "ʱ": "ʰ",
    "ɫ": "l",
    "ɬ": "l",
    "ɭ": "l",
    "ɮ": "l",
    "ʟ": "l",
    "ʀ": "ʁ",
    "ʙ": "b",
    "ɓ": "b",
    "ɗ": "d",
    "ɠ": "ɡ",
    "ɢ": "ɡ",
    "ʄ": "ɟ",
    "ʛ": "ɡ",
    "ħ": "h",
    "ɦ": "h",
    "ʜ": "h",
    "ʕ": "ʔ",
    "ʡ": "ʔ",
    "ʢ": "ʔ",
    "ɱ": "m",
    "ʐ": "ʒ",
    "ʑ": "ʒ",
    "ɧ": "ʃ",
    "ʍ": "w",
    "ɺ": "ɾ",
    "ɘ": "ə",
    "ɵ": "ə",
    "ɞ": "ɜ",
    "ɝ": "ɜɹ",
    "ʉ": "u",
    "ʏ": "y",
    "ɶ": "œ",
    "ɿ": "ɨ",
    "ʅ": "ɨ",
    "ɩ": "ɪ",
    "ɷ": "ʊ",
    "ʘ": "p",
    "ǀ": "t",
    "ǃ": "t",
    "ǂ": "t",
    "ǁ": "k",
    "ʧ": "tʃ",
    "ʤ": "dʒ",
    "ʣ": "dz",
    "ʦ": "ts",
    "ʨ": "tɕ",
    "ʥ": "dʑ",
    "ᶄ": "kj",
    "ᶃ": "ɡj",
    "ᵐ": "m",
    "ⁿ": "n",
    "ᵑ": "ŋ",
    "ʷ": "w",
    "ˠ": "ɣ",
    "ˤ": "",
    "ʼ": "",
    "'": "",
    "ˑ": "",
    "_": "",
    "-": "",
    "^": "",
    "‿": "",
    "͡": "",
    "͜": "",
    "̩": "",
    "̯": "",
    "̪": "",
    "̥": "",
    "̊": "",
    "̬": "",
    "̠": "",
    "̟": "",
    "̝": "",
    "̞": "",
    "̈": "",
    "̺": "",
    "̻": "",
    "̚": "",
    "ᵄ": "ə",
}


class Fitter:
    """Makes phonemes fit a vocabulary. See the module for what it owns."""

    def __init__(self, vocabulary: frozenset[str]) -> None:
        self._vocabulary = vocabulary
        self._replaced: Counter[tuple[str, str]] = Counter()
        #: Phonemes that `fit` would give back as they are.
        self.fitting: set[str] = set()

    @property
    def replaced(self) -> dict[tuple[str, str], int]:
        """(symbol, what was said for it) -> how often; "" = nothing could be said."""
        return dict(self._replaced)

    def fit(self, phonemes: str) -> str:
        """The phonemes with each symbol outside the vocabulary replaced by the nearest."""
        if self._vocabulary.issuperset(phonemes):
            if len(self.fitting) >= _KEPT:
                self.fitting.clear()
            self.fitting.add(phonemes)
            return phonemes
        fitting = (c if c in self._vocabulary else self._replace(c) for c in phonemes)
        # What is left out may leave two spaces, or one at an end.
        return " ".join("".join(fitting).split())

    def _replace(self, symbol: str) -> str:
        near = NEAREST.get(symbol)
        if near is None:
            # An accented letter is its letter; anything else has no sound here.
            near = unicodedata.normalize("NFD", symbol)
            near = "" if near == symbol else near
        near = "".join(c if c in self._vocabulary else NEAREST.get(c, "") for c in near)
        near = "".join(c for c in near if c in self._vocabulary)
        key = (symbol, near)
        if key in self._replaced or len(self._replaced) < MAX_REPORTED:
            self._replaced[key] += 1
        return near
