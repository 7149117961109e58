# pure: no socket, thread or clock.
"""Abbreviations, compounds and short forms: words that need a look at their neighbours."""

from __future__ import annotations

import re
from typing import Final

from .. import abbreviations as abbr
from ..abbreviations import words
from .acronyms import is_said
from .cardinal import label
from .cursor import Cursor, Part, Upto, mark, say, spell
from .identifiers import BRANDS, camel_parts, letter_words
from .number_words import year
from .rule import Rule, Start

_ABBREVIATION: Final = re.compile(r"(?P<name>[A-Za-z]{1,8}(?:'[a-z])?)(?P<dot>\.)")
_BARE: Final = re.compile(r"(?P<name>[A-Za-z]{1,7})(?![\w'.-])")
_SHORT: Final = re.compile(
    r"(?P<name>Nº(?= ?\d)|w/o|w/|b/c|c/o|n/a|N/A|and/or|either/or|he/she|she/he|his/her|him/her"
    r"|s/he|w/e)(?![\w/])"
)
_SHORTS: Final = {
    "Nº": "Number",
    "w/o": "without", "w/": "with", "b/c": "because", "c/o": "care of", "and/or": "and or",
    "either/or": "either or", "he/she": "he or she", "she/he": "she or he",
    "his/her": "his or her", "him/her": "him or her", "s/he": "she or he", "w/e": "whatever",
}  # fmt: skip
_HYPHENED: Final = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z']{0,40}(?:-(?:[A-Za-z][A-Za-z']{0,40}|\d{1,6}(?:\.\d+)?)){1,8})(?P<owner>'s|s)?(?![\w])"
)
_MID: Final = re.compile(r"(?P<name>[A-Za-z]{2,12})-(?=\d)")
_SLASHED: Final = re.compile(r"(?P<one>[A-Za-z][a-z]{0,30})/(?=[A-Za-z][a-z]{0,30}(?![\w/.]))")
_BY: Final = re.compile(r"[x×](?=[ ]?\d)")

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


def _stop(cursor: Cursor, match: re.Match[str]) -> list[Part]:
    return mark(".", *match.span("dot")) if cursor.ends(match.end("dot")) else []


def _read_abbreviation(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    written = match["name"]
    low = written.lower()
    start, _end = match.span("name")
    before = cursor.before(start)
    following = cursor.text[match.end() : match.end() + 2]
    upcoming = following.strip()[:1]
    space = following[:1].isspace()
    if upcoming == "(" and _BRACKETED.match(cursor.text, match.end()):
        upcoming = "1"
    said: str | None = None
    if low in abbr.BEFORE_NUMBER and (upcoming.isdecimal() or _roman_next(cursor, match.end())):
        if len(low) > 1 or before in ("(", "[", "") or low in "pvc" or written.islower():
            said = abbr.BEFORE_NUMBER[low]
    elif low in ("no", "nos"):
        return None
    elif low in ("v", "vs"):
        said = "versus" if low == "vs" or (written == "v" and space and before.isalpha()) else None
    elif low in abbr.ROADS and _is_road(cursor, before, start, low, upcoming):
        said = abbr.ROADS[low]
    elif low in abbr.TITLES and written[0].isupper() and space and upcoming.isupper():
        said = abbr.TITLES[low]
    elif low in abbr.EXPANDED and not (
        len(low) < 5 and low not in _SAFE and not (space or not following)
    ):
        said = abbr.EXPANDED[low]
        if low in _NEEDS_MORE and not (written[0].isupper() or space):
            said = None
        if low in _WORDS_TOO and cursor.ends(match.end()):
            said = None
    elif low in abbr.AFTER_NUMBER and before[:1].isdecimal():
        said = abbr.AFTER_NUMBER[low]
    elif low in abbr.TITLES and low in (
        "jr",
        "sr",
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "capt",
        "sgt",
        "lt",
    ):
        said = abbr.TITLES[low]
    elif low in (
        "hr",
        "hrs",
        "min",
        "mins",
        "sec",
        "secs",
        "yr",
        "yrs",
        "mo",
        "mos",
        "lb",
        "lbs",
        "oz",
    ):
        said = {"min": "minimum", "sec": "second"}.get(low)
    if said is None:
        return None
    if written[0].isupper() and len(said.split()) == 1:
        said = said.capitalize()
    return say(said, start, match.end()) + _stop(cursor, match)


_BRACKETED: Final = re.compile(r" ?\(\d")
_SAFE: Final = words("etc vs inc ltd jr sr ave max avg tel al cf co")
_NEEDS_MORE: Final = words("co rd ln")
#: Ordinary words too: at the end of a text the full stop is only a full stop.
_WORDS_TOO: Final = words(
    "max temp ext div spec tech trans lang resp ref req cont al hist dist est conn penn orig"
)


def _roman_next(cursor: Cursor, position: int) -> bool:
    return re.match(
        r" ?[IVXLC]+(?!\w)", cursor.text[position : position + 10]
    ) is not None and cursor.text[position : position + 3].strip() not in ("I", "I'")


def _is_road(cursor: Cursor, before: str, start: int, low: str, upcoming: str) -> bool:
    """Whether St., Dr., Ave. and so on after `before` belong to an address."""
    if low in ("mt", "mts", "ft", "co", "cos", "bros"):
        return low not in ("mt", "ft") and (before[:1].isupper() or before in ("&", "and"))
    if not (before[:1].isupper() or re.fullmatch(r"\d+(?:st|nd|rd|th)", before)):
        return False
    if low in ("st", "dr") and upcoming.isupper():
        # "10 Downing St. London", but "Visit St. Louis" and "met Dr. Smith".
        return (
            re.search(
                r"\d[A-Za-z]? (?:[NSEW]\.? )?(?:[\w']+ ){1,2}\Z|\d(?:st|nd|rd|th) \Z",
                cursor.text[max(0, start - 48) : start],
            )
            is not None
        )
    return True


def _read_bare(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    written = match["name"]
    low = written.lower()
    start, end = match.span()
    before = cursor.before(start)
    upcoming = cursor.text[end : end + 2].strip()[:1]
    said: str | None = None
    if low in abbr.BARE:
        said = abbr.EXPANDED[low]
    elif written in ("Mr", "Mrs", "Ms", "Dr", "Prof", "Sgt", "Lt", "Capt") and upcoming.isupper():
        said = abbr.TITLES[low]
    elif (
        written == "St"
        and upcoming.isupper()
        and not _is_road(cursor, before, start, "st", upcoming)
    ):
        said = "saint"
    elif written in ("St", "Ave", "Rd", "Ln", "Dr") and _is_road(
        cursor, before, start, low, upcoming
    ):
        said = abbr.ROADS[low]
    elif written in ("Mt", "Ft") and upcoming.isupper():
        said = abbr.TITLES[low]
    elif written in ("Jr", "Sr", "Inc", "Ltd", "Corp") and before[:1].isupper() | (before == ","):
        said = abbr.EXPANDED[low]
    elif written in ("Fig", "Vol", "Ch", "No", "pp", "Sec", "Eq", "Apt") and upcoming.isdecimal():
        said = abbr.BEFORE_NUMBER[low]
    elif written in ("eg", "ie"):
        said = "for example" if low == "eg" else "that is"
    if said is None:
        return None
    if written[0].isupper() and " " not in said:
        said = said.capitalize()
    return say(said, start, end)


def _read_short(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    name = match["name"]
    if name.lower() == "n/a":
        return spell("NA", *match.span())
    return say(_SHORTS[name], *match.span())


def _read_hyphened(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    name, start = match["name"], match.start()
    pieces = name.split("-")
    if name in BRANDS:
        return letter_words(BRANDS[name], start, match.end("name"))
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
            parts += say(label(piece) if piece.isdecimal() else piece, position, end)
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


_YEAR: Final = re.compile(r"(?:1[1-9]|20)\d\d(?![\w-]|[.,]\d)")


def _read_slashed(cursor: Cursor, match: re.Match[str]) -> Upto | None:
    word = match["one"]
    start, end = match.span("one")
    return Upto([*say(word, start, end), *say("slash", end, end + 1)], match.end())


def _read_by(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    before = cursor.before(start, 2)
    if cursor.before(start)[:1].isdecimal() or before[:1].isdecimal():
        return say("by", *match.span())
    return None


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
        "abbreviation.short",
        Start.CODED | Start.LETTER,
        _SHORT,
        _read_short,
        (
            ("w/o sugar", "without sugar"),
            ("and/or", "and or"),
            ("n/a", "N A"),
        ),
    ),
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
    Rule(
        "compound.by",
        Start.LETTER,
        _BY,
        _read_by,
        (("3 cm x 5 cm", "three centimeters by five centimeters"),),
    ),
    Rule(
        "abbreviation.dotted",
        Start.LETTER,
        _ABBREVIATION,
        _read_abbreviation,
        (
            ("No. 5", "Number five", "abbreviations"),
            ("A vs. B", "A versus B", "abbreviations"),
            ("etc.", "et cetera.", "abbreviations"),
            ("p. 7", "page seven", "abbreviations"),
            ("Dr. Lee", "Doctor Lee", "titles, streets"),
            ("St. Paul", "Saint Paul", "titles, streets"),
            ("Baker St.", "Baker Street.", "titles, streets"),
            ("5th Ave.", "fifth Avenue.", "titles, streets"),
        ),
    ),
    Rule(
        "abbreviation.bare",
        Start.LETTER,
        _BARE,
        _read_bare,
        (
            ("pears, etc", "pears, et cetera"),
            ("Mr Smith", "Mister Smith"),
        ),
    ),
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
        ),
    ),
    Rule(
        "compound.slashed",
        Start.LETTER,
        _SLASHED,
        _read_slashed,
        (("input/output", "input slash output"),),
    ),
)

#: Words, in small letters, that the rules here look at.
KEYS: Final = (
    frozenset(abbr.TITLES)
    | frozenset(abbr.EXPANDED)
    | frozenset(abbr.BEFORE_NUMBER)
    | frozenset(abbr.AFTER_NUMBER)
    | frozenset(abbr.ROADS)
    | {name.lower() for name in _SHORT_STATES}
    | {"hr", "hrs", "min", "mins", "sec", "secs", "eg", "ie", "rs"}
)
