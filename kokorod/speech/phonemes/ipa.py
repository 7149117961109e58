# pure: no socket, thread or clock.
"""The IPA that people and dictionaries write, in Kokoro's alphabet: təˈmeɪtoʊ -> təmˈAtO.

Kokoro's letters for diphthongs are misaki's (hexgrad, Apache-2.0); its stress stands before
the vowel, not before the syllable.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from ...voices.languages import ENGLISH
from .stress import VOWELS

#: What separates and embraces, and says nothing of the sound.
_FRAME: Final = str.maketrans("", "", "/[]().|‖‿͜͡-")
_SPELLED: Final = str.maketrans({"g": "ɡ", "'": "ˈ", "’": "ˈ", ":": "ː", "ɫ": "l", "ʍ": "w"})
_SYLLABIC: Final = re.compile("([lmnɹr])\u0329")
#: A stress before the consonants of its syllable.
_EARLY: Final = re.compile(rf"([ˈˌ])([^\sˈˌ{''.join(VOWELS)}]+)(?=[{''.join(VOWELS)}])")

_EVERYWHERE: Final = (
    ("tʃ", "ʧ"), ("dʒ", "ʤ"), ("ts", "ʦ"), ("dz", "ʣ"),
)  # fmt: skip
_DIPHTHONGS: Final = (
    ("eɪ", "A"), ("ei", "A"), ("aɪ", "I"), ("ai", "I"), ("aʊ", "W"), ("au", "W"),
    ("ɔɪ", "Y"), ("ɔi", "Y"),
)  # fmt: skip
_ENGLISH: Final = (
    ("tʃ", "ʧ"), ("dʒ", "ʤ"), *_DIPHTHONGS, ("r", "ɹ"), ("ɐ", "ə"), ("x", "k"), ("ç", "k"),
)  # fmt: skip
_AMERICAN: Final = (
    ("oʊ", "O"), ("ou", "O"), ("əʊ", "O"), ("ɚ", "əɹ"), ("ɝː", "ɜɹ"), ("ɝ", "ɜɹ"), ("ɜːɹ", "ɜɹ"),
    ("ɜː", "ɜɹ"), ("eə", "ɛ"), ("ɛə", "ɛ"), ("ː", ""), ("ɒ", "ɑ"), ("e", "ɛ"), ("o", "O"),
    ("a", "ɑ"), ("ɾ", "T"), ("ʔ", "t"),
)  # fmt: skip
_BRITISH: Final = (
    ("əʊ", "Q"), ("oʊ", "Q"), ("ou", "Q"), ("eə", "ɛː"), ("ɛə", "ɛː"), ("ɚ", "ə"), ("ɝ", "ɜː"),
    ("æ", "a"), ("e", "ɛ"), ("o", "ɔ"), ("ɾ", "t"), ("ʔ", "t"),
)  # fmt: skip


def from_ipa(ipa: str, lang: str) -> str:
    """IPA as it is written for a language -> Kokoro's alphabet; unknown symbols stay."""
    said = unicodedata.normalize("NFC", ipa).translate(_FRAME).translate(_SPELLED)
    said = _SYLLABIC.sub(r"ᵊ\1", said)
    table: tuple[tuple[str, str], ...] = _EVERYWHERE + _DIPHTHONGS
    if lang in ENGLISH:
        table = _ENGLISH + (_BRITISH if lang == "en-gb" else _AMERICAN)
    for old, new in table:
        said = said.replace(old, new)
    return _EARLY.sub(r"\2\1", " ".join(said.split()))
