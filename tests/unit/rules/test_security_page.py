"""docs/security.md names tests that there are."""

from __future__ import annotations

import re

from support.paths import DOCS, TESTS

_NAMED = re.compile(
    r"`((?:unit|loop|daemon|chaos|fuzz|soak|strangers|browser)/[a-z_/]*test_[a-z_]+)`"
)


def test_each_test_that_is_named_is_there_and_each_promise_has_one() -> None:
    page = (DOCS / "security.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:-1] for line in page.splitlines() if line.startswith("| ")]
    promises = [row for row in rows if len(row) == 4 and row[0].strip() != "against"]
    assert len(promises) > 15
    for against, _, short, longer in promises:
        assert _NAMED.findall(short), against
        missing = [name for name in _NAMED.findall(short + longer) if not _there(name)]
        assert missing == [], against
    assert "`test_" not in page, "name the folder too"


def _there(name: str) -> bool:
    return (TESTS / f"{name}.py").is_file()
