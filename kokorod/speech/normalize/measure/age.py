# pure: no socket, thread or clock.
"""Who is so old, in the notes of doctors: a 45 y.o. M, 72 y/o F."""

from __future__ import annotations

import re
from typing import Final

from ...patterns import lazy_pattern
from ..cursor import Cursor, Part, say
from ..rule import Rule, Start

_SEX: Final = lazy_pattern(r"[MF](?![\w'’-])")
_AGED: Final = lazy_pattern(r"\d ?-?(?:y/?o|y\.o\.?|years?[ -]old) \Z")


def _read_sex(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    if _AGED.search(cursor.text[max(0, start - 12) : start]) is None:
        return None
    return say("male" if match.group() == "M" else "female", start, end)


RULES: Final = (
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
