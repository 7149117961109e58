# pure: no socket, thread or clock.
"""How long a journey is: 3N/4D, 7D/6N."""

from __future__ import annotations

import re
from typing import Final

from ...patterns import lazy_pattern
from ..cursor import Cursor, Part, say
from ..number_words import cardinal
from ..rule import Rule, Start

_STAY: Final = lazy_pattern(
    r"(?P<one>\d{1,2})[ ]?(?P<unit>[ND])[ ]?(?P<joint>[/&+-]?)[ ]?"
    r"(?P<two>\d{1,2})[ ]?(?P<unit2>(?!(?P=unit))[ND])(?!\w)"
)


def _read_stay(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """A stay has at most a day or a night more of the one than of the other."""
    if abs(int(match["one"]) - int(match["two"])) > 1:
        return None
    parts: list[Part] = []
    for count, unit in (("one", "unit"), ("two", "unit2")):
        name = "night" if match[unit] == "N" else "day"
        parts += say(cardinal(match[count]), *match.span(count))
        parts += say(name if match[count] == "1" else f"{name}s", *match.span(unit))
    return parts


RULES: Final = (
    Rule(
        "measure.stay",
        Start.NUMBER,
        _STAY,
        _read_stay,
        (
            ("3N/4D in Goa", "three nights four days in Goa"),
            ("2D1N tour", "two days one night tour"),
        ),
        firsts="0123456789",
    ),
)
