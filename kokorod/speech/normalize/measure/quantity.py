# pure: no socket, thread or clock.
"""Quantities: a number, or two, with a unit: 20 km/h, 5 ft 10 in, 5'10", -3°C, 8 GB."""

from __future__ import annotations

import re
from typing import Final

from ...abbreviations import words
from ...patterns import lazy_pattern
from ..cursor import Cursor, Part, Upto, mark, say
from ..number_words import NUMBER, fraction, is_one, spoken_number
from ..rule import Rule, Start
from .attribute import is_attribute
from .fitting import FUNCTION_WORDS, fits, is_minutes
from .unit import PER, UNITS, unit_name

_U: Final = "|".join(re.escape(u) for u in sorted(UNITS, key=len, reverse=True))
_P: Final = "|".join(re.escape(u) for u in sorted(PER, key=len, reverse=True))
_UNIT: Final = (
    rf"(?P<gap>[ -]?)(?P<unit>{_U})(?P<power>[²³]|\^[23]|(?<=m)[23]|(?<=ft)[23])?"
    rf"(?:/(?P<per>{_P}))?(?:(?![A-Za-zµμ0-9_²³^]|'[a-z])|(?<=[°º])(?=[NSEW](?!\w)))"
    r"(?P<stop>\.(?!\w))?"
    r"(?:(?<=[°º])[ ]?(?P<side>[NSEW])(?![\w']))?"
)
_VALUE: Final = rf"(?:{NUMBER})"
FRACTIONS: Final = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5),
    "⅖": (2, 5), "⅗": (3, 5), "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅐": (1, 7),
    "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8), "⅑": (1, 9), "⅒": (1, 10),
}  # fmt: skip
VULGAR: Final = "[" + "".join(FRACTIONS) + "]"
MIXED: Final = (
    rf"(?:(?P<whole>\d+)(?:[ -]|(?={VULGAR})))?"
    rf"(?:(?P<top>\d{{1,2}})/(?P<bottom>\d{{1,3}})|(?P<vulgar>{VULGAR}))"
)

_QUANTITY: Final = lazy_pattern(
    rf"(?P<sign>(?:[-−+±~<>≥≤≈])?)(?P<value>{_VALUE})(?P<over>\+(?=[ ]?[A-Za-z]))?"
    r"(?P<mark>(?:[°º][CF]?|%)(?=[ ]?[-–—]))?"
    rf"(?:(?P<joint>[ ]?[-–—×x][ ]?|[ ](?:to|or|by)[ ])"
    rf"(?P<minus2>[-−](?=\d))?(?P<value2>{_VALUE}))?{_UNIT}"
)
_FRACTIONAL: Final = lazy_pattern(rf"(?P<sign>[-−]?){MIXED}(?![\d/]){_UNIT}")
_SIGNS: Final = {
    "-": "minus", "−": "minus", "+": "plus", "±": "plus or minus", "~": "about",
    "≈": "about", "<": "less than", ">": "more than", "≥": "at least", "≤": "at most",
}  # fmt: skip


def attributive(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether the quantity is an attribute: a 10 km run, 5-foot, a 45 y.o. M."""
    if match["gap"] == "-":
        return True
    if match["unit"] in _AGES and (
        SEX.match(cursor.text, match.end()) or cursor.before(match.start()).lower() in _OWN
    ):
        return True
    return is_attribute(cursor, match.start(), match.end())


_AGES: Final = frozenset({"yo", "y/o", "y.o"})
#: Before an age that stands for who is so old: my 8 y/o loves it.
_OWN: Final = words("a an my our your his her their the this that another old")
#: What is bought in that size: 1 x 400g can.
_PACKED: Final = lazy_pattern(
    r" (?:[a-z]+ )?(?:cans?|tins?|jars?|packs?|packets?|pouch(?:es)?|bags?|bottles?|blocks?|"
    r"cartons?|tubs?|sachets?|bars?|box(?:es)?|fillets?|steaks?|sheets?|tubes?|pots?|loaf|loaves)\b"
)
#: A letter behind an age: 45 y.o. M.
SEX: Final = lazy_pattern(r" ?[MF](?![\w'-])")
#: Two units of one amount after a number that is none of theirs: 3 by 1h 20m.
_OWN_AMOUNT: Final = lazy_pattern(
    r"\d{1,4} ?(?:lbs?|h|hrs?|m|min|ft|feet|°)\.? ?\d{1,2} ?"
    r"(?:oz|m|mins?|s|secs?|in|inches|['′\"″])(?![A-Za-z\d])"
)
#: Nothing is so long or wide: 3 by 20 min.
_TIMES: Final = frozenset(
    {
        "s",
        "sec",
        "secs",
        "ms",
        "min",
        "mins",
        "h",
        "hr",
        "hrs",
        "wk",
        "wks",
        "mo",
        "mos",
        "yr",
        "yrs",
    }
)


def _is_apart(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether the first number has no part in the unit of the second."""
    joint = match["joint"].strip()
    if joint == "by" and match["unit"] in _TIMES:
        return True
    return joint in ("by", "to", "or") and bool(
        _OWN_AMOUNT.match(cursor.text, match.start("value2"))
    )


def _stop(cursor: Cursor, match: re.Match[str]) -> list[Part]:
    if match["stop"] and cursor.ends(match.end("stop")):
        return mark(".", *match.span("stop"))
    return []


def _unit_parts(cursor: Cursor, match: re.Match[str], single: bool) -> list[Part]:
    start = match.start("unit")
    end = match.end("stop") - 1 if match["stop"] else match.end()
    end = match.start("side") if match["side"] else end
    written = "min" if is_minutes(cursor, match) else match["unit"]
    name = unit_name(written, match["power"] or "", match["per"] or "", single)
    if written == "bps" and cursor.before(match.start()).lower() in _RATES:
        name = "basis point" if single else "basis points"
    if written == "pc" and (_STARS.search(cursor.around(match.start(), match.end(), 64, 48))):
        name = "parsec" if single else "parsecs"
    value = match.groupdict().get("value", "")  # a fraction has none
    if written == "ct" and value.isdecimal() and not match["per"]:
        counted = match["gap"] == "-" and not _JEWEL.match(cursor.text, match.end())
        name = "count" if counted or int(value) > _CARATS else name
    return say(name, start, end) + direction(cursor, match) + _stop(cursor, match)


#: Before basis points of a rate of interest.
_RATES: Final = words("by of a another up down fell rose cut cuts hike raised lowered gained lost")
#: Far from which parsecs are counted; pieces elsewhere.
_STARS: Final = lazy_pattern(
    r"\b(?:stars?|stellar|galax\w+|nebulae?|clusters?|sun|earth|light[ -]years?|ly|kpc|parsecs?|"
    r"pulsars?|quasars?|supernovae?|milky way|redshift|astronom\w+|distant|binary)\b",
    re.I,
)
#: Diamonds have no more carats; more is how many there are in a box.
_CARATS: Final = 5
_JEWEL: Final = lazy_pattern(
    r"\.? (?:[a-z]+ ){0,2}(?:diamonds?|rings?|gold|necklace|studs?|sapphire|ruby)"
)


def direction(cursor: Cursor, match: re.Match[str]) -> list[Part]:
    """North, south, east or west after degrees: the letter is read with them."""
    if match["side"] is None:
        return []
    side = {"N": "north", "S": "south", "E": "east", "W": "west"}[match["side"]]
    return say(side, *match.span("side"))


#: What is taken or done several times; other units after a cross are those of a size.
_DOSED: Final = frozenset(
    {
        "mg",
        "mcg",
        "μg",
        "g",
        "kg",
        "ml",
        "mL",
        "cl",
        "cL",
        "l",
        "L",
        "oz",
        "lb",
        "lbs",
        "kcal",
        "cal",
    }
    | {
        "min",
        "mins",
        "s",
        "sec",
        "secs",
        "h",
        "hr",
        "hrs",
        "fl oz",
        "tsp",
        "tbsp",
        "GB",
        "TB",
        "MB",
    }
)


#: Races that are run, by their hundreds: the 1500m.
_RACES: Final = {"1500": "fifteen hundred"}


def _read_quantity(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    if not fits(cursor, match, match["value"]):
        return None
    if match["sign"] in ("-", "−", "+") and start and cursor.text[start - 1].isalnum():
        return None
    value, value2 = match["value"], match["value2"]
    if value2 and _is_apart(cursor, match):
        return None
    if value2 and match["joint"].strip() == "or" and match["gap"] == "-":
        return None
    parts: list[Part] = []
    if match["sign"]:
        parts += say(_SIGNS[match["sign"]], start, start + 1)
    race = value in _RACES and match["unit"] == "m" and not match["gap"]
    said = _RACES[value] if race else spoken_number(value, cursor.british)
    parts += say(said, *match.span("value"))
    if match["over"]:
        parts += say("plus", *match.span("over"))
    if value2:
        begin, end = match.span("value2")
        joint = match["joint"].strip()
        crossed = "times" if match["unit"] in _DOSED and value.isdecimal() else "by"
        crossed = "" if _is_packed(cursor, match) else crossed
        said = crossed if joint in ("×", "x") else joint if joint in ("by", "or") else "to"
        parts += say(said, *match.span("joint"))
        if match["minus2"]:
            parts += say("minus", *match.span("minus2"))
        parts += say(spoken_number(value2, cursor.british), begin, end)
    single = is_one(value) and not value2 and not match["over"]
    single = single or attributive(cursor, match) or _is_packed(cursor, match)
    return parts + _unit_parts(cursor, match, single)


def _is_packed(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether so many of a size are meant: 2 x 400g cans."""
    if not match["value2"] or match["joint"].strip() not in ("x", "×"):
        return False
    counted = match["value"].isdecimal() and len(match["value"]) < 3
    return counted and match["unit"] in _DOSED and bool(_PACKED.match(cursor.text, match.end()))


def mixed(cursor: Cursor, match: re.Match[str]) -> str | None:
    """A whole number and a fraction, or a fraction, in words."""
    if match["vulgar"]:
        top, bottom = FRACTIONS[match["vulgar"]]
    else:
        top, bottom = int(match["top"]), int(match["bottom"])
        if bottom < 2 or top >= bottom or top == 0:
            return None
    said = fraction(top, bottom, cursor.british)
    if match["whole"]:
        said = said.replace("one ", "a ", 1) if top == 1 and bottom in (2, 4) else said
        return f"{spoken_number(match['whole'], cursor.british)} and {said}"
    return said


#: Of these a part is measured, and what it is of stands behind: 1/4 tsp salt.
_COOKED: Final = frozenset(
    {"tsp", "Tsp", "tbsp", "Tbsp", "cup", "oz", "lb", "lbs", "pt", "qt", "gal"}
)


def _cooked(cursor: Cursor, match: re.Match[str]) -> bool:
    if match["unit"] not in _COOKED:
        return False
    following = cursor.after(match.end())
    return following.isalpha() and following.islower() and following not in FUNCTION_WORDS


def _read_fractional(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    said = mixed(cursor, match)
    if said is None or not fits(cursor, match, ""):
        return None
    if match["sign"] and match.start() and cursor.text[match.start() - 1].isalnum():
        return None  # 1/4-1/2 in.
    end = match.end("vulgar") if match["vulgar"] else match.end("bottom")
    if match["sign"]:
        said = f"minus {said}"
    parts = say(said, match.start(), end)
    if match["whole"] or match["unit"] == "%":
        return parts + _unit_parts(cursor, match, match["gap"] == "-")
    article = "an" if UNITS[match["unit"]].startswith(("a", "e", "i", "o", "u", "hour")) else "a"
    close = match["gap"] == "-" or _cooked(cursor, match)
    between = "" if close else f"of {article}"
    return parts + say(between, end, end) + _unit_parts(cursor, match, True)


_UNIT_AT: Final = lazy_pattern(_UNIT)


def unit_after(cursor: Cursor, position: int) -> Upto | None:
    """The unit, in the plural, that stands after a number that ends at `position`."""
    match = _UNIT_AT.match(cursor.text, position)
    if match is None or not fits(cursor, match, "00"):
        return None
    attribute = is_attribute(cursor, position, match.end())
    return Upto(_unit_parts(cursor, match, attribute), match.end())


RULES: Final = (
    Rule(
        "measure.fraction",
        Start.NUMBER,
        _FRACTIONAL,
        _read_fractional,
        (
            ("2½ tbsp of", "two and a half tablespoons of"),
            ("12½% extra", "twelve and a half percent extra"),
            ("1/2 hr of", "one half of an hour of"),
        ),
    ),
    Rule(
        "measure.quantity",
        Start.NUMBER,
        _QUANTITY,
        _read_quantity,
        (
            ("20 km/h", "twenty kilometers per hour", "units"),
            ("8 GB", "eight gigabytes", "units"),
            ("-5°C", "minus five degrees Celsius", "units"),
            ("a 10-km run", "a ten kilometer run", "units"),
            ("5-10%", "five to ten percent", "ranges"),
            ("2 x 500 mg", "two times five hundred milligrams"),
            ("1 x 400g can", "one four hundred gram can"),
            ("Prep: 10m", "Prep: ten minutes"),
            ("of 3 by 20 min", "of three by twenty minutes"),
        ),
    ),
)
