# pure: no socket, thread or clock; reads one file.
"""The user's own pronunciations: lexicon.toml in the home folder.

Owns: the entries of the file as they were last good.
Invariants: an entry's phonemes are in the model's vocabulary, checked as it is read; a
file that is wrong leaves the entries that were there.
Never: reads the file again unless it changed; writes it (lexicon_file.py does).

    [en]                             # en: both English accents; all: every language
    Nguyen = "wˈɪn"                  # Kokoro's phonemes
    SQL = { like = "sequel" }        # as another word, or several, are said
    "New Caledonia" = { like = "new kaledonia" }

A key with a capital letter stands for the word written just so; one in lower case stands
for it in any case. A key is whole words; of English names the possessive follows by
itself. The entry of the language itself goes before `en`, and that before `all`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..errors import ConfigError
from ..safety import own_files
from ..voices.languages import ENGLISH, LANGUAGES
from .phonemes.punctuation import MARKS
from .phonemes.symbols import NEAREST
from .phonemes.words import plain

#: Sections of the file beside the languages.
EVERY: Final = "all"
BOTH_ENGLISH: Final = "en"
SECTIONS: Final = (EVERY, BOTH_ENGLISH, *LANGUAGES)

#: A word list of a large dictionary has 200,000 words; this is for exceptions to one.
MAX_ENTRIES: Final = 50_000
MAX_BYTES: Final = 8 << 20
#: Words of one entry; each token is looked up so many words ahead.
MAX_WORDS: Final = 8
MAX_PHONEMES: Final = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One pronunciation: phonemes in Kokoro's alphabet, or words that sound so (like)."""

    word: str
    phonemes: str
    like: str


@dataclass(frozen=True, slots=True)
class Match:
    """An entry found in a text, and how many words it takes."""

    entry: Entry
    words: int


class Lexicon:
    """See the module for what it owns and must not do."""

    def __init__(self, path: Path, vocabulary: frozenset[str]) -> None:
        """Reads nothing yet: call `refresh`."""
        self._path = path
        self._vocabulary = vocabulary
        self._stamp: tuple[int, int, int] | None = None
        self._sections: dict[str, dict[tuple[str, ...], Entry]] = {}
        self._longest: dict[str, dict[str, int]] = {}

    def refresh(self) -> bool:
        """Take in the file if it changed: one stat() if it did not. True: entries changed.

        Raises ConfigError for a file that is wrong, once for each state of the file; the
        entries that were there stay.
        """
        stamp = self._look()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        sections = read(self._path, self._vocabulary) if stamp else {}
        self._sections = {
            name: {_key(e.word): e for e in entries.values()} for name, entries in sections.items()
        }
        self._longest = {}
        for name, by_words in self._sections.items():
            longest = self._longest[name] = {}
            for words in by_words:
                first = words[0].lower()
                longest[first] = max(longest.get(first, 0), len(words))
        return True

    def __bool__(self) -> bool:
        """Whether there is any entry."""
        return bool(self._sections)

    def entries(self) -> dict[str, dict[str, Entry]]:
        """Section -> word -> entry."""
        return {
            name: {entry.word: entry for entry in by_words.values()}
            for name, by_words in self._sections.items()
        }

    def match(self, texts: Sequence[str], at: int, lang: str) -> Match | None:
        """The longest entry of a language that stands at a place of a text's words."""
        if not self._sections:
            return None
        first = texts[at].lower()
        best: Match | None = None
        for section in _sections_of(lang):
            reach = self._longest.get(section, {}).get(first, 0)
            for words in range(min(reach, len(texts) - at), best.words if best else 0, -1):
                if entry := self._find(section, texts[at : at + words]):
                    best = Match(entry, words)
                    break
        return best

    def _find(self, section: str, words: Sequence[str]) -> Entry | None:
        by_words = self._sections[section]
        return by_words.get(tuple(words)) or by_words.get(tuple(w.lower() for w in words))

    def _look(self) -> tuple[int, int, int] | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        # The inode tells apart two files renamed into place within one tick of the clock.
        return stat.st_mtime_ns, stat.st_size, stat.st_ino


def read(path: Path, vocabulary: frozenset[str]) -> dict[str, dict[str, Entry]]:
    """The entries of a file by section and word; no file: none.

    Raises ConfigError that names the entry, what is wrong with it and what is allowed.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path} is over {MAX_BYTES >> 20} MB; take entries out")
        data = tomllib.loads(own_files.read(path, MAX_BYTES).decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError, OverflowError) as error:
        raise ConfigError(f"{path} cannot be read: {error}; fix it or move it away") from None
    sections: dict[str, dict[str, Entry]] = {}
    count = 0
    for name, values in data.items():
        if name not in SECTIONS or not isinstance(values, Mapping):
            raise ConfigError(
                f"{path}: {name!r} is no section; the sections are {', '.join(SECTIONS)}"
            )
        section = sections[name] = {}
        for word, value in values.items():
            try:
                section[word] = parse(word, value, vocabulary)
            except ConfigError as error:
                raise ConfigError(f"{path}: [{name}] {error}") from None
        count += len(section)
    if count > MAX_ENTRIES:
        raise ConfigError(f"{path} has {count} entries; {MAX_ENTRIES} are allowed")
    return sections


def parse(word: str, value: Any, vocabulary: frozenset[str]) -> Entry:
    """One entry of the file: a string of phonemes or {like = "words"}. Raises ConfigError."""
    if not word.split() or len(word.split()) > MAX_WORDS:
        raise ConfigError(f"{word!r} must be 1 to {MAX_WORDS} words")
    if isinstance(value, Mapping) and value.keys() == {"like"} and isinstance(value["like"], str):
        like = " ".join(value["like"].split())
        if not any(c.isalnum() for c in like) or len(like) > MAX_PHONEMES:
            raise ConfigError(
                f"{word!r}: like must be words to say, at most {MAX_PHONEMES} letters"
            )
        return Entry(word, "", like)
    if not isinstance(value, str):
        raise ConfigError(f'{word!r} must be phonemes, or {{ like = "words" }}')
    return Entry(word, check(word, value, vocabulary), "")


def check(word: str, phonemes: str, vocabulary: frozenset[str]) -> str:
    """The phonemes without slashes and needless spaces. Raises ConfigError."""
    # The letter g of keyboards is not IPA's, but nothing else can be meant.
    said = " ".join(phonemes.strip().strip("/").split()).replace("g", "ɡ")
    for at, symbol in enumerate(said):
        if symbol in vocabulary:
            continue
        near = "ˈ" if symbol == "'" else NEAREST.get(symbol, "")
        near = "".join(c for c in near if c in vocabulary)
        hint = f"; use {near!r}" if near else ""
        raise ConfigError(
            f"{word!r}: Kokoro has no symbol {symbol!r} (number {at + 1} of {said!r}){hint}."
            " docs/pronunciation.md lists the symbols"
        )
    if not said or len(said) > MAX_PHONEMES:
        raise ConfigError(f"{word!r} must have 1 to {MAX_PHONEMES} phonemes")
    if all(c in MARKS or c in " ˈˌː" for c in said):
        raise ConfigError(f"{word!r}: {said!r} has no sound, only marks")
    return said


def _key(word: str) -> tuple[str, ...]:
    return tuple(plain(word).split())


def _sections_of(lang: str) -> tuple[str, ...]:
    if lang in ENGLISH:
        return lang, BOTH_ENGLISH, EVERY
    return lang, EVERY
