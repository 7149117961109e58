# pure: no socket, thread or clock.
"""Telephone numbers, and other long numbers that are said digit by digit."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from ..patterns import lazy_pattern
from .bare_number import is_counted
from .cursor import Cursor, Part, say, spell
from .number_words import digits
from .rule import Rule, Start

_PHONE: Final = lazy_pattern(
    r"(?:\+(?P<country>\d{1,3})[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,5}"
    r"|(?:1[ .-]?)?\(\d{3}\)[ .-]?\d{3}[ .-]\d{4}"
    r"|(?:1[ .-])?\d{3}[.-]\d{3}[.-]\d{4}"
    r"|1-\d{3}-[A-Z\d-]{7,8}"
    r"|\d{3}-\d{4}"
    r"|0\d{2,4}[ -]\d{3,4}[ -]?\d{3,4}"
    r"|\(0\d{2,4}\)[ ]\d{3,4}[ ]\d{3,4}"
    r"|\d{4}(?:[ ]\d{4}){3}"
    r"|\d{5}-\d{4}"
    r"|\d{3} \d{3} \d{4}|\d{3} \d{4})(?![\w]|[.-]\d)"
)


def _read_phone(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    text = match.group()
    if re.fullmatch(r"\d{3}-\d{4}", text) and cursor.before(match.start()).lower() in _COUNTS:
        return None
    spaced = re.fullmatch(r"\d{3} \d{4}", text)
    if spaced and not _NUMBER_IS.search(cursor.left(match.start(), 32)):
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


#: Before seven digits with a space: his number is 555 0134.
_NUMBER_IS: Final = lazy_pattern(
    r"\b(?:phone|tel|telephone|cell|mobile|fax|call|number|ring|dial|reach (?:me|us|him|her) "
    r"(?:on|at))"
    r"(?:(?:'s)? is|'s|:|\.)?(?: (?:me|us|him|her)(?: (?:on|at))?)? \Z",
    re.IGNORECASE,
)

_COUNTS: Final = words("pages page about roughly between from of years lines")


#: A name of something that numbers tell apart, and what may stand between: Meeting ID: 842 ...
_IDENTIFIED: Final = lazy_pattern(
    r"\b(?:id|ids|passcode|passcodes|pin|code|account|acct|routing|iban|confirmation|tracking|card|"
    r"ein|ssn|imei|vat|aba|swift|barcode|isbn|npi|ref|reference|serial|membership|policy|sku)"
    r"(?:[ ](?:number|no\.|id|code|is|#))?(?:[:#.]|[ ](?:is|number|no\.))?[ ]?#?\Z",
    re.IGNORECASE,
)
_GROUPS: Final = lazy_pattern(
    r"\d{2,7}(?:[ ]\d{2,7}){1,6}(?![\w%]|[.,:/-]\d|[ ][a-z])|\d{5,12}(?![\w%]|[.,:/-]\d)"
)


_EXTENSION: Final = lazy_pattern(r"x\.? ?(?P<number>\d{1,6})(?!\w)")
_CALLED: Final = words("call dial at ring reach on desk phone office")


def _read_extension(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """Call x4417; 555-0142 x23."""
    start = match.start()
    said = len(cursor.parts)  # a comma may stand between
    phone = any(
        name == "telephone.number" and said - last < 2 for _, last, name in cursor.runs[-2:]
    )
    called = len(match["number"]) > 1 and cursor.before(start).lower() in _CALLED
    if not phone and not called:
        return None
    number = match.start("number")
    return [*say("extension", start, number), *say(digits(match["number"]), number, match.end())]


def _read_groups(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    counted = is_counted(cursor.after(match.end()).lower())
    if counted or not _IDENTIFIED.search(cursor.left(start, 40)):
        return None
    parts: list[Part] = []
    for group in re.finditer(r"\d+", match.group()):
        parts += say(digits(group.group()), start + group.start(), start + group.end())
    return parts


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
    Rule(
        "telephone.extension",
        Start.COUNTED | Start.LETTER,
        _EXTENSION,
        _read_extension,
        (
            ("call x4417", "call extension four four one seven", "phone"),
            ("555-0142 x23", "five five five zero one four two extension two three"),
        ),
        firsts="x",
    ),
    Rule(
        "telephone.identity",
        Start.NUMBER,
        _GROUPS,
        _read_groups,
        (
            ("Meeting ID: 842 12", "Meeting I D: eight four two one two", "phone"),
            ("account number 10482", "account number one zero four eight two"),
        ),
        firsts="0123456789",
    ),
)
