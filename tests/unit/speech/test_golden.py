"""Every stage of 300 sentences is as it was when it was reviewed. `make golden` records anew."""

from __future__ import annotations

import difflib

import pytest

from tools.golden import LANGUAGES, path_of, read_now, written


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_stage_is_as_it_was_reviewed(lang: str) -> None:
    before = written(lang)
    now = list(read_now(lang, [stages.source for stages in before]))
    changes = difflib.unified_diff(
        "".join(stages.lines() for stages in before).splitlines(),
        "".join(stages.lines() for stages in now).splitlines(),
        str(path_of(lang)),
        "as it is read now",
        lineterm="",
    )
    assert before
    assert not list(changes)


def test_there_are_300_of_them_most_of_them_english() -> None:
    counts = {lang: len(written(lang)) for lang in LANGUAGES}
    assert sum(counts.values()) >= 300
    assert counts["en-us"] >= 220
    assert counts["en-gb"] >= 40
