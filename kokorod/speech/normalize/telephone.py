# pure: no socket, thread or clock.
"""Telephone numbers, and other long numbers that are said digit by digit."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from .cursor import Cursor, Part, say, spell
from .number_words import digits
from .rule import Rule, Start

_PHONE: Final = re.compile(
    r"(?:\+(?P<country>\d{1,3})[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,5}"
    r"|(?:1[ .-]?)?\(\d{3}\)[ .-]?\d{3}[ .-]\d{4}"
    r"|(?:1[ .-])?\d{3}[.-]\d{3}[.-]\d{4}"
    r"|1-\d{3}-[A-Z\d-]{7,8}"
    r"|\d{3}-\d{4}"
    r"|0\d{2,4}[ -]\d{3,4}[ -]?\d{3,4}"
    r"|\(0\d{2,4}\)[ ]\d{3,4}[ ]\d{3,4}"
    r"|\d{4}(?:[ ]\d{4}){3}"
    r"|\d{5}-\d{4}"
    r"|\d{3} \d{3} \d{4})(?![\w]|[.-]\d)"
)


def _read_phone(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    text = match.group()
    if re.fullmatch(r"\d{3}-\d{4}", text) and cursor.before(match.start()).lower() in _COUNTS:
        return None
    if not 7 <= sum(c.isalnum() for c in text) <= 16:
        return None
    parts: list[Part] = []
    for piece in re.finditer(r"\+|\d+|[A-Z]+", text):
        start, end = match.start() + piece.start(), match.start() + piece.end()
        run = piece.group()
        if run == "+":
            parts += say("plus", start, end)
        elif run.isdecimal():
            parts += say(digits(run), start, end)
        else:
            parts += say(run.lower(), start, end) if len(run) > 2 else spell(run, start, end)
    return parts


_COUNTS: Final = words("pages page about roughly between from of years lines")


RULES: Final = (
    Rule(
        "telephone.number",
        Start.NUMBER | Start.SIGN,
        _PHONE,
        _read_phone,
        (
            (
                "+1 (555) 010-9999",
                "plus one five five five zero one zero nine nine nine nine",
                "phone",
            ),
            ("555-0123", "five five five zero one two three"),
        ),
        firsts="0123456789+(",
    ),
)
