# pure: no socket, thread or clock.
"""What readers pass over: marks of footnotes (It rained.12 Then), how a word sounds; and n. 4."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cursor import Cursor, Part, mark, say
from .rule import Rule, Start

_AT_STOP: Final = lazy_pattern(r"(?<=[a-z]{3})\.\d{1,3}(?=[\"'”’)]{0,3}(?:\s|\Z))")
#: Close behind a mark, as in encyclopedias; behind a word it may be code.
_BRACKETED: Final = lazy_pattern(r"(?<=[.!?,;:%)\]\"”])\[\d{1,3}\]")
#: How a word sounds, between slashes or in brackets: /ˈkjʊəri/.
_SOUNDS: Final = lazy_pattern(
    r"(?P<open>\()?(?:/(?=[^/\n]{0,24}[ˈˌəɪʊɛɔæʌɑɒɜʃʒθðŋɹɡː])[^/\n]{1,40}/"
    r"|\[(?=[ˈˌ])[^\]\n]{1,40}\])"
    r"(?(open)\))"
)
_NOTE: Final = lazy_pattern(r"n{1,2}\.[ ]?(?=\d)")


def _read_at_stop(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """The number is not said; before a word in small letters it is a decimal after a word."""
    if cursor.after(match.end())[:1].islower():
        return None
    return mark(".", *match.span())


def _read_nothing(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return []


def _read_note(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if not cursor.before(match.start())[-1:].isdecimal():
        return None
    return say("note", *match.span())


RULES: Final = (
    Rule(
        "notes.at_stop",
        Start.NUMBER,
        _AT_STOP,
        _read_at_stop,
        (("It rained.12", "It rained."),),
        firsts=".",
    ),
    Rule(
        "notes.bracketed",
        Start.SIGN,
        _BRACKETED,
        _read_nothing,
        (("He left.[1][2]", "He left."),),
        firsts="[",
    ),
    Rule(
        "notes.sounds",
        Start.SIGN,
        _SOUNDS,
        _read_nothing,
        (("Curie /ˈkjʊəri/ won", "Curie won"),),
        firsts="/[(",
    ),
    Rule(
        "notes.note",
        Start.LETTER | Start.CODED,
        _NOTE,
        _read_note,
        (("page 7 n.4", "page seven note four"),),
        firsts="n",
    ),
)
