# worker: one thread uses an Espeak; espeak-ng keeps state for the whole process.
"""Phonemes from espeak-ng: as kokoro-onnx has them (raw) or in Kokoro's alphabet (mapped).

Owns: one loaded espeak-ng for each language, mode and foreign script in use.
Invariants: an instance is made once and kept; its data path existed before it was made.
Never: called from two threads at once; makes an instance without the data folder, because
espeak-ng ends the process then.

The mapping from espeak's IPA to Kokoro's alphabet is misaki's (misaki/espeak.py, hexgrad,
Apache-2.0): taken as a table of facts.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from ...errors import EngineError, UnknownLanguageError
from ...voices.languages import ENGLISH, ESPEAK_NAMES
from .alignment import share
from .scripts import VOICES, voice_of

#: espeak is asked for at most so many words at once: matching words to phonemes, if
#: espeak joins or splits them, takes time in the square of it.
MAX_WORDS_AT_ONCE: Final = 60

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


class Espeak:
    """Phonemes of words and texts. See the module for what it owns and must not do."""

    def __init__(self, data_path: str | None = None) -> None:
        """data_path: espeak-ng-data, if it is not the one of espeakng_loader."""
        self._data_path = data_path
        self._raw: dict[str, Any] = {}
        self._tied: dict[str, Any] = {}
        self._separator: Any = None

    def raw(self, text: str, lang: str, vocabulary: frozenset[str]) -> str:
        """Exactly what `kokoro_onnx.tokenizer.Tokenizer.phonemize` gives for a text.

        Raises UnknownLanguageError, or EngineError if espeak-ng cannot be loaded.
        """
        backend = self._raw.get(lang)
        if backend is None:
            backend = self._raw[lang] = self._make_raw(_espeak_name(lang))
        if not text.isascii():
            text = safe(text)  # Devanagari may be in it
        lines = [line for line in text.strip().split("\n") if line.strip()]
        if not lines:
            return ""
        phonemes = "\n".join(backend.phonemize(lines, separator=self._separator))
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
            if voice != spoken_in or len(phrase) == MAX_WORDS_AT_ONCE:
                result += self._phrase(phrase, spoken_in)
                phrase, spoken_in = [], voice
            phrase.append(word)
        return result + self._phrase(phrase, spoken_in)

    def _phrase(self, words: Sequence[str], lang: str) -> list[str]:
        if not words:
            return []
        together = self._ipa(" ".join(words), lang).split()
        if len(together) == len(words):
            return [to_kokoro(ipa, lang) for ipa in together]
        alone = [self._ipa(word, lang) for word in words]
        counts = [len(ipa.split()) for ipa in alone]
        if sum(counts) == len(together):
            parts = iter(together)
            taken = [" ".join(next(parts) for _ in range(n)) for n in counts]
        else:
            taken = share(alone, " ".join(together))
        return [to_kokoro(ipa, lang) for ipa in taken]

    def _ipa(self, text: str, lang: str) -> str:
        """espeak's IPA with U+0361 ties, words separated by single spaces."""
        espeak = self._tied.get(lang)
        if espeak is None:
            espeak = self._tied[lang] = self._make_tied(_espeak_name(lang))
        ipa = espeak.text_to_phonemes(safe(text), True)
        ipa = _FLAG.sub("", ipa.replace("_", ""))
        return " ".join(ipa.split())

    def _make_raw(self, name: str) -> Any:
        self._load()
        from phonemizer.backend import EspeakBackend
        from phonemizer.separator import default_separator

        self._separator = default_separator
        with _copying_told():
            return EspeakBackend(
                name, preserve_punctuation=True, with_stress=True, logger=_silent()
            )

    def _make_tied(self, name: str) -> Any:
        self._load()
        from phonemizer.backend.espeak.wrapper import EspeakWrapper

        with _copying_told():
            espeak = EspeakWrapper()
        espeak.set_voice(name)
        return espeak

    def _load(self) -> None:
        """Point phonemizer at espeak-ng. The path is checked here, not in C."""
        try:
            import espeakng_loader
            from phonemizer.backend.espeak.wrapper import EspeakWrapper

            data = Path(self._data_path or espeakng_loader.get_data_path())
            library = Path(espeakng_loader.get_library_path())
        except (ImportError, RuntimeError) as error:
            raise EngineError(
                f"espeak-ng is not installed: {error}; run: pip install espeakng-loader phonemizer"
            ) from None
        for path, name in ((data / "phontab", "data"), (library, "library")):
            if not path.is_file():
                raise EngineError(
                    f"espeak-ng's {name} is missing: {path}; reinstall espeakng-loader"
                )
        EspeakWrapper.set_library(str(library))
        EspeakWrapper.set_data_path(str(data))


@contextlib.contextmanager
def _copying_told() -> Iterator[None]:
    """phonemizer copies the library for each instance: a full disk is no bug of ours."""
    try:
        yield
    except OSError as error:
        raise EngineError(
            f"espeak-ng cannot be copied to the temporary folder: {error.strerror or error}; "
            "free some space there, or set TMPDIR"
        ) from None


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
    if before.isalnum() or unicodedata.category(before or " ").startswith("M"):
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


def _silent() -> Any:
    """A logger that says nothing: phonemizer warns of every foreign word, on stderr."""
    import logging

    logger = logging.getLogger("kokorod.espeak")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
