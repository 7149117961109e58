# pure: no socket, thread or clock.
"""How often a medicine is taken: q12h, q4-6h."""

from __future__ import annotations

import re
from typing import Final

from ...patterns import lazy_pattern
from ..cursor import Cursor, Part, say
from ..number_words import cardinal
from ..rule import Rule, Start

_EVERY: Final = lazy_pattern(
    r"[qQ](?P<one>\d{1,2})(?:[-–](?P<two>\d{1,2}))?[ ]?(?P<unit>hrs?|h|d|wk)(?!\w)"
)
_UNITS: Final = {
    "h": "hour",
    "hr": "hour",
    "hrs": "hour",
    "d": "day",
    "wk": "week",
    "min": "minute",
}


def _read_every(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    one, two = match["one"], match["two"]
    said = f"every {cardinal(one)}" + (f" to {cardinal(two)}" if two else "")
    unit = _UNITS[match["unit"]]
    return say(f"{said} {unit if one == '1' and not two else unit + 's'}", *match.span())


RULES: Final = (
    Rule(
        "measure.every",
        Start.COUNTED | Start.LETTER,
        _EVERY,
        _read_every,
        (("mg q12h", "mg every twelve hours"), ("take q4-6h", "take every four to six hours")),
        firsts="qQ",
    ),
)
