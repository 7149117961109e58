# pure: no socket, thread or clock.
"""What recipes shorten: 1 c. sugar, 2 T. butter, 1/2 t. salt, 2 lg. eggs."""

from __future__ import annotations

import re
from typing import Final

from ...patterns import lazy_pattern
from ..cursor import Cursor, Part, say
from ..number_words import plural, spoken_number
from ..rule import Rule, Start
from .quantity import MIXED, mixed

_MEASURES: Final = {
    "c": "cup", "C": "cup", "T": "tablespoon", "Tb": "tablespoon", "Tbs": "tablespoon",
    "tb": "tablespoon",
    "tbs": "tablespoon", "t": "teaspoon", "pkg": "package", "pkt": "packet", "env": "envelope",
    "stk": "stick", "btl": "bottle", "bn": "bunch", "cl": "clove", "sl": "slice", "ctn": "carton",
}  # fmt: skip
#: They stand before what is counted.
_SIZES: Final = {"lg": "large", "med": "medium", "sm": "small"}
_SHORT: Final = "|".join(sorted({**_MEASURES, **_SIZES}, key=len, reverse=True))
#: A word in small letters follows.
_AMOUNT: Final = lazy_pattern(
    rf"(?:{MIXED}|(?P<value>\d{{1,2}}(?:\.\d)?)(?:[ ]?[-–][ ]?(?P<value2>\d{{1,2}}))?)"
    rf"[ ](?P<short>{_SHORT})\.(?=[ ](?:(?P<of>of[ ])?[a-z]{{3}}|\(\d))"
)


def _read_amount(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    value, short = match["value"], match["short"]
    start, end = match.start(), match.start("short")
    if match["of"] and short == "t":
        return None  # 5 t. of steel
    said = spoken_number(value, cursor.british) if value else mixed(cursor, match)
    if said is None:
        return None
    if match["value2"]:
        said = f"{said} to {spoken_number(match['value2'], cursor.british)}"
    single = value == "1" and not match["value2"]
    if short in _SIZES:
        return [*say(said, start, end - 1), *say(_SIZES[short], end, match.end())]
    name = _MEASURES[short]
    if value is None and match["whole"] is None:
        said, single = f"{said} of a" if match["of"] else said, True
    return [*say(said, start, end - 1), *say(name if single else plural(name), end, match.end())]


RULES: Final = (
    Rule(
        "measure.kitchen",
        Start.NUMBER,
        _AMOUNT,
        _read_amount,
        (
            ("1 c. sugar", "one cup sugar", "units"),
            ("2 T. butter", "two tablespoons butter"),
            ("1/2 t. salt", "one half teaspoon salt"),
            ("2-3 lg. eggs", "two to three large eggs"),
        ),
    ),
)
