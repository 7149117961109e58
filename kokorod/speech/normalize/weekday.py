# pure: no socket, thread or clock.
"""Short names of days: Fri, Mon-Fri, Sat & Sun."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from ..patterns import lazy_pattern
from .cursor import Cursor, Part, say
from .date import MONTH_NAME, dotted
from .rule import Rule, Start

_WEEKDAY: Final = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Tues": "Tuesday",
    "Wed": "Wednesday",
    "Weds": "Wednesday",
    "Thu": "Thursday",
    "Thur": "Thursday",
    "Thurs": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}
#: These are words too: a full stop or a neighbour must show that a day is meant.
_ALSO_WORDS: Final = frozenset({"Mon", "Wed", "Weds", "Sat", "Sun"})

DAY_NAME: Final = "(?:" + "|".join(sorted(_WEEKDAY, key=len, reverse=True)) + ")"
_D: Final = DAY_NAME
_M: Final = MONTH_NAME
_DAYS: Final = lazy_pattern(
    rf"(?P<name>{_D})(?P<dot>\.?)(?:(?P<to>[-–—/])(?P<name2>{_D})(?P<dot2>\.?))?(?![\w'])"
)


def _read_days(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    written = match["name"]
    if written in _ALSO_WORDS and not match["name2"]:
        if not match["dot"] and not _beside_day(cursor, match):
            return None
        if (
            cursor.ends(match.end())
            and written in ("Sun", "Sat", "Wed")
            and match["dot"]
            and not _may_end(cursor.before(match.start()), written)
        ):
            return None
    parts = say(_WEEKDAY[written], *match.span("name"))
    if match["name2"]:
        begin, end = match.span("name2")
        joint = "and" if match["to"] == "/" else "to"
        parts += [*say(joint, begin - 1, begin), *say(_WEEKDAY[match["name2"]], begin, end)]
        return parts + dotted(cursor, match, "dot2")
    return parts + dotted(cursor, match, "dot")


#: Before the name of a day at the end: closed Sat. Others end so too: in the Sun.
_BEFORE_LAST: Final = words("& - – — / , and or on to until by")


def _may_end(before: str, written: str) -> bool:
    """Whether a short name with a full stop, the last of a text, is a day: no class Wed."""
    if before.lower() in _BEFORE_LAST:
        return True
    if not (before.isalpha() and before.islower()):
        return False
    return written != "Sun" or before not in ("the", "our", "a", "its", "their", "your", "evening")


_ANY_DAY: Final = rf"(?:{_D}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?)(?![\w'])"
_DAY_AFTER: Final = lazy_pattern(
    rf",? (?:{_M}(?![a-z])|\d)|\.?(?: ?[-–—&/,+] ?| (?:to|and|or|through|thru|until) ){_ANY_DAY}"
)
_DAY_BEFORE: Final = lazy_pattern(
    rf"(?<!\w){_ANY_DAY}\.?(?: ?[-–—&/,+] ?| (?:to|and|or|through|thru|until) |, (?:and|or) )\Z"
)


#: At the head of what is told of a day: Sat: sunny.
_HEADED: Final = lazy_pattern(r":(?:\s|\Z)")
_LINE_STARTS: Final = frozenset({"", ".", ",", ";", "|", "-", "–", "—", "•", "(", "C", "F", "°"})

#: Before a short name of a day; behind it no other name: by Sun Tzu.
_DAY_SAID: Final = words("on by until till since next this last every through thru from")
_NO_NAME: Final = lazy_pattern(
    r"(?:[.,;:!?)]|\s*\Z| ?[-–—(]| (?:morning|afternoon|evening|night|at|and|or|to|the|after|"
    r"before|from|is|was|works?|if|for|we|I|when|around|about|instead|please|pls|noon|am|pm|\d)\b)"
)
#: Somebody weds another: with a name behind, or he or she does.
_NO_PARTNER: Final = lazy_pattern(r"(?! (?:[A-Z]|his\b|her\b|longtime\b|in\b|a\b))")


def _beside_day(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether Sat, Sun, Mon or Wed is a day here: a date or another day stands beside it."""
    if _DAY_AFTER.match(cursor.text, match.end(), match.end() + 24):
        return True
    before = cursor.before(match.start())
    if _HEADED.match(cursor.text, match.end()) and (before in _LINE_STARTS or before[-1:] == "."):
        return True
    start = match.start()
    if cursor.before(start).lower() in _DAY_SAID and _NO_NAME.match(cursor.text, match.end()):
        return True
    if match["name"] == "Weds":
        return _NO_PARTNER.match(cursor.text, match.end()) is not None
    return _DAY_BEFORE.search(cursor.left(start, 24)) is not None


#: In small letters, where only a day can stand: free sat? see you on thu.
_LOWER: Final = lazy_pattern(
    r"(?P<name>mon|tues?|weds?|thurs?|thu|fri|sat)(?=[.,!?)]|\s*\Z| (?:morning|afternoon|evening|"
    r"night|at|and|or|if|for|so|lol|pls|please|instead|maybe)\b)"
)
_LOWER_BEFORE: Final = words(
    "on this next last free til till until every busy off by for since from"
)


def _read_lower(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    before = cursor.before(match.start()).lower()
    met = before in ("you", "ya", "u") and cursor.before(match.start(), 2).lower() in _MEET
    if before not in _LOWER_BEFORE and not met:
        return None
    return say(_WEEKDAY[match["name"].capitalize()], *match.span("name"))


_MEET: Final = words("see c catch meet call text join")

_LETTERS: Final = {
    "M": "Monday", "T": "Tuesday", "Tu": "Tuesday", "W": "Wednesday", "Th": "Thursday",
    "F": "Friday", "Sa": "Saturday", "Su": "Sunday",
}  # fmt: skip
_LETTER: Final = "Tu|Th|Sa|Su|[MTWF]"
#: Opening hours follow: M-F 9-5, Tu-Sa: 10am.
_BY_LETTER: Final = lazy_pattern(
    rf"(?P<one>{_LETTER})[ ]?(?P<to>[-–/])[ ]?(?P<two>{_LETTER})"
    r"(?=[:,]?[ ]\d{1,2}(?::\d\d)?(?:[ ]?[apAP]\.?[mM]?\b|[ ]?[-–]|[ ]to\b))"
)


def _read_letters(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    begin = match.start("two")
    return [
        *say(_LETTERS[match["one"]], *match.span("one")),
        *say("and" if match["to"] == "/" else "to", begin - 1, begin),
        *say(_LETTERS[match["two"]], *match.span("two")),
    ]


#: The last of such a list: M-Th 9-8, Su closed.
_ONE_LETTER: Final = lazy_pattern(
    rf"(?P<one>{_LETTER})(?=[:,]?[ ](?:closed\b|by appointment\b|\d{{1,2}}(?::\d\d)?"
    r"(?:[ ]?[apAP]\.?[mM]?\b|[ ]?[-–]|[ ]to\b)))"
)


def _read_one_letter(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if not any(run[2].startswith("weekday.letter") for run in cursor.runs):
        return None
    return say(_LETTERS[match["one"]], *match.span())


RULES: Final = (
    Rule(
        "weekday.letter",
        Start.LETTER,
        _ONE_LETTER,
        _read_one_letter,
        (
            ("M-F 9-5, Su closed", "Monday to Friday nine to five, Sunday closed"),
            ("M-F 9-5, Sa 10-2", "Monday to Friday nine to five, Saturday ten to two"),
        ),
        firsts="MTWFS",
    ),
    Rule(
        "weekday.name",
        Start.LETTER,
        _DAYS,
        _read_days,
        (
            ("Fri only", "Friday only"),
            ("Mon.–Fri", "Monday to Friday"),
            ("Mon to Sat", "Monday to Saturday"),
            ("Sat & Sun", "Saturday and Sunday"),
        ),
        firsts="MTWFS",
    ),
    Rule(
        "weekday.small",
        Start.LETTER,
        _LOWER,
        _read_lower,
        (("free sat?", "free Saturday?"), ("on thu at 5", "on Thursday at five")),
        firsts="mtwfs",
    ),
    Rule(
        "weekday.letters",
        Start.LETTER,
        _BY_LETTER,
        _read_letters,
        (
            ("open M-F 9-5", "open Monday to Friday nine to five"),
            ("Tu–Sa: 10am", "Tuesday to Saturday: ten A M"),
        ),
        firsts="MTWFS",
    ),
)
NAMES: Final = frozenset(_WEEKDAY)

#: Words, in small letters, that the rules here look at beside these.
KEYS: Final = words("su sa th tu")
