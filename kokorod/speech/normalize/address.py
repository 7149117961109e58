# pure: no socket, thread or clock.
"""States after a town: Austin, TX; St. Louis, Mo."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from ..patterns import lazy_pattern
from ..tables import rows
from .cardinal import label
from .cursor import Cursor, Part, mark, say, spell
from .number_words import cardinal, digits, ordinal
from .rule import CAPITALS, Rule, Start

_ROWS: Final = rows("states")
#: Provinces, only before a code of Canada's post.
_PROVINCES: Final = {
    "AB": "Alberta", "BC": "British Columbia", "MB": "Manitoba", "NB": "New Brunswick",
    "NL": "Newfoundland", "NS": "Nova Scotia", "ON": "Ontario", "PE": "Prince Edward Island",
    "QC": "Quebec", "SK": "Saskatchewan", "YT": "Yukon",
}  # fmt: skip
_STATES: Final = {code: name for code, _, name in _ROWS}
_STATE: Final = lazy_pattern(
    r"(?P<name>[A-Z]{2})(?:(?P<zip>(?= (?:\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d)(?!\w)))"
    r"|(?=[,.;)]|\Z))"
)
#: Words too: states only before a zip code.
_NOT_STATES: Final = frozenset({"OK", "HI", "OH", "ME", "IN", "AL", "ID", "MS", "MD", "CO"})


def _read_state(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    name = _STATES.get(match["name"])
    if name is None and match["zip"] is not None:
        name = _PROVINCES.get(match["name"])
    if name is None or cursor.before(start) != "," or not cursor.before(start, 2)[:1].isupper():
        return None
    if match["zip"] is None and match["name"] in _NOT_STATES:
        # Stopped in Tulsa, OK; no state is asked for: Tom, OK?
        left = cursor.left(start, 40)
        near = match["name"] in _CODES_ONLY and _GONE_TO.search(left)
        if not near and not _STAYED.search(left) and not _SENT.search(left):
            return None
    return say(name, *match.span())


#: Of those, the ones that nobody says: for Denver, CO.
_CODES_ONLY: Final = frozenset({"CO", "MD", "ID", "AL", "MS"})
_GONE_TO: Final = lazy_pattern(
    r"\b(?:for|from|to|at|of|leaving|via) (?:[A-Z][a-z]+\.? ){0,2}[A-Z][a-z]+, \Z"
)
#: The rest of an address.
_SENT: Final = lazy_pattern(
    r"\d(?:[\w .'-]{2,24}\b(?:St|Ave|Rd|Blvd|Ln|Dr|Ct|Pl|Way|Street|Avenue|Road|Lane|Drive)\.?)?,? "
    r"(?:[A-Z][a-z]+\.? ){0,2}[A-Z][a-z]+, \Z"
)
#: Where somebody is.
_STAYED: Final = lazy_pattern(
    r"\b(?:in|near|outside|through|around) (?:[A-Z][a-z]+\.? ){0,2}[A-Z][a-z]+, \Z"
)
_DOTTED_STATE: Final = lazy_pattern(r"(?P<name>[A-Z]\.[A-Z]\.)(?=[,;)]|\s*\Z| [a-z\d])")


def _read_dotted_state(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """Asheville, N.C., behind a town and a comma only."""
    start, end = match.span()
    name = _DOTTED_STATES.get(match["name"])
    if name is None or cursor.before(start) != "," or not cursor.before(start, 2)[:1].isupper():
        return None
    return say(name, start, end) + (mark(".", end - 1, end) if cursor.ends(end) else [])


_SHORT_STATE: Final = lazy_pattern(r"(?P<name>[A-Z][a-z]{1,4})\.")
_SHORT_STATES: Final = {short: name for _, short, name in _ROWS if short}


def _read_short_state(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """St. Louis, Mo.; after a town and a comma only: Mo, Ill and Wash are words."""
    start, end = match.span("name")
    name = _SHORT_STATES.get(match["name"])
    if name is None or cursor.before(start) != "," or not cursor.before(start, 2)[:1].isupper():
        return None
    return say(name, start, end) + (mark(".", end, end + 1) if cursor.ends(end + 1) else [])


_COMPASS: Final = {
    "N": "north", "S": "south", "E": "east", "W": "west", "NE": "northeast", "NW": "northwest",
    "SE": "southeast", "SW": "southwest", "NNE": "north northeast", "NNW": "north northwest",
    "SSE": "south southeast", "SSW": "south southwest", "ENE": "east northeast",
    "ESE": "east southeast", "WNW": "west northwest", "WSW": "west southwest",
}  # fmt: skip
_SIDE: Final = lazy_pattern(
    r"(?P<side>[NS]?(?:[NS][EW]|[EW][NS][EW])|[NSEW])(?P<dot>\.?)(?![\w'-])"
)
#: Before a direction: a wind, a way; or the road that it is a part of.
_WINDS: Final = words("wind winds gusts heading headed bearing")
_ROAD_BEFORE: Final = lazy_pattern(
    r"(?:\b(?:I|US|SR|Hwy|Highway|Route|Rte|Interstate)[- ]?\.? ?\d{1,3}|\b(?:St|Ave|Blvd|Rd|Dr|Ln|"
    r"Street|Avenue|Boulevard|Road|Drive|Lane|Place|Pl|Way|Court|Ct)\.?) \Z"
)
_ROAD_AFTER: Final = lazy_pattern(
    r" (?:\d+(?:st|nd|rd|th)|(?:[A-Z][a-z']+ ){1,2}(?:St|Ave|Blvd|Rd|Dr|Ln|Street|Avenue|Boulevard|"
    r"Road|Drive|Lane|Place|Pl|Way|Court|Ct|Park|Parkway|Circle|Terrace|Plaza|Square|Loop|Trail|"
    r"Highway)\b)"
)


_SPEED: Final = lazy_pattern(r" (?:at )?\d{1,3}(?:[-–]\d{1,3})? ?(?:mph|kts?|knots|kph|km/h)")
#: How far, and along what: 3 mi N on I-5.
_GONE: Final = words(
    "blk blks mi mile miles km hr hrs hour hours min mins minutes ft yards blocks go head drive"
)
_ALONG: Final = lazy_pattern(r" (?:on|of|along|toward|towards|to|from|via)\b")
_BLOWN: Final = lazy_pattern(r"\b(?:out of|from|to|toward|towards|in|of) the \Z")


def _is_way(cursor: Cursor, match: re.Match[str], left: str) -> bool:
    """Whether a wind blows from there, or somebody goes there."""
    end = match.end()
    if len(match["side"]) > 1 and (
        cursor.after(end).lower() in _WINDS or _BLOWN.search(left) or _SPEED.match(cursor.text, end)
    ):
        return True
    gone = cursor.before(match.start()).lower().rstrip(".") in _GONE
    return gone and _ALONG.match(cursor.text, end) is not None


def _read_side(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """350 W 85th St, I-95 N, Penn. Ave. NW, winds NW 10 mph."""
    start, end = match.span("side")
    left = cursor.left(start, 24)
    beside = cursor.before(start)
    if not (
        beside.lower() in _WINDS
        or _is_way(cursor, match, left)
        or _ROAD_BEFORE.search(left)
        or ((beside.isdecimal() or match["dot"]) and _ROAD_AFTER.match(cursor.text, match.end()))
    ):
        return None
    said = _COMPASS[match["side"]]
    stops = match["dot"] and cursor.ends(match.end())
    road = beside.lower() not in _WINDS and not _is_way(cursor, match, left)
    return say(said.title() if road else said, start, end) + (
        mark(".", end, end + 1) if stops else []
    )


#: A member of a parliament: (D-N.M.), (R-Texas).
_PARTY: Final = lazy_pattern(
    r"(?:(?<=\()|(?<=[\da-z], ))(?P<party>[DRI])[-–]"
    r"(?P<state>(?:[A-Z]\.){2}|[A-Z][A-Za-z]{1,12}\.?)(?:-?(?P<district>\d{1,2}))?(?=\)|,|\s*\Z)"
)
_DOTTED_STATES: Final = {f"{code[0]}.{code[1]}.": name for code, name in _STATES.items()}


def _read_party(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    written = match["state"]
    bare = written.rstrip(".")
    state = _DOTTED_STATES.get(written) or _STATES.get(bare) or _SHORT_STATES.get(bare)
    if state is None and bare not in _STATES.values():
        return None
    parts = spell(match["party"], *match.span("party"))
    parts += say(state or bare, *match.span("state"))
    if match["district"]:
        parts += say(cardinal(match["district"]), *match.span("district"))
    if match.group()[-1] == "." and cursor.ends(match.end()):
        parts += mark(".", match.end() - 1, match.end())
    return parts


#: A code of the post before its town, behind a road and a number: 12, 10827 Berlin.
_POSTCODE: Final = lazy_pattern(r"(?P<code>\d{5})(?= [A-Z][a-zà-ÿ]+)")
_ROAD_OF: Final = lazy_pattern(
    r"(?:(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|\b(?:rue|via|calle|avenue|boulevard|plaza|"
    r"piazza|viale|corso)\b)[^.!?]{0,24}?[ ]?\d{0,4}[a-z]?, |, \d{1,4}[a-z]?, )\Z",
    re.IGNORECASE,
)


def _read_postcode(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if not _ROAD_OF.search(cursor.left(match.start(), 48)):
        return None
    return say(digits(match["code"]), *match.span())


#: A flat and its house, as in Australia: 12/45 Beach Rd.
_UNIT: Final = lazy_pattern(
    r"(?P<unit>\d{1,3}[A-Z]?)/(?P<house>\d{1,4}[A-Z]?)(?= (?:[A-Z][a-z']+ ){1,2}"
    r"(?:St|Ave|Rd|Dr|Ln|Cres|Ct|Pl|Tce|Pde|Hwy|Street|Avenue|Road|Drive|Lane|Crescent|Court|Place|"
    r"Terrace|Parade|Highway|Way|Close|Grove)\b)"
)


def _read_unit(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    if cursor.before(start)[:1].isdecimal() or cursor.text[start - 1 : start] == "/":
        return None
    slash = match.end("unit")
    parts = _house(match["unit"], start)
    parts += say("slash", slash, slash + 1)
    return parts + _house(match["house"], slash + 1)


def _house(written: str, start: int) -> list[Part]:
    number = written.rstrip(CAPITALS)
    parts = say(label(number), start, start + len(number))
    letter = written[len(number) :]
    return parts + (spell(letter, start + len(number), start + len(written)) if letter else [])


#: A street of a German town: Hauptstr. 12.
_STREET: Final = lazy_pattern(r"(?P<name>[A-Z][a-zà-ÿ]{2,20}s)tr\.(?= ?\d)")


def _read_street(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say(f"{match['name']}trasse", *match.span())


#: A floor, as in Hong Kong: 3/F, G/F.
_FLOOR: Final = lazy_pattern(r"(?P<floor>\d{1,3}|[GBM])/F(?![\w/])")
_FLOORS: Final = {"G": "ground", "B": "basement", "M": "mezzanine"}


def _read_floor(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    floor = match["floor"]
    said = _FLOORS.get(floor) or ordinal(floor)
    return say(f"{said} floor", *match.span())


RULES: Final = (
    Rule(
        "address.floor",
        Start.NUMBER | Start.CODED,
        _FLOOR,
        _read_floor,
        (("3/F, 88 Queen's Road", "third floor, eighty eight Queen's Road"),),
        firsts="0123456789GBM",
    ),
    Rule(
        "address.street",
        Start.LETTER,
        _STREET,
        _read_street,
        (("Hauptstr. 12", "Hauptstrasse twelve"),),
        firsts=CAPITALS,
    ),
    Rule(
        "address.postcode",
        Start.NUMBER,
        _POSTCODE,
        _read_postcode,
        (
            (
                "Hauptstrasse 12, 10827 Berlin",
                "Hauptstrasse twelve, one zero eight two seven Berlin",
            ),
        ),
        firsts="0123456789",
    ),
    Rule(
        "address.unit",
        Start.NUMBER,
        _UNIT,
        _read_unit,
        (("12/45 Beach Rd", "twelve slash forty five Beach Road"),),
        firsts="0123456789",
    ),
    Rule(
        "address.party",
        Start.LETTER,
        _PARTY,
        _read_party,
        (
            ("Ruiz (D-N.M.) won", "Ruiz (D New Mexico) won"),
            ("Lee (R-Utah) lost", "Lee (R Utah) lost"),
        ),
        firsts="DRI",
    ),
    Rule(
        "address.side",
        Start.LETTER,
        _SIDE,
        _read_side,
        (
            ("350 W 85th St", "three fifty West eighty fifth Street"),
            ("I-95 N to", "I ninety five North to"),
            ("winds NW 10 mph", "winds northwest ten miles per hour"),
        ),
        firsts="NSEW",
    ),
    Rule(
        "address.state",
        Start.LETTER,
        _STATE,
        _read_state,
        (
            ("Austin, TX", "Austin, Texas"),
            ("York, NY 10001", "York, New York one zero zero zero one"),
            ("Toronto, ON M5H 2M2", "Toronto, Ontario M five H two M two"),
        ),
        firsts=CAPITALS,
    ),
    Rule(
        "address.dotted_state",
        Start.LETTER | Start.CODED,
        _DOTTED_STATE,
        _read_dotted_state,
        (("Asheville, N.C., is", "Asheville, North Carolina, is"),),
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
