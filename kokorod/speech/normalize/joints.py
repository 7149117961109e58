# pure: no socket, thread or clock.
"""Signs between two things: what stands on both sides decides whether a dash says "to" or "minus".

The one place for it: `joints.tsv` has the contexts.
"""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from ..tables import rows
from .cursor import Cursor
from .date import MONTH_NAME
from .weekday import DAY_NAME

#: (sign, left, right) -> what is said; "" for nothing.
_SAID: Final = {
    (sign, left, right): "" if said == "-" else said for sign, left, right, said in rows("joints")
}

#: What the rules of a class have read, as the left side of a sign.
_LEFT: Final = {
    "date": "date",
    "clock": "clock",
    "year": "year",
    "measure": "quantity",
    "weekday": "day",
}
_FRACTIONS: Final = frozenset({"range.fraction", "measure.fraction"})
_DAY: Final = lazy_pattern(rf"(?:{DAY_NAME}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)(?![\w])")
_RIGHT: Final = (
    ("open", re.compile(r"(?:present|now|today|noon|midnight|late|close|dusk|dawn)(?!\w)", re.I)),
    ("day", _DAY),
    (
        "date",
        re.compile(
            rf"(?:\d{{1,2}}(?:st|nd|rd|th)?[ ])?{MONTH_NAME}(?![a-z])|\d{{1,2}}/\d{{1,2}}/\d"
        ),
    ),
    ("clock", re.compile(r"\d{1,2}(?::\d\d|[ ]?[ap]\.?m)", re.I)),
    ("year", re.compile(r"\d{1,4} ?(?:BCE?|AD|CE)(?!\w)|AD ?\d|(?:1[0-9]|20)\d\d(?![\w.,:]\w|\w)")),
    ("circa", re.compile(r"(?:c|ca|circa)\.? ?\d{2,4}(?!\w)")),
    ("fraction", re.compile(r"\d{1,2}/\d{1,3}(?![\d/])|(?:\d{1,2}[ -]?)?[½⅓⅔¼¾⅛⅜⅝⅞]")),
    ("quantity", re.compile(r"[\d.,]+[ ]?(?:%|°|[a-zA-Z]{1,4}(?![\w]))")),
)
_DAY_LEFT: Final = lazy_pattern(r"(?<!\w)(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\Z")
_ERA: Final = lazy_pattern(r"\d ?(?:BCE?|AD|CE)\Z")
_LAST_YEAR: Final = lazy_pattern(r"(?<![\w.,:])(?:1[0-9]|20)\d\d\Z")

_TERM_LEFT: Final = lazy_pattern(r"(?:(?<![A-Za-z'’])\d{0,6}[A-Za-z]{1,2}|\d|[)\]²³⁴πθα-ω!])\Z")
_TERM_RIGHT: Final = lazy_pattern(r"(?:\d|[A-Za-z]{1,2}(?![A-Za-z'’])|[a-z]{2,6}\(|[(√πθα-ω])")
_LETTER_LEFT: Final = lazy_pattern(r"(?<![^\W_])[A-Z][A-Za-z]?\Z")
_LETTER_RIGHT: Final = lazy_pattern(r"[A-Z][A-Za-z]?(?![^\W_])")
#: Signs of a sum or an equation.
_SUM: Final = lazy_pattern(r"[=+×÷^²³√<>≤≥·]|\*(?=[ ]?\w)")
#: How far along the line signs of mathematics are looked for.
_NEAR: Final = 40


def joint(cursor: Cursor, start: int, end: int) -> str | None:
    """What the dash or hyphen from `start` to `end` says between its sides; None if no row fits."""
    text = cursor.text
    tight = start > 0 and not text[start - 1].isspace() and not text[end : end + 1].isspace()
    sign = "hyphen" if tight else "dash"
    left = text[max(0, start - _NEAR) : start].rstrip(" ")
    right = text[end : end + _NEAR].lstrip(" ")
    if not left or not right:
        return None
    if is_sum(cursor, start, end) and _TERM_LEFT.search(left) and _TERM_RIGHT.match(right):
        return _SAID[sign, "sum", "sum"]
    lettered = _LETTER_LEFT.search(left) and _LETTER_RIGHT.match(right)
    if tight and lettered and not _ERA.search(left):
        return _SAID[sign, "letters", "letters"]
    return _SAID.get((sign, _left(cursor, left), _right(right)))


def is_sum(cursor: Cursor, start: int, end: int) -> bool:
    """Whether other signs of mathematics stand near the one from `start` to `end`, on its line."""
    before = cursor.left(start, _NEAR).rsplit("\n", 1)[-1]
    after = cursor.right(end, _NEAR).split("\n", 1)[0]
    return _SUM.search(before) is not None or _SUM.search(after) is not None


def _left(cursor: Cursor, left: str) -> str:
    if _ERA.search(left):
        return "year"
    if _DAY_LEFT.search(left):
        return "day"
    if not cursor.runs or cursor.runs[-1][1] != len(cursor.parts):
        return "word"
    name = cursor.runs[-1][2]
    if name in _FRACTIONS:
        return "fraction"
    if name == "cardinal.number":
        return "year" if _LAST_YEAR.search(left) else "number"
    return _LEFT.get(name.partition(".")[0], "word")


def _right(right: str) -> str:
    for kind, looks in _RIGHT:
        if looks.match(right):
            return kind
    return "number" if right[0].isdecimal() else "word"
