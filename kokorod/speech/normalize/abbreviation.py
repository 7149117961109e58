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
    following = cursor.text[match.end() : match.end() + 2]
    upcoming = following.strip()[:1]
    space = following[:1].isspace()
    if upcoming == "(" and _BRACKETED.match(cursor.text, match.end()):
        upcoming = "1"
    number = upcoming.isdecimal() or _roman_next(cursor, match.end())
    said: str | None = None
    if (special := _by_neighbours(cursor, match, before, number)) is not None:
        said = special
    elif low in abbr.BEFORE_NUMBER and number:
        if len(low) > 1 or before in ("(", "[", "") or low in "pvc" or written.islower():
            said = abbr.BEFORE_NUMBER[low]
    elif low in ("no", "nos"):
        return None
    elif low in ("v", "vs"):
        said = "versus" if low == "vs" or _is_against(written, before, space, upcoming) else None
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


_MEDICINE: Final = lazy_pattern(
    r"\b(?:mg|mcg|ml|daily|po|mouth|bid|tid|qid|qd|q\d\d?h|dose|doses|take|rx|bedtime)\b|/day", re.I
)


def _is_medicine(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether capsules and tablets are meant, and no bottle's caps and browser's tabs."""
    around = cursor.text[max(0, match.start() - _BACK) : match.end() + _BACK]
    return _MEDICINE.search(around) is not None


def _is_against(written: str, before: str, space: bool, upcoming: str) -> bool:
    """Whether v. stands between two parties: Roe v. Wade, Erie R.R. v. Tompkins."""
    railroad = before.rstrip(".").isupper() and upcoming.isupper()
    return written == "v" and space and (before.isalpha() or railroad)


def _by_neighbours(cursor: Cursor, match: re.Match[str], before: str, number: bool) -> str | None:
    """What an abbreviation of several words says, if what stands around tells it."""
    written = match["name"]
    low = written.lower()
    after = cursor.after(match.end()).lower()
    if low in ("dep", "arr"):
        noun = before.lower().rstrip(".") in _NOUN_NEXT or after in _OF_TRAVEL
        return {"dep": "departure", "arr": "arrival"}[low] if noun else None
    if low == "est" and not written.isupper():
        founded = _FOUNDED.match(cursor.text, match.end()) or after in ("by", "in")
        priced = before[:1].isdecimal() and not founded
        if priced:
            return "estimated"
        return "established" if founded or cursor.ends(match.end()) else "estimated"
    if low in _INCLUDED and _CLOSED.match(cursor.text, match.end()):
        return _INCLUDED[low]
    if low == "rm" and _ROOM.match(cursor.text, match.end()):
        return "room"
    if low == "req" and after in ("id", "no", "number", "#"):
        return "requisition"
    if low == "reg" and _REGULATION.match(cursor.text, match.end()):
        return "regulation"
    if low in _TAKEN and before[:1].isdecimal() and _is_medicine(cursor, match):
        return _TAKEN[low]
    if low == "pt" and not number:
        told = written == "Pt" and after in _PATIENT_DOES
        named = before.lower() in _THE_PATIENT and after.isalpha() and after.islower()
        return "patient" if told or named else None
    if written == "P" and before in _OF_PROCEDURE:
        return "P"
    if low in ("ord", "res") and after == "no":
        return {"ord": "ordinance", "res": "resolution"}[low]
    if low == "adv" and before.lower() in _WARNED:
        return "advisory"
    if low == "diag" and before in ('"', "″", "in", "inch"):
        return "diagonal"
    if low == "am" and written == "Am" and _NTH.fullmatch(before):
        return "amendment"
    if low == "ex" and written == "Ex" and _LETTER_NEXT.match(cursor.text, match.end()):
        return "exhibit"
    if low == "ex" and number and _EXERCISE.match(cursor.text, match.end()):
        many = _EXERCISES.match(cursor.text, match.end())
        return "exercises" if many else "exercise"
    if written == "d" and before.istitle() and _BEATEN.match(cursor.text, match.end()):
        return "defeated"
    if low in _SPANS and before.lower() in _EACH:
        return _SPANS[low]
    if low == "co" and cursor.before(match.start(), 2).lower() in _LOCATED and before.istitle():
        return "county"
    if low == "bus" and after in ("day", "days", "hours", "hrs"):
        return "business"
    if low in ("no", "nos") and before.lower().rstrip(".") in abbr.NUMBERED:
        return "number" if low == "no" else "numbers"
    return None


_NTH: Final = lazy_pattern(
    r"\d{1,2}(?:st|nd|rd|th)|First|Second|Fourth|Fifth|Sixth|Eighth|Fourteenth"
)
_WARNED: Final = words(
    "chill heat winter weather frost wind fog flood freeze lake surf storm travel"
)
#: Of a document: Ex. A.
_LETTER_NEXT: Final = lazy_pattern(r" [A-Z]{1,2}(?![\w'])")
#: Behind what it is said of: breakfast incl.
_INCLUDED: Final = {"incl": "included", "excl": "excluded"}
_CLOSED: Final = lazy_pattern(r"\s*\Z|\s?[,;)!?]")
_ROOM: Final = lazy_pattern(r" ?(?:[A-Z]?\d|[A-Z](?![\w']))")
_REGULATION: Final = lazy_pattern(r" ?(?:\((?:EU|EC|UK|EEC)\)|Nos?\.|\d)")
_TAKEN: Final = {"cap": "capsule", "caps": "capsules", "tab": "tablet", "tabs": "tablets"}
#: Before the name of a county: in Polk Co.
_LOCATED: Final = words("in for of near across throughout northern southern eastern western")
#: On the 1st of each mo.
_SPANS: Final = {"mo": "month", "wk": "week", "yr": "year", "hr": "hour"}
_EACH: Final = words("each per every last next this a one")
#: Before these dep. and arr. are nouns, as they are before what is of a journey.
_NOUN_NEXT: Final = words(
    "before after the until till to at on of for by prior upon a an each every your our my their "
    "its his her this that since from est estimated scheduled actual expected late early no"
)
_OF_TRAVEL: Final = words("time times date dates gate gates city airport lounge hall terminal day")
_FOUNDED: Final = lazy_pattern(r" ?(?:c\. ?)?(?:1[0-9]|20)\d\d(?![\d,%])")
_PATIENT_DOES: Final = words(
    "is was has had will may can should presents presented denies denied reports reported states "
    "stated c complains complained admits admitted tolerated appears seen given remains refuses "
    "refused arrived ambulates ambulating lives to with w advised instructed educated continues"
)
#: Federal Rules: Fed. R. Civ. P. 12.
_OF_PROCEDURE: Final = frozenset({"Civ.", "Crim.", "App.", "Bankr."})
#: Of a book with letters behind the number (ex. 3a-f), or pages behind it.
_EXERCISE: Final = lazy_pattern(
    r" ?\d{1,3}(?:[a-h](?!\w)|[-–]\d|(?:,| and) \d|[^.!?]{0,24}(?:\bon (?:p|pg|page)\b|\bdue\b))"
)
_EXERCISES: Final = lazy_pattern(r" ?\d{1,3}[a-h]?(?:[-–]| ?, ?\d| and \d| & \d)")
#: A name and the sets: Nadal d. Thiem 6-4, 6-3
_BEATEN: Final = lazy_pattern(r" [A-Z][\w'’-]+(?: [A-Z][\w'’-]+)? [0-7][-–][0-7](?!\d)")
_THE_PATIENT: Final = words("the this each every a our his her new")


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


#: A time of day follows: dep 18:40, arr 9am.
_CLOCK_NEXT: Final = lazy_pattern(r":? ?(?:at )?\d{1,2}(?:[:.]\d\d|[ ]?[ap]\.?m?\b)")
_DOSE: Final = lazy_pattern(
    r" (?:PO|po|by mouth|orally|daily|q\d|q[dh]|BID|bid|TID|tid|QID|PRN|prn|twice|once|every)"
)
_AMOUNT_NEXT: Final = lazy_pattern(r":? ?\d")
_TALL_NEXT: Final = lazy_pattern(r":? ?\d{1,3}(?:\.\d)? ?(?:['′]|ft|feet|cm|in\b|m\b)")
_NUMBER_NEXT: Final = lazy_pattern(r" ?#(?:\d|\s|[?.!,]|\Z)| \d")
_WEIGHED: Final = words(
    "net gross shipping ship body birth dry tare total max min item unit goal current"
)


def _by_number(cursor: Cursor, match: re.Match[str]) -> str | None:
    """What a word without a full stop is short for beside a number."""
    low, end = match["name"].lower(), match.end()
    if low in ("dep", "arr") and _CLOCK_NEXT.match(cursor.text, end):
        return abbr.EXPANDED[low]
    if low == "blk" and _AMOUNT_NEXT.match(cursor.text, end):
        return "block"
    if low == "wt" and (
        cursor.before(match.start()).lower() in _WEIGHED or _AMOUNT_NEXT.match(cursor.text, end)
    ):
        return abbr.EXPANDED[low]
    if low == "ht" and _TALL_NEXT.match(cursor.text, end):
        return abbr.EXPANDED[low]
    if low == "apt" and _NUMBER_NEXT.match(cursor.text, end):
        return "apartment"
    if low in _INCLUDED and _CLOSED.match(cursor.text, end):
        return _INCLUDED[low]
    if (
        low in _TAKEN
        and cursor.before(match.start())[:1].isdecimal()
        and _DOSE.match(cursor.text, end)
    ):
        return _TAKEN[low]
    if low == "vis" and _AMOUNT_NEXT.match(cursor.text, end):
        return "visibility"
    if low == "ea" and cursor.runs and cursor.runs[-1][2].startswith("money."):
        return "each"
    if low in ("fwd", "fw") and cursor.text[end : end + 1] == ":":
        return "forward"
    return None


def _read_bare(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    written = match["name"]
    low = written.lower()
    start, end = match.span()
    before = cursor.before(start)
    upcoming = cursor.text[end : end + 2].strip()[:1]
    said: str | None = None
    if (special := _by_number(cursor, match)) is not None:
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
    elif written == "Pt" and cursor.after(end).lower() in _PATIENT_DOES:
        said = "patient"
    elif written in ("eg", "ie"):
        said = "for example" if low == "eg" else "that is"
    if said is None:
        return None
    if written[0].isupper() and " " not in said:
        said = said.capitalize()
    return say(said, start, end)


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
