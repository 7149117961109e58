# worker: one thread uses an Espeak; espeak-ng keeps state for the whole process.
"""Phonemes from espeak-ng: as kokoro-onnx has them (raw) or in Kokoro's alphabet (mapped).

Owns: the library, or the process that has it.
Never: called from two threads at once.

The mapping from espeak's IPA to Kokoro's alphabet is misaki's (misaki/espeak.py, hexgrad,
Apache-2.0): taken as a table of facts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, Protocol

from ...errors import UnknownLanguageError
from ...voices.languages import ENGLISH, ESPEAK_NAMES
from .alignment import share
from .espeak_library import EspeakLibrary
from .scripts import VOICES, voice_of

#: espeak is asked for at most so many words at once: matching words to phonemes, if
#: espeak joins or splits them, takes time in the square of it.
MAX_WORDS_AT_ONCE: Final = 60

#: espeak-ng says some 200 phonemes of a word and leaves out the rest: more letters are said in
#: parts, and so many digits one by one.
MAX_LETTERS_AT_ONCE: Final = 40
#: A longer number is nothing that anybody counts.
_MOST_DIGITS: Final = 12

_TIE: Final = "\u0361"
_SYLLABIC: Final = "\u0329"

_ENGLISH: Final = (
    ("ʔˌn\u0329", "ʔn"),
    ("ʔn\u0329", "ʔn"),
    ("a^ɪ", "I"),
    ("a^ʊ", "W"),
    ("d^ʒ", "ʤ"),
    ("e^ɪ", "A"),
    ("t^ʃ", "ʧ"),
    ("ɔ^ɪ", "Y"),
    ("ə^l", "ᵊl"),
    ("ʲo", "jo"),
    ("ʲə", "jə"),
    ("ʲ", ""),
    ("e^ə", "ɛː"),
    ("e", "A"),
    ("ɚ", "əɹ"),
    ("r", "ɹ"),
    ("x", "k"),
    ("ç", "k"),
    ("ɐ", "ə"),
    ("ɬ", "l"),
    ("\u0303", ""),
)
_BRITISH: Final = (("iə", "ɪə"), ("ə^ʊ", "Q"))
_AMERICAN: Final = (("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ː", ""))
_OTHERS: Final = (
    ("a^ɪ", "I"),
    ("a^ʊ", "W"),
    ("d^z", "ʣ"),
    ("d^ʒ", "ʤ"),
    ("e^ɪ", "A"),
    ("o^ʊ", "O"),
    ("ə^ʊ", "Q"),
    ("s^s", "S"),
    ("t^s", "ʦ"),
    ("t^ʃ", "ʧ"),
    ("ɔ^ɪ", "Y"),
)
#: Ties, syllable marks and tone numbers of espeak's own notation.
_NOT_SOUNDS: Final = re.compile(r"[-^.0-9]")
_FLAG: Final = re.compile(r"\([^)]*\)")


def to_kokoro(ipa: str, lang: str) -> str:
    """espeak's IPA with ties -> Kokoro's alphabet. Symbols without a match stay."""
    ipa = ipa.replace(_TIE, "^")
    if lang not in ENGLISH:
        for old, new in _OTHERS:
            ipa = ipa.replace(old, new)
        return _NOT_SOUNDS.sub("", ipa)
    for old, new in _ENGLISH:
        ipa = ipa.replace(old, new)
    ipa = re.sub(rf"(\S){_SYLLABIC}", r"ᵊ\1", ipa).replace(_SYLLABIC, "")
    for old, new in _BRITISH if lang == "en-gb" else _AMERICAN:
        ipa = ipa.replace(old, new)
    ipa = ipa.replace("^", "").replace("-", "").replace("o", "ɔ")
    return ipa.replace("ɾ", "T").replace("ʔ", "t")


class Library(Protocol):
    """espeak-ng: the library itself (espeak_library.py) or a process that has it."""

    def raw(self, lines: Sequence[str], name: str) -> list[str]: ...
    def tied(self, texts: Sequence[str], name: str) -> list[str]: ...


def taken_apart(word: str) -> list[str]:
    """A word in the parts that espeak-ng says whole."""
    if len(word) <= MAX_LETTERS_AT_ONCE:
        return [word]
    parts = []
    for run in re.findall(r"\d+|\D+", word):
        length = 1 if run[0].isdecimal() and len(run) > _MOST_DIGITS else MAX_LETTERS_AT_ONCE
        parts += [run[i : i + length] for i in range(0, len(run), length)]
    return parts


class Espeak:
    """Phonemes of words and texts. See the module for what it owns and must not do."""

    def __init__(self, data_path: str | None = None, library: Library | None = None) -> None:
        """data_path: espeak-ng-data, if it is not the one of espeakng_loader.

        library: who is asked; None: the library itself, in this process.
        """
        self._library = library or EspeakLibrary(data_path)

    def raw(self, text: str, lang: str, vocabulary: frozenset[str]) -> str:
        """Exactly what `kokoro_onnx.tokenizer.Tokenizer.phonemize` gives for a text.

        Raises UnknownLanguageError, or EngineError if espeak-ng cannot be loaded.
        """
        name = _espeak_name(lang)
        if not text.isascii():
            text = safe(text)  # Devanagari may be in it
        lines = [line for line in text.strip().split("\n") if line.strip()]
        if not lines:
            return ""
        phonemes = "\n".join(self._library.raw(lines, name))
        return "".join(p for p in phonemes if p in vocabulary).strip()

    def words(self, words: Sequence[str], lang: str) -> list[str]:
        """Kokoro's phonemes for each of the words, read together as one phrase.

        A word in another script is read by a voice that knows it. One that espeak has
        nothing for, or joins wholly to its neighbour, comes out empty.

        Raises UnknownLanguageError, or EngineError if espeak-ng cannot be loaded.
        """
        result: list[str] = []
        phrase: list[str] = []
        spoken_in = lang
        for word in words:
            voice = voice_of(word) or lang
            long = len(word) > MAX_LETTERS_AT_ONCE
            if long or voice != spoken_in or len(phrase) == MAX_WORDS_AT_ONCE:
                result += self._phrase(phrase, spoken_in)
                phrase, spoken_in = [], voice
            if long:
                parts = self.words(taken_apart(word), voice)
                result.append(" ".join(part for part in parts if part))
                continue
            phrase.append(word)
        return result + self._phrase(phrase, spoken_in)

    def _phrase(self, words: Sequence[str], lang: str) -> list[str]:
        if not words:
            return []
        together = self._ipa([" ".join(words)], lang)[0].split()
        if len(together) == len(words):
            return [to_kokoro(ipa, lang) for ipa in together]
        alone = self._ipa(words, lang)
        counts = [len(ipa.split()) for ipa in alone]
        if sum(counts) == len(together):
            parts = iter(together)
            taken = [" ".join(next(parts) for _ in range(n)) for n in counts]
        else:
            taken = share(alone, " ".join(together))
        return [to_kokoro(ipa, lang) for ipa in taken]

    def _ipa(self, texts: Sequence[str], lang: str) -> list[str]:
        """espeak's IPA of each with U+0361 ties, words separated by single spaces."""
        tied = self._library.tied([safe(text) for text in texts], _espeak_name(lang))
        return [" ".join(_FLAG.sub("", ipa.replace("_", "")).split()) for ipa in tied]


def safe(text: str) -> str:
    """Text of the same length that C takes whole.

    No NUL, which would end it; no half of a character; no hyphen that joins nothing, for
    espeak-ng 1.52 reads past its buffer, and ends the process, at one that stands between a
    sign and Devanagari (>-नमस्ते), whatever its voice.
    """
    if "-" in text:
        text = _LOOSE_HYPHENS.sub(_unless_joined, text)
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


#: Before a digit it is a minus.
_LOOSE_HYPHENS: Final = re.compile(r"(?P<before>[^-]?)(?P<hyphens>-+)(?!\d)")


def _unless_joined(found: re.Match[str]) -> str:
    before = found["before"]
    if before.isalpha() or unicodedata.category(before or " ")[:2] in ("Nd", "Mn", "Mc"):
        return found.group()
    return before + " " * len(found["hyphens"])


def _espeak_name(lang: str) -> str:
    if lang in VOICES and lang not in ESPEAK_NAMES:
        return lang
    try:
        return ESPEAK_NAMES[lang]
    except KeyError:
        raise UnknownLanguageError(
            f"espeak does not speak {lang!r} here; it speaks {', '.join(ESPEAK_NAMES)}"
        ) from None
