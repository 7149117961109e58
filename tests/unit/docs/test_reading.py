"""docs/reading.md: its table is what the rules' own examples say."""

from __future__ import annotations

from tools import reading_page


def test_the_page_has_the_table_that_the_code_makes() -> None:
    page = reading_page.PAGE.read_text(encoding="utf-8")
    assert page == reading_page.page(), "run python tools/reading_page.py"


def test_every_marked_example_has_a_row() -> None:
    assert set(reading_page.marked()) == set(reading_page.ROWS)
