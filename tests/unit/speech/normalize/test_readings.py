"""Readings judged one by one, in the shape of the shared cases."""

from __future__ import annotations

import json

import pytest
from support.paths import GOLDEN
from support.readings import heard

from kokorod.speech.normalize import normalize
from kokorod.speech.token import spoken


@pytest.mark.parametrize("lang", ["en-us", "en-gb"])
def test_every_reading_is_as_it_was_judged(lang: str) -> None:
    file = GOLDEN / f"readings-{lang}.json"
    cases = json.loads(file.read_text(encoding="utf-8"))["cases"]
    said = {case["text"]: heard(spoken(normalize(case["text"], lang=lang))) for case in cases}
    wrong = [(c["text"], said[c["text"]]) for c in cases if said[c["text"]] not in c["accept"]]
    assert cases
    assert not wrong
