# pure: no socket, thread or clock.
"""What timetables and programmes have: clocks with a point (Doors 19.30), trains (ICE 577)."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cardinal import label
from .cursor import Cursor, Part, say, spell
from .number_words import cardinal, pair
from .rule import Rule, Start

_POINTED: Final = lazy_pattern(
    r"(?P<hour>[01]?\d|2[0-3])\.(?P<minute>[0-5]\d)"
    r"(?:(?P<to>[ ]?[-–][ ]?)(?P<hour2>[01]?\d|2[0-3])\.(?P<minute2>[0-5]\d))?"
    r"(?![\w%°]|[.,:/]\d| ?(?:[%°x×*/=]|(?:per|percent|million|billion|k?m|cm|mm|kg|g|in|points?|"
    r"seconds|secs?|degrees|miles|hours|stars)\b))"
)
_DAY: Final = (
    r"(?:Mon|Tue|Tues|Wed|Weds|Thu|Thur|Thurs|Fri|Sat|Sun|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|Jan|Feb|Mar|Apr|May|Jun|June|Jul|July|Aug|Sept?|Oct|Nov|Dec|January|February|March|April|"
    r"August|September|October|November|December|today|tomorrow|tonight)"
)
#: A day, and the hour at once behind it: on Wed 12 Feb at 10.15.
_ON_DAY: Final = lazy_pattern(rf"\b{_DAY}\.?,?(?: \d{{1,2}}(?:st|nd|rd|th)?)?,?(?: at| from|:)? \Z")
#: What leaves or begins at an hour.
_BEGINS: Final = lazy_pattern(
    r"\b(?:trains?|bus|buses|coach|ferry|tram|doors|kick-?off|curfew|support|headliner|matinee|"
    r"interval|service|assembly|registration|lesson|period|mass|evensong|departs?|departing|dep|"
    r"arrives?|arriving|arr|leaves|leaving|break|lunch|dinner|breakfast|supper)\b\.?"
    r"[^.!?\d]{0,24}(?: at| from|:|,)? \Z",
    re.IGNORECASE,
)
#: What somebody did or does at an hour.
_DOES: Final = lazy_pattern(
    r"\b(?:landed|landing|arrived|left|leave|woke|wake|(?:woke|wake|get|got|picked|pick \w+) up|"
    r"met|meet|meeting|home|started|starts?|starting|finish(?:es|ed)?|leaves|arrives|opens|"
    r"closes|see (?:you|ya|u)|class|school|work|call|appointment|rehearsal|practice|game|match|"
    r"party|show|film|movie|flight|begins?|began)(?: safely| home| here| back| again)? at \Z",
    re.IGNORECASE,
)
#: A train by its hour: the 7.15 to Leeds, my 8.40 was late.
_THE: Final = lazy_pattern(r"\b(?:the|my|our|this|that|your|his|her) \Z", re.IGNORECASE)
_RUNS: Final = lazy_pattern(
    r" (?:to [A-Z]|from [A-Z]|train|bus|ferry|coach|service|flight|tram|(?:was|is|were) (?:packed|"
    r"late|full|delayed|cancelled|canceled|running|on time|early|always|usually|never))"
)
#: Another hour of the same list.
_CLOCK: Final = lazy_pattern(
    r"\b(?:[1-9]|1[0-2])(?:[.:][0-5]\d)? ?[ap]\.?m\b|\b(?:[01]?\d|2[0-3]):[0-5]\d\b", re.I
)
_LISTED: Final = lazy_pattern(
    r"(?:\A|[,;:(–-] |\b(?:at|from|to|until|till|by|and|or|before|after) )\Z"
)
_NAMED: Final = lazy_pattern(r"[,;(] ?[a-z]+ \Z")
_NEAR: Final = 48


def _read_pointed(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    left = cursor.left(start, _NEAR)
    around = left + " | " + cursor.right(end, _NEAR)
    beside = _LISTED.search(left[-12:]) or _NAMED.search(left)
    if not (
        _ON_DAY.search(left)
        or _BEGINS.search(left)
        or _DOES.search(left)
        or (_THE.search(left) and _RUNS.match(cursor.text, end))
        or (beside and _CLOCK.search(around))
    ) or left.endswith(("$", "£", "€")):
        return None
    parts = say(_said(match["hour"], match["minute"]), start, match.end("minute"))
    if match["to"]:
        parts += say("to", *match.span("to"))
        said = _said(match["hour2"], match["minute2"])
        parts += say(said, match.start("hour2"), match.end("minute2"))
    return parts


def _said(hour: str, minute: str) -> str:
    said, minutes = cardinal(int(hour)), int(minute)
    if not minutes:
        return said if int(hour) <= 12 else f"{said} hundred"
    return f"{said} oh {cardinal(minutes)}" if minutes < 10 else f"{said} {pair(minutes)}"


#: Minutes of every hour: at :15 and :45.
_PAST: Final = lazy_pattern(r":(?P<minute>[0-5]\d)(?![\w:]|[.,]\d)")
_PAST_BEFORE: Final = lazy_pattern(r"(?:\A|[ (,/])\Z")


def _read_past(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if not _PAST_BEFORE.search(cursor.left(match.start(), 1)):
        return None
    minute = int(match["minute"])
    said = "o'clock" if not minute else f"oh {cardinal(minute)}" if minute < 10 else pair(minute)
    return say(said, *match.span())


#: Trains of Germany and its neighbours, which are no ice.
_TRAIN: Final = lazy_pattern(r"(?P<name>ICE) ?(?P<number>\d{1,4})(?![\w.,]\d|\w)")


def _read_train(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return spell(match["name"], *match.span("name")) + say(
        label(match["number"]), *match.span("number")
    )


RULES: Final = (
    Rule(
        "timetable.past",
        Start.SIGN,
        _PAST,
        _read_past,
        (("leaves at :15 and :45", "leaves at fifteen and forty five"),),
        firsts=":",
    ),
    Rule(
        "timetable.pointed",
        Start.NUMBER,
        _POINTED,
        _read_pointed,
        (
            ("on Wed 12 Feb at 10.15", "on Wednesday the twelfth of February at ten fifteen"),
            ("Last train: 23.32", "Last train: twenty three thirty two", "times"),
            ("The train leaves at 9.05", "The train leaves at nine oh five"),
            ("we landed at 6.20", "we landed at six twenty"),
            ("Doors 7pm, support 7.45", "Doors seven P M, support seven forty five"),
            ("lunch 12.30-13.15", "lunch twelve thirty to thirteen fifteen"),
        ),
        firsts="0123456789",
    ),
    Rule(
        "timetable.train",
        Start.LETTER,
        _TRAIN,
        _read_train,
        (("take ICE 577", "take I C E five seventy seven"),),
        firsts="I",
    ),
)
