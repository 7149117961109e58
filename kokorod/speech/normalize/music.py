# pure: no socket, thread or clock.
"""Notes, chords and times of music: B♭, F#m7, 6/8 time."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cursor import Cursor, Part, say, spell
from .number_words import cardinal
from .rule import Rule, Start

_SIGNS: Final = {"♭": "flat", "♯": "sharp", "#": "sharp", "♮": "natural"}
_KINDS: Final = {
    "m": "minor", "min": "minor", "M": "major", "maj": "major", "dim": "diminished",
    "aug": "augmented", "sus": "sus", "add": "add",
}  # fmt: skip
_KIND: Final = "maj|min|dim|aug|sus|add|m|M"
_CHORD: Final = lazy_pattern(
    rf"(?P<note>[A-G])(?:(?P<sign>[♭♯♮]|#(?=[mMdas\d]))(?P<kind>{_KIND})?(?P<number>\d{{1,2}})?"
    r"|(?P<kind2>maj|dim|aug|sus|add|m(?=[679]))(?P<number2>\d{1,2}))(?![\w+])"
)
_TIME: Final = lazy_pattern(
    r"(?P<beats>\d{1,2})/(?P<of>2|4|8|16)(?=[ -](?:time|meter|metre|beat|bars?|"
    r"measure|signature|groove|rhythm|waltz|march)\b)"
)


def _read_chord(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    parts = spell(match["note"], *match.span("note"))
    if match["sign"]:
        parts += say(_SIGNS[match["sign"]], *match.span("sign"))
    for kind, number in (("kind", "number"), ("kind2", "number2")):
        if match[kind]:
            parts += say(_KINDS[match[kind]], *match.span(kind))
        if match[number]:
            parts += say(cardinal(match[number]), *match.span(number))
    return parts


def _read_time(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say(f"{cardinal(match['beats'])} {cardinal(match['of'])}", *match.span())


RULES: Final = (
    Rule(
        "music.chord",
        Start.LETTER,
        _CHORD,
        _read_chord,
        (
            ("B♭ major", "B flat major", "music"),
            ("an F#m7 chord", "an F sharp minor seven chord", "music"),
            ("Gsus4", "G sus four"),
        ),
        firsts="ABCDEFG",
    ),
    Rule(
        "music.time",
        Start.NUMBER,
        _TIME,
        _read_time,
        (("in 4/4 time", "in four four time", "music"),),
    ),
)
