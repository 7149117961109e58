# pure: no socket, thread or clock.
"""Years without a day: 1914–18, the 1990s, '69, 44 BC."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cursor import Cursor, Part, say
from .date import MONTHS
from .joints import is_sum
from .number_words import decade, short_year, year
from .rule import Rule, Start

_DECADE: Final = lazy_pattern(
    r"(?P<tick>')?(?P<decade>\d\d(?:\d0|00)|\d0)'?s"
    r"(?:[ ]?[-–—][ ]?(?P<tick2>')?(?P<decade2>\d{4}|\d0)'?s)?(?!\w)"
)
_SHORT_YEAR: Final = lazy_pattern(r"'(?P<short>\d\d)(?:[-–]'(?P<short2>\d\d))?(?!\w|')")
_YEARS: Final = lazy_pattern(
    r"(?P<one>1[0-9]\d\d|20\d\d)[ ]?[-–—/][ ]?(?P<two>1[0-9]\d\d|20\d\d|\d\d|present|now|today)"
    r"(?![\w%]|[.,-]\d)"
)
_ERA: Final = lazy_pattern(r"(?P<year>\d{1,4})(?=[ ]?(?:BCE|BC|CE|AD|B\.C|A\.D|C\.E)(?![A-Za-z]))")


def _read_decade(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    written = match["decade"]
    if len(written) == 2 and not match["tick"]:
        # "a 30s timeout" has seconds, "in the 30s" years.
        before = cursor.before(match.start()).lower()
        if before not in _BEFORE_DECADE and not _is_warm(cursor, match.start()):
            return None
    parts = say(decade(int(written)), match.start(), match.end("decade") + 1)
    if match["decade2"]:
        begin, end = match.span("decade2")
        parts += [*say("to", begin - 1, begin), *say(decade(int(match["decade2"])), begin, end)]
    return parts


#: Other temperatures stand before: lows in the 50s, 70s by noon.
_WARM: Final = lazy_pattern(
    r"\b(?:highs?|lows?|temps?|temperatures?|upper|mid|sunny|cloudy|warm|cool)\b[^!?]{0,48}"
    r"\b(?:the|low|mid|upper|high|lower|to) ?-?[1-9]0s\b[^!?]{0,40}\Z",
    re.I,
)


def _is_warm(cursor: Cursor, start: int) -> bool:
    return _WARM.search(cursor.left(start, 96)) is not None


_BEFORE_DECADE: Final = frozenset(
    {"the", "his", "her", "their", "my", "our", "your", "early", "late", "mid", "-", "s", "low"}
    | {"high", "upper", "lower", "and", "to"}
)


def _read_short_year(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    before = cursor.text[match.start() - 1 : match.start()] if match.start() else " "
    if not before.isspace() and before not in "([-–—/":
        return None
    parts = say(short_year(match["short"]), *match.span("short"))
    if match["short2"]:
        begin, end = match.span("short2")
        parts += [*say("to", begin - 2, begin - 1), *say(short_year(match["short2"]), begin, end)]
    return parts


def _read_years(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    one, two = match["one"], match["two"]
    if two.isalpha():
        begin = match.start("two")
        return [
            *say(year(int(one), cursor.british), *match.span("one")),
            *say("to", begin - 1, begin),
            *say(two, *match.span("two")),
        ]
    if len(two) == 2 and int(two) <= int(one[2:]):
        return _read_dashed_month(cursor, match)
    if len(two) == 4 and int(two) < int(one):
        return None
    spaced = " " in cursor.text[match.end("one") : match.start("two")]
    if (
        spaced
        and "-" in cursor.text[match.end("one") : match.start("two")]
        and (len(two) < 4 or is_sum(cursor, *match.span()))
    ):
        return None
    begin, end = match.span("two")
    parts = say(year(int(one), cursor.british), *match.span("one"))
    last = year(int(two), cursor.british) if len(two) == 4 else short_year(two)
    return [*parts, *say("to", begin - 1, begin), *say(last, begin, end)]


def _read_dashed_month(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """2020-05, as ISO 8601 has it: no span of years goes backwards."""
    month = int(match["two"])
    if not 1 <= month <= 12 or cursor.text[match.end("one") : match.start("two")] != "-":
        return None
    return say(f"{MONTHS[month - 1]} {year(int(match['one']), cursor.british)}", *match.span())


def _read_era(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say(year(int(match["year"]), cursor.british), *match.span())


RULES: Final = (
    Rule(
        "year.decade",
        Start.NUMBER,
        _DECADE,
        _read_decade,
        (
            ("'80s", "eighties", "years"),
            ("in his 20s", "in his twenties"),
        ),
    ),
    Rule(
        "year.short",
        Start.NUMBER,
        _SHORT_YEAR,
        _read_short_year,
        (
            ("class of '05", "class of oh five"),
            ("'14-'18", "fourteen to eighteen"),
        ),
        firsts="'",
    ),
    Rule(
        "year.span",
        Start.NUMBER,
        _YEARS,
        _read_years,
        (
            ("1914–18", "nineteen fourteen to eighteen", "ranges"),
            ("1999-2003", "nineteen ninety nine to two thousand three"),
            ("ran it 1999 - 2003", "ran it nineteen ninety nine to two thousand three"),
        ),
        firsts="12",
    ),
    Rule(
        "year.era",
        Start.NUMBER,
        _ERA,
        _read_era,
        (
            ("44 BC", "forty four B C", "years"),
            ("79 AD", "seventy nine A D"),
        ),
    ),
)
