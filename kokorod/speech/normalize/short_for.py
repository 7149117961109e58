# pure: no socket, thread or clock.
"""What an abbreviation is short for, by what stands beside it: Pt. denies, dep. 7:05, Ex. A."""

from __future__ import annotations

import re
from typing import Final

from .. import abbreviations as abbr
from ..abbreviations import words
from ..patterns import lazy_pattern
from .cursor import Cursor

#: How far around are looked for the words that tell, in characters.
_BACK: Final = 48

_MEDICINE: Final = lazy_pattern(
    r"\b(?:mg|mcg|ml|daily|po|mouth|bid|tid|qid|qd|q\d\d?h|dose|doses|take|rx|bedtime)\b|/day", re.I
)


def _is_medicine(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether capsules and tablets are meant, and no bottle's caps and browser's tabs."""
    around = cursor.around(match.start(), match.end(), _BACK)
    return _MEDICINE.search(around) is not None


def is_against(written: str, before: str, space: bool, upcoming: str) -> bool:
    """Whether v. stands between two parties: Roe v. Wade, Erie R.R. v. Tompkins."""
    if before == "al.":
        return written == "v" and upcoming.isupper()  # Smith et al. v. Jones
    railroad = before.rstrip(".").isupper() and upcoming.isupper()
    return written == "v" and space and (before.isalpha() or railroad)


def by_neighbours(cursor: Cursor, match: re.Match[str], before: str, number: bool) -> str | None:
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
        told = written == "Pt" and after in PATIENT_DOES
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
    if low == "ex" and number and _OF_PARTY.search(cursor.left(match.start(), 12)):
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
#: Whose it is: Def.'s Ex. 12, Trial Ex. 3.
_OF_PARTY: Final = lazy_pattern(
    r"\b(?:(?:Pls?|Defs?)\.?(?:'s|')?|Trial|Joint|Gov't|Dep\.|Compl\.|Decl\.),? \Z"
)
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
PATIENT_DOES: Final = words(
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


#: A time of day follows: dep 18:40, arr 9am.
_CLOCK_NEXT: Final = lazy_pattern(r":? ?(?:at )?\d{1,2}(?:[:.]\d\d|[ ]?[ap]\.?m?\b)")
_DOSE: Final = lazy_pattern(
    r" (?:PO|po|by mouth|orally|daily|q\d|q[dh]|BID|bid|TID|tid|QID|PRN|prn|twice|once|every)"
)
_AMOUNT_NEXT: Final = lazy_pattern(r":? ?\d")
_TALL_NEXT: Final = lazy_pattern(r":? ?\d{1,3}(?:\.\d)? ?(?:['′]|ft|feet|cm|in\b|m\b)")
_NUMBER_NEXT: Final = lazy_pattern(r" ?#(?:\d|\s|[?.!,]|\Z)| \d")
#: Where somebody lives, before a number with a sign.
_PLACED: Final = {"apt": "apartment"}
_SIZE_NEXT: Final = lazy_pattern(r":? ?(?:\d|X{0,3}[SML](?!\w))")
_WEIGHED: Final = words(
    "net gross shipping ship body birth dry tare total max min item unit goal current"
)


def before_is_each(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether it is one span of many: each mo, next wk."""
    return cursor.before(match.start()).lower() in _EACH - {"a", "one"}


def by_number(cursor: Cursor, match: re.Match[str]) -> str | None:
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
    if low in _PLACED and _NUMBER_NEXT.match(cursor.text, end):
        return _PLACED[low]
    if low == "sz" and _SIZE_NEXT.match(cursor.text, end):
        return "size"
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
    if low in _SPANS and before_is_each(cursor, match):
        return _SPANS[low]
    if low == "adv" and cursor.runs and cursor.runs[-1][2].startswith("money."):
        return "advance"
    if low == "resp" and _AMOUNT_NEXT.match(cursor.text, end):
        return "respirations"
    if low == "ea" and cursor.runs and cursor.runs[-1][2].startswith("money."):
        return "each"
    if low in ("fwd", "fw") and cursor.right(end, 1) == ":":
        return "forward"
    return None
