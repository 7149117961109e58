"""The glossary: sorted, each term once, each with a home that is there."""

from __future__ import annotations

import re

from support.paths import DOCS, ROOT

PAGE = (DOCS / "glossary.md").read_text(encoding="utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in PAGE.splitlines()
    if line.startswith("| ")
][1:]
TERMS = [row[0] for row in ROWS]


def test_the_table_is_read() -> None:
    assert len(ROWS) > 40
    assert all(len(row) == 3 for row in ROWS)


def test_terms_are_in_order_and_none_stands_twice() -> None:
    keys = [term.lower() for term in TERMS]
    assert keys == sorted(set(keys))


def test_each_term_has_a_home_that_is_there() -> None:
    homes = {row[0]: re.fullmatch(r"`([\w./-]+)`", row[2]) for row in ROWS}
    assert [term for term, home in homes.items() if home is None] == []
    missing = {t: h[1] for t, h in homes.items() if h and not (ROOT / h[1]).exists()}
    assert missing == {}


def test_each_term_is_told_in_whole_sentences_few_enough_to_be_read() -> None:
    wrong = [term for term, told, _ in ROWS if not told.endswith(".") or told.count(". ") > 2]
    assert wrong == []


def test_the_readme_leads_there() -> None:
    assert "docs/glossary.md" in (ROOT / "README.md").read_text(encoding="utf-8")
