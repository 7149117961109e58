# pure: no socket, thread or clock.
"""The two temperatures of a day: Hi 74 / Lo 55, H: 74° L: 55°."""

from __future__ import annotations

import re
from typing import Final

from ...patterns import lazy_pattern
from ..cursor import Cursor, Part, mark, say
from ..number_words import cardinal
from ..rule import Rule, Start

_DEGREES: Final = r"(?P<sign{n}>[-−])?(?P<value{n}>\d{{1,3}})(?P<unit{n}>[ ]?[°º][CF]?|[CF])?"
_ONE: Final = _DEGREES.format(n="")
_TWO: Final = _DEGREES.format(n=2)
_BOTH: Final = lazy_pattern(
    rf"(?:(?P<high>H(?:i|igh)?)|L(?:o|ow)?)(?P<colon>\.?:?)[ ]?{_ONE}[ ]?(?P<joint>[/|,;·]?)[ ]?"
    rf"(?:(?P<high2>[Hh](?:i|igh)?)|[Ll](?:o|ow)?)\.?:?[ ]?{_TWO}(?!\w|[.,:/]\d)"
)


#: One of them, with the other behind or before: hi near 91, lo 74.
_ONE_ALONE: Final = lazy_pattern(
    r"(?P<name>[Hh]i|[Ll]o)s?\.?(?= (?:near|around|about|of|in)? ?[-−]?\d)"
)
_LOW_NEAR: Final = lazy_pattern(r"\b(?:lows?|lo)\b")
_HIGH_NEAR: Final = lazy_pattern(r"\b(?:highs?|hi)\b")
_NEAR: Final = 40


def _read_one(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    high = match["name"].lower() == "hi"
    other = _LOW_NEAR if high else _HIGH_NEAR
    around = cursor.left(start, _NEAR), cursor.right(end, _NEAR)
    if not any(other.search(side.lower()) for side in around):
        return None
    said = "high" if high else "low"
    return say(said.capitalize() if match["name"][0].isupper() else said, start, end)


def _degrees(match: re.Match[str], n: str) -> list[Part]:
    sign = say("minus", *match.span(f"sign{n}")) if match[f"sign{n}"] else []
    parts = sign + say(cardinal(match[f"value{n}"]), *match.span(f"value{n}"))
    unit = match[f"unit{n}"]
    if not unit:
        return parts
    scale = {"C": " Celsius", "F": " Fahrenheit"}.get(unit[-1], "")
    return parts + say(f"degrees{scale}", *match.span(f"unit{n}"))


def _read_both(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """One is high and one is low; two letters alone need a colon or degrees."""
    if bool(match["high"]) == bool(match["high2"]):
        return None
    written = match.group()
    if not written[1].isalpha() and not (match["colon"] or match["unit"]):
        return None  # from H1 L2
    names = ("High", "low") if match["high"] else ("Low", "high")
    one, two = match.span("value")[0], match.start("value2")
    joint = match.end("unit") if match["unit"] else match.end("value")
    return [
        *say(names[0], match.start(), one),
        *_degrees(match, ""),
        *mark(",", joint, joint + 1),
        *say(names[1], joint + 1, two),
        *_degrees(match, "2"),
    ]


RULES: Final = (
    Rule(
        "measure.extreme",
        Start.LETTER,
        _ONE_ALONE,
        _read_one,
        (("hi near 91, lo 74", "high near ninety one, low seventy four"),),
        firsts="HhLl",
    ),
    Rule(
        "measure.forecast",
        Start.LETTER | Start.CODED,
        _BOTH,
        _read_both,
        (
            ("Hi 74 / Lo 55", "High seventy four, low fifty five", "units"),
            ("H:74° L:-5°", "High seventy four degrees, low minus five degrees"),
        ),
        firsts="HL",
    ),
)

#: Words, in small letters, that the rules here look at.
KEYS: Final = frozenset({"hi", "lo", "high", "low"})
