# pure: no socket, thread or clock.
"""Dates and months."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from . import clock
from .cursor import Cursor, Part, mark, say, spell
from .dated import is_dated, month_first
from .number_words import cardinal, ordinal, pair, short_year, year
from .rule import Rule, Start

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_MONTH: Final = {
    **{name: name for name in MONTHS},
    **{name.upper(): name for name in MONTHS},
    **{name[:3]: name for name in MONTHS},
    **{name[:3].upper(): name for name in MONTHS},
    "Sept": "September",
    "Febr": "February",
}
#: These are words or names too: a full stop or a neighbour must show that a date is meant.
_ALSO_WORDS: Final = frozenset({"Jan", "Mar", "MAR", "MAY", "JAN"})

MONTH_NAME: Final = "(?:" + "|".join(sorted(_MONTH, key=len, reverse=True)) + ")"
_M: Final = MONTH_NAME
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR: Final = (
    r"(?:(?P<comma>,)?[ ](?:of[ ])?(?P<year>\d{4})(?![\d%]|[:.,]\d)"
    r"|(?P<comma2>,)?[ ]'(?P<short>\d\d)(?!\d))?"
)

_ISO: Final = lazy_pattern(
    r"(?P<year>\d{4})(?P<sep>[-/.])(?P<month>0[1-9]|1[0-2])(?P=sep)(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?P<part>[.,]\d+)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?(?![\w-])"
)
_NUMERIC: Final = lazy_pattern(
    r"(?P<one>\d{1,2})(?P<sep>[-/.])(?P<two>\d{1,2})(?P=sep)(?P<year>\d{4}|\d\d)(?![\w/]|[-.]\d)"
)
_SLASHED: Final = lazy_pattern(
    r"(?P<one>\d{1,2})/(?P<two>\d{1,2})"
    r"(?:[ ]?[-–—][ ]?(?P<three>\d{1,2})/(?P<four>\d{1,2}))?(?![\w/]|[.,]\d)"
)
_MONTH_DAY: Final = lazy_pattern(
    rf"(?P<name>{_M})\.?[ ](?P<day>{_DAY})(?P<suffix>st|nd|rd|th)?"
    rf"(?:[ ]?[-–—][ ]?(?:(?P<name2>{_M})\.?[ ])?(?P<day2>{_DAY})(?:st|nd|rd|th)?)?"
    rf"(?![\w%:]|[.,]\d|-\d){_YEAR}"
)
_DAY_MONTH: Final = lazy_pattern(
    rf"(?P<day>{_DAY})(?P<suffix>st|nd|rd|th)?(?:[ ]?[-–—][ ]?(?P<day2>{_DAY})(?:st|nd|rd|th)?)?"
    rf"(?P<gap>[ -])(?P<of>of[ ])?(?P<name>{_M})\b(?P<dot>\.(?=[ ]\d|,))?"
    rf"(?:-(?P<dashed>\d{{4}}|\d\d)\b)?{_YEAR}"
)
_MONTH_YEAR: Final = lazy_pattern(
    rf"(?P<name>{_M})(?P<dot>\.?)(?P<comma>,?)[ ]'?(?P<year>\d{{4}})(?![\w%]|[:.,-]\d)"
)
_MONTH_ALONE: Final = lazy_pattern(
    rf"(?P<name>{_M})(?P<dot>\.?)(?:[-–—/](?P<name2>{_M})(?P<dot2>\.?))?(?![\w'])"
)


def _date(cursor: Cursor, month: int, day: int, when: int | None) -> str:
    said = f"{MONTHS[month - 1]} {ordinal(day)}"
    if cursor.british:
        said = f"the {ordinal(day)} of {MONTHS[month - 1]}"
    return said if when is None else f"{said} {year(when, cursor.british)}"


def _full_year(written: str) -> int:
    if len(written) == 4:
        return int(written)
    return (1900 if int(written) >= 50 else 2000) + int(written)


def _read_iso(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    end = match.end("day")
    parts = say(
        _date(cursor, int(match["month"]), int(match["day"]), int(match["year"])),
        match.start(),
        end,
    )
    if match["time"]:
        said = clock.time_parts(match["time"])
        if said is None:
            return None
        begin, last = match.span("time")
        parts += mark(",", end, end + 1)
        parts += [Part(p.text, begin, last, p.kind) for p in said]
    zone = match["zone"]
    if zone == "Z":
        parts += spell("UTC", *match.span("zone"))
    elif zone:
        sign = "plus" if zone[0] == "+" else "minus"
        hours, minutes = int(zone[1:3]), int(zone[-2:])
        shift = f"{sign} {cardinal(hours)}" + (f" {pair(minutes)}" if minutes else "")
        parts += [*spell("UTC", *match.span("zone")), *say(shift, *match.span("zone"))]
    return parts


#: Before models of different years: iPhone 12/13/14.
_MODELS: Final = frozenset(
    "iphone ipad galaxy pixel android windows ios macos series gen model models python".split()
)


def _read_numeric(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    one, two = int(match["one"]), int(match["two"])
    if cursor.before(match.start()).lower() in _MODELS:
        return None
    if match["sep"] == "." and len(match["year"]) < 4:
        return None
    if match["sep"] == "." and 1 <= two <= 12 and 1 <= one <= 31:
        found: tuple[int, int] | None = (two, one)
    else:
        found = month_first(cursor, one, two)
    if found is None:
        return None
    return say(_date(cursor, *found, _full_year(match["year"])), *match.span())


def _read_slashed(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    one, two = int(match["one"]), int(match["two"])
    if (one, two) == (9, 11):
        return say("nine eleven", *match.span())
    found = month_first(cursor, one, two)
    if found is None or not is_dated(cursor, match):
        return None
    parts = say(_date(cursor, *found, None), match.start(), match.end("two"))
    if match["three"]:
        last = month_first(cursor, int(match["three"]), int(match["four"]))
        if last is None:
            return None
        begin = match.start("three")
        parts += [
            *say("to", begin - 1, begin),
            *say(_date(cursor, *last, None), begin, match.end("four")),
        ]
    return parts


def _year_parts(cursor: Cursor, match: re.Match[str]) -> list[Part]:
    parts: list[Part] = []
    for comma in ("comma", "comma2"):
        if match[comma]:
            parts += mark(",", *match.span(comma))
    if match["year"]:
        parts += say(year(int(match["year"]), cursor.british), *match.span("year"))
    elif match["short"]:
        parts += say(short_year(match["short"]), *match.span("short"))
    return parts


def _read_month_day(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    begin = match.start("day")
    the = "the " if cursor.british else ""
    parts = say(_MONTH[match["name"]], *match.span("name"))
    parts += say(
        the + ordinal(match["day"]),
        begin,
        match.end("suffix") if match["suffix"] else match.end("day"),
    )
    if match["day2"]:
        begin, end = match.span("day2")
        parts += say("to", begin - 1, begin)
        if match["name2"]:
            parts += say(_MONTH[match["name2"]], *match.span("name2"))
            parts[-2] = Part("to", match.start("name2") - 1, match.start("name2"))
        parts += say(the + ordinal(match["day2"]), begin, end)
    return parts + _year_parts(cursor, match)


def _read_day_month(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if match["gap"] == "-" and not match["dashed"] and not match["suffix"]:
        return None
    if (
        match["name"] in ("May", "MAY")
        and not (match["suffix"] or match["year"] or match["dashed"] or cursor.british)
        and cursor.after(match.end()).islower()
        and cursor.after(match.end()) not in _AFTER_DATE
    ):
        return None
    before = cursor.before(match.start()).lower()
    the = "" if before in ("the", "this", "every", "each") else "the "
    if match["suffix"] and match["of"] and before not in ("on", "of", "to", "by", "until"):
        the = ""
    begin, end = match.span("day")
    parts = say(the + ordinal(match["day"]), begin, match.end("suffix") if match["suffix"] else end)
    if match["day2"]:
        begin, end = match.span("day2")
        parts += [*say("to", begin - 1, begin), *say(the + ordinal(match["day2"]), begin, end)]
    name = match.start("name")
    parts += [*say("of", name - 1, name), *say(_MONTH[match["name"]], *match.span("name"))]
    if match["dashed"]:
        parts += say(year(_full_year(match["dashed"])), *match.span("dashed"))
    return parts + _year_parts(cursor, match)


_AFTER_DATE: Final = frozenset({"and", "at", "to", "in", "was", "is", "the", "for", "from", "or"})


def _read_month_year(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    parts = say(_MONTH[match["name"]], *match.span("name"))
    if match["comma"]:
        parts += mark(",", *match.span("comma"))
    return parts + say(year(int(match["year"]), cursor.british), *match.span("year"))


def dotted(cursor: Cursor, match: re.Match[str], group: str) -> list[Part]:
    """The full stop after an abbreviation, if it ends the text as well."""
    start, end = match.span(group)
    return mark(".", start, end) if end > start and cursor.ends(end) else []


def _read_month(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    written = match["name"]
    if written in MONTHS and not match["name2"]:
        if not match["dot"]:
            return say(written, *match.span("name"))
        return None
    if written in _ALSO_WORDS and not match["dot"] and not match["name2"]:
        return None
    if written.upper() == written and not match["name2"]:
        return None
    parts = say(_MONTH[written], *match.span("name"))
    if match["name2"]:
        begin, end = match.span("name2")
        parts += [*say("to", begin - 1, begin), *say(_MONTH[match["name2"]], begin, end)]
        return parts + dotted(cursor, match, "dot2")
    return parts + dotted(cursor, match, "dot")


RULES: Final = (
    Rule(
        "date.iso",
        Start.NUMBER,
        _ISO,
        _read_iso,
        (
            ("2024-03-05", "March fifth twenty twenty four", "dates"),
            ("2024-01-15T09:30", "January fifteenth twenty twenty four, nine thirty"),
        ),
    ),
    Rule(
        "date.numeric",
        Start.NUMBER,
        _NUMERIC,
        _read_numeric,
        (
            ("3/5/2024", "March fifth twenty twenty four", "dates"),
            ("31.12.1999", "December thirty first nineteen ninety nine"),
        ),
    ),
    Rule(
        "date.month_and_day",
        Start.NUMBER,
        _SLASHED,
        _read_slashed,
        (
            ("on 3/15", "on March fifteenth"),
            ("week of 3/4–3/8", "week of March fourth to March eighth"),
            ("12/5 and 12/19", "December fifth and December nineteenth"),
            ("9/11 attacks", "nine eleven attacks"),
            ("closed 12/23-1/2", "closed December twenty third to January second"),
            ("done by 5/14", "done by May fourteenth"),
        ),
    ),
    Rule(
        "date.day_month",
        Start.NUMBER,
        _DAY_MONTH,
        _read_day_month,
        (
            ("5 Nov 2023", "the fifth of November twenty twenty three", "dates"),
            ("5th of May", "fifth of May"),
        ),
    ),
    Rule(
        "date.month_day",
        Start.LETTER,
        _MONTH_DAY,
        _read_month_day,
        (
            ("Jan. 5th, 1999", "January fifth, nineteen ninety nine", "dates"),
            ("March 3-5", "March third to fifth"),
        ),
        firsts="JFMASOND",
    ),
    Rule(
        "date.month_year",
        Start.LETTER,
        _MONTH_YEAR,
        _read_month_year,
        (
            ("Nov., 1605", "November, sixteen oh five"),
            ("July 1776", "July seventeen seventy six"),
        ),
        firsts="JFMASOND",
    ),
    Rule(
        "date.month",
        Start.LETTER,
        _MONTH_ALONE,
        _read_month,
        (
            ("in Oct. or later", "in October or later"),
            ("Open March", "Open March"),
        ),
        firsts="JFMASOND",
    ),
)
NAMES: Final = frozenset(_MONTH)
