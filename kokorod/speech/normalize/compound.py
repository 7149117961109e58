# pure: no socket, thread or clock.
"""Words that are joined: well-known, mid-1990s, input/output, 3 cm x 5 cm."""

from __future__ import annotations

import re
from typing import Final

from .. import abbreviations as abbr
from ..abbreviations import words
from ..patterns import lazy_pattern
from .acronyms import is_said
from .cardinal import label
from .cursor import Cursor, Part, Upto, mark, say, spell
from .identifiers import BRANDS, camel_parts, letter_words
from .number_words import spoken_number, year
from .rule import CAPITALS, Rule, Start

_HYPHENED: Final = lazy_pattern(
    r"(?P<name>[A-Za-z][A-Za-z']{0,40}(?:-(?:[A-Za-z][A-Za-z']{0,40}|\d{1,6}(?:\.\d+){0,4})){1,8})(?P<owner>'s|s)?(?![\w])"
)
_MID: Final = lazy_pattern(r"(?P<name>[A-Za-z]{2,12})-(?=\d)")
_SLASHED: Final = lazy_pattern(r"(?P<one>[A-Za-z][a-z]{0,30})/(?=[A-Za-z][a-z]{0,30}(?![\w/.]))")
_BY: Final = lazy_pattern(r"[x×](?=[ ]?\d)")


#: Between small and large, or how hot: over med-high heat.
_MEDIUM: Final = words("high low large small rare well size sized hot heat length weight")


def _read_hyphened(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    name, start = match["name"], match.start()
    pieces = name.split("-")
    if name in BRANDS:
        return letter_words(BRANDS[name], start, match.end("name"))
    if pieces[0].lower() == "med" and pieces[1] in _MEDIUM:
        said = "Medium" if name[0] == "M" else "medium"
        return [Part(said + name[3:], start, match.end("name"))]
    simple = all(
        p.isalpha() and (p.islower() or p.istitle()) for p in (q.replace("'", "") for q in pieces)
    )
    if simple and not match["owner"]:
        return [Part(name, start, match.end())]
    parts: list[Part] = []
    position = start
    for piece in pieces:
        end = position + len(piece)
        if piece[0].isdecimal():
            said = _numbered(piece, cursor.british)
            parts += say(said, position, end)
        elif len(piece) == 1 and len(pieces) > 1 and piece != "a":
            parts += spell(piece, position, end)
        elif piece.isupper():
            parts += _capitals(cursor, piece, position, end)
        elif re.search(r"[a-z][A-Z]", piece):
            parts += camel_parts(cursor, piece, position)
        else:
            parts += say(piece, position, end)
        position = end + 1
    if match["owner"] and parts:
        last = parts[-1]
        ending = match["owner"] if match["owner"][0] == "'" else "s"
        parts[-1] = Part(last.text + ending, last.start, match.end("owner"))
    return parts


def _numbered(piece: str, british: bool) -> str:
    """The number of a name: Boeing-747, size-10.5, torch-2.4.0."""
    if piece.isdecimal():
        return label(piece)
    if piece.count(".") > 1:
        return " point ".join(label(n) if n != "0" else "zero" for n in piece.split("."))
    return spoken_number(piece, british)


#: From one airport to another: JFK-LHR.
_AIRPORTS: Final = lazy_pattern(r"(?P<one>[A-Z]{3})[-–](?P<two>[A-Z]{3})(?![\w-])")
_FLIGHT: Final = lazy_pattern(
    r"\b(?:[Ff]lights?|[Ff]ares?|[Ff]ly|[Ff]lying|flew|airlines?|nonstop|layover|route|roundtrip|"
    r"round-trip|one-way|dep|arr|depart\w*|arriv\w*|boarding|from \$\d)\b|\b[A-Z]{2} ?\d{2,4}\b"
)
_NEAR: Final = 48


def _read_airports(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    around = cursor.left(start, _NEAR) + " | " + cursor.right(end, _NEAR)
    if not _FLIGHT.search(around):
        return None
    one, two = match.span("one"), match.span("two")
    between = say("to", one[1], two[0])
    return [*_airport(match["one"], *one), *between, *_airport(match["two"], *two)]


def _airport(code: str, start: int, end: int) -> list[Part]:
    return say(_CITIES[code], start, end) if code in _CITIES else spell(code, start, end)


#: Codes that nobody spells; others are: J F K.
_CITIES: Final = {
    "BOS": "Boston", "CHI": "Chicago", "SEA": "Seattle", "DEN": "Denver", "ATL": "Atlanta",
    "MIA": "Miami", "PHL": "Philadelphia", "HOU": "Houston", "DAL": "Dallas", "DTW": "Detroit",
    "LAS": "Las Vegas", "WAS": "Washington", "PHX": "Phoenix", "MSP": "Minneapolis",
    "TPA": "Tampa", "AUS": "Austin", "SAN": "San Diego", "LON": "London",
    "PAR": "Paris", "MAD": "Madrid", "BCN": "Barcelona", "AMS": "Amsterdam", "FRA": "Frankfurt",
    "MUC": "Munich", "LIS": "Lisbon", "DUB": "Dublin", "MEX": "Mexico City", "SIN": "Singapore",
    "HND": "Haneda", "NRT": "Narita", "BER": "Berlin", "HNL": "Honolulu", "PDX": "Portland",
}  # fmt: skip
_BOUND: Final = lazy_pattern(r"(?P<code>[A-Z]{3})(?![\w'-])")
_BOUND_FOR: Final = words("to from via into at for")


def _read_bound(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """Flight UA 482 to DEN; elsewhere the letters may be a word or an acronym."""
    start, end = match.span()
    if match["code"] not in _CITIES or cursor.before(start).lower() not in _BOUND_FOR:
        return None
    around = cursor.left(start, _NEAR) + " | " + cursor.right(end, _NEAR)
    return _airport(match["code"], start, end) if _FLIGHT.search(around) else None


def _capitals(cursor: Cursor, piece: str, start: int, end: int) -> list[Part]:
    return say(piece, start, end) if is_said(cursor, piece) else spell(piece, start, end)


def _read_mid(cursor: Cursor, match: re.Match[str]) -> Upto | None:
    """mid-1990s, pre-2020, sub-10: the word, and the number is read as one."""
    name = match["name"]
    if name.lower() not in (
        "mid",
        "pre",
        "post",
        "sub",
        "early",
        "late",
        "non",
        "ex",
        "pro",
        "anti",
        "circa",
    ):
        return None
    parts = say(name, *match.span("name"))
    when = _YEAR.match(cursor.text, match.end())
    if when:
        parts += say(year(int(when.group()), cursor.british), *when.span())
    return Upto(parts, when.end() if when else match.end())


_YEAR: Final = lazy_pattern(r"(?:1[1-9]|20)\d\d(?![\w-]|[.,]\d)")


def _read_slashed(cursor: Cursor, match: re.Match[str]) -> Upto | None:
    word = match["one"]
    start, end = match.span("one")
    if word == "fan" and _GAS.match(cursor.text, match.end()):
        return Upto([*say(word, start, end), *mark(",", end, end + 1)], match.end())
    said = abbr.EXPANDED[word.lower()] if word.lower() in abbr.BARE else word
    return Upto([*say(said, start, end), *say("slash", end, end + 1)], match.end())


#: Of a cooker: 190C/170C fan/gas 5.
_GAS: Final = lazy_pattern(r"gas(?: mark)? \d")


def _read_by(cursor: Cursor, match: re.Match[str]) -> list[Part] | Upto | None:
    start = match.start()
    before = cursor.before(start, 2)
    if cursor.before(start)[:1].isdecimal() or before[:1].isdecimal():
        taken = _TAKEN.match(cursor.text, match.end())
        if cursor.before(start).endswith(("mg", "mcg", "ml", "mL")):
            taken = taken or _AGAIN.match(cursor.text, match.end())
        return say("times" if taken else "by", *match.span())
    lasts = _LASTS.match(cursor.text, match.end()) if cursor.before(start).isalpha() else None
    if lasts is None:
        return None
    said = say("for", *match.span())
    if len(lasts["unit"]) > 1:
        return said
    unit = {"d": "day", "w": "week", "h": "hour"}[lasts["unit"]]
    many = unit if lasts["count"] == "1" else f"{unit}s"
    said += say(f"{spoken_number(lasts['count'])} {many}", *lasts.span())
    return Upto(said, lasts.end())


#: What is counted, and has no size: 5 mL x 3 doses.
_TAKEN: Final = lazy_pattern(
    r" ?\d{1,3} ?(?:doses?|times|sets?|reps?|packs?|pieces?|pcs|rounds?)\b"
)
#: 250 mg x 2, with nothing behind.
_AGAIN: Final = lazy_pattern(r" ?\d{1,2}(?=[,;)]|\.?\s*\Z)")
#: How long something is taken or done: one dose x 10 days.
_LASTS: Final = lazy_pattern(
    r" ?(?P<count>\d{1,3}) ?(?P<unit>days?|weeks?|wks?|months?|hours?|hrs?|minutes?|"
    r"mins?|[dwh](?!\w))"
)


RULES: Final = (
    Rule(
        "compound.prefix",
        Start.LETTER,
        _MID,
        _read_mid,
        (
            ("mid-1990s", "mid nineteen nineties", "years"),
            ("post-1945", "post nineteen forty five"),
        ),
    ),
    Rule(
        "compound.hyphened",
        Start.LETTER,
        _HYPHENED,
        _read_hyphened,
        (
            ("well-known", "well-known"),
            ("B-flat", "B-flat"),
            ("size-10.5", "size ten point five"),
            ("torch-2.4.0 is", "torch two point four point zero is"),
        ),
    ),
    Rule(
        "compound.airports",
        Start.LETTER,
        _AIRPORTS,
        _read_airports,
        (("a JFK-LHR flight", "a J F K to L H R flight"), ("fly NYC-BOS", "fly N Y C to Boston")),
        firsts=CAPITALS,
    ),
    Rule(
        "compound.airport",
        Start.LETTER,
        _BOUND,
        _read_bound,
        (("Flight 482 to DEN", "Flight four eighty two to Denver"),),
        firsts=CAPITALS,
    ),
    Rule(
        "compound.slashed",
        Start.LETTER,
        _SLASHED,
        _read_slashed,
        (("input/output", "input slash output"),),
    ),
    Rule(
        "compound.by",
        Start.LETTER,
        _BY,
        _read_by,
        (
            ("3 cm x 5 cm", "three centimeters by five centimeters"),
            ("one dose x 10 days", "one dose for ten days"),
        ),
        firsts="x×",
    ),
)
