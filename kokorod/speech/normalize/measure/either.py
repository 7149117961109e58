# pure: no socket, thread or clock.
"""One amount in two units, with a stroke between: 350F/180C, 5 mi/8 km, 170C fan/gas 5."""

from __future__ import annotations

import re
from typing import Final

from ...abbreviations import words
from ...patterns import lazy_pattern
from ..cursor import Cursor, Part, mark
from ..rule import Rule, Start

#: Units of one kind, those of the metric system first.
_KINDS: Final = {
    unit: (kind, system)
    for kind, *systems in (
        ("length", "mm cm m km", "in ft yd mi inch inches feet foot miles mile yards yard"),
        ("weight", "g kg kgs grams", "oz lb lbs pounds pound ounces ounce"),
        ("volume", "ml mL l L cl dl", "oz cup cups tsp tbsp pint pints qt gal quart quarts gallon"),
        ("speed", "km/h kph kmh", "mph"),
        ("heat", "C °C ºC", "F °F ºF"),
    )
    for system, listed in enumerate(systems)
    for unit in words(listed)
}
_EITHER: Final = lazy_pattern(
    r"/[ ]?(?=(?P<gas>gas(?: mark)? \d)"
    r"|\d{1,5}(?:\.\d{1,2})?[ ]?(?P<unit>[°º]?[A-Za-z]{1,6}(?:/h)?)(?!\w))"
)
_BEFORE: Final = lazy_pattern(
    r"(?:\d|[½¼¾⅓⅔⅛])[ ]?(?P<unit>[°º]?[A-Za-z]{1,6}(?:/h)?)\.?(?P<fan> fan)?[ ]?\Z"
)


def _read_either(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    """A pause; nothing is divided if both sides say the same."""
    start = match.start()
    before = _BEFORE.search(cursor.left(start, 20))
    one = _KINDS.get(before["unit"]) if before else None
    if before is None or one is None:
        return None
    if match["gas"] is None:
        two = _KINDS.get(match["unit"])
        same_scale = one[0] == "heat" and before["unit"] == match["unit"]
        if two is None or one[0] != two[0] or (one[1] == two[1] and not same_scale):
            return None
    elif one[0] != "heat":
        return None
    return mark(",", start, match.end())


RULES: Final = (
    Rule(
        "measure.either",
        Start.SIGN,
        _EITHER,
        _read_either,
        (
            (
                "350F/180C",
                "three hundred fifty degrees Fahrenheit, one hundred eighty degrees Celsius",
            ),
            ("ran 5 mi/8 km today", "ran five miles, eight kilometers today"),
        ),
        firsts="/",
    ),
)
