"""The lists of words that are data."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kokorod.speech import tables
from kokorod.speech.tables import rows

NAMES = sorted(path.stem for path in Path(tables.__file__).parent.glob("*.tsv"))
#: The columns that say when or how a row counts: with the first one they name a row.
KINDS = {"when", "read", "kind", "left", "right"}


def lines(name: str) -> list[str]:
    text = (Path(tables.__file__).parent / f"{name}.tsv").read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [line for line in text.split("\n") if line and not line.startswith("# ")]


def test_there_are_tables() -> None:
    assert {"abbreviations", "acronyms", "currencies", "emoji", "units"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_table_is_whole(name: str) -> None:
    head = lines(name)[0].split("\t")
    for row, line in zip(rows(name), lines(name)[1:], strict=True):
        assert len(row) == len(head), line
        assert row[0], line
        assert row == [cell.strip() for cell in row], line
        assert line == line.rstrip(), "no white space at a line's end: editors take it away"


@pytest.mark.parametrize("name", NAMES)
def test_no_row_is_there_twice(name: str) -> None:
    head = lines(name)[0].split("\t")
    # Of a table of several languages, what a row is for comes second.
    keys = [
        0,
        *([1] if head[0] == "lang" else []),
        *(i for i, column in enumerate(head) if column in KINDS),
    ]
    times = Counter(tuple(row[i] for i in keys) for row in rows(name))
    assert [key for key, count in times.items() if count > 1] == []


def test_a_cell_that_is_not_written_is_empty() -> None:
    assert ["AK", "", "Alaska"] in rows("states")
    assert ["m", "meter", ""] in rows("units")
