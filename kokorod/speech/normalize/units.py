# pure: no socket, thread or clock.
"""Quantities: a number, or two, with a unit: 20 km/h, 5 ft 10 in, 5'10", -3°C, 8 GB."""

from __future__ import annotations

import re
from typing import Final

from .numbers import NUMBER, fraction, is_one, plural, spoken_number
from .scan import Part, Rule, Scan, mark, say

_PREFIXES: Final = {
    "n": "nano", "μ": "micro", "m": "milli", "c": "centi", "d": "deci", "k": "kilo",
    "M": "mega", "G": "giga", "T": "tera", "P": "peta",
}  # fmt: skip


def _prefixed(symbol: str, name: str, prefixes: str) -> dict[str, str]:
    return {f"{p}{symbol}": f"{_PREFIXES[p]}{name}" for p in prefixes}


#: Symbol -> the unit in the singular; `_MANY` has the plurals that are not just an s.
_UNITS: Final[dict[str, str]] = {
    **_prefixed("m", "meter", "nμmcdk"), "um": "micrometer", "m": "meter", "in": "inch",
    "ft": "foot", "yd": "yard", "yds": "yard", "mi": "mile", "nmi": "nautical mile",
    "ly": "light year", "AU": "astronomical unit", **_prefixed("g", "gram", "nμmk"),
    "mcg": "microgram", "g": "gram", "kgs": "kilogram", "lb": "pound", "lbs": "pound",
    "oz": "ounce", "t": "ton", "kt": "kiloton", **_prefixed("l", "liter", "μmcd"),
    **_prefixed("L", "liter", "μmcd"), "l": "liter", "L": "liter", "gal": "gallon",
    "qt": "quart", "pt": "pint", "tsp": "teaspoon", "tbsp": "tablespoon", "fl oz": "fluid ounce",
    "fl. oz.": "fluid ounce", "cc": "c c", "cu ft": "cubic foot", "sq ft": "square foot",
    "sq. ft.": "square foot", "sq m": "square meter", "sq km": "square kilometer",
    "sq mi": "square mile", "sq in": "square inch", "ha": "hectare", "ac": "acre",
    "mph": "mile per hour", "m.p.h": "mile per hour", "m.p.g": "mile per gallon",
    "kph": "kilometer per hour", "kmh": "kilometer per hour", "kmph": "kilometer per hour",
    "mpg": "mile per gallon", "rpm": "revolution per minute", "fps": "frame per second",
    "bpm": "beat per minute", "dpi": "dot per inch", "ppi": "pixel per inch",
    "wpm": "word per minute", "knots": "knot", "kn": "knot", "ppm": "part per million",
    "ppb": "part per billion", "psi": "pound per square inch", **_prefixed("B", "byte", "kMGTP"),
    "KB": "kilobyte", "B": "byte", "KiB": "kibibyte", "MiB": "mebibyte", "GiB": "gibibyte",
    "TiB": "tebibyte", **_prefixed("b", "bit", "kMGT"), "Kb": "kilobit", "bit": "bit",
    "bits": "bit", **_prefixed("bps", "bit per second", "kMGT"), "Kbps": "kilobit per second",
    "bps": "bit per second", **_prefixed("bit", "bit", "kMGT"),
    **_prefixed("Hz", "hertz", "kMGT"), "Hz": "hertz", "hz": "hertz",
    **_prefixed("W", "watt", "mkMGT"), "W": "watt", "hp": "horsepower",
    **_prefixed("Wh", "watt hour", "kMGT"), "Wh": "watt hour", "KW": "kilowatt",
    **_prefixed("V", "volt", "mkM"), "V": "volt", **_prefixed("A", "amp", "μmk"),
    "Ah": "amp hour", "mAh": "milliamp hour", **_prefixed("Ω", "ohm", "mkM"), "Ω": "ohm",
    **_prefixed("F", "farad", "nμm"), "pF": "picofarad", "mH": "millihenry",
    **_prefixed("J", "joule", "mkM"), "J": "joule", "cal": "calorie", "kcal": "kilocalorie",
    "eV": "electron volt", "keV": "kiloelectron volt", "MeV": "megaelectron volt",
    "GeV": "gigaelectron volt", "BTU": "B T U", "N": "newton", "kN": "kilonewton",
    "Nm": "newton meter", "Pa": "pascal", "hPa": "hectopascal", "kPa": "kilopascal",
    "MPa": "megapascal", "bar": "bar", "mbar": "millibar", "atm": "atmosphere",
    "mmHg": "millimeter of mercury", "dB": "decibel", "dBA": "decibel", "lm": "lumen",
    "lx": "lux", "mol": "mole", "mmol": "millimole", "K": "kelvin", "s": "second",
    "sec": "second", "secs": "second", **_prefixed("s", "second", "nμm"), "us": "microsecond",
    "min": "minute", "mins": "minute", "h": "hour", "hr": "hour", "hrs": "hour", "wk": "week",
    "wks": "week", "mo": "month", "mos": "month", "yr": "year", "yrs": "year", "y/o": "year old",
    "yo": "year old", "px": "pixel", "em": "em", "MP": "megapixel", "ct": "carat",
    "doz": "dozen", "pcs": "piece", "%": "percent", "pct": "percent", "‰": "per mille",
    "°C": "degree Celsius", "° C": "degree Celsius", "°F": "degree Fahrenheit",
    "° F": "degree Fahrenheit", "ºC": "degree Celsius", "ºF": "degree Fahrenheit",
    "°K": "kelvin", "F": "degree Fahrenheit", "C": "degree Celsius", "°": "degree",
    "º": "degree", "deg": "degree", "degC": "degree Celsius", "degF": "degree Fahrenheit",
}  # fmt: skip

_MANY: Final = {
    "inch": "inches", "foot": "feet", "cubic foot": "cubic feet", "square foot": "square feet",
    "square inch": "square inches", "hertz": "hertz", "lux": "lux", "percent": "percent",
    "horsepower": "horsepower", "per mille": "per mille", "c c": "c c", "dozen": "dozen",
    "degree Celsius": "degrees Celsius", "degree Fahrenheit": "degrees Fahrenheit",
    "millimeter of mercury": "millimeters of mercury", "B T U": "B T U",
    "year old": "years old", "bar": "bar", "kelvin": "kelvin",
}  # fmt: skip

#: What may follow a slash: km/h, MB/s, $/kg.
_PER: Final = {
    "h": "hour", "hr": "hour", "s": "second", "sec": "second", "s²": "second squared",
    "s^2": "second squared", "s2": "second squared", "min": "minute", "m": "meter",
    "m²": "square meter", "m³": "cubic meter", "m3": "cubic meter", "m2": "square meter",
    "kg": "kilogram", "g": "gram", "l": "liter", "L": "liter", "mL": "milliliter",
    "ml": "milliliter", "dL": "deciliter", "dl": "deciliter", "km": "kilometer",
    "day": "day", "d": "day", "week": "week", "wk": "week", "month": "month", "mo": "month",
    "year": "year", "yr": "year", "gal": "gallon", "lb": "pound", "mi": "mile", "ft": "foot",
    "in": "inch", "night": "night", "hour": "hour", "second": "second", "minute": "minute",
    "person": "person", "cm²": "square centimeter", "cm3": "cubic centimeter",
    "cm³": "cubic centimeter", "mol": "mole", "K": "kelvin",
}  # fmt: skip

#: One letter (or a word's spelling): a unit only where nothing else fits.
_DOUBTFUL: Final = frozenset({"in", "t", "K", "N", "B", "L", "J", "s", "h", "ct", "pt", "ac"})
#: Close to their number these are no units: 5G, 4K, 3D, 221B, 10t.
_NOT_CLOSE: Final = frozenset({"K", "N", "B", "J", "t", "MP", "AU"})
_SCALES: Final = frozenset({"F", "C"})

_U: Final = "|".join(re.escape(u) for u in sorted(_UNITS, key=len, reverse=True))
_P: Final = "|".join(re.escape(u) for u in sorted(_PER, key=len, reverse=True))
_UNIT: Final = (
    rf"(?P<gap>[ -]?)(?P<unit>{_U})(?P<power>[²³]|\^[23]|(?<=m)[23]|(?<=ft)[23])?"
    rf"(?:/(?P<per>{_P}))?(?![A-Za-zµμ0-9_²³^]|'[a-z])(?P<stop>\.(?!\w))?"
    r"(?:(?<=[°º])[ ]?(?P<side>[NSEW])(?![\w']))?"
)
_VALUE: Final = rf"(?:{NUMBER})"
_FRACTIONS: Final = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5),
    "⅖": (2, 5), "⅗": (3, 5), "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅐": (1, 7),
    "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8), "⅑": (1, 9), "⅒": (1, 10),
}  # fmt: skip
_VULGAR: Final = "[" + "".join(_FRACTIONS) + "]"
_MIXED: Final = (
    rf"(?:(?P<whole>\d+)(?:[ -]|(?={_VULGAR})))?"
    rf"(?:(?P<top>\d{{1,2}})/(?P<bottom>\d{{1,3}})|(?P<vulgar>{_VULGAR}))"
)

_QUANTITY: Final = re.compile(
    rf"(?P<sign>[-−+±~<>≥≤≈]?)(?P<value>{_VALUE})(?P<mark>(?:[°º][CF]?|%)(?=[ ]?[-–—]))?"
    rf"(?:(?P<joint>[ ]?[-–—×x][ ]?|[ ](?:to|or|by)[ ])"
    rf"(?P<minus2>[-−](?=\d))?(?P<value2>{_VALUE}))?{_UNIT}"
)
_FRACTIONAL: Final = re.compile(rf"(?P<sign>[-−]?){_MIXED}(?![\d/]){_UNIT}")
_FEET: Final = re.compile(
    r"(?P<feet>\d{1,3})(?:'|′|[ ]?ft\.?|[ ]?feet|[ ]?foot)[ ,]{0,2}"
    r"(?P<inches>\d{1,2}(?:\.\d)?|)(?P<vulgar>[½¼¾])?"
    r"(?:\"|″|''|”|[ ]?in\b\.?(?!\w)|[ ]?inches\b)"
)
_POUNDS: Final = re.compile(
    r"(?P<one>\d{1,4})[ ]?(?P<big>lbs?|h|hrs?|m|min|°|º)\.?[ ]?(?P<two>\d{1,2}(?:\.\d+)?)"
    r"[ ]?(?P<small>oz|m|min|mins|s|secs?|'|′)(?![A-Za-z\d])\.?"
    r"(?:[ ]?(?P<three>\d{1,2}(?:\.\d+)?)[ ]?(?P<least>s|secs?|\"|″)(?![A-Za-z\d]))?"
)
_INCHES: Final = re.compile(r"(?P<inches>\d{1,3}(?:\.\d+)?)[\"″](?![\w\"])")
_FEET_ALONE: Final = re.compile(r"(?P<feet>\d{1,3})['′](?![\w'])")
_FUNCTION_WORDS: Final = frozenset(
    {"a", "above", "after", "an", "and", "apart", "are", "as", "at", "away", "back", "before"}
    | {"below", "but", "by", "can", "deep", "for", "from", "go", "high", "if", "in", "into"}
    | {"is", "later", "left", "less", "long", "longer", "more", "of", "off", "on", "or"}
    | {"out", "over", "per", "so", "tall", "than", "that", "the", "then", "to", "under"}
    | {"until", "was", "when", "wide", "with", "ago"}
)
_AFTER_INCHES: Final = frozenset(
    {"", ".", ",", ";", ")", "!", "?", "x", "×", "tall", "long", "wide", "high", "deep"}
    | {"thick", "by", "of", "diameter", "screen", "per", "-", "–", "and", "or"}
)
_SIGNS: Final = {
    "-": "minus", "−": "minus", "+": "plus", "±": "plus or minus", "~": "about",
    "≈": "about", "<": "less than", ">": "more than", "≥": "at least", "≤": "at most",
}  # fmt: skip


def unit_name(unit: str, power: str, per: str, single: bool) -> str:
    """The unit in words, in the singular or plural."""
    name = _UNITS[unit]
    if power:
        name = f"{'square' if power[-1] in '²2' else 'cubic'} {name}"
    if not single:
        name = _plural(name)
    return f"{name} per {_PER[per]}" if per else name


def _plural(name: str) -> str:
    if name in _MANY:
        return _MANY[name]
    if name.endswith("hertz"):
        return name
    head, middle, tail = name.partition(" per ")
    if middle:
        return f"{_plural(head)}{middle}{tail}"
    before, _, last = name.rpartition(" ")
    return f"{before} {_MANY.get(last) or plural(last)}".lstrip()


def _fits(scan: Scan, match: re.Match[str]) -> bool:
    """Whether the letters after the number are a unit here."""
    unit, close = match["unit"], not match["gap"]
    if unit not in _DOUBTFUL | _NOT_CLOSE | _SCALES:
        return True
    if match["per"] or match["power"]:
        return True
    if close and unit in _NOT_CLOSE:
        return False
    following = scan.after(match.end("unit"))
    if unit in _SCALES:  # 350F, but 5F and 20 C students
        hot = len(match["value"]) in (2, 3) and match["gap"] != "-"
        return hot and (close or not following[:1].isalpha())
    if unit in _DOUBTFUL and unit not in ("in", "s", "h", "L") and match["gap"] == "-":
        return False
    if unit == "in" and match["gap"] == "-":
        return scan.text[match.end() : match.end() + 1] != "-"
    if unit == "in":
        return close or following.lower() in _AFTER_INCHES
    if close:
        return True
    return not following[:1].isalpha() or following.lower() in _FUNCTION_WORDS


def attributive(scan: Scan, match: re.Match[str]) -> bool:
    """Whether the quantity is an attribute: a 10 km run, 5-foot."""
    if match["gap"] == "-":
        return True
    if scan.before(match.start()).lower() not in ("a", "an"):
        return False
    after = re.match(r"[ -]([a-z]+)", scan.text[match.end() : match.end() + 24])
    return after is not None and after[1] not in _FUNCTION_WORDS


def _stop(scan: Scan, match: re.Match[str]) -> list[Part]:
    if match["stop"] and scan.ends(match.end("stop")):
        return mark(".", *match.span("stop"))
    return []


def _unit_parts(scan: Scan, match: re.Match[str], single: bool) -> list[Part]:
    start = match.start("unit")
    end = match.end("stop") - 1 if match["stop"] else match.end()
    end = match.start("side") if match["side"] else end
    name = unit_name(match["unit"], match["power"] or "", match["per"] or "", single)
    return say(name, start, end) + _direction(scan, match) + _stop(scan, match)


def _direction(scan: Scan, match: re.Match[str]) -> list[Part]:
    """North, south, east or west after degrees: the letter is read with them."""
    if match["side"] is None:
        return []
    side = {"N": "north", "S": "south", "E": "east", "W": "west"}[match["side"]]
    return say(side, *match.span("side"))


def _read_quantity(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    if not _fits(scan, match):
        return None
    if match["sign"] in ("-", "−", "+") and start and scan.text[start - 1].isalnum():
        return None
    value, value2 = match["value"], match["value2"]
    if value2 and match["joint"].strip() == "or" and match["gap"] == "-":
        return None
    parts: list[Part] = []
    if match["sign"]:
        parts += say(_SIGNS[match["sign"]], start, start + 1)
    parts += say(spoken_number(value, scan.british), *match.span("value"))
    if value2:
        begin, end = match.span("value2")
        joint = match["joint"].strip()
        said = "by" if joint in ("×", "x", "by") else "or" if joint == "or" else "to"
        parts += say(said, *match.span("joint"))
        if match["minus2"]:
            parts += say("minus", *match.span("minus2"))
        parts += say(spoken_number(value2, scan.british), begin, end)
    single = is_one(value) and not value2
    return parts + _unit_parts(scan, match, single or attributive(scan, match))


def _mixed(scan: Scan, match: re.Match[str]) -> str | None:
    """A whole number and a fraction, or a fraction, in words."""
    if match["vulgar"]:
        top, bottom = _FRACTIONS[match["vulgar"]]
    else:
        top, bottom = int(match["top"]), int(match["bottom"])
        if bottom < 2 or top >= bottom or top == 0:
            return None
    said = fraction(top, bottom, scan.british)
    if match["whole"]:
        said = said.replace("one ", "a ", 1) if top == 1 and bottom in (2, 4) else said
        return f"{spoken_number(match['whole'], scan.british)} and {said}"
    return said


def _read_fractional(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    said = _mixed(scan, match)
    if said is None or not _fits(scan, match):
        return None
    end = match.end("vulgar") if match["vulgar"] else match.end("bottom")
    if match["sign"]:
        said = f"minus {said}"
    parts = say(said, match.start(), end)
    if match["whole"] or match["unit"] == "%":
        return parts + _unit_parts(scan, match, match["gap"] == "-")
    article = "an" if _UNITS[match["unit"]][0] in "aeiou" else "a"
    between = "" if match["gap"] == "-" else f"of {article}"
    return parts + say(between, end, end) + _unit_parts(scan, match, True)


def _read_feet(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    feet = match["feet"]
    parts = say(spoken_number(feet, scan.british), *match.span("feet"))
    end = match.start("inches")
    parts += say("foot" if feet == "1" else "feet", match.end("feet"), end)
    if not match["inches"] and not match["vulgar"]:
        return None
    said = spoken_number(match["inches"]) if match["inches"] else ""
    if match["vulgar"]:
        half = fraction(*_FRACTIONS[match["vulgar"]])
        said = f"{said} and {half.replace('one ', 'a ', 1)}" if said else half
    unit = "inch" if match["inches"] == "1" and not match["vulgar"] else "inches"
    parts += say(f"{said} {unit}", end, match.end())
    if match.group()[-1] == "." and scan.ends(match.end()):
        parts += mark(".", match.end() - 1, match.end())
    return parts


_BIG: Final = {"lb": "pound", "lbs": "pound", "h": "hour", "hr": "hour", "hrs": "hour"}
_SMALL: Final = {"oz": "ounce", "m": "minute", "min": "minute", "mins": "minute", "'": "minute"}


def _read_pounds(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    big, small, least = match["big"], match["small"], match["least"]
    names = [
        {"m": "minute", "min": "minute", "°": "degree", "º": "degree"}.get(big) or _BIG[big],
        {"s": "second", "sec": "second", "secs": "second", "′": "minute"}.get(small)
        or _SMALL[small],
        "second",
    ]
    weights = names[0] == "pound", names[1] == "ounce"
    if weights[0] != weights[1] or names[0] == names[1]:
        return None
    parts: list[Part] = []
    for group, last, name in zip(("one", "two", "three"), (big, small, least), names, strict=True):
        value = match[group]
        if value and last:
            unit = name if is_one(value) else f"{name}s"
            parts += say(f"{spoken_number(value, scan.british)} {unit}", *match.span(group))
    if match.group()[-1] == "." and scan.ends(match.end()):
        parts += mark(".", match.end() - 1, match.end())
    return parts


def _read_inches(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    if scan.quoted and match.group()[-1] == '"':
        return None  # it closes the quotation
    value = match["inches"]
    noun = re.match(r"[ -]([A-Za-z]+)", scan.text[match.end() : match.end() + 24])
    single = is_one(value) or (noun is not None and noun[1] not in _FUNCTION_WORDS)
    return say(f"{spoken_number(value)} {'inch' if single else 'inches'}", *match.span())


def _read_feet_alone(scan: Scan, match: re.Match[str]) -> list[Part] | None:
    if match.group()[-1] == "'" and "'" in scan.text[max(0, match.start() - 64) : match.start()]:
        return None  # it closes a quotation
    value = match["feet"]
    return say(f"{spoken_number(value)} {'foot' if is_one(value) else 'feet'}", *match.span())


RULES: Final[list[Rule]] = [
    (_FEET, _read_feet),
    (_POUNDS, _read_pounds),
    (_FRACTIONAL, _read_fractional),
    (_QUANTITY, _read_quantity),
    (_INCHES, _read_inches),
    (_FEET_ALONE, _read_feet_alone),
]
VULGAR: Final = _FRACTIONS
MIXED: Final = _MIXED
mixed: Final = _mixed
