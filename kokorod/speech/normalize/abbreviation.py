# pure: no socket, thread or clock.
"""Abbreviations, with and without a full stop, that need a look at their neighbours."""

from __future__ import annotations

import re
from typing import Final

from .. import abbreviations as abbr
from ..abbreviations import words
from ..patterns import lazy_pattern
from .cursor import Cursor, Part, mark, say, spell
from .rule import Rule, Start
from .short_for import PATIENT_DOES, by_neighbours, by_number, is_against

_ABBREVIATION: Final = lazy_pattern(r"(?P<name>[A-Za-z]{1,8}(?:'[a-z])?)(?P<dot>\.)")
_BARE: Final = lazy_pattern(r"(?P<name>[A-Za-z]{1,7})(?![\w'.-])")
_SHORT: Final = lazy_pattern(
    r"(?P<name>Nº(?= ?\d)|w/r/t|w/in|w/o|b/w|d/c|w/"
    r"|b/c|c/o|n/a|N/A|and/or|either/or|he/she|she/he|his/her|him/her"
    r"|s/he|w/e|s/p|h/o|f/u|r/o)(?![\w/])"
)
_SHORTS: Final = {
    "Nº": "Number",
    "b/w": "between", "w/r/t": "with respect to", "w/in": "within",
    "w/o": "without", "w/": "with", "b/c": "because", "c/o": "care of", "and/or": "and or",
    "either/or": "either or", "he/she": "he or she", "she/he": "she or he",
    "his/her": "his or her", "him/her": "him or her", "s/he": "she or he", "w/e": "whatever",
    "s/p": "status post", "h/o": "history of", "f/u": "follow up", "r/o": "rule out",
}  # fmt: skip


def _stop(cursor: Cursor, match: re.Match[str]) -> list[Part]:
    return mark(".", *match.span("dot")) if cursor.ends(match.end("dot")) else []


def _read_abbreviation(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    written = match["name"]
    low = written.lower()
    start, _end = match.span("name")
    before = cursor.before(start)
    following = cursor.right(match.end(), 2)
    upcoming = following.strip()[:1]
    space = following[:1].isspace()
    if upcoming == "(" and _BRACKETED.match(cursor.text, match.end()):
        upcoming = "1"
    number = upcoming.isdecimal() or _roman_next(cursor, match.end())
    said: str | None = None
    if (special := by_neighbours(cursor, match, before, number)) is not None:
        said = special
    elif low in abbr.BEFORE_NUMBER and number:
        if len(low) > 1 or before in ("(", "[", "") or low in "pvc" or written.islower():
            said = abbr.BEFORE_NUMBER[low]
    elif low in ("no", "nos"):
        return None
    elif low in ("v", "vs"):
        said = "versus" if low == "vs" or is_against(written, before, space, upcoming) else None
    elif low in abbr.ROADS and _is_road(cursor, before, start, low, upcoming):
        said = abbr.ROADS[low]
    elif low in abbr.TITLES and written[0].isupper() and space and upcoming.isupper():
        said = abbr.TITLES[low]
    elif low in abbr.EXPANDED and (
        len(low) > 4 or low in _SAFE or space or not following[:1].isalnum()
    ):
        said = _expanded(cursor, match, space)
    elif low in abbr.AFTER_NUMBER and before[:1].isdecimal():
        said = abbr.AFTER_NUMBER[low]
    elif low in _PERSONS:
        said = abbr.TITLES[low]
    else:
        said = _ALONE.get(low)
    if said is None:
        return None
    if written[0].isupper() and len(said.split()) == 1:
        said = said.capitalize()
    return say(said, start, match.end()) + _stop(cursor, match)


def _expanded(cursor: Cursor, match: re.Match[str], space: bool) -> str | None:
    """What it says wherever it stands, unless it is an ordinary word with a full stop here."""
    low = match["name"].lower()
    if low in _NEEDS_MORE and not (match["name"][0].isupper() or space):
        return None
    if low in _WORDS_TOO and cursor.ends(match.end()):
        return None
    return abbr.EXPANDED[low]


#: Titles that are said without a name behind them too.
_PERSONS: Final = words("jr sr mr mrs ms dr prof capt sgt lt")
#: Units that mean something else without a number.
_ALONE: Final = {"min": "minimum", "sec": "second"}
_BRACKETED: Final = lazy_pattern(r" ?\(\d")
_SAFE: Final = words("etc vs inc ltd jr sr ave max avg tel al cf co ea")
_NEEDS_MORE: Final = words("co rd ln")
#: Ordinary words too: at the end of a text the full stop is only a full stop.
_WORDS_TOO: Final = words(
    "max temp ext div spec tech trans lang resp ref req cont al hist dist est conn penn orig"
)


def _roman_next(cursor: Cursor, position: int) -> bool:
    return re.match(r" ?[IVXLC]+(?!\w)", cursor.right(position, 10)) is not None and cursor.right(
        position, 3
    ).strip() not in ("I", "I'")


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
                cursor.left(start, 48),
            )
            is not None
        )
    return True


def _is_patient(written: str, before: str, after: str) -> bool:
    """Whether Pt, or pt after no number, is who is told of: pt denies pain."""
    if written == "Pt":
        return after in PATIENT_DOES
    return written == "pt" and after in _PATIENT and not before[:1].isdecimal()


def _read_bare(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    written = match["name"]
    low = written.lower()
    start, end = match.span()
    before = cursor.before(start)
    upcoming = cursor.right(end, 2).strip()[:1]
    said: str | None = None
    if (special := by_number(cursor, match)) is not None:
        said = special
    elif low in abbr.BARE:
        said = abbr.EXPANDED[low]
    elif written in ("Mr", "Mrs", "Ms", "Dr", "Prof", "Sgt", "Lt", "Capt") and upcoming.isupper():
        said = abbr.TITLES[low]
    elif (
        written == "St"
        and upcoming.isupper()
        and not _is_road(cursor, before, start, "st", upcoming)
    ):
        said = "saint"
    elif written in ("St", "Ave", "Av", "Rd", "Ln", "Dr") and _is_road(
        cursor, before, start, low, upcoming
    ):
        said = abbr.ROADS[low]
    elif written in ("Mt", "Ft") and upcoming.isupper():
        said = abbr.TITLES[low]
    elif written in ("Jr", "Sr", "Inc", "Ltd", "Corp") and before[:1].isupper() | (before == ","):
        said = abbr.EXPANDED[low]
    elif written in _NUMBERED and upcoming.isdecimal():
        said = abbr.BEFORE_NUMBER[low]
    elif written in _HOUSED and _HOUSE.search(cursor.left(start, _BACK)):
        said = abbr.ROADS[low]
    elif low == "pt" and _is_patient(written, before, cursor.after(end).lower()):
        said = "patient"
    elif written in ("eg", "ie"):
        said = "for example" if low == "eg" else "that is"
    if said is None:
        return None
    if written[0].isupper() and " " not in said:
        said = said.capitalize()
    return say(said, start, end)


#: Said before a number though no full stop stands behind them.
_NUMBERED: Final = words(
    "Fig Vol Ch No pp Sec Eq Apt Rm rm Rte rte Ste Flt Wk wk Ep ep Lvl lvl Pg pg Sect Chap Vols "
    "Nos Figs Eqs Exh sz Sz vol fig Bk"
)
#: Parts of an address, if a house's number stands before: 12 Elm Ct.
_HOUSED: Final = words("Ct Pl Sq Cres Ter Terr Cir Gdns Hts Trl")
_HOUSE: Final = lazy_pattern(
    r"\d[A-Za-z]? (?:[NSEW]\.? )?(?:[A-Z][\w']+ ){1,2}\Z|\d(?:st|nd|rd|th) \Z"
)
#: What follows a patient in small letters too: pt with hx of.
_PATIENT: Final = words(
    "with w denies presents presented reports states complains tolerated admits"
)
#: Of whom it is said: the patient c/o pain.
_COMPLAINT: Final = lazy_pattern(
    r"\b(?:pt|patient|y/?o|y\.o\.?|[MF]|male|female)\b[^.!?]{0,24}\Z", re.I
)
_BACK: Final = 48
_NUMBER_AHEAD: Final = lazy_pattern(r" [$£€]?\d")
_WHERE: Final = words("home to from on in summary at with plan planning date tomorrow today")


def _read_short(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    name = match["name"]
    if name == "c/o" and _COMPLAINT.search(cursor.text[: match.start()][-_BACK:]):
        return say("complains of", *match.span())
    if name == "b/w" and not _NUMBER_AHEAD.match(cursor.text, match.end()):
        return None
    if name == "d/c":
        drug = cursor.after(match.end()).islower() and cursor.after(match.end()) not in _WHERE
        return say("discontinue" if drug else "discharge", *match.span())
    if name.lower() == "n/a":
        return spell("NA", *match.span())
    return say(_SHORTS[name], *match.span())


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
        firsts="Nabcdefhnrsw",
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
)

#: Words, in small letters, that the rules here look at.
KEYS: Final = (
    frozenset(abbr.TITLES)
    | frozenset(abbr.EXPANDED)
    | frozenset(abbr.BEFORE_NUMBER)
    | frozenset(abbr.AFTER_NUMBER)
    | frozenset(abbr.ROADS)
    | {"ord", "adv", "diag", "am", "vis", "fwd", "fw", "cap", "caps", "tab", "tabs", "rm"}
    | {"mo", "wk", "yr", "bus", "hr", "hrs", "min", "mins", "sec", "secs", "eg", "ie", "rs"}
)
