# pure: no socket, thread or clock.
"""Sizes of clothes, from one to another: XS-3XL."""

from __future__ import annotations

import re
from typing import Final

from ...patterns import lazy_pattern
from ..cursor import Cursor, Part, say, spell
from ..number_words import cardinal
from ..rule import Rule, Start

_SIZE: Final = r"(?:[2-6]X[LS]|X{0,3}[LS]|M)"
_SIZES: Final = lazy_pattern(rf"(?P<one>{_SIZE})[ ]?(?P<joint>[-–/])[ ]?(?P<two>{_SIZE})(?![\w'-])")
_SIZED: Final = lazy_pattern(
    r"\b(?:sizes?|sized|fits?|available|comes?|runs?|tees?|t-shirts?|shirts?|hoodies?|unisex|men's|"
    r"women's|kids')\b[^.!?]{0,40}\Z",
    re.IGNORECASE,
)
_BACK: Final = 56


def _size(written: str, start: int) -> list[Part]:
    if not written[0].isdecimal():
        return spell(written, start, start + len(written))
    number = say(cardinal(written[0]), start, start + 1)
    return [*number, *spell(written[1:], start + 1, start + len(written))]


def _read_sizes(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    if not _SIZED.search(cursor.left(start, _BACK)):
        return None
    joint = "or" if match["joint"] == "/" else "to"
    return [
        *_size(match["one"], start),
        *say(joint, *match.span("joint")),
        *_size(match["two"], match.start("two")),
    ]


_TROUSERS: Final = lazy_pattern(r"(?P<waist>\d{2})W[ ]?[xX×/][ ]?(?P<length>\d{2})L(?!\w)")


def _read_trousers(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return [
        *say(f"{cardinal(match['waist'])} waist", match.start(), match.end("waist") + 1),
        *say(f"{cardinal(match['length'])} length", match.start("length"), match.end()),
    ]


RULES: Final = (
    Rule(
        "measure.trousers",
        Start.NUMBER,
        _TROUSERS,
        _read_trousers,
        (("34W x 32L", "thirty four waist thirty two length"),),
        firsts="0123456789",
    ),
    Rule(
        "measure.sizes",
        Start.LETTER | Start.NUMBER,
        _SIZES,
        _read_sizes,
        (("sizes XS-3XL", "sizes X S to three X L"), ("fits S/M", "fits S or M")),
        firsts="MLSX23456",
    ),
)
