# pure: no socket, thread or clock.
"""What a bare number is: a code, the number of a name, a year, or an amount."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from ..patterns import lazy_pattern
from .cursor import Cursor
from .number_words import cardinal, digits, pairs, spoken_number, year

#: After these a number is a label and is said in pairs: room one oh one, flight three seventy.
LABELS: Final = words(
    "room rooms flight suite apartment apt highway route interstate boeing airbus hwy ste rm "
    "extension ext gate building course channel model bus train unit line studio us rte cabin "
    "locker form fahrenheit porsche xbox seat exit row section door bay platform terminal"
)
#: Before a bare number from 1100 to 2099: a year.
_YEAR_BEFORE: Final = words(
    "in since from until till by before after during year circa ca c late early mid around of "
    "and to summer winter spring autumn fall class between january february march april may "
    "june july august september october november december vintage copyright ©"
)
#: Nouns in the plural that do not end in s, after which a number counts.
_COUNTED: Final = words(
    "people men women children feet mice teeth sheep fish aircraft species dollars euros "
    "percent degrees calories more other of different new additional"
)
_NOT_PLURAL: Final = words(
    "was is has its this as us ours his hers theirs does goes says yes thus perhaps besides "
    "always sometimes across towards afterwards plus versus olympics census crisis analysis basis "
    "campus virus corps news chaos canvas bonus status corpus consensus focus genus christmas "
    "texas paris thesis emphasis atlas physics economics athletics genesis prospectus syllabus "
    "apparatus hypothesis synopsis oasis series paralympics"
)


def bare_number(cursor: Cursor, match: re.Match[str], value: str) -> str:
    """The words of a number, by what stands around it; `match` has a sign, a value and a power."""
    if not value.isdecimal():
        return spoken_number(value, cursor.british)
    start, end = match.span("value")
    before = cursor.before(start).lower().rstrip(".")
    bare = not match["sign"] and not match["power"]
    if bare and _is_plane(cursor, value, start, end):
        return pairs(value)
    if _is_code(cursor, value, before, start):
        return digits(value)
    if bare and len(value) in (3, 4) and cursor.after(end).lower() == "block":
        return pairs(value)
    if bare and _is_answer(cursor, value, before, end):
        return pairs(value)
    if bare and _is_chat_clock(cursor, value, before, start):
        return pairs(value)
    if bare and len(value) in (3, 4) and _is_name(cursor, before, start, end):
        return pairs(value)
    if bare and len(value) == 4 and _is_year(cursor, int(value), before, end):
        return year(int(value), cursor.british)
    if 3 <= len(value) <= 5 and _ADDRESS.match(cursor.text, end):
        return pairs(value) if len(value) < 5 else digits(value)
    return cardinal(value, cursor.british)


#: Boeing's aircraft: a 737 Max 9, a 747 jet.
_PLANE: Final = lazy_pattern(r"7[0-8]7")
_FLOWN: Final = lazy_pattern(
    r"[ -](?:max|jumbo|jets?|jetliners?|airliners?|aircraft|airplanes?|planes?|dreamliners?|"
    r"pilots?|freighters?|fleet|cargo)\b",
    re.I,
)


def _is_plane(cursor: Cursor, value: str, start: int, end: int) -> bool:
    if not _PLANE.fullmatch(value):
        return False
    made = "oeing" in cursor.left(start, 64)
    return made or _FLOWN.match(cursor.text, end) is not None


#: What servers answer with: error 403, a 404 page, returns 502 Bad Gateway.
_ANSWERS: Final = lazy_pattern(r"[45]0\d|4[12]\d|51[01]|30[1-8]|20[1-6]")
_ANSWERED: Final = words("error errors status http code codes returns returned throws threw")
_GOT: Final = words("return get gets got getting gives give gave with serves as see sees")
_ANSWER_OF: Final = words(
    "error errors page response status Error Errors Bad Not Internal Unauthorized Forbidden "
    "Conflict Moved Found Gone Service Too"
)


def _is_answer(cursor: Cursor, value: str, before: str, end: int) -> bool:
    if not _ANSWERS.fullmatch(value):
        return False
    following = cursor.after(end)
    if following in _ANSWER_OF:
        return True
    if before in ("a", "an"):
        before = cursor.before(end - len(value), 2).lower()
        return before in _ANSWERED | _GOT and not is_counted(following.lower())
    return before in _ANSWERED and not is_counted(following.lower())


#: A time without its colon: see you @ 730, dinner at 1130.
_CLOCK: Final = lazy_pattern(r"(?:[1-9]|1[0-2])[0-5][05]")
_MET: Final = lazy_pattern(
    r"\b(?:see (?:ya|you|u)|meet|meeting|be (?:there|here|home|back)|come|leave|leaving|pick|"
    r"dinner|"
    r"lunch|breakfast|starts?|opens?|closes?|class|practice|bus|movie|party)\b[^.!?\d]{0,24}\Z",
    re.I,
)


def _is_chat_clock(cursor: Cursor, value: str, before: str, start: int) -> bool:
    if before not in ("@", "at") or not _CLOCK.fullmatch(value):
        return False
    return _MET.search(cursor.left(start, 48)) is not None


def is_noted_year(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether the raised figure is the mark of a footnote: built in 1922²."""
    value = match["value"]
    if match["power"] not in ("²", "³") or not (len(value) == 4 and value.isdecimal()):
        return False
    return cursor.before(match.start()).lower() in _YEAR_BEFORE and 1100 <= int(value) <= 2099


def _is_code(cursor: Cursor, value: str, before: str, start: int) -> bool:
    """Whether the digits are said one by one: 007, call 911, PIN 1234, a zip code."""
    if len(value) > 1 and value[0] == "0":
        return True
    counted = is_counted(cursor.after(start + len(value)).lower())
    if counted and before == "code":
        return False
    if before in _CODES or (before in ("is", "was", ":") and cursor.before(start, 2) in _CODES):
        return True
    if 2 < len(value) < 6 and _REACHED.search(cursor.left(start, 28)):
        return not counted
    if value == "911" and before != "porsche":
        return True
    if before == "to" and len(value) in (5, 6):
        written = cursor.left(start, 56)
        if _TEXTED.search(written) and not is_counted(cursor.after(start + len(value)).lower()):
            return True
    if value in _EMERGENCY and before in ("or", "not", ",", "and"):
        return _CALLED.search(cursor.left(start, 40)) is not None
    if len(value) in (3, 5, 6) and before in _DIALLED:
        return not is_counted(cursor.after(start + len(value)).lower())
    if len(value) == 5 and (_ends_address(cursor, start) or _STATE.fullmatch(cursor.before(start))):
        return True
    return len(value) >= 10 and not value.endswith("000")


#: Who is reached by a number: her extension is 4402, emergency: 112.
_REACHED: Final = lazy_pattern(
    r"\b(?:room service|reception|front desk|switchboard|voicemail|helpline|hotline|emergency|"
    r"emergencies|police|ambulance|extension|direct line|short code)(?: is|:| at)? \Z",
    re.IGNORECASE,
)


def _is_name(cursor: Cursor, before: str, start: int, end: int) -> bool:
    """Whether the number is part of a name: room 101, RTX 4090, ISO 9001."""
    if before in LABELS:
        return True
    if len(before) == 2 and cursor.before(start, 2).lower() in ("flight", "flights"):
        return True
    if _ROAD.search(cursor.left(end, 28)):
        return not is_counted(cursor.after(end).lower())
    named = bool(cursor.parts) and cursor.parts[-1].text.isupper() and len(before) > 1
    return named and before not in _NO_NAMES and not is_counted(cursor.after(end).lower())


#: On the 405, along U.S. 101: a road, and nothing that is counted behind.
_ROAD: Final = lazy_pattern(
    r"\b(?:(?:on|off|take|took|taking|along|via|traffic on|exit|down|up) the \d{3}"
    r"|(?:on|off|along|via|near|onto|of|to|from|take|took) U\.S\. \d{2,3})\Z",
    re.I,
)
_CODES: Final = words("zip pin code pincode otp postcode password passcode ZIP PIN OTP passcodes")
#: What short numbers of telephones are written to: text STOP to 40404.
_TEXTED: Final = lazy_pattern(
    r"\b(?:text|texts|texting|sms|send|reply)\b[^.!?\n]{0,40} to \Z", re.I
)
_EMERGENCY: Final = words("911 999 112 988 311 211 411 511 811 000 111")
#: Another number that is dialled stands before: dial 911 or 999.
_CALLED: Final = lazy_pattern(
    r"\b(?:dial(?:led|ed)?|call(?:ed)?|ring|text(?:ed)?) \d{3}(?:,? (?:or|and) \d{3}){0,2}"
    r"(?: (?:for|in|if|when) [^.!?\d]{1,24})?(?:,? (?:or|not|and)|,) (?:not )?\Z",
    re.I,
)
_DIALLED: Final = words("dial dialled dialed call called ring text texted")
#: Capitals before a number that are not the beginning of its name.
_NO_NAMES: Final = words("ad bc ce bce in on by to of and the from for about over under than")


_STATE: Final = lazy_pattern(r"[A-Z]{2}")
_ADDRESS: Final = lazy_pattern(
    r"[ ](?:[NSEW]\.?[ ])?(?:[A-Z][a-z]+\.?[ ]|\d+(?:st|nd|rd|th)[ ]){1,3}"
    r"(?:St|Ave|Blvd|Rd|Ln|Dr|Ct|Pl|Hwy|Pkwy|Sq|Way|Street|Avenue|Boulevard|Road|Lane|Drive|"
    r"Court|Place|Highway|Parkway|Square|Terrace|Park|Circle|Plaza|Loop|Trail)\b"
)


def _ends_address(cursor: Cursor, start: int) -> bool:
    """Whether the five digits at `start` stand after a US state: a zip code."""
    return re.search(r", ?(?:[A-Z]{2}|[A-Z][a-z]+) \Z", cursor.left(start, 24)) is not None


def _is_year(cursor: Cursor, value: int, before: str, end: int) -> bool:
    if before in ("year", "pre", "post"):
        return True
    if not (1100 <= value <= 2099 or (value > 1000 and (before in _YEAR_BEFORE or before == "("))):
        return False
    following = cursor.after(end).lower()
    if value >= 1900 and (following in _OCCASIONS or (before == "the" and following in _HELD)):
        return True
    if cursor.right(end, 1) == "-" or before in ("in", "since"):
        return following not in _COUNTED
    return not is_counted(following)


#: In the plural, after a year: the 2020 elections.
_OCCASIONS: Final = words(
    "elections finals playoffs primaries midterms championships awards riots protests oscars "
    "earnings taxes results guidelines floods wildfires models budgets attacks bombings"
)
#: Nouns of which a year is said after "the": the 2024 games.
_HELD: Final = words("games season games' awards'")


def is_counted(word: str) -> bool:
    return word in _COUNTED or _plural_noun(word)


def _plural_noun(word: str) -> bool:
    return (
        len(word) > 3 and word.endswith("s") and not word.endswith("ss") and word not in _NOT_PLURAL
    )
