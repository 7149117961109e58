# pure: no socket, thread or clock.
"""States after a town: Austin, TX; St. Louis, Mo."""

from __future__ import annotations

import re
from typing import Final

from ..tables import rows
from .cursor import Cursor, Part, mark, say
from .rule import CAPITALS, Rule, Start

_ROWS: Final = rows("states")
_STATES: Final = {code: name for code, _, name in _ROWS}
_STATE: Final = re.compile(
    r"(?P<name>[A-Z]{2})(?:(?P<zip>(?= \d{5}(?:-\d{4})?(?!\w)))|(?=[,.;)]|\Z))"
)
#: Words too: states only before a zip code.
_NOT_STATES: Final = frozenset({"OK", "HI", "OH", "ME", "IN", "AL", "ID", "MS", "MD", "CO"})


def _read_state(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    name = _STATES.get(match["name"])
    if name is None or cursor.before(start) != "," or not cursor.before(start, 2)[:1].isupper():
        return None
    if match["zip"] is None and match["name"] in _NOT_STATES:
        return None
    return say(name, *match.span())


_SHORT_STATE: Final = re.compile(r"(?P<name>[A-Z][a-z]{1,4})\.")
_SHORT_STATES: Final = {short: name for _, short, name in _ROWS if short}


def _read_short_state(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """St. Louis, Mo.; after a town and a comma only: Mo, Ill and Wash are words."""
    start, end = match.span("name")
    name = _SHORT_STATES.get(match["name"])
    if name is None or cursor.before(start) != "," or not cursor.before(start, 2)[:1].isupper():
        return None
    return say(name, start, end) + (mark(".", end, end + 1) if cursor.ends(end + 1) else [])


RULES: Final = (
    Rule(
        "address.state",
        Start.LETTER,
        _STATE,
        _read_state,
        (
            ("Austin, TX", "Austin, Texas"),
            ("York, NY 10001", "York, New York one zero zero zero one"),
        ),
        firsts=CAPITALS,
    ),
    Rule(
        "address.short_state",
        Start.LETTER,
        _SHORT_STATE,
        _read_short_state,
        (("St. Louis, Mo.", "Saint Louis, Missouri."),),
        firsts=CAPITALS,
    ),
)

#: Words, in small letters, that the rules here look at.
KEYS: Final = frozenset(name.lower() for name in _SHORT_STATES)
