# worker: the segmenters keep state of their own; one thread uses them.
"""Japanese and Chinese, which write no spaces: words and phonemes by misaki's readers.

Owns: one reader for each of the two, made when it is first needed.
Never: downloads anything; writes outside the cache folder.

What they need beside misaki is in the extras `ja` and `zh`. Japanese is read by
misaki.cutlet, as Kokoro 1.0 was trained, with the dictionary of unidic-lite (misaki's own
extra asks for `unidic`, which is an empty package until it has downloaded 500 MB).
"""

from __future__ import annotations

import itertools
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...errors import UnknownLanguageError
from . import asian_text
from .alignment import cuts

ASIAN: Final = frozenset({"ja", "zh"})

#: Characters read at once: the time to match words to phonemes grows with its square.
MAX_RUN: Final = 200

_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’-]*")


@dataclass(frozen=True, slots=True)
class AsianWord:
    """A word of a run: characters start to end of it; phonemes None: Latin letters."""

    start: int
    end: int
    phonemes: str | None


class Reader:
    """Runs of Japanese or Chinese into words. See the module for what it owns."""

    def __init__(self, cache_folder: Path) -> None:
        self._cache_folder = cache_folder
        self._read: dict[str, Callable[[str], Sequence[tuple[int, int, str]]]] = {}

    def words(self, text: str, lang: str) -> list[AsianWord]:
        """The words of a text without marks. Raises UnknownLanguageError: no extra."""
        read = self._read.get(lang)
        if read is None:
            make = _japanese if lang == "ja" else _chinese
            read = self._read[lang] = make(self._cache_folder)
        words: list[AsianWord] = []
        at = 0
        for latin in _LATIN.finditer(text):
            if asian_text.is_unit(text, *latin.span()):
                continue
            words += _read_runs(text, at, latin.start(), read)
            words.append(AsianWord(latin.start(), latin.end(), None))
            at = latin.end()
        return words + _read_runs(text, at, len(text), read)


def _read_runs(
    text: str, first: int, last: int, read: Callable[[str], Sequence[tuple[int, int, str]]]
) -> list[AsianWord]:
    found = []
    for start in range(first, last, MAX_RUN):
        run = text[start : min(start + MAX_RUN, last)]
        found += [AsianWord(start + a, start + b, said) for a, b, said in read(run)]
    return found


def _missing(name: str, extra: str, error: ImportError) -> UnknownLanguageError:
    return UnknownLanguageError(
        f"{name} needs packages that are not installed ({error.name or error});"
        f" run: pip install 'kokorod[{extra}]'"
    )


def _japanese(_: Path) -> Callable[[str], Sequence[tuple[int, int, str]]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from misaki.cutlet import Cutlet
            from misaki.num2kana import Convert

            cutlet = Cutlet()
    except ImportError as error:
        raise _missing("Japanese", "ja", error) from None
    except RuntimeError:
        # fugashi without a dictionary
        raise UnknownLanguageError(
            "Japanese needs a dictionary; run: pip install 'kokorod[ja]'"
        ) from None

    def said(text: str) -> str:
        try:
            return _sounds(str(cutlet(text)[0]))
        except KeyError:
            # A small vowel that makes no syllable with the sign before it: ーァ.
            return _sounds(str(cutlet(asian_text.full_size(text))[0]))

    def sounds(text: str) -> str:
        together = said(text)
        if "人" not in text:
            return together
        words = [(w.surface, w.feature.pos4) for w in cutlet.tagger(text)]
        for (place, kind), (person, _) in itertools.pairwise(words):
            if person == "人" and (kind == "国" or place == "外国"):
                counted = said(place + person)
                together = together.replace(counted, counted.removesuffix("ɲiɴ") + "ʥiɴ")
        return together

    def read(run: str) -> Sequence[tuple[int, int, str]]:
        text = asian_text.japanese(run, lambda digits: str(Convert(digits, "kanji")))
        together = sounds(text)
        if text != run:
            return [(0, len(run), together)]
        surfaces = [(w.surface, w.feature.pron or w.surface) for w in cutlet.tagger(text)]
        if "".join(s for s, _ in surfaces) != run:
            return [(0, len(run), together)]
        alone = [sounds(said) for _, said in surfaces]
        return _words([s for s, _ in surfaces], alone, together)

    return read


def _words(
    surfaces: Sequence[str], alone: Sequence[str], together: str
) -> list[tuple[int, int, str]]:
    """The spaced words of `together`, each with the characters it was written with."""
    places = [0]
    for surface in surfaces:
        places.append(places[-1] + len(surface))
    bounds = cuts(alone, together)
    found: list[tuple[int, int, str]] = []
    start = 0
    for word in re.finditer(r"\S+", together):
        end = start
        while end < len(surfaces) and bounds[end] < word.end():
            end += 1
        if end > start or not found:
            found.append((places[start], places[end], word.group()))
        else:
            first, last, said = found[-1]
            found[-1] = (first, last, f"{said} {word.group()}")
        start = end
    if found and start < len(surfaces):
        first, _, said = found[-1]
        found[-1] = (first, places[-1], said)
    return found


def _chinese(cache_folder: Path) -> Callable[[str], Sequence[tuple[int, int, str]]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import logging

            import cn2an
            import jieba
            from misaki.zh import ZHG2P
    except ImportError as error:
        raise _missing("Chinese", "zh", error) from None
    # jieba reports on stderr and keeps its index in /tmp, where others could replace it.
    jieba.setLogLevel(logging.ERROR)
    cache_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    jieba.dt.tmp_dir = str(cache_folder)

    def read(run: str) -> Sequence[tuple[int, int, str]]:
        text = asian_text.chinese(run, lambda text: str(cn2an.transform(text, "an2cn")))
        found = []
        at = 0
        for word in jieba.lcut(text):
            said = _characters(asian_text.han(word), ZHG2P.word2ipa)
            found.append((at, at + len(word), said))
            at += len(word)
        if text == run:
            return found
        return [(0, len(run), " ".join(said for _, _, said in found if said))]

    return read


def _characters(word: str, ipa: Callable[[str], str]) -> str:
    """The word's phonemes; of one with a character that has no reading, those of the others."""
    try:
        return _sounds(ipa(word)) if word else ""
    except ValueError:
        if len(word) == 1:
            return ""
        return " ".join(said for c in word if (said := _characters(c, ipa)))


def _sounds(phonemes: Any) -> str:
    """Without the non-syllabic mark and the marks and signs a reader lets through."""
    said: str = phonemes.replace("\u032f", "")
    return " ".join("".join(c for c in said if c not in _LET_THROUGH).split())


_LET_THROUGH: Final = frozenset("❓«»()[]“”\"'.,!?:;—…0123456789")
