# pure: no socket, thread or clock.
"""Clock times: 3:30pm, 14:05, 9-5pm, 10:00–11:30, 0800 hours."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from ..patterns import lazy_pattern
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
_CLOCK: Final = lazy_pattern(
    rf"{_FULL}(?:[ ]?[-–—][ ]?{_FULL2}(?![\d:]|[.,]\d|\w))?(?![\d:]|[.,]\d|-\d|\w)"
)
#: A length of time: 2:30h, 1h30.
_LASTING: Final = lazy_pattern(
    r"(?P<hours>\d{1,2})(?:h(?P<minutes>[0-5]\d)|:(?P<minutes2>[0-5]\d)[ ]?h(?:rs|ours)?)(?!\w)"
)
#: About a time: 6:30ish, 7:15-ish.
_ISH: Final = lazy_pattern(r"(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)[ -]?(?P<ish>ish)(?!\w)")
_DOTTED: Final = lazy_pattern(
    r"(?P<hour>\d{1,2})[.:h](?P<minute>[0-5]\d)(?P<second>)" + _HALF.format(n="") + r"(?!\w)"
)
_HOUR: Final = lazy_pattern(
    r"(?P<hour>\d{1,2})"
    r"(?:(?P<half0>[ ]?[aApP]\.?[mM]\.?)?[ ]?[-–—][ ]?(?P<hour2>\d{1,2})(?::(?P<minute2>\d\d))?)?"
    + _HALF.format(n="")
    + r"(?!\w)"
)
#: Half of a day as one letter: 6:42a, 4-5p.
_SHORT: Final = lazy_pattern(
    r"(?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d))?(?:(?P<half0>[ap])?[-–](?P<hour2>\d{1,2})"
    r"(?::(?P<minute2>[0-5]\d))?)?(?P<half>[ap])(?![\w'’])"
)
_SPAN: Final = lazy_pattern(
    r"(?P<hour>[1-9]|1[0-2])[-–](?P<hour2>[1-9]|1[0-2]):(?P<minute2>[0-5]\d)(?![\w:]|[.,-]\d)"
)
_RACE: Final = lazy_pattern(
    r"(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,2}):(?P<seconds>[0-5]\d)\.(?P<part>\d{1,3})(?![\w:]|\.\d)"
)
_MILITARY: Final = lazy_pattern(
    r"(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?=[ ]?(?:hours|hrs|GMT|UTC|Zulu|Z)\b)"
)


#: Before chapter and verse.
BOOKS: Final = words(
    "genesis exodus leviticus numbers deuteronomy joshua judges ruth samuel kings chronicles ezra "
    "nehemiah esther job psalm psalms proverbs ecclesiastes song isaiah jeremiah lamentations "
    "ezekiel daniel hosea joel amos obadiah jonah micah nahum habakkuk zephaniah haggai zechariah "
    "malachi matthew mark luke john acts romans corinthians galatians ephesians philippians "
    "colossians thessalonians timothy titus philemon hebrews james peter jude revelation surah "
    "quran verse"
)


#: What has a length that is written as a clock; at one of these is a time of day.
_TIMED: Final = lazy_pattern(
    r"\b(?:timer|stopwatch|countdown|video|clip|song|track|episode|film|movie|recording|podcast|"
    r"duration|runtime|running time|length|lasts|lasted|lasting|runs|ran for|elapsed)"
    r"\b[^.!?\n]{0,24}\Z",
    re.IGNORECASE,
)
_LONG: Final = words("long minutes mins min remaining left elapsed")


def _is_length(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether minutes and seconds are meant, and no time of day: a video is 05:00 long."""
    if match["half"] or match["second"] or match["hour2"]:
        return False
    if cursor.after(match.end()).lower() in _LONG:
        return True
    start = match.start()
    if cursor.before(start).lower() in ("at", "by", "from", "until", "till", "before", "after"):
        return False
    return _TIMED.search(cursor.left(start, 48)) is not None


def _length(match: re.Match[str]) -> str:
    minutes, seconds = int(match["hour"]), int(match["minute"])
    said = [f"{cardinal(minutes)} {'minute' if minutes == 1 else 'minutes'}"] if minutes else []
    if seconds or not minutes:
        said.append(f"{cardinal(seconds)} {'second' if seconds == 1 else 'seconds'}")
    return " ".join(said)


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


#: What took so long: finished in 00:12:45.
_TOOK: Final = lazy_pattern(
    r"\b(?:finished|done|completed|ran|ended|built|passed|failed|in|took|takes|for|time|duration|"
    r"elapsed|length|runtime|uptime|remaining|eta)(?: (?:in|after|for|of|is|was))?:? \Z",
    re.IGNORECASE,
)


def _lasting(match: re.Match[str]) -> str:
    """Hours, minutes and seconds; what there is none of is not said."""
    said = [
        f"{cardinal(int(match[part]))} {part if int(match[part]) == 1 else part + 's'}"
        for part in ("hour", "minute", "second")
        if int(match[part])
    ]
    return " ".join(said) or "zero seconds"


def _read_clock(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    lasting = match["second"] and match["hour"][0] == "0" and not match["half"]
    if lasting and _TOOK.search(cursor.left(match.start(), 24)):
        return say(_lasting(match), match.start(), match.end("second"))
    two = match["hour2"] is not None
    if cursor.before(match.start()).lower() in BOOKS:
        return None  # John 3:16
    if _is_length(cursor, match):
        return say(_length(match), *match.span())
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


def _read_ish(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    said = _time(match["hour"], match["minute"], None, None, False)
    if said is None:
        return None
    return say(said, match.start(), match.end("minute")) + say("ish", *match.span("ish"))


#: Before a start: T-15 min.
_MINUS: Final = lazy_pattern(
    r"(?P<what>[TLE])[-−](?=\d{1,3} ?(?:min|mins|minutes?|hours?|hrs?|days?|seconds?|secs?|s|h)\b)"
)


def _read_minus(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return spell(match["what"], *match.span("what")) + say("minus", match.end() - 1, match.end())


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


def _read_short(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if not match["minute"] and not match["hour2"]:
        paired = bool(cursor.runs) and cursor.runs[-1][2] == "clock.short"
        at = cursor.before(match.start()).lower() in _AT_HOUR
        around = cursor.around(match.start(), match.end(), 24)
        if not (at or paired) or (match["half"] == "a" and not _PM_NEAR.search(around)):
            return None  # room 4a, from 3a to 3c
    if cursor.before(match.start()).lower() in _LABELLED or not 1 <= int(match["hour"]) <= 12:
        return None
    parts: list[Part] = []
    for n, half in (("", "half0"), ("2", "half")):
        if match[f"hour{n}"] is None:
            continue
        end = match.end(f"minute{n}") if match[f"minute{n}"] else match.end(f"hour{n}")
        said = _time(match[f"hour{n}"], match[f"minute{n}"] or "00", None, "m", False)
        if said is None:
            return None
        if n:
            parts += say("to", match.start("hour2") - 1, match.start("hour2"))
        parts += say(said, match.start(f"hour{n}"), end)
        if match[half] and (n or match["hour2"]):
            parts += spell(f"{match[half].upper()}M", *match.span(half))
    if match["hour2"] is None:
        parts += spell(f"{match['half'].upper()}M", *match.span("half"))
    return parts


#: Before an hour of the day: after 3p.
_PM_NEAR: Final = lazy_pattern(r"\d ?p(?:\.?m)?\b|\bnoon\b|\d:\d\d", re.I)
_AT_HOUR: Final = words("at by after before until til till from btwn between since around @ thru")
_LABELLED: Final = words(
    "section sections part parts figure figures fig question questions exercise room step item "
    "rule page pages chapter table problem appendix grade class group note notes line "
    "lines"
)


def _read_span(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """2-3:15; verses of a book are not read here."""
    before = cursor.before(match.start()).lower()
    if before in BOOKS:
        return None
    second = _time(match["hour2"], match["minute2"], None, "m", False)
    if second is None:
        return None
    begin = match.start("hour2")
    return [
        *say(cardinal(match["hour"]), *match.span("hour")),
        *say("to", begin - 1, begin),
        *say(second, begin, match.end()),
    ]


def _read_race(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """Minutes, seconds and parts of them: 1:23.456."""
    said = [cardinal(match["hours"])] if match["hours"] else []
    minutes, seconds = match["minutes"], match["seconds"]
    said.append(f"oh {digits(minutes[1])}" if said and minutes[0] == "0" else cardinal(minutes))
    said.append(f"oh {digits(seconds[1])}" if seconds[0] == "0" else cardinal(seconds))
    return say(f"{' '.join(said)} point {digits(match['part'])}", *match.span())


def _read_military(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    hour, minute = match["hour"], match["minute"]
    said = f"oh {digits(hour[1])}" if hour[0] == "0" else cardinal(hour)
    said = "zero zero" if hour == "00" else said
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
            ("5:00 long", "five minutes long"),
            ("done in 00:12:45", "done in twelve minutes forty five seconds"),
        ),
    ),
    Rule(
        "clock.short",
        Start.NUMBER,
        _SHORT,
        _read_short,
        (
            ("6:42a", "six forty two A M", "times"),
            ("4-5p", "four to five P M"),
        ),
    ),
    Rule("clock.span", Start.NUMBER, _SPAN, _read_span, (("2-3:15", "two to three fifteen"),)),
    Rule(
        "clock.race",
        Start.NUMBER,
        _RACE,
        _read_race,
        (("won in 2:01.39", "won in two oh one point three nine", "verses, timings"),),
    ),
    Rule(
        "clock.minus",
        Start.LETTER | Start.COUNTED,
        _MINUS,
        _read_minus,
        (("closes T-15 min", "closes T minus fifteen minutes"),),
        firsts="TLE",
    ),
    Rule("clock.ish", Start.NUMBER, _ISH, _read_ish, (("at 6:30ish", "at six thirty ish"),)),
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
        firsts="012",
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
