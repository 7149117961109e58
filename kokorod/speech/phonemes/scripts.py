# pure: no socket, thread or clock.
"""Writing systems: which of espeak-ng's voices can read a word that is not in Latin letters."""

from __future__ import annotations

import functools
import unicodedata
from typing import Final

#: First word of a letter's Unicode name -> espeak-ng's voice. Each loads 1.5 MB when it is
#: first needed, and there are no more than these.
_VOICES: Final = {
    "ARABIC": "ar",
    "ARMENIAN": "hy",
    "BENGALI": "bn",
    "CJK": "cmn",
    "CYRILLIC": "ru",
    "DEVANAGARI": "hi",
    "GEORGIAN": "ka",
    "GREEK": "el",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HANGUL": "ko",
    "HEBREW": "he",
    "HIRAGANA": "ja",
    "KANNADA": "kn",
    "KATAKANA": "ja",
    "MALAYALAM": "ml",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAI": "th",
}

VOICES: Final = frozenset(_VOICES.values())


def voice_of(word: str) -> str:
    """The espeak voice for the word's script; "" for Latin letters, digits and signs.

    A single letter has none: π and Ω are signs here, and each language has its name for them.
    """
    if word.isascii() or len(word) < 2:
        return ""
    for c in word:
        if c.isalpha():
            return _voice_of_letter(c)
    return ""


@functools.lru_cache(maxsize=1024)  # more letters than a few texts have, and bounded
def _voice_of_letter(letter: str) -> str:
    return _VOICES.get(unicodedata.name(letter, "").partition(" ")[0], "")
