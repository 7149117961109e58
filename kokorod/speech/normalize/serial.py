# pure: no socket, thread or clock.
"""Numbers that are names with a reading of their own: 401(k), 802.11ac, 1000s, 18.x, 5/8"."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cardinal import characters, label
from .cursor import Cursor, Part, say, spell
from .measure.marks import is_inch
from .measure.quantity import MIXED, mixed
from .number_words import cardinal, pairs, plural
from .roman import roman_value
from .rule import CAPITALS, Rule, Start

#: Paragraphs of a law that everybody knows by number: 401(k), 501(c)(3).
_PLAN: Final = lazy_pattern(
    r"(?P<number>40[13]|457|501|529)(?:\((?P<letter>[a-z])\)|(?P<close>k)(?!\w))(?:\((?P<more>\d)\))?"
)
_WIRELESS: Final = lazy_pattern(r"802\.(?P<part>\d{1,2})(?P<letters>[a-z]{1,2})?(?!\w|\.\d)")
_MANY: Final = lazy_pattern(r"(?P<value>1(?:0|00|,?000|0,?000|00,?000|,?000,?000))s(?= of\b)")
_NAMES: Final = {
    10: "tens", 100: "hundreds", 1000: "thousands", 10_000: "tens of thousands",
    100_000: "hundreds of thousands", 1_000_000: "millions",
}  # fmt: skip
_OPEN: Final = lazy_pattern(r"(?P<numbers>\d{1,3}(?:\.\d{1,3}){0,3})\.(?P<x>[xX])(?!\w)")
_INCHES: Final = lazy_pattern(rf"{MIXED}[\"″](?![\w\"])")
#: Aircraft in the plural; other numbers with an s are seconds.
_PLANES: Final = lazy_pattern(r"(?P<value>7[0-8]7)s(?!\w)")
_FEET: Final = lazy_pattern(r"(?P<feet>[1-9])[ ]?ft[ ]?(?P<inches>\d|1[01])(?![\w.,'\"″]|[ ]in)")
_POINT: Final = lazy_pattern(
    r"(?P<value>\d{1,3})(?:pt(?!\w)|[ ]pt[ ](?=font|type|text|Arial|Times|Helvetica))"
)
_ZULU: Final = lazy_pattern(
    r"(?P<hour>0\d)(?P<minute>00)(?=[ ]?(?:flight|train|hour|start|departure))"
)


def _read_plan(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    letter = "letter" if match["letter"] else "close"
    parts = say(pairs(match["number"]), *match.span("number"))
    parts += spell(match[letter].upper(), *match.span(letter))
    return parts + (say(cardinal(match["more"]), *match.span("more")) if match["more"] else [])


_PARAGRAPH: Final = lazy_pattern(
    r"(?P<number>\d{1,4}[a-z]?)(?:\.(?P<part>\d{1,4}))?"
    r"(?P<marks>(?:\((?:[a-zA-Z]|[ivx]{2,4}|\d{1,2})\)){0,5})(?!\w|\.\d|[%,]\d|[-–]\d)"
)
_LAWS: Final = lazy_pattern(
    r"(?:§§?|\b(?:rule|rules|section|sections|sec|art|article|articles|paragraph|para|clause|title|"
    r"regulation|reg|part|cl|subsection|paras|act|code|u\.?s\.?c|c\.?f\.?r|schedule)\b\.?"
    r"|\b(?:civ|crim|app|bankr)\. ?p\.|\bevid\.)[ ]?\Z",
    re.IGNORECASE,
)


def _read_paragraph(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """Rule 12(b)(6): what is in brackets goes on without a pause."""
    start = match.start()
    if not (match["marks"] or match["part"]):
        return None
    if not _LAWS.search(cursor.left(start, 16)):
        return None
    number = re.match(r"\d+", match["number"])
    assert number is not None
    parts = say(label(number.group()), start, start + number.end())
    if number.group() != match["number"]:
        parts += spell(match["number"][-1].upper(), start + number.end(), match.end("number"))
    if match["part"]:
        parts += say(f"point {label(match['part'])}", *match.span("part"))
    for each in re.finditer(r"\w+", match["marks"]):
        place = match.start("marks") + each.start(), match.start("marks") + each.end()
        text = each.group()
        if text.isdecimal():
            parts += say(cardinal(text), *place)
        elif len(text) > 1:
            parts += say(cardinal(roman_value(text.upper())), *place)
        else:
            parts += spell(text.upper(), *place)
    return parts


def _read_wireless(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.start(), match.end("part")
    parts = say(f"eight oh two point {cardinal(match['part'])}", start, end)
    return parts + (spell(match["letters"], end, match.end()) if match["letters"] else [])


def _read_many(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say(_NAMES[int(match["value"].replace(",", ""))], *match.span())


def _read_open(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    said = " point ".join(cardinal(n) for n in match["numbers"].split("."))
    parts = say(f"{said} point", match.start(), match.start("x"))
    return [*parts, *spell("X", *match.span("x"))]


def _read_inches(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    said = mixed(cursor, match)
    if said is None or (cursor.quoted and match.group()[-1] == '"'):
        return None
    many = match["whole"] and not is_inch(cursor, match.end())
    return say(f"{said} {'inches' if many else 'inch'}", *match.span())


def _read_planes(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say(plural(pairs(match["value"])), *match.span())


def _read_feet(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    feet = "foot" if match["feet"] == "1" else "feet"
    parts = say(f"{cardinal(match['feet'])} {feet}", match.start(), match.start("inches"))
    return parts + say(cardinal(match["inches"]), *match.span("inches"))


def _read_point(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say(f"{cardinal(match['value'])} point", *match.span())


def _read_zulu(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    hour = int(match["hour"])
    return say(f"oh {cardinal(hour)} hundred" if hour else "zero hundred", *match.span())


_HEX: Final = lazy_pattern(r"0(?P<base>[xXbBoO])(?P<value>[0-9A-Fa-f_]{1,64})(?!\w)")
_LETTERED: Final = lazy_pattern(
    r"(?P<value>\d{1,6})(?P<letters>[A-Za-z]{1,3})(?P<more>\d{1,4})?(?!\w)"
)
#: Numbers of parcels, cars, accounts, passports: letters and digits by turns, five digits together.
_CODE: Final = lazy_pattern(
    r"(?=[A-Z0-9]{0,40}\d{5})(?=\d{0,40}[A-Z])(?!\d{1,9}[A-Z]{1,4}(?![A-Z0-9]))"
    r"(?P<code>[A-Z0-9]{7,40})(?!\w)"
)


def _read_hex(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    parts = [*say("zero", start, start + 1), *spell(match["base"], start + 1, start + 2)]
    return parts + characters(match["value"].replace("_", "").upper(), start + 2, end)


_SEATS: Final = frozenset({"seat", "seats", "row", "rows", "gate", "gates", "unit", "units"})
#: Parts of an exercise: 3a-f; seats of a row: 12A-C.
_ITEMS: Final = lazy_pattern(
    r"(?P<value>\d{1,3})(?P<one>[a-z]|[A-K])[-–](?P<two>[a-z]|[A-K])(?![\w-])"
)


#: Motor oil: 10W-30.
_OIL: Final = lazy_pattern(r"(?P<cold>\d{1,2})W[-–]?(?P<hot>[1-6]0)(?!\w)")


def _read_oil(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    cold, hot = match.span("cold"), match.span("hot")
    winter = spell("W", cold[1], cold[1] + 1)
    return [*say(cardinal(match["cold"]), *cold), *winter, *say(cardinal(match["hot"]), *hot)]


def _read_items(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if match["one"] >= match["two"] or match["one"].isupper() != match["two"].isupper():
        return None
    if match["one"].isupper() and cursor.before(match.start()).lower() not in _SEATS:
        return None
    one, two = match.span("one"), match.span("two")
    return [
        *say(label(match["value"]), *match.span("value")),
        *spell(match["one"].upper(), *one),
        *say("to", one[1], two[0]),
        *spell(match["two"].upper(), *two),
    ]


def _read_code(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return characters(match["code"], *match.span())


def _read_lettered(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    value, letters = match["value"], match["letters"]
    if len(letters) == 3 and not letters.isupper():
        return None
    read = label(value)
    parts = say(read, *match.span("value"))
    parts += spell(letters, *match.span("letters"))
    if match["more"]:
        parts += say(label(match["more"]), *match.span("more"))
    return parts


RULES: Final = (
    Rule(
        "serial.code",
        Start.NUMBER | Start.LETTER,
        _CODE,
        _read_code,
        (
            (
                "1Z999AA10123456784",
                "one Z nine nine nine A A one zero one two three four five six seven eight four",
            ),
            ("passport K10482237", "passport K one zero four eight two two three seven"),
        ),
        firsts=CAPITALS + "0123456789",
    ),
    Rule(
        "serial.plan",
        Start.NUMBER,
        _PLAN,
        _read_plan,
        (
            ("401(k)", "four oh one K"),
            ("501(c)(3)", "five oh one C three"),
        ),
        firsts="45",
    ),
    Rule(
        "serial.paragraph",
        Start.NUMBER,
        _PARAGRAPH,
        _read_paragraph,
        (
            ("Rule 12(b)(6) is", "Rule twelve B six is", "law"),
            ("§ 3(a)(iv)", "section three A four"),
        ),
    ),
    Rule(
        "serial.wireless",
        Start.NUMBER,
        _WIRELESS,
        _read_wireless,
        (("802.11ac", "eight oh two point eleven a c"),),
        firsts="8",
    ),
    Rule(
        "serial.many",
        Start.NUMBER,
        _MANY,
        _read_many,
        (("1000s of people", "thousands of people"),),
        firsts="1",
    ),
    Rule("serial.open", Start.NUMBER, _OPEN, _read_open, (("node 18.x", "node eighteen point X"),)),
    Rule(
        "serial.inches",
        Start.NUMBER,
        _INCHES,
        _read_inches,
        (
            ('5/8" bolt', "five eighths inch bolt"),
            ('1-1/2" hex bolts', "one and a half inch hex bolts"),
        ),
    ),
    Rule(
        "serial.planes",
        Start.NUMBER,
        _PLANES,
        _read_planes,
        (("the 747s", "the seven forty sevens"),),
        firsts="7",
    ),
    Rule(
        "serial.feet",
        Start.NUMBER,
        _FEET,
        _read_feet,
        (
            ("is 5 ft 10", "is five feet ten"),
            ("5ft6", "five feet six"),
        ),
    ),
    Rule(
        "serial.point",
        Start.NUMBER,
        _POINT,
        _read_point,
        (
            ("12 pt font", "twelve point font"),
            ("72pt", "seventy two point"),
        ),
    ),
    Rule(
        "serial.hours",
        Start.NUMBER,
        _ZULU,
        _read_zulu,
        (("The 0600 flight", "The oh six hundred flight"),),
        firsts="0",
    ),
    Rule(
        "serial.hex",
        Start.NUMBER,
        _HEX,
        _read_hex,
        (
            ("0xFF", "zero x F F", "numbers"),
            ("0b1010", "zero b one zero one zero"),
        ),
        firsts="0",
    ),
    Rule(
        "serial.oil",
        Start.NUMBER,
        _OIL,
        _read_oil,
        (("10W-30 oil", "ten W thirty oil"),),
        firsts="0123456789",
    ),
    Rule(
        "serial.items",
        Start.NUMBER,
        _ITEMS,
        _read_items,
        (("do 3a-f", "do three A to F"), ("1b–d", "one B to D")),
    ),
    Rule(
        "serial.lettered",
        Start.NUMBER,
        _LETTERED,
        _read_lettered,
        (
            ("221B Baker", "two twenty one B Baker"),
            ("5G network", "five G network"),
        ),
    ),
)
