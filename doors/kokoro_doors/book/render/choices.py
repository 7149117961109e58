# pure: no I/O, no threads.
"""Which chapters, into what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kokoro_client.cli.exits import USAGE, CommandError
from kokoro_client.sound.formats import SoundFormat

from .plan import PlannedChapter

#: One file of MPEG-4 with the chapters marked; ffmpeg makes it.
MPEG4: Final = ("m4b", "m4a")

#: The book itself, with its sound and Media Overlays (overlays.py).
EPUB: Final = "epub"

#: Of a chapter's file.
FORMATS: Final = tuple(format.value for format in SoundFormat)

_ALSO: Final = {"wave": "wav", "oga": "ogg"}
_RANGE: Final = re.compile(r"\s*(\d{1,6})\s*(?:(-)\s*(\d{1,6})?)?\s*")

#: Of a file's name: what a file system, or a shell, takes amiss. Longer names are cut.
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")
_NAME_CHARS: Final = 60


@dataclass(frozen=True, slots=True)
class Target:
    """One file for the whole book, or a folder with one a chapter."""

    path: Path
    format: str
    whole: bool

    def of_chapter(self, chapter: PlannedChapter, chapters: int) -> Path:
        """Its file, in a book of so many."""
        title = _UNSAFE.sub(" ", chapter.title)
        title = " ".join(title.split())[:_NAME_CHARS].strip(". ")
        number = f"{chapter.number:0{max(2, len(str(chapters)))}}"
        return self.path / f"{number} {title}".strip()

    def file_of(self, chapter: PlannedChapter, chapters: int) -> Path:
        path = self.of_chapter(chapter, chapters)
        return path.with_name(f"{path.name}.{self.format}")


def target_of(output: Path, format: str | None) -> Target:
    """A file if its name has the ending of a format, else a folder. Raises CommandError."""
    ending = output.suffix[1:].lower()
    ending = _ALSO.get(ending, ending)
    if ending in (*FORMATS, *MPEG4, EPUB) and not output.is_dir():
        if format not in (None, ending):
            raise CommandError(
                f"{output.name} is one file, whose ending says its format; leave --format out, or"
                " name a folder",
                USAGE,
            )
        return Target(output, ending, whole=True)
    if output.exists() and not output.is_dir():
        raise CommandError(
            f"{output} is no folder, and its ending names no format; allowed are"
            f" {', '.join((*MPEG4, *FORMATS, EPUB))}",
            USAGE,
        )
    return Target(output, format or SoundFormat.FLAC.value, whole=False)


def chosen(ranges: str | None, chapters: int) -> list[int]:
    """The numbers that "3-7,9" or "12-" names, in order. Raises CommandError."""
    if ranges is None:
        return list(range(1, chapters + 1))
    numbers: set[int] = set()
    for part in ranges.split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise CommandError(f"--chapters is {ranges!r}; write it like 3-7,9 or 12-", USAGE)
        first = int(found[1])
        last = int(found[3]) if found[3] else chapters if found[2] else first
        if not 1 <= first <= last <= chapters:
            raise CommandError(
                f"--chapters: no chapters {part.strip()}; the book has 1 to {chapters}", USAGE
            )
        numbers.update(range(first, last + 1))
    return sorted(numbers)
