"""Every case in tests/cases/normalize, each file named as the class of rules that it is for."""

from __future__ import annotations

from collections import Counter

import pytest
from support.cases import Case, cases
from support.paths import CASES

from kokorod.speech.normalize import normalize
from kokorod.speech.normalize.order import RULES
from kokorod.speech.token import spoken

FILES = sorted((CASES / "normalize").glob("*.tsv"))
EVERY = [case for file in FILES for case in cases(file)]

#: Files for what is of no class: words as they are, languages whose numbers espeak-ng reads, and
#: whole sentences of mail, chat, recipes, sports ... as they were met
NO_RULES = {"plain", "other_languages", "everyday"}


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.name)
def test_it_is_read_so(case: Case) -> None:
    assert spoken(normalize(case.written, lang=case.language)) == case.read


def test_each_file_has_the_name_of_a_class() -> None:
    classes = {name.split(".")[0] for name in RULES}
    assert {file.stem for file in FILES} <= classes | NO_RULES


def test_no_case_stands_twice() -> None:
    times = Counter((case.written, case.language) for case in EVERY)
    assert [written for written, count in times.items() if count > 1] == []
