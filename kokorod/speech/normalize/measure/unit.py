# pure: no socket, thread or clock.
"""Units: how they are written, and their names in the singular and plural."""

from __future__ import annotations

from typing import Final

from ..number_words import plural

_PREFIXES: Final = {
    "n": "nano", "μ": "micro", "m": "milli", "c": "centi", "d": "deci", "k": "kilo",
    "M": "mega", "G": "giga", "T": "tera", "P": "peta",
}  # fmt: skip


def _prefixed(symbol: str, name: str, prefixes: str) -> dict[str, str]:
    return {f"{p}{symbol}": f"{_PREFIXES[p]}{name}" for p in prefixes}


#: Symbol -> the unit in the singular; `_MANY` has the plurals that are not just an s.
UNITS: Final[dict[str, str]] = {
    **_prefixed("m", "meter", "nμmcdk"), "um": "micrometer", "m": "meter", "in": "inch",
    "ft": "foot", "yd": "yard", "yds": "yard", "mi": "mile", "nmi": "nautical mile",
    "ly": "light year", "AU": "astronomical unit", **_prefixed("g", "gram", "nμmk"),
    "mcg": "microgram", "g": "gram", "kgs": "kilogram", "lb": "pound", "lbs": "pound",
    "oz": "ounce", "t": "ton", "kt": "kiloton", **_prefixed("l", "liter", "μmcd"),
    **_prefixed("L", "liter", "μmcd"), "l": "liter", "L": "liter", "gal": "gallon",
    "qt": "quart", "qts": "quart", "pt": "pint", "pts": "point", "tsp": "teaspoon",
    "tbsp": "tablespoon", "fl oz": "fluid ounce", "fl. oz.": "fluid ounce", "cc": "c c",
    "cu ft": "cubic foot", "sq ft": "square foot",
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
    "BPM": "beat per minute", "RPM": "revolution per minute", "FPS": "frame per second",
    "MPH": "mile per hour", "KPH": "kilometer per hour", "MPG": "mile per gallon",
    "PSI": "pound per square inch", "DPI": "dot per inch", "PPM": "part per million",
    "★": "star", "st": "stone", "doz": "dozen", "pcs": "piece", "%": "percent",
    "pct": "percent", "‰": "per mille",
    "°C": "degree Celsius", "° C": "degree Celsius", "°F": "degree Fahrenheit",
    "° F": "degree Fahrenheit", "ºC": "degree Celsius", "ºF": "degree Fahrenheit",
    "°K": "kelvin", "F": "degree Fahrenheit", "C": "degree Celsius", "°": "degree",
    "º": "degree", "deg": "degree", "degC": "degree Celsius", "degF": "degree Fahrenheit",
}  # fmt: skip

_MANY: Final = {
    "inch": "inches", "foot": "feet", "cubic foot": "cubic feet", "square foot": "square feet",
    "square inch": "square inches", "hertz": "hertz", "lux": "lux", "percent": "percent",
    "horsepower": "horsepower", "stone": "stone",
    "per mille": "per mille", "c c": "c c", "dozen": "dozen",
    "degree Celsius": "degrees Celsius", "degree Fahrenheit": "degrees Fahrenheit",
    "millimeter of mercury": "millimeters of mercury", "B T U": "B T U",
    "year old": "years old", "bar": "bar", "kelvin": "kelvin",
}  # fmt: skip

#: What may follow a slash: km/h, MB/s, $/kg.
PER: Final = {
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


def unit_name(unit: str, power: str, per: str, single: bool) -> str:
    """The unit in words, in the singular or plural."""
    name = UNITS[unit]
    if power:
        name = f"{'square' if power[-1] in '²2' else 'cubic'} {name}"
    if not single:
        name = _plural(name)
    return f"{name} per {PER[per]}" if per else name


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
