"""Phonemizers for tests, made once in a process, and tokens from simple text.

And homes that have the dictionary's index: the first start in a new home builds it, which
takes a second, or four if it is traced.
"""

from __future__ import annotations

import contextlib
import functools
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kokorod.speech.phonemes.dictionary import open_dictionary
from kokorod.speech.phonemes.phonemizer import Phonemizer
from kokorod.speech.phonemes.reading import Reading, Source
from kokorod.speech.token import Token
from kokorod.vocabulary import alphabet

#: Letters, digits, and the marks that Devanagari writes on them.
_WORD = r"(?:[^\W_]|[\u0900-\u0903\u093a-\u094f])+"
_PIECE = re.compile(rf"{_WORD}(?:['’.-]{_WORD})*['’]?|[^\w\s]|_")


@functools.cache
def cache_folder() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="kokorod-test-")
    _KEPT.append(folder)
    return Path(folder.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


@functools.cache
def _index() -> Path:
    open_dictionary("us", cache_folder())
    return cache_folder() / "dictionary-us.bin"


def with_dictionary(home: Path) -> Path:
    """The home, as after a first start: with the index of the American dictionary."""
    place = home / "cache" / _index().name
    with contextlib.suppress(OSError):  # some homes are made to be of no use
        if not place.exists():
            for folder in (home, place.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(_index(), place)
    return home


@functools.cache
def phonemizer() -> Phonemizer:
    return Phonemizer(alphabet(), cache_folder())


def _tokens(text: str, letters: str) -> Iterator[Token]:
    for piece in _PIECE.finditer(text):
        word = piece.group()
        mark = not word[0].isalnum() and word not in "%&+@="
        space = text[piece.end() : piece.end() + 1] == " "
        yield Token(
            word,
            piece.start(),
            piece.end(),
            space=space,
            punctuation=mark,
            letters=word in letters.split(),
        )


def tokens(text: str, letters: str = "") -> list[Token]:
    """Words and marks of a plain text; `letters`: the words to spell."""
    return list(_tokens(text, letters))


def say(text: str, lang: str = "en-us", letters: str = "") -> str:
    return phonemizer().sentence(tokens(text, letters), lang).phonemes


def readings(text: str, lang: str = "en-us") -> dict[str, Reading]:
    """Word -> reading, the last of several."""
    said = phonemizer().explain(tokens(text), lang)
    return {token.text: reading for token, reading in said}


def sources(text: str, lang: str = "en-us") -> dict[str, Source]:
    return {word: reading.source for word, reading in readings(text, lang).items()}
