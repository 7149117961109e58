"""Texts of pieces put together by chance, in nine languages: none raises, no rule is caught.

Always the same texts; `make fuzz` has others.
"""

from __future__ import annotations

import random

import pytest
from support.fuzzing import LANGUAGES, MARKUPS, read, some_text

from kokorod.speech.normalize.faults import FAULTS

#: Of each language: a second or two without tracing, about 15 s in all.
TEXTS = 1_200


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_raises(lang: str) -> None:
    source = random.Random(lang)
    before = FAULTS.value()
    for _ in range(TEXTS):
        text, markup = some_text(source), source.choice(MARKUPS)
        try:
            read(text, lang, markup)
        except Exception as error:
            raise AssertionError(f"{text!r} in {lang}, {markup}") from error
        assert FAULTS.value() == before, f"{text!r} in {lang}, {markup}"
