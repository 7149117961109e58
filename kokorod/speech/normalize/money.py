# pure: no socket, thread or clock.
"""Money: $5.30, £1.2M, €5–10, USD 5, 99¢."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ..patterns import lazy_pattern
from ..tables import rows
from .cursor import Cursor, Part, say
from .measure.attribute import is_attribute
from .number_words import NUMBER, cardinal, is_one, plural, spoken_number
from .rule import Rule, Start


class Currency(NamedTuple):
    """Names of a unit of money and of its hundredth ("" if nobody counts it)."""

    one: str
    many: str
    small: str = ""
    smalls: str = ""


def _units(kind: str) -> dict[str, Currency]:
    return {
        written: Currency(*names)
        for written, marked, *names in rows("currencies")
        if marked == kind
    }


_SYMBOLS: Final = _units("sign")
_CODES: Final = _units("code")

#: What a number is multiplied by, as it is written close to it.
MAGNITUDES: Final[dict[str, str]] = {
    "k": "thousand",
    "thousand": "thousand",
    "m": "million",
    "mn": "million",
    "mm": "million",
    "mln": "million",
    "million": "million",
    "b": "billion",
    "bn": "billion",
    "bln": "billion",
    "billion": "billion",
    "t": "trillion",
    "tn": "trillion",
    "trn": "trillion",
    "trillion": "trillion",
    "quadrillion": "quadrillion",
    "lakh": "lakh",
    "crore": "crore",
    "hundred": "hundred",
    "dozen": "dozen",
}

_MAGNITUDE: Final = (
    r"(?:[ -]?(?P<{name}>thousand|million|billion|trillion|quadrillion|lakh|crore|hundred|"
    r"mln|bln|mn|mm|bn|tn|trn|k|m|b|t)(?![A-Za-z0-9]))?"
)
_FIRST: Final = _MAGNITUDE.format(name="size")
_SECOND: Final = _MAGNITUDE.format(name="size2")
_SYMBOL: Final = "|".join(re.escape(symbol) for symbol in sorted(_SYMBOLS, key=len, reverse=True))
_CODE: Final = "|".join(re.escape(code) for code in sorted(_CODES, key=len, reverse=True))
#: What an amount with its unit before it begins with; İ, ı and ſ have no case to a pattern.
_FIRSTS: Final = "-−+~≈İıſ" + "".join(sorted({unit[0].upper() for unit in (*_SYMBOLS, *_CODES)}))

#: 1,50 and 1.234,56, with nothing that could be a list behind.
_EUROPEAN: Final = r"(?:\d{1,3}(?:\.\d{3})*|\d+),\d\d(?![\d,.]\d|\d)"
_BEFORE: Final = lazy_pattern(
    rf"(?P<sign>[-−+~≈]?)(?P<unit>{_SYMBOL}|(?:{_CODE})(?=[\d ]))[ ]?(?P<sign2>[-−]?)"
    rf"(?P<amount>{_EUROPEAN}|{NUMBER}){_FIRST}"
    rf"(?:[ ]?[-–—][ ]?(?:{_SYMBOL})?(?P<amount2>{NUMBER}){_SECOND}(?![\d%]))?"
    r"(?:-dollar(?=[ ]))?(?P<per>/(?:sq\.? ft|[A-Za-z]+)(?![\w/])(?:\.(?=[,;:)]|[ ][a-z]))?)?"
    r"(?:/(?P<many>\d{1,4}(?P<times>[kKMB])?)(?=[ ][a-z]))?"
    r"(?P<plus>\+(?!\w))?(?![\w])",
    re.IGNORECASE,
)
_AFTER: Final = lazy_pattern(
    rf"(?P<sign>[-−+]?)(?P<amount>{_EUROPEAN}|{NUMBER})(?P<comma>,\d\d)?{_FIRST}"
    rf"(?:[-–](?P<amount2>{NUMBER}){_SECOND})?"
    rf"[ ]?(?P<unit>[€£$¥₹₽₩₺₴₪₫฿₱₦₿]|(?:{_CODE})(?!\w))"
)
_BILLS: Final = lazy_pattern(r"\$(?P<value>1|2|5|10|20|50|100|500)s(?!\w)")
_CENTS: Final = lazy_pattern(rf"(?P<amount>{NUMBER})[ ]?¢(?!\w)|(?P<pence>\d{{1,2}})p(?!\w)")

_PERIODS: Final = {
    "yr": "year",
    "bbl": "barrel",
    "mo": "month",
    "wk": "week",
    "hr": "hour",
    "h": "hour",
    "min": "minute",
    "kg": "kilogram",
    "g": "gram",
    "lb": "pound",
    "oz": "ounce",
    "l": "liter",
    "gal": "gallon",
    "m": "meter",
    "km": "kilometer",
    "mi": "mile",
    "ft": "foot",
    "kwh": "kilowatt hour",
    "gb": "gigabyte",
    "ea": "each",
    "sq ft": "square foot",
    "sq. ft": "square foot",
    "pp": "person",
}


def _plain(number: str) -> str:
    """A number with a point and no commas: 1,234.5 and 1.234,50 alike."""
    if re.fullmatch(_EUROPEAN, number):
        return number.replace(".", "").replace(",", ".")
    return number.replace(",", "")


def _amount(cursor: Cursor, number: str, size: str | None, unit: Currency, attribute: bool) -> str:
    number = _plain(number)
    whole, _, part = number.partition(".")
    if size:
        said = f"{spoken_number(number, cursor.british)} {MAGNITUDES[size.lower()]}"
        return f"{said} {unit.one if attribute else unit.many}"
    if len(part) == 2 and unit.small:
        return _with_hundredths(cursor, whole, int(part), unit, attribute)
    if part and not part.strip("0"):
        number = whole
    single = attribute or is_one(number.replace(",", ""))
    return f"{spoken_number(number, cursor.british)} {unit.one if single else unit.many}"


def _with_hundredths(cursor: Cursor, whole: str, part: int, unit: Currency, attribute: bool) -> str:
    small = ""
    if part:
        small = f"{cardinal(part)} {unit.small if part == 1 or attribute else unit.smalls}"
    if not whole.strip("0") and part:
        return small
    large = cardinal(whole or "0", cursor.british)
    said = f"{large} {unit.one if attribute or large == 'one' else unit.many}"
    return f"{said} and {small}" if small else said


def _sign(text: str) -> str:
    if text and text in "~≈":
        return "about "
    return "minus " if text in ("-", "−") and text else "plus " if text == "+" else ""


def _read_before(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    written = match["unit"]
    unit = _SYMBOLS.get(written.upper()) or _CODES.get(written)
    if unit is None:
        return None
    start, end = match.span()
    # "a $5 bill", "the $3 billion plan" have the unit in the singular.
    attribute = not match["per"] and (
        is_attribute(cursor, start, end) or cursor.text.startswith(("-a-", "-an-"), end)
    )
    joined = bool(match["sign"]) and start > 0 and cursor.text[start - 1].isalnum()
    said = "" if joined else _sign(match["sign"] or match["sign2"])
    if match["amount2"]:
        said += _range(cursor, match, unit, attribute)
    else:
        said += _amount(cursor, match["amount"], match["size"], unit, attribute)
    if match["many"]:
        size = MAGNITUDES[match["times"].lower()] if match["times"] else ""
        said += f" per {cardinal(match['many'].rstrip('kKMB'))} {size}"
    if match["per"]:
        period = match["per"][1:].rstrip(".")
        word = _PERIODS.get(period.lower(), period)
        said += f" {word}" if word == "each" else f" per {word}"
    if match["plus"]:
        said += " plus"
    return say(said, start, end)


def _range(cursor: Cursor, match: re.Match[str], unit: Currency, attribute: bool) -> str:
    size, size2 = match["size"], match["size2"]
    upper = _amount(cursor, match["amount2"], size2, unit, attribute)
    if size2 and not size and unit.small and "." in match["amount"]:
        size = size2 if len(match["amount"].partition(".")[2]) == 1 else size
    if size or "." in match["amount"]:
        lower = _amount(cursor, match["amount"], size, unit, attribute)
        if size:
            lower = lower.removesuffix(f" {unit.many}").removesuffix(f" {unit.one}")
    else:
        lower = spoken_number(_plain(match["amount"]), cursor.british)
    return f"{lower} to {upper}"


def _read_after(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    unit = _SYMBOLS.get(match["unit"]) or _CODES[match["unit"]]
    if match["unit"] in ("$", "£") and cursor.right(match.end(), 1).isdecimal():
        return None
    amount = match["amount"] + (match["comma"] or "").replace(",", ".")
    said = _sign(match["sign"])
    if match["amount2"]:
        said += _range(cursor, match, unit, False)
    else:
        said += _amount(cursor, amount, match["size"], unit, False)
    return say(said, *match.span())


def _read_bills(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return say(plural(cardinal(match["value"])).removeprefix("one "), *match.span())


def _read_cents(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    if match["pence"]:
        if not cursor.british:
            return None
        said = f"{cardinal(match['pence'])} {'penny' if is_one(match['pence']) else 'pence'}"
        return say(said, *match.span())
    amount = match["amount"]
    said = f"{spoken_number(amount, cursor.british)} {'cent' if is_one(amount) else 'cents'}"
    return say(said, *match.span())


RULES: Final = (
    Rule(
        "money.unit_first",
        Start.NUMBER | Start.LETTER,
        _BEFORE,
        _read_before,
        (
            ("$5.30", "five dollars and thirty cents", "money"),
            ("£1.2M", "one point two million pounds", "money"),
            ("$3.5bn", "three point five billion dollars", "money"),
            ("€5–10", "five to ten euros", "money"),
            ("a $5 bill", "a five dollar bill", "money"),
            ("$5/month", "five dollars per month", "money"),
            ("USD 100", "one hundred U S dollars", "money"),
            ("$3/1M tokens", "three dollars per one million tokens"),
            ("2-for-$5", "two for five dollars"),
            ("$5m-$10m", "five million to ten million dollars", "ranges"),
        ),
        firsts=_FIRSTS + _FIRSTS.lower(),
    ),
    Rule(
        "money.amount_first",
        Start.NUMBER,
        _AFTER,
        _read_after,
        (
            ("costs 3.50€", "costs three euros and fifty cents"),
            ("100 USD", "one hundred U S dollars"),
        ),
    ),
    Rule(
        "money.bills",
        Start.NUMBER,
        _BILLS,
        _read_bills,
        (("in $20s", "in twenties", "money"),),
        firsts="$",
    ),
    Rule(
        "money.cents", Start.NUMBER, _CENTS, _read_cents, (("99¢", "ninety nine cents", "money"),)
    ),
)
