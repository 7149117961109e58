"""Decisions: one form of heading, numbers as in the file names, and an index that has them all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.paths import DOCS

FOLDER = DOCS / "decisions"
FILES = sorted(FOLDER.glob("[0-9]*.md"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_decision_has_its_number_and_is_in_the_index(path: Path) -> None:
    heading = re.fullmatch(r"# (\d+)\. (\S.*)", path.read_text(encoding="utf-8").splitlines()[0])
    assert heading, "the first line is to be: # NUMBER. TITLE"
    number, title = heading.groups()
    assert re.fullmatch(rf"{int(number):03}-[a-z0-9-]+\.md", path.name)
    assert f"| [{number}]({path.name}) | {title} |" in (FOLDER / "README.md").read_text("utf-8")


def test_the_index_names_no_other() -> None:
    rows = re.findall(r"^\| \[\d+\]", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE)
    assert len(rows) == len(FILES)
