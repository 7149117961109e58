# pure: no socket, thread or clock.
"""Numbers in English words: cardinals, ordinals, years, decimals, digits, fractions."""

from __future__ import annotations

import re
from typing import Final

_ONES: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
    "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = (
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip
_GROUPS: Final = (
    "", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion",
    "sextillion", "septillion", "octillion", "nonillion",
)  # fmt: skip
_ORDINALS: Final = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}

#: More digits than this have no name that people know; they are read one by one.
MAX_DIGITS: Final = 33

#: A number as English writes it: 1,234.5, 1234, .5.
#: As India groups them: 1,00,000.
NUMBER: Final = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,2}(?:,\d\d)+,\d{3}(?!\d)|\d+)(?:\.\d+)?|\.\d+"


def digits(text: str, zero: str = "zero") -> str:
    """Each digit by its name; other characters are left out."""
    return " ".join(zero if c == "0" else _ONES[int(c)] for c in text if c in "0123456789")


def cardinal(value: int | str, british: bool = False) -> str:
    """`value` (not negative; as text it may be long) in words."""
    text = str(value).lstrip("0") or "0"
    if len(text) > MAX_DIGITS:
        return digits(text)
    number = int(text)
    if number < 20:
        return _ONES[number]
    parts: list[str] = []
    groups: list[int] = []
    while number:
        number, group = divmod(number, 1000)
        groups.append(group)
    for power in range(len(groups) - 1, -1, -1):
        group = groups[power]
        if not group:
            continue
        said = _below_thousand(group, british)
        if british and power == 0 and group < 100 and parts:
            said = f"and {said}"
        parts.append(f"{said} {_GROUPS[power]}".rstrip())
    return " ".join(parts)


def _below_thousand(number: int, british: bool) -> str:
    hundreds, rest = divmod(number, 100)
    said = f"{_ONES[hundreds]} hundred" if hundreds else ""
    if rest:
        if said:
            said += " and " if british else " "
        said += pair(rest)
    return said


def pair(number: int) -> str:
    """0 to 99."""
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f" {_ONES[ones]}" if ones else "")


def ordinal(value: int | str, british: bool = False) -> str:
    """`value` as a rank: 21 -> twenty first."""
    before, _, last = cardinal(value, british).rpartition(" ")
    if last in _ORDINALS:
        last = _ORDINALS[last]
    elif last.endswith("y"):
        last = f"{last[:-1]}ieth"
    else:
        last += "th"
    return f"{before} {last}".lstrip()


def year(value: int, british: bool = False) -> str:
    """A year as it is said: 1905 -> nineteen oh five, 2024 -> twenty twenty four."""
    if not 1000 <= value <= 9999 or value % 1000 == 0:
        return cardinal(value, british)
    century, rest = divmod(value, 100)
    if century % 10 == 0 and rest < 10:
        return cardinal(value, british)
    if rest == 0:
        return f"{pair(century)} hundred"
    if rest < 10:
        return f"{pair(century)} oh {_ONES[rest]}"
    return f"{pair(century)} {pair(rest)}"


def short_year(two: str) -> str:
    """The last two digits of a year: 05 -> oh five, 99 -> ninety nine."""
    return f"oh {digits(two[1])}" if two[0] == "0" else pair(int(two))


def plural(words: str) -> str:
    """The last of `words` in its plural: sixties, thirds, feet are the caller's."""
    if words.endswith("y"):
        return f"{words[:-1]}ies"
    if words.endswith("x"):
        return f"{words}es"
    return f"{words}s"


def decade(value: int) -> str:
    """80 -> eighties, 1990 -> nineteen nineties, 1900 -> nineteen hundreds, 2000."""
    if value < 100:
        return plural(pair(value)) if value else "two thousands"
    return plural(year(value))


def spoken_number(text: str, british: bool = False) -> str:
    """A number as written (NUMBER) in words: 1,234.5 -> ... point five."""
    whole, point, fraction = text.replace(",", "").partition(".")
    said = "zero" if not whole else cardinal(whole, british)
    if len(whole) > 1 and whole[0] == "0":
        said = digits(whole)
    return f"{said} point {digits(fraction)}" if point and fraction else said


def is_one(text: str) -> bool:
    """Whether a unit after this number stands in the singular."""
    return bool(re.fullmatch(r"0*1(?:\.0+)?", text)) and "." not in text


def fraction(numerator: int, denominator: int, british: bool = False) -> str:
    """1, 2 -> one half; 3, 4 -> three quarters; 2, 3 -> two thirds."""
    top = cardinal(numerator, british)
    if denominator == 2:
        return f"{top} {'half' if numerator == 1 else 'halves'}"
    below = "quarter" if denominator == 4 else ordinal(denominator, british)
    return f"{top} {below if numerator == 1 else plural(below)}"


def pairs(text: str) -> str:
    """Digits two by two, as flights, rooms and models are said: 747 -> seven forty seven."""
    if len(text) <= 2 or text[0] == "0":
        return digits(text) if text.startswith("0") else cardinal(text)
    if len(text) == 3:
        head, tail = text[:1], text[1:]
    elif len(text) == 4:
        head, tail = text[:2], text[2:]
    else:
        return digits(text)
    if tail == "00":
        return f"{cardinal(head)} hundred" if text[-3:] != "000" else cardinal(text)
    said = f"oh {_ONES[int(tail[1])]}" if tail[0] == "0" else pair(int(tail))
    return f"{cardinal(head)} {said}"
