# pure: no socket, thread or clock.
"""Measures of two units, and those written with marks: 5'10", 3-5", 10 lbs 5 oz, 28/36 mpg."""

from __future__ import annotations

import re
from typing import Final

from ...patterns import lazy_pattern
from ..cursor import Cursor, Part, mark, say
from ..number_words import cardinal, digits, fraction, is_one, spoken_number
from ..rule import Rule, Start
from .attribute import is_attribute
from .fitting import FUNCTION_WORDS
from .quantity import FRACTIONS, direction
from .unit import unit_name

_FEET: Final = lazy_pattern(
    r"(?P<feet>\d{1,3})(?:'|′|[ ]?ft\.?|[ ]?feet|[ ]?foot)[ ,-]{0,2}"
    r"(?P<inches>\d{1,2}(?:\.\d)?|)(?P<vulgar>[½¼¾])?"
    r"(?:\"|″|''|”|[ ]?in\b\.?(?!\w)|[ ]?inches\b)"
)
_POUNDS: Final = lazy_pattern(
    r"(?P<one>\d{1,4})[ ]?(?P<big>lbs?|d|h|hrs?|m|min|°|º)\.?[ ]?(?P<two>\d{1,2}(?:\.\d+)?)"
    r"[ ]?(?P<small>oz|h|hrs?|m|min|mins|s|secs?|'|′)(?![A-Za-z\d])\.?"
    r"(?:[ ]?(?P<three>\d{1,2}(?:\.\d+)?)[ ]?(?P<least>s|secs?|\"|″)(?![A-Za-z\d]))?"
)
_BEARING: Final = lazy_pattern(
    r"(?P<one>\d{1,3})[°º][ ]?(?P<two>\d{1,2}(?:\.\d+)?)['′]"
    r"(?:[ ]?(?P<three>\d{1,2}(?:\.\d+)?)(?:[\"″]|''))?(?:[ ]?(?P<side>[NSEW])(?!\w))?"
)
_INCHES: Final = lazy_pattern(
    r"(?:(?P<low>\d{1,3}(?:\.\d+)?)(?P<mark>[\"″])?(?P<joint>[ ]?[x×–-][ ]?))?"
    r"(?P<inches>\d{1,3}(?:\.\d+)?)[\"″](?![\w\"])"
)
#: 24"W x 18"D x 36"H
_SIDE: Final = r"\d{1,3}(?:\.\d{1,2})?[\"″]?[ ]?[WDHL](?!\w)"
_SIDES: Final = lazy_pattern(rf"{_SIDE}(?:[ ]?[x×][ ]?{_SIDE}){{1,2}}")
_OF_SIDES: Final = lazy_pattern(r"(?P<value>\d[\d.]*)(?P<mark>[\"″]?)[ ]?(?P<side>[WDHL])")
_TWO_FIGURES: Final = lazy_pattern(
    r"(?P<one>\d{1,3})/(?P<two>\d{1,3})[ ]?(?P<unit>mpg|mph|kph|MPH|mmHg|rpm)\b"
)
#: Pounds, as scales and shops write them; and a key of a telephone.
_POUND_SIGN: Final = lazy_pattern(r"(?P<value>\d{1,5}(?:\.\d{1,2})?)#(?![\w#])")
_PRESSED: Final = lazy_pattern(
    r"(?:\b(?:dial|press|enter|key in|type|pin|code|passcode|meeting id|access|participant)\b"
    r"[^.!?\d]{0,24}|[*#]\d{0,8})\Z",
    re.I,
)
_FEET_ALONE: Final = lazy_pattern(r"(?P<feet>\d{1,3}(?:,\d{3})?)['′](?![\w'])")


#: Who or what is so tall stands behind, or how heavy they are.
_TALL: Final = lazy_pattern(
    r" (?!(?:and|or|by|x|to|in|of|is|was|from)\b)[a-z]|, ?\d{2,3}[ -]?(?:lb|pound|kg)"
)


#: A mark that may open a quotation: none after a figure.
_QUOTED: Final = lazy_pattern(r"(?<!\d)'")


def _read_feet(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    feet = match["feet"]
    parts = say(spoken_number(feet, cursor.british), *match.span("feet"))
    end = match.start("inches")
    parts += say("foot" if feet == "1" else "feet", match.end("feet"), end)
    if not match["inches"] and not match["vulgar"]:
        return None
    said = spoken_number(match["inches"]) if match["inches"] else ""
    if match["vulgar"]:
        half = fraction(*FRACTIONS[match["vulgar"]])
        said = f"{said} and {half.replace('one ', 'a ', 1)}" if said else half
    if cursor.before(match.start()).lower() in ("a", "an") and _TALL.match(
        cursor.text, match.end()
    ):
        said = f"{spoken_number(feet, cursor.british)} foot {said}"  # a 6'4" guard
        return say(said, match.start(), match.end())
    unit = "inch" if match["inches"] == "1" and not match["vulgar"] else "inches"
    parts += say(f"{said} {unit}", end, match.end())
    if match.group()[-1] == "." and cursor.ends(match.end()):
        parts += mark(".", match.end() - 1, match.end())
    return parts


_BIG: Final = {"lb": "pound", "lbs": "pound", "d": "day", "h": "hour", "hr": "hour", "hrs": "hour"}
_SMALL: Final = {"oz": "ounce", "m": "minute", "min": "minute", "mins": "minute", "'": "minute"}
_HOURS: Final = frozenset({"h", "hr", "hrs"})


def _read_pounds(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    big, small, least = match["big"], match["small"], match["least"]
    if (big == "d") != (small in _HOURS):
        return None
    names = [
        {"m": "minute", "min": "minute", "°": "degree", "º": "degree"}.get(big) or _BIG[big],
        {"s": "second", "sec": "second", "secs": "second", "′": "minute"}.get(small)
        or ("hour" if small in _HOURS else _SMALL[small]),
        "second",
    ]
    weights = names[0] == "pound", names[1] == "ounce"
    if weights[0] != weights[1] or names[0] == names[1]:
        return None
    parts: list[Part] = []
    single = match.group()[-1] != "." and is_attribute(cursor, *match.span())
    for group, last, name in zip(("one", "two", "three"), (big, small, least), names, strict=True):
        value = match[group]
        if value and last:
            unit = name if single or is_one(value) else f"{name}s"
            parts += say(f"{spoken_number(value, cursor.british)} {unit}", *match.span(group))
    if match.group()[-1] == "." and cursor.ends(match.end()):
        parts += mark(".", match.end() - 1, match.end())
    return parts


def _read_bearing(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    parts: list[Part] = []
    for group, name in (("one", "degree"), ("two", "minute"), ("three", "second")):
        if match[group]:
            unit = name if is_one(match[group]) else f"{name}s"
            parts += say(f"{spoken_number(match[group])} {unit}", *match.span(group))
    return parts + direction(cursor, match)


_NOUN_NEXT: Final = lazy_pattern(r"[ -](?:[48]K )?(?P<noun>[A-Za-z]+)")


def is_inch(cursor: Cursor, end: int) -> bool:
    """Whether the inches that end there belong to what follows: a 12" screen."""
    following = _NOUN_NEXT.match(cursor.text, end, end + 24)
    return following is not None and following["noun"] not in FUNCTION_WORDS


def _read_inches(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if cursor.quoted and match.group()[-1] == '"':
        return None  # it closes the quotation
    value = match["inches"]
    parts: list[Part] = []
    if match["low"]:
        cross = match["joint"].strip() in "x×"
        parts = say(spoken_number(match["low"]), *match.span("low"))
        if match["mark"]:
            parts += say("inch" if cross or is_one(match["low"]) else "inches", *match.span("mark"))
        parts += say("by" if cross else "to", *match.span("joint"))
    unit = "inch" if is_one(value) or is_inch(cursor, match.end()) else "inches"
    return parts + say(f"{spoken_number(value)} {unit}", match.start("inches"), match.end())


_SAID_SIDES: Final = {"W": "wide", "D": "deep", "H": "high", "L": "long"}


def _read_sides(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    parts: list[Part] = []
    for side in _OF_SIDES.finditer(cursor.text, *match.span()):
        start, end = side.span()
        if parts:
            parts += say("by", start - 1, start)
        parts += say(spoken_number(side["value"], cursor.british), *side.span("value"))
        if side["mark"]:
            parts += say("inch" if is_one(side["value"]) else "inches", *side.span("mark"))
        parts += say(_SAID_SIDES[side["side"]], end - 1, end)
    return parts


def _read_two_figures(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """28/36 mpg has two figures of one unit; a pressure is one over the other."""
    one, two = (cardinal(match[n], cursor.british) for n in ("one", "two"))
    joint = " over " if match["unit"] == "mmHg" else " "
    end = match.end("two")
    return [
        *say(f"{one}{joint}{two}", match.start(), end),
        *say(unit_name(match["unit"], "", "", False), end, match.end()),
    ]


def _read_feet_alone(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    before = cursor.left(match.start(), 64)
    if match.group()[-1] == "'" and _QUOTED.search(before):
        return None  # it closes a quotation
    value = match["feet"]
    return say(f"{spoken_number(value)} {'foot' if is_one(value) else 'feet'}", *match.span())


def _read_pound_sign(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    value = match["value"]
    if start and cursor.text[start - 1] in "-/_":
        return None
    single = is_one(value) or is_attribute(cursor, start, end)
    if _PRESSED.search(cursor.left(start, 32)):
        return say(f"{digits(value)} pound", start, end)
    return say(
        f"{spoken_number(value, cursor.british)} {'pound' if single else 'pounds'}", start, end
    )


RULES: Final = (
    Rule(
        "measure.pounds",
        Start.NUMBER,
        _POUND_SIGN,
        _read_pound_sign,
        (
            ("weighs 112#", "weighs one hundred twelve pounds"),
            ("a 20# bag", "a twenty pound bag"),
            ("press 2#", "press two pound"),
        ),
        firsts="0123456789",
    ),
    Rule(
        "measure.bearing",
        Start.NUMBER,
        _BEARING,
        _read_bearing,
        (("51°30'26\"N", "fifty one degrees thirty minutes twenty six seconds north"),),
    ),
    Rule(
        "measure.feet_and_inches",
        Start.NUMBER,
        _FEET,
        _read_feet,
        (
            ("5'10\"", "five feet ten inches", "units"),
            ("6 ft 2 in", "six feet two inches"),
        ),
    ),
    Rule(
        "measure.two_units",
        Start.NUMBER,
        _POUNDS,
        _read_pounds,
        (
            ("took 2h 30m", "took two hours thirty minutes"),
            ("10 lbs 5 oz", "ten pounds five ounces"),
        ),
    ),
    Rule(
        "measure.two_figures",
        Start.NUMBER,
        _TWO_FIGURES,
        _read_two_figures,
        (("28/36 mpg", "twenty eight thirty six miles per gallon"),),
    ),
    Rule(
        "measure.sides",
        Start.NUMBER,
        _SIDES,
        _read_sides,
        (('24"W x 36"H', "twenty four inches wide by thirty six inches high", "units"),),
    ),
    Rule(
        "measure.inches",
        Start.NUMBER,
        _INCHES,
        _read_inches,
        (
            ('12" screen', "twelve inch screen"),
            ('up to 8"', "up to eight inches"),
            ('3-5" of snow', "three to five inches of snow"),
        ),
    ),
    Rule("measure.feet", Start.NUMBER, _FEET_ALONE, _read_feet_alone, (("5'", "five feet"),)),
)
