# pure: no socket, thread or clock.
"""Words cut short in speech: 'tis, th', rock 'n' roll; and stutters: b-but."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from ..patterns import lazy_pattern
from ..tables import rows
from .cursor import Cursor, Part, say
from .rule import Rule, Start

_CUT: Final = dict(rows("elisions"))
_HEAD: Final = "|".join(re.escape(w) for w in sorted(_CUT, key=len, reverse=True) if w[0] != "'")
_TAIL: Final = "|".join(re.escape(w) for w in sorted(_CUT, key=len, reverse=True) if w[0] == "'")
_LEADING: Final = lazy_pattern(rf"(?:{_TAIL})(?![\w'])", re.IGNORECASE)
_TRAILING: Final = lazy_pattern(rf"(?=[A-Za-z]{{1,3}}')(?:{_HEAD})(?=\s+[a-zA-Z])", re.IGNORECASE)
_STUTTER: Final = lazy_pattern(
    r"(?P<first>[bcdfghjklmnpqrstvwz]{2,3}|[A-Za-z])-(?P<more>(?:(?P=first)-){0,4})"
    r"(?=(?P<word>(?P=first)[a-z']{0,20})(?![\w-]))",
    re.IGNORECASE,
)
#: What people stutter at; after one letter alone other words may be names: D-day, an S-shape.
_STUTTERED: Final = words(
    "a and are because believe but bye can can't come could d'you did didn't do don't "
    "everything father get go good he hello help her here hey hi him his how i i'd i'll i'm if "
    "is it it's just let let's look maybe me mister mom mother my never nice no not nothing "
    "now of oh okay please really run she sir so sorry stay stop thank thanks that that's the "
    "then there they this to wait was we we're well were what what's when where who why with "
    "would yeah yes you you're"
)


def _read_cut(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    written = match.group()
    before = cursor.text[start - 1 : start] if start else ""
    if before == "'" or (written[0] == "'" and before.isalnum()):
        return None
    said = _CUT[written.lower()]
    return say(written if said == written.lower() else said, start, end)


def _read_stutter(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """Only the word is said."""
    word = match["word"].lower()
    if len(word) == 1 and match.group()[0] != "I":
        return None  # A-A batteries
    if not match["more"] and word not in _STUTTERED:
        return None
    return []


RULES: Final = (
    Rule(
        "elisions.leading",
        Start.SIGN,
        _LEADING,
        _read_cut,
        (
            ("'Tis cold", "'Tis cold"),
            ("fish 'n' chips", "fish 'n' chips"),
        ),
        firsts="'",
    ),
    Rule(
        "elisions.trailing",
        Start.LETTER,
        _TRAILING,
        _read_cut,
        (
            ("a cup o' tea", "a cup o' tea"),
            ("down th' hill", "down the hill"),
            ("d'you know", "do you know"),
        ),
        firsts="tToOaAwWfFdD",
    ),
    Rule(
        "elisions.stutter",
        Start.LETTER,
        _STUTTER,
        _read_stutter,
        (("B-but why?", "but why?"),),
    ),
)

#: Words, in small letters, that the rules here look at.
KEYS: Final = frozenset(word for word in _CUT if word[:2] == "d'")
