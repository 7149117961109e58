# pure: no socket, thread or clock.
"""States after a town: Austin, TX; St. Louis, Mo."""

from __future__ import annotations

import re
from typing import Final

from .cursor import Cursor, Part, mark, say
from .rule import Rule, Start

_STATES: Final = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa",
    "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland",
    "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi",
    "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada",
    "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York",
    "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin",
    "WY": "Wyoming",
}  # fmt: skip
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
_SHORT_STATES: Final = {
    "Ala": "Alabama", "Ariz": "Arizona", "Ark": "Arkansas", "Calif": "California",
    "Colo": "Colorado", "Conn": "Connecticut", "Del": "Delaware", "Fla": "Florida",
    "Ga": "Georgia", "Ill": "Illinois", "Ind": "Indiana", "Kan": "Kansas", "Ky": "Kentucky",
    "La": "Louisiana", "Mass": "Massachusetts", "Md": "Maryland", "Mich": "Michigan",
    "Minn": "Minnesota", "Miss": "Mississippi", "Mo": "Missouri", "Mont": "Montana",
    "Neb": "Nebraska", "Nev": "Nevada", "Okla": "Oklahoma", "Ore": "Oregon",
    "Pa": "Pennsylvania", "Tenn": "Tennessee", "Tex": "Texas", "Va": "Virginia",
    "Vt": "Vermont", "Wash": "Washington", "Wis": "Wisconsin", "Wyo": "Wyoming",
}  # fmt: skip


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
    ),
    Rule(
        "address.short_state",
        Start.LETTER,
        _SHORT_STATE,
        _read_short_state,
        (("St. Louis, Mo.", "Saint Louis, Missouri."),),
    ),
)

#: Words, in small letters, that the rules here look at.
KEYS: Final = frozenset(name.lower() for name in _SHORT_STATES)
