"""Cases as data: a line each of what is written and how it is read, a file a class.

A file is UTF-8 with tabs between its columns; the first line names them: written, read, and
if some cases need it language and note. Nothing is escaped, so no case has a tab or a line end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COLUMNS = ("written", "read", "language", "note")


@dataclass(frozen=True, slots=True)
class Case:
    """One text and its reading; `name` says where it stands."""

    name: str
    written: str
    read: str
    language: str = "en-us"
    note: str = ""


def cases(file: Path) -> Iterator[Case]:
    """Every case of a file; ValueError if a line has more or fewer columns than the first."""
    lines = file.read_text(encoding="utf-8").split("\n")
    if lines.pop() != "":
        raise ValueError(f"{file.name}: the last line has no end; add a line feed")
    head = tuple(lines[0].split("\t"))
    if head != COLUMNS[: max(2, len(head))]:
        raise ValueError(f"{file.name}: the columns are {head}; they are some of {COLUMNS}")
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(head):
            raise ValueError(f"{file.name}:{number}: {len(cells)} columns instead of {len(head)}")
        yield Case(f"{file.stem}:{number}", *cells)
