# pure: no I/O, no threads.
"""A book, its chapters, and what is wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Of one file or one member of an archive: War and Peace has 3 MB.
MAX_TEXT_BYTES: Final = 64 * 1024 * 1024

#: Characters spoken in a second at speed 1, for the time that is told beforehand.
_CHARS_PER_S: Final = 15.0


class BookError(Exception):
    """A file that is not read; the message says what was wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """Its title and its paragraphs, in order; headings are paragraphs too.

    headings: which of the paragraphs are.
    """

    title: str
    paragraphs: tuple[str, ...]
    headings: frozenset[int] = frozenset()

    @property
    def words(self) -> int:
        return sum(len(text.split()) for text in self.paragraphs)

    @property
    def expected_s(self) -> float:
        """About how long it will be, in seconds."""
        return sum(map(len, self.paragraphs)) / _CHARS_PER_S


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture; suffix: .jpg or .png."""

    data: bytes
    suffix: str


@dataclass(frozen=True, slots=True)
class Book:
    """Its title, its chapters, and what was passed over while reading it.

    markup: how its paragraphs are written, as the daemon is told. alt: the texts that stand for
    pictures are among them.
    """

    title: str
    chapters: tuple[Chapter, ...]
    warnings: tuple[str, ...] = ()
    author: str = ""
    cover: Cover | None = None
    markup: str = "auto"
    alt: bool = False
