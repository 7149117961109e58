# pure: no socket, thread or clock.
"""Clock times: 3:30pm, 14:05, 9-5pm, 10:00–11:30, 0800 hours."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from .cursor import Cursor, Part, mark, say, spell
from .number_words import cardinal, digits, pair
from .rule import Rule, Start

_HALF: Final = r"(?:[ ]?(?P<half{n}>[aApP])(?P<dots{n}>\.?)[mM](?![A-Za-z])(?P<stop{n}>\.?))"
_TIME: Final = r"(?P<hour{n}>\d{{1,2}}):(?P<minute{n}>\d\d)(?::(?P<second{n}>\d\d)(?:\.\d+)?)?"
_FULL: Final = _TIME.format(n="") + _HALF.format(n="") + "?"
#: The later of two times may be an hour alone: 6:30pm–8pm, 5:30-6.
_FULL2: Final = (
    _TIME.format(n=2).replace(r":(?P<minute2>\d\d)", r"(?::(?P<minute2>\d\d))?", 1)
    + _HALF.format(n=2)
    + "?"
)
_CLOCK: Final = re.compile(
    rf"{_FULL}(?:[ ]?[-–—][ ]?{_FULL2}(?![\d:]|[.,]\d|\w))?(?![\d:]|[.,]\d|-\d|\w)"
)
#: A length of time: 2:30h, 1h30.
_LASTING: Final = re.compile(
    r"(?P<hours>\d{1,2})(?:h(?P<minutes>[0-5]\d)|:(?P<minutes2>[0-5]\d)[ ]?h(?:rs|ours)?)(?!\w)"
)
_DOTTED: Final = re.compile(
    r"(?P<hour>\d{1,2})[.:h](?P<minute>[0-5]\d)(?P<second>)" + _HALF.format(n="") + r"(?!\w)"
)
_HOUR: Final = re.compile(
    r"(?P<hour>\d{1,2})"
    r"(?:(?P<half0>[ ]?[aApP]\.?[mM]\.?)?[ ]?[-–—][ ]?(?P<hour2>\d{1,2})(?::(?P<minute2>\d\d))?)?"
    + _HALF.format(n="")
    + r"(?!\w)"
)
_MILITARY: Final = re.compile(r"(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?=[ ]?(?:hours|hrs)\b)")


#: Before chapter and verse.
BOOKS: Final = words(
    "genesis exodus leviticus numbers deuteronomy joshua judges ruth samuel kings chronicles ezra "
    "nehemiah esther job psalm psalms proverbs ecclesiastes song isaiah jeremiah lamentations "
    "ezekiel daniel hosea joel amos obadiah jonah micah nahum habakkuk zephaniah haggai zechariah "
    "malachi matthew mark luke john acts romans corinthians galatians ephesians philippians "
    "colossians thessalonians timothy titus philemon hebrews james peter jude revelation surah "
    "quran verse"
)


def _half(cursor: Cursor, match: re.Match[str], n: str = "") -> list[Part]:
    """a.m. or p.m., and the full stop that also ends the text."""
    group = f"half{n}"
    if not match[group]:
        return []
    start, end = match.start(group), match.end(f"stop{n}")
    if match[f"stop{n}"] and (not match[f"dots{n}"] or cursor.ends(end)):
        return [
            *spell(f"{match[group].upper()}M", start, end - 1),
            *(mark(".", end - 1, end) if cursor.ends(end) or not match[f"dots{n}"] else []),
        ]
    return spell(f"{match[group].upper()}M", start, end)


def _time(hour: str, minute: str, second: str | None, half: str | None, bare: bool) -> str | None:
    """The words; None if it is no time of day."""
    hours, minutes = int(hour), int(minute)
    second = second if second and second.strip("0") else None
    if hours > 24 or minutes > 59 or (second and int(second) > 59):
        return None
    said = cardinal(hours)
    if minutes:
        said += f" oh {cardinal(minutes)}" if minutes < 10 else f" {pair(minutes)}"
    elif hours == 0:
        return f"midnight {_seconds(second)}" if second else "midnight"
    elif not half and not bare:
        said += " o'clock" if hours <= 12 else " hundred"
    return f"{said} {_seconds(second)}" if second else said


def _seconds(second: str) -> str:
    seconds = int(second)
    unit = "second" if seconds == 1 else "seconds"
    return f"and {cardinal(seconds)} {unit}"


def _read_clock(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    two = match["hour2"] is not None
    if cursor.before(match.start()).lower() in BOOKS:
        return None  # John 3:16
    first = _time(match["hour"], match["minute"], match["second"], match["half"], two)
    if first is None:
        return None
    start = match.start()
    parts = say(first, start, match.end("second" if match["second"] else "minute"))
    parts += _half(cursor, match)
    if two:
        minute = match["minute2"] or "00"
        early = int(match["hour2"]) <= 12 and match["minute"] == "00"
        bare = match["minute2"] is None or (early and not match["second2"])
        second = _time(match["hour2"], minute, match["second2"], match["half2"], bare)
        if second is None:
            return None
        begin = match.start("hour2")
        end = max(match.end(f"{part}2") for part in ("hour", "minute", "second"))
        parts += [
            *say("to", begin - 1, begin),
            *say(second, begin, end),
            *_half(cursor, match, "2"),
        ]
    return parts


def time_parts(text: str) -> list[Part] | None:
    """The words of a time that is the whole of `text`; None if it is no time of day."""
    match = _CLOCK.match(text)
    return _read_clock(Cursor(text), match) if match else None


def _read_dotted(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    said = _time(match["hour"], match["minute"], None, match["half"], False)
    if said is None or not 1 <= int(match["hour"]) <= 12:
        return None
    return [*say(said, match.start(), match.end("minute")), *_half(cursor, match)]


def _read_hour(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    hour = int(match["hour"])
    if not 1 <= hour <= 12 and not (hour <= 23 and match["hour2"] is None):
        return None
    parts = say(cardinal(hour), *match.span("hour"))
    if match["half0"]:
        letter = match["half0"].strip()[0].upper()
        parts += spell(f"{letter}M", *match.span("half0"))
    if match["hour2"]:
        second = _time(match["hour2"], match["minute2"] or "00", None, "m", False)
        if second is None:
            return None
        begin = match.start("hour2")
        end = match.end("minute2") if match["minute2"] else match.end("hour2")
        parts += [*say("to", begin - 1, begin), *say(second, begin, end)]
    return parts + _half(cursor, match)


def _read_military(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    hour, minute = match["hour"], match["minute"]
    said = f"oh {digits(hour[1])}" if hour[0] == "0" else cardinal(hour)
    if minute == "00":
        said += " hundred"
    else:
        said += f" oh {cardinal(minute)}" if minute[0] == "0" else f" {cardinal(minute)}"
    return say(said, *match.span())


def _read_lasting(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    hours, minutes = int(match["hours"]), int(match["minutes"] or match["minutes2"])
    said = f"{cardinal(hours)} {'hour' if hours == 1 else 'hours'}"
    if minutes:
        said += f" {cardinal(minutes)}"
    return say(said, *match.span())


RULES: Final = (
    Rule(
        "clock.time",
        Start.NUMBER,
        _CLOCK,
        _read_clock,
        (
            ("3:30pm", "three thirty P M", "times"),
            ("14:05", "fourteen oh five", "times"),
            ("10:00–11:30", "ten to eleven thirty", "times"),
            ("at 9:00 AM", "at nine A M"),
        ),
    ),
    Rule("clock.dotted", Start.NUMBER, _DOTTED, _read_dotted, (("7.30pm", "seven thirty P M"),)),
    Rule(
        "clock.hour",
        Start.NUMBER,
        _HOUR,
        _read_hour,
        (
            ("9–11am", "nine to eleven A M", "times"),
            ("at 9 a.m.", "at nine A M."),
        ),
    ),
    Rule(
        "clock.military",
        Start.NUMBER,
        _MILITARY,
        _read_military,
        (
            ("1800 hours", "eighteen hundred hours"),
            ("0530 hours", "oh five thirty hours"),
        ),
    ),
    Rule(
        "clock.duration",
        Start.NUMBER,
        _LASTING,
        _read_lasting,
        (
            ("lasted 1h30", "lasted one hour thirty"),
            ("2:30h later", "two hours thirty later"),
        ),
    ),
)
