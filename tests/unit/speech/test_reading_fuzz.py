"""Texts of pieces put together by chance, in nine languages: none raises, no rule is caught.

Always the same texts; `make fuzz` has others. And those that are kept.
"""

from __future__ import annotations

import random

import pytest
from support.fuzzing import LANGUAGES, kept_texts, read, some_document
from support.untraced import untraced

from kokorod.speech.normalize.faults import FAULTS

#: Of each language: two to five seconds; 20,000 in all.
TEXTS = 2_223


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_raises(lang: str) -> None:
    source = random.Random(lang)
    before = FAULTS.value()
    with untraced():
        for _ in range(TEXTS):
            text, markup = some_document(source)
            try:
                read(text, lang, markup)
            except Exception as error:
                raise AssertionError(f"{text!r} in {lang}, {markup}") from error
            assert FAULTS.value() == before, f"{text!r} in {lang}, {markup}"


def test_no_text_that_is_kept_raises() -> None:
    before = FAULTS.value()
    texts = kept_texts()
    assert len(texts) > 10
    for text, lang, markup in texts:
        read(text, lang, markup)
    assert FAULTS.value() == before
