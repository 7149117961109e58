# pure: no socket, thread or clock.
"""Who is so old, in the notes of doctors: a 45 y.o. M, 72 y/o F."""

from __future__ import annotations

import re
from typing import Final

from ...patterns import lazy_pattern
from ..cursor import Cursor, Part, say
from ..number_words import cardinal
from ..rule import Rule, Start

_SEX: Final = lazy_pattern(r"[MF](?![\w'’-])")
_AGED: Final = lazy_pattern(r"\d ?-?(?:y/?o|y\.o\.?|years?[ -]old) \Z")


def _read_sex(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    if _AGED.search(cursor.left(start, 12)) is None:
        return None
    return say("male" if match.group() == "M" else "female", start, end)


#: The head of a doctor's note: 62F w/ hx of, 45M c/o.
_PATIENT: Final = lazy_pattern(
    r"(?P<age>\d{1,3})[ ]?(?P<sex>[MF])(?= (?:(?:w/|with) (?:a )?(?:hx|history|PMH|h/o|chest|s/p)|"
    r"c/o|p/w|h/o|s/p|hx|presents|presenting|admitted))"
)


def _read_patient(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    sex = "male" if match["sex"] == "M" else "female"
    parts = say(f"{cardinal(match['age'])} year old", *match.span("age"))
    return parts + say(sex, *match.span("sex"))


RULES: Final = (
    Rule(
        "measure.patient",
        Start.NUMBER,
        _PATIENT,
        _read_patient,
        (("62F w/ hx of", "sixty two year old female with history of"),),
        firsts="0123456789",
    ),
    Rule(
        "measure.sex",
        Start.LETTER,
        _SEX,
        _read_sex,
        (
            ("a 45 y.o. M", "a forty five year old male"),
            ("72 y/o F", "seventy two year old female"),
        ),
        firsts="MF",
    ),
)
