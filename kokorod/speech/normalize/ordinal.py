# pure: no socket, thread or clock.
"""Ranks: 1st, 22nd, 1st-5th."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cursor import Cursor, Part, say
from .number_words import ordinal
from .rule import Rule, Start

_ORDINAL: Final = lazy_pattern(
    r"(?P<value>\d{1,3}(?:,\d{3})+|\d+)(?P<suffix>st|nd|rd|th|ST|ND|RD|TH)"
    r"(?:[-–](?P<value2>\d+)(?:st|nd|rd|th))?(?![A-Za-z\d])"
)


def _read_ordinal(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    end = match.end("suffix")
    if match["suffix"] == "st" and not match["value"].endswith("1"):
        return None  # 10st: stone
    parts = say(ordinal(match["value"].replace(",", ""), cursor.british), match.start(), end)
    if match["value2"]:
        begin = match.start("value2")
        parts += say("to", begin - 1, begin)
        parts += say(ordinal(match["value2"], cursor.british), begin, match.end())
    return parts


RULES: Final = (
    Rule(
        "ordinal.number",
        Start.NUMBER,
        _ORDINAL,
        _read_ordinal,
        (
            ("the 2nd of", "the second of"),
            ("early 20th", "early twentieth"),
            ("1st-5th", "first to fifth"),
        ),
    ),
)
