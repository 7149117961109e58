# pure: no socket, thread or clock.
"""How much of one thing for each of another, and units without a number: times/week, km/h."""

from __future__ import annotations

import re
from typing import Final

from ...patterns import lazy_pattern
from ..cursor import Cursor, Part, Upto, mark, say
from ..rule import Rule, Start
from .unit import PER, UNITS, unit_name

_OF: Final = (
    r"(?:second|minute|hour|day|night|week|month|quarter|year|decade|person|head|child|user|seat|"
    r"unit|item|piece|mile|page|game|session|visit|vehicle|employee|student|household|capita|line|"
    r"core|node|request|call|ticket|bottle|barrel|ton|tonne|liter|litre|gallon|pound|ounce|share|"
    r"serving|portion|dose|tablet|capsule|scoop|slice|bar|can|box|cup|pack|room|team|player|match|"
    r"patient|book|chapter|word|token|image|song|acre|hectare|term|semester|shift|trip)"
)
_PERS: Final = "|".join(re.escape(unit) for unit in sorted(PER, key=len, reverse=True))
_WORD: Final = lazy_pattern(rf"(?P<one>[A-Za-z][a-z]{{1,30}})/(?=(?:{_OF}|{_PERS})(?![\w/]|\.\w))")
_EACH: Final = lazy_pattern(rf"/[ ]?(?P<name>sq\.? ft|{_OF}|{_PERS})(?P<stop>\.?)(?![\w/])")
_PER_AMOUNT: Final = lazy_pattern(r"/[ ]?(?=\d{1,4}[ ]?(?:m[lLg]|[lLg]|kg|km|min|hr?|oz|lb)(?!\w))")
#: Units that nothing else is written as.
_BARE: Final = lazy_pattern(
    r"(?P<unit>mph|kph|rpm|mpg|kWh|MWh|kW|MW|GW|kHz|MHz|GHz|Hz|kg|mg|km|cm|mm|ml|mL|dB|mmHg|GB|MB|"
    r"kB|KB|TB|Mbps|Gbps|kbps|Mb|Gb|ft|lb|lbs|oz|m|g)(?P<power>[²³])?"
    rf"(?:/(?P<per>{_PERS}))?(?![\w/²³'^-]|\.\w)"
)
#: Of those, the ones that are also words, names or letters.
_ALSO_LETTERS: Final = frozenset({"m", "g", "ft", "lb", "oz", "Mb", "Gb"})


#: So much of something: 30 g of fiber, 2 cups of coffee.
_OF_THINGS: Final = lazy_pattern(r"\d ?[A-Za-z]{1,12}(?: of)? [a-z]{1,24}\Z")


def _counts(cursor: Cursor, position: int) -> bool:
    """Whether a number stands before `position`, or a word before that one."""
    if cursor.before(position)[:1].isdecimal() or cursor.before(position, 2)[:1].isdecimal():
        return True
    return _OF_THINGS.search(cursor.left(position, 40)) is not None


#: What machines are asked and answer: 60 req/min.
_SHORT: Final = {
    "req": "requests", "reqs": "requests", "msg": "messages", "msgs": "messages",
    "txn": "transactions", "txns": "transactions", "ops": "operations", "pkts": "packets",
    "evts": "events", "tok": "tokens",
}  # fmt: skip


def _read_word(cursor: Cursor, match: re.Match[str]) -> Upto | None:
    """The word before the slash; what is after it is read by `_read_each`."""
    counts = _counts(cursor, match.start()) or _counts(cursor, match.end("one"))
    if match["one"] in UNITS or not counts:
        return None
    return Upto(say(_SHORT.get(match["one"], match["one"]), *match.span("one")), match.end("one"))


def _goes_on(cursor: Cursor, position: int) -> bool:
    """Whether a quantity ends at `position`: 5 mg/kg, and /day behind it."""
    return bool(
        cursor.runs
        and cursor.runs[-1][2].startswith("measure.")
        and cursor.parts
        and cursor.parts[-1].end == position
    )


def _read_each(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, name = match.start(), match["name"]
    if not start or not (cursor.text[start - 1].isalnum() or cursor.text[start - 1] in "¢%"):
        return None
    digit = cursor.text[start - 1].isdecimal()
    if not digit and not _goes_on(cursor, start) and not _counts(cursor, start):
        return None
    if digit and len(name) == 1:
        return None
    said = "square foot" if name.startswith("sq") else PER.get(name, name)
    parts = say(f"per {said}", start, match.end("name"))
    if (match["stop"] and cursor.ends(match.end())) or (match["stop"] and name not in PER):
        parts += mark(".", *match.span("stop"))
    return parts


def _read_per_amount(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """10 mg/5 ml: after a quantity only."""
    if not cursor.runs or not cursor.runs[-1][2].startswith("measure."):
        return None
    return say("per", *match.span())


def _read_bare(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    unit, per = match["unit"], match["per"]
    if unit in _ALSO_LETTERS and not per and not match["power"]:
        return None
    if unit in ("m", "g") and per in ("m", "s", "g", None) and not match["power"] and per != "s":
        return None
    before = cursor.text[match.start() - 1] if match.start() else " "
    if before in "./\\_@#-":
        return None
    single = cursor.before(match.start()).lower() in ("per", "each", "every")
    return say(unit_name(unit, match["power"] or "", per or "", single), *match.span())


RULES: Final = (
    Rule(
        "measure.word_per",
        Start.CODED,
        _WORD,
        _read_word,
        (("3 times/week", "three times per week"),),
    ),
    Rule(
        "measure.unit_alone",
        Start.CODED | Start.LETTER,
        _BARE,
        _read_bare,
        (
            ("in km/h", "in kilometers per hour"),
            ("GHz chip", "gigahertz chip"),
        ),
        firsts="GHKMTcdfgklmor",
    ),
    Rule(
        "measure.per_amount",
        Start.SIGN,
        _PER_AMOUNT,
        _read_per_amount,
        (("10mg/5ml", "ten milligrams per five milliliters"),),
        firsts="/",
    ),
    Rule(
        "measure.per",
        Start.SIGN,
        _EACH,
        _read_each,
        (
            ("5:06/km", "five oh six per kilometer", "verses, timings"),
            ("5 miles/hour", "five miles per hour"),
            ("5¢/kWh", "five cents per kilowatt hour"),
            ("90 kcal/serving", "ninety kilocalories per serving"),
        ),
        firsts="/",
    ),
)

#: Words, in small letters, that the rules here look at.
KEYS: Final = frozenset({"mph", "kph", "rpm", "mpg", "kg", "mg", "km", "cm", "mm", "ml"})
