# pure: no socket, thread or clock.
"""One number without a unit: labels, years, codes, plain numbers."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from ..patterns import lazy_pattern
from .bare_number import LABELS, bare_number, is_counted, is_noted_year
from .cursor import Cursor, Kind, Part, say, spell
from .money import MAGNITUDES
from .number_words import NUMBER, cardinal, digits, pairs, spoken_number, year
from .rule import Rule, Start

#: Thousands parted as elsewhere: 1 000 000, 10 000, 1.234,56.
_GROUPED: Final = lazy_pattern(
    r"(?P<value>\d{1,3}(?:[ ]\d{3}){2,8}|\d{1,3}(?:\.\d{3}){2,8}|\d{1,3}[ ]000|"
    r"\d{1,3}(?:\.\d{3}){1,8}(?=,\d{1,2}(?!\d)))"
    r"(?:,(?P<part>\d{1,2}))?(?![\w]|[ .,-]\d)"
)
_FACTOR: Final = lazy_pattern(rf"(?P<sign>[~≈<>≥≤]?)(?P<value>{NUMBER})(?P<cross>[x×X])(?!\w)")
_SIZED: Final = lazy_pattern(
    rf"(?P<sign>[-−+±~≈<>≥≤]?)(?P<value>{NUMBER})(?:(?P<size>[kKMBT]|bn|mn|tn|mln|bln)(?!\w)"
    r"|[ ](?P<word>thousand|million|billion|trillion|hundred|dozen)\b)(?P<plus>\+)?"
)
_AGE: Final = lazy_pattern(rf"(?P<value>{NUMBER})(?P<rest>(?:-[A-Za-z]+)+)(?P<owner>'s)?(?![\w-])")
_PLAIN: Final = lazy_pattern(
    rf"(?P<sign>[-−+±~≈<>≥≤]?)(?P<value>{NUMBER})(?P<power>[²³]|\^\d+)?(?P<plus>\+(?!\w))?(?P<owner>'s\b)?"
)

_SIGNS: Final = {
    "-": "minus", "−": "minus", "+": "plus", "±": "plus or minus", "~": "about",
    "≈": "about", "<": "less than", ">": "more than", "≥": "at least", "≤": "at most",
}  # fmt: skip


def sign_parts(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """The words of a sign; None if it cannot be one here (5-3 begins at the 5)."""
    sign = match["sign"]
    if not sign:
        return []
    start = match.start("sign")
    if (
        sign in "-−+"
        and start
        and (cursor.text[start - 1].isalnum() or cursor.text[start - 1] in ")]")
    ):
        return None
    if sign == "~" and start and cursor.text[start - 1].isalnum():
        return say("tilde", start, start + 1)  # HEAD~3
    return say(_SIGNS[sign], start, start + 1)


def _read_grouped(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    value = re.sub(r"[ .]", "", match["value"])
    part = f".{match['part']}" if match["part"] else ""
    return say(spoken_number(value + part, cursor.british), *match.span())


def characters(text: str, start: int, end: int) -> list[Part]:
    """Digits by their names, letters spelled."""
    parts: list[Part] = []
    for run in re.findall(r"\d+|[^\W\d_]+", text):
        parts += say(digits(run), start, end) if run.isdecimal() else spell(run, start, end)
    return parts


def _read_factor(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    sign = sign_parts(cursor, match) or []
    parts = sign + say(spoken_number(match["value"], cursor.british), *match.span("value"))
    return parts + factor_parts(cursor, *match.span("cross"))


def factor_parts(cursor: Cursor, start: int, end: int) -> list[Part]:
    """The x after a number: ten times faster, a two x zoom."""
    if (
        cursor.text[start] == "×"
        or cursor.right(end, 1) == "/"
        or cursor.after(end).lower() in _COMPARED
        or _REPEATED.search(cursor.left(start, 40))
    ):
        return say("times", start, end)
    return spell(cursor.text[start], start, end)


#: What is done again: retry up to 3x.
_REPEATED: Final = lazy_pattern(
    r"\b(?:retr(?:y|ies|ied)|tr(?:y|ied)|repeat(?:ed)?|called|rang|texted|asked|read|watched|washed|"
    r"reset|restarted|rebooted|happened|failed|checked|crashed|tested)\b[^.!?\d]{0,24}\d+\Z",
    re.IGNORECASE,
)
_COMPARED: Final = words(
    "a per daily weekly monthly than louder thicker thinner wider taller deeper safer richer older "
    "younger hotter colder denser closer farther further sharper softer tougher quieter smoother "
    "faster slower more less return growth increase speedup improvement "
    "as bigger smaller larger better worse higher lower cheaper "
    "stronger longer shorter greater fewer the easier quicker harder brighter lighter heavier"
)


def sized(cursor: Cursor, number: str, size: str | None) -> str:
    said = spoken_number(number, cursor.british)
    return f"{said} {MAGNITUDES[size.lower()]}" if size else said


def _read_sized(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    size = match["size"] or match["word"]
    following = cursor.after(match.end()).lower()
    if match["size"] in ("K", "k") and following in _RUNS:
        return None  # a 10K run: said as it is written
    if match["size"] == "K" and len(match["value"]) == 1:
        return None  # a 4K screen
    around = cursor.around(match.start(), match.end(), 64, 32)
    if match["size"] == "T" and _STORED.search(around):
        single = match["value"] == "1" or cursor.before(match.start()).lower() in ("a", "an")
        unit = "terabyte" if single else "terabytes"
        return say(f"{spoken_number(match['value'], cursor.british)} {unit}", *match.span())
    if match["size"] == "K" and _is_light(cursor, match):
        return say(f"{spoken_number(match['value'])} kelvin", *match.span())
    if match["size"] in ("B", "M", "K", "T") and (
        cursor.before(match.start()).lower().rstrip(".") in LABELS | _HOUSES
        or _NAME_NEXT.match(cursor.text, match.end())
    ):
        return None  # 221B Baker Street, room 12B
    if (
        size in ("T", "B")
        and "." not in match["value"]
        and len(match["value"]) == 1
        and not match["word"]
        and not is_counted(following)
    ):
        return None
    sign = sign_parts(cursor, match)
    if sign is None:
        return None
    parts = sign + say(sized(cursor, match["value"], size), match.start("value"), match.end())
    return parts + (say("plus", *match.span("plus")) if match["plus"] else [])


#: Before the number of a house or a door, which may have a letter: No. 221B.
_HOUSES: Final = words("no number house flat lot bldg building rm floor fl box stall slip pier")
#: Beside what is stored.
_STORED: Final = lazy_pattern(
    r"\b(?:disks?|drives?|storage|ssd|hdd|nvme|nas|backups?|raid|partition|dev|used of|free of|"
    r"filesystem|quota)\b",
    re.I,
)
#: Beside the color of a lamp.
_LAMP: Final = lazy_pattern(
    r"\b(?:bulbs?|leds?|lamps?|lights?|lighting|white|warm|daylight|lumens?|lm|dimmable|color|colour|"
    r"watts?|\d+W)\b",
    re.I,
)


def _is_light(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether the color of light is told in kelvin: a bulb of 2700K."""
    if not re.fullmatch(r"[1-9]\d00", match["value"]) or match["sign"] or match["plus"]:
        return False
    start, end = match.span()
    return _LAMP.search(cursor.around(start, end, 64)) is not None


_RUNS: Final = words("run runs race races runner runners walk walks")
_NAME_NEXT: Final = lazy_pattern(r" [A-Z][a-z]")


def _read_age(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span("value")
    parts = say(spoken_number(match["value"], cursor.british), start, end)
    if (
        match["value"].isdecimal()
        and len(match["value"]) == 3
        and cursor.before(start).lower() in LABELS
    ):
        parts = say(pairs(match["value"]), start, end)
    if match["value"].isdecimal() and len(match["value"]) == 4 and _CODED.fullmatch(match["rest"]):
        parts = say(pairs(match["value"]), start, end)
    for word in re.finditer(r"[A-Za-z]+", match["rest"]):
        begin, last = match.start("rest") + word.start(), match.start("rest") + word.end()
        upper = word.group().isupper() and (len(word.group()) > 1 or word.group() != "a")
        parts.append(Part(word.group(), begin, last, Kind.LETTERS if upper else Kind.WORD))
    if match["owner"]:
        said, begin, _, kind = parts[-1]
        head = [Part(said[:-1], begin, match.end(), kind)] if kind and len(said) > 1 else []
        owned = said[-1:] if kind else said
        parts[-1:] = [*head, Part(f"{owned}'s", begin, match.end())]
    return parts


#: Letters of an article's number: SKU 4410-BLK.
_CODED: Final = lazy_pattern(r"-[A-Z]{2,4}")


def label(value: str) -> str:
    """Digits of a name or label: A4 four, 747 seven forty seven, 5600 fifty six hundred."""
    if len(value) > 1 and value[0] == "0":
        return digits(value)
    return cardinal(value) if len(value) < 3 else pairs(value)


def _read_plain(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    sign = sign_parts(cursor, match)
    if sign is None:
        return None
    value = match["value"]
    noted = is_noted_year(cursor, match)
    said = year(int(value), cursor.british) if noted else bare_number(cursor, match, value)
    parts = sign + say(said, *match.span("value"))
    if match["power"] and not noted:
        parts += say(power_words(match["power"].lstrip("^")), *match.span("power"))
    if match["plus"]:
        parts += say("plus", *match.span("plus"))
    if match["owner"]:
        last = parts[-1]
        parts[-1] = Part(f"{last.text}'s", last.start, match.end())
    return parts


def power_words(power: str) -> str:
    """2 -> squared, 3 -> cubed, 4 -> to the power of four."""
    if power in ("2", "²"):
        return "squared"
    if power in ("3", "³"):
        return "cubed"
    minus = "minus " if power[0] in "-−" else ""
    return f"to the power of {minus}{cardinal(power.lstrip('+-−'))}"


RULES: Final = (
    Rule(
        "cardinal.grouped",
        Start.NUMBER,
        _GROUPED,
        _read_grouped,
        (
            ("1 000 000", "one million", "numbers"),
            ("1.234,56", "one thousand two hundred thirty four point five six"),
        ),
    ),
    Rule(
        "cardinal.factor",
        Start.NUMBER,
        _FACTOR,
        _read_factor,
        (
            ("10x faster", "ten times faster"),
            ("2x speed", "two x speed"),
        ),
    ),
    Rule(
        "cardinal.magnitude",
        Start.NUMBER,
        _SIZED,
        _read_sized,
        (
            ("2.5B views", "two point five billion views"),
            ("10 million", "ten million"),
        ),
    ),
    Rule(
        "cardinal.hyphened",
        Start.NUMBER,
        _AGE,
        _read_age,
        (
            ("3-year-old", "three year old"),
            ("5-foot wall", "five foot wall"),
            ("a 19-year-old's bike", "a nineteen year old's bike"),
        ),
    ),
    Rule(
        "cardinal.number",
        Start.NUMBER,
        _PLAIN,
        _read_plain,
        (
            ("3,497", "three thousand four hundred ninety seven", "numbers"),
            ("-5", "minus five", "numbers"),
            ("in 1984", "in nineteen eighty four", "years"),
            ("1500 people", "one thousand five hundred people", "years"),
            ("room 101", "room one oh one", "labels"),
            ("flight 370", "flight three seventy", "labels"),
            ("RTX 4090", "R T X forty ninety", "labels"),
        ),
    ),
)
