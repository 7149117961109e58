# pure: no socket, thread or clock.
"""Versions: 1.2.3-beta.4, v2, Python 3.11."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from ..tables import rows
from .cardinal import characters, sign_parts
from .cursor import Cursor, Part, say
from .electronic import letters_or_word, piece_parts
from .number_words import cardinal, digits
from .rule import LETTERS, Rule, Start

_VERSION: Final = lazy_pattern(
    r"(?P<v>[vV]\.?[ ]?)?(?P<numbers>\d+(?:\.\d+){2,5})"
    r"(?P<tail>(?:[-+][A-Za-z0-9.]{1,32}|[a-z]{1,4}\d{1,3}))?(?![\w]|\.\d)"
)
#: What a package asks for: foo@^2.0.0, ~1.4.
_ASKED: Final = lazy_pattern(r"[\^~](?=\d{1,4}\.\d)")
_V: Final = lazy_pattern(
    r"[vV](?P<numbers>\d+(?:\.\d+){0,5})(?P<tail>[-+][A-Za-z0-9.]{1,32}|[a-z]{1,4}\d{1,3})?(?![\w]|\.\d)"
)


def _numbers(text: str) -> str:
    return " point ".join(
        cardinal(n) if n == "0" or n[0] != "0" else digits(n) for n in text.split(".")
    )


_THOUSANDS: Final = lazy_pattern(r"[1-9]\d{0,2}(?:\.\d{3}){2,}")


def _read_version(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    numbers = match.start("numbers")
    if match.group()[0] == "V" and _is_engine(cursor, match):
        return None
    dated = re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{4}", match["numbers"])
    if dated and match.start() == numbers:
        return None
    if match.start() == numbers and not match["tail"] and _THOUSANDS.fullmatch(match["numbers"]):
        return None  # 1.000.000
    parts: list[Part] = []
    if numbers > match.start():
        parts += say("version", match.start(), numbers)
    parts += say(_numbers(match["numbers"]), *match.span("numbers"))
    if match["tail"]:
        said = piece_parts(match["tail"], match.start("tail"))
        parts += [p for p in said if p.text not in ("dash", "dot")]
    return parts


def _is_engine(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether V and a number name an engine or a rocket."""
    if not match["numbers"].isdecimal() or match["tail"]:
        return False
    following = cursor.after(match.end()).lower().rstrip("s")
    return match["numbers"] in ("6", "8", "10", "12", "16") or following in (
        "rocket",
        "bomb",
        "engine",
    )


_VERSION_LIKE: Final = lazy_pattern(
    r"(?P<sign>[≥≤<>]?)(?P<whole>\d+)\.(?P<part>\d+)(?P<tail>[a-z]{0,2}\d{0,2})(?![\w.]\w|\w)"
)
#: After these a number with a point is a version: Python three point eleven.
_VERSIONED: Final = frozenset(name for name, read in rows("computing") if read == "versioned")


#: Another version stands before: broken in 4.12.1, fine in 4.11.
_OTHER: Final = lazy_pattern(r"(?<![\w.])v?\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w.]*[$€£%])")


def _read_version_like(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    whole, part, tail = match["whole"], match["part"], match["tail"]
    start = match.start()
    if cursor.before(start).lower().rstrip(".") not in _VERSIONED and not (
        len(part) == 2 and len(whole) < 3 and _OTHER.search(cursor.left(start, 64))
    ):
        return None
    said = cardinal(part) if part[0] != "0" and len(part) < 3 else digits(part)
    sign = sign_parts(cursor, match) or []
    parts = sign + say(f"{cardinal(whole)} point {said}", match.start("whole"), match.end("part"))
    return parts + (characters(tail, *match.span("tail")) if tail else [])


def _read_asked(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    before = cursor.text[start - 1] if start else " "
    if not (before in "@\"'`(=" or (before.isspace() and match.group() == "^")):
        return None
    return say("caret" if match.group() == "^" else "tilde", start, end)


#: Close behind a name: py3.12, node18.2.
_CLOSE: Final = lazy_pattern(
    r"(?P<name>[a-z]{2,12})(?P<numbers>\d{1,3}(?:\.\d{1,3}){1,3})(?![\w%]|\.\w|-\d)"
)


def _read_close(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    name, numbers = match.span("name"), match.span("numbers")
    if match["name"] in _NO_VERSION:
        return None
    return [*letters_or_word(match["name"], *name), *say(_numbers(match["numbers"]), *numbers)]


#: What a number is of, and no version.
_NO_VERSION: Final = frozenset({"ca", "rs", "nr", "no", "fig", "eq", "sec", "pp", "ver", "vol"})


RULES: Final = (
    Rule(
        "version.close",
        Start.CODED | Start.COUNTED,
        _CLOSE,
        _read_close,
        (("on py3.12", "on py three point twelve", "versions"),),
        firsts=LETTERS[26:],
    ),
    Rule(
        "version.asked",
        Start.SIGN | Start.NUMBER,
        _ASKED,
        _read_asked,
        (("foo@^2.0.0", "foo at caret two point zero point zero"),),
        firsts="^~",
    ),
    Rule(
        "version.dotted",
        Start.NUMBER,
        _VERSION,
        _read_version,
        (
            ("2.0.1", "two point zero point one"),
            ("1.2.3-beta.4", "one point two point three beta four"),
        ),
    ),
    Rule(
        "version.v",
        Start.CODED | Start.COUNTED,
        _V,
        _read_version,
        (
            ("v1.2.3", "version one point two point three", "versions"),
            ("v3.0-rc1", "version three point zero r c one"),
        ),
        firsts="vV",
    ),
    Rule(
        "version.named",
        Start.NUMBER,
        _VERSION_LIKE,
        _read_version_like,
        (
            ("Python 3.11", "Python three point eleven", "versions"),
            ("Ubuntu 22.04", "Ubuntu twenty two point zero four"),
        ),
    ),
)
