# pure: no socket, thread or clock.
"""What the rules of a language other than English know of it: words as data, and its numbers.

espeak-ng reads cardinals and decimals of these languages rightly, so digits stay digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from ...tables import rows


@dataclass(frozen=True, slots=True)
class Noun:
    """What is counted. feminine: una libra, not un."""

    one: str
    many: str
    feminine: bool


@dataclass(frozen=True, slots=True)
class Currency:
    """small: its hundredth; "" if nobody counts it."""

    unit: Noun
    small: Noun | None


@dataclass(frozen=True, slots=True)
class Phrases:
    """Words between numbers.

    minus     before a number
    to        between the ends of a range
    over      between the terms of a fraction
    cents     between units of money and their hundredths: euro e cinquanta
    day       between day and month, and month and year: de
    hour      one and more: heure, heures; "" if the hours are not named
    minutes   between hours and minutes: y, e
    one       masculine and feminine
    fractions  by how they are written
    """

    minus: str
    to: str
    over: str
    cents: str
    day: str
    hour: tuple[str, str]
    minutes: str
    one: tuple[str, str]
    fractions: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """abbreviations: where they stand (name, number, anywhere) -> written -> spoken."""

    code: str
    phrases: Phrases
    abbreviations: Mapping[str, Mapping[str, str]]
    currencies: Mapping[str, Currency]
    units: Mapping[str, Noun]
    months: tuple[str, ...]
    month_numbers: Mapping[str, int]
    ordinals: Mapping[int, tuple[str, str]]

    def ordinal(self, number: int, feminine: bool) -> str:
        """ "" if there is none in the table and none can be made of its words."""
        if number in self.ordinals:
            return self.ordinals[number][feminine]
        tens, ones = number - number % 10, number % 10
        if self.code == "fr" and (70 < number < 80 or 90 < number < 100):
            tens, ones = tens - 10, ones + 10
        if self.code not in _JOINED or not {tens, ones} <= self.ordinals.keys():
            return ""
        return _JOINED[self.code](self, tens, ones, feminine)

    def counted(self, digits: str, noun: Noun) -> str:
        """3 kilos, un kilo, 21 -> veintiún."""
        if digits == "1":
            return f"{self.phrases.one[noun.feminine]} {noun.one}"
        if self.code == "fr" and digits.split(",")[0] in ("0", "1"):
            return f"{digits} {noun.one}"  # 1,5 kilo
        if self.code == "es" and digits.isdecimal() and digits[-1] == "1" and digits[-2] != "1":
            digits = self._spanish_one(digits, noun.feminine)
        return f"{digits} {noun.many}"

    def _spanish_one(self, digits: str, feminine: bool) -> str:
        tens = int(digits[-2:]) - 1
        one = self.phrases.one[feminine]
        hundreds = str(int(digits[:-2] or "0") * 100) + " " if int(digits[:-2] or "0") else ""
        if tens == 20:
            return hundreds + ("veintiuna" if feminine else "veintiún")
        return f"{hundreds}{tens} y {one}" if tens else f"{hundreds}{one}"


def _latin(language: Language, tens: int, ones: int, feminine: bool) -> str:
    return f"{language.ordinals[tens][feminine]} {language.ordinals[ones][feminine]}"


#: After the tens without their ending: vent-unesimo, trenta-duesimo.
_ITALIAN: Final = (
    "", "unesim", "duesim", "treesim", "quattresim", "cinquesim", "seiesim", "settesim", "ottesim",
    "novesim",
)  # fmt: skip


def _italian(language: Language, tens: int, ones: int, feminine: bool) -> str:
    stem = language.ordinals[tens][0].removesuffix("esimo")
    if ones not in (1, 8):
        stem += "i" if tens == 20 else "a"
    return stem + _ITALIAN[ones] + ("a" if feminine else "o")


def _french(language: Language, tens: int, ones: int, feminine: bool) -> str:
    stem = language.ordinals[tens][0].removesuffix("ième")
    if tens in (20, 30, 40, 50, 60):
        stem += "" if tens == 20 else "e"
    if ones == 1:
        return f"{stem}-unième" if tens == 80 else f"{stem}-et-unième"
    return f"{stem}-{language.ordinals[ones][feminine]}"


_JOINED: Final = {"es": _latin, "pt": _latin, "it": _italian, "fr": _french}


def _fractions(half: str, third: str, quarter: str, thirds: str, quarters: str) -> dict[str, str]:
    return {
        "1/2": half, "½": half, "1/3": third, "⅓": third, "1/4": quarter, "¼": quarter,
        "2/3": thirds, "⅔": thirds, "3/4": quarters, "¾": quarters,
    }  # fmt: skip


_PHRASES: Final = {
    "fr": Phrases(
        "moins", "à", "sur", "", "", ("heure", "heures"), "", ("un", "une"),
        _fractions("un demi", "un tiers", "un quart", "deux tiers", "trois quarts"),
    ),
    "es": Phrases(
        "menos", "a", "sobre", "con", "de", ("", ""), "y", ("un", "una"),
        _fractions("medio", "un tercio", "un cuarto", "dos tercios", "tres cuartos"),
    ),
    "it": Phrases(
        "meno", "a", "su", "e", "", ("", ""), "e", ("un", "una"),
        _fractions("mezzo", "un terzo", "un quarto", "due terzi", "tre quarti"),
    ),
    "pt": Phrases(
        "menos", "a", "sobre", "e", "de", ("hora", "horas"), "e", ("um", "uma"),
        _fractions("meio", "um terço", "um quarto", "dois terços", "três quartos"),
    ),
    "hi": Phrases(
        "ऋण", "से", "बटा", "", "", ("बजे", "बजे"), "", ("एक", "एक"),
        _fractions("आधा", "एक तिहाई", "एक चौथाई", "दो तिहाई", "तीन चौथाई"),
    ),
}  # fmt: skip


@cache
def language_of(tag: str) -> Language | None:
    """The language of a tag (fr, pt-br); None if there are no rules for it."""
    code = tag.lower().split("-")[0]
    if code not in _PHRASES:
        return None

    def own(name: str) -> list[list[str]]:
        return [row[1:] for row in rows(name) if row[0] == code]

    stands: dict[str, dict[str, str]] = {"name": {}, "number": {}, "anywhere": {}}
    for written, where, spoken in own("other_abbreviations"):
        stands[where][written] = spoken
    currencies = {
        written: Currency(
            Noun(one, many, gender == "f"), Noun(small, smalls, False) if small else None
        )
        for written, one, many, small, smalls, gender in own("other_currencies")
    }
    units = {w: Noun(one, many, gender == "f") for w, one, many, gender in own("other_units")}
    months = own("other_months")
    numbers = {name: i for i, names in enumerate(months, 1) for name in names}
    ordinals = {int(n): (one, two) for n, one, two in own("other_ordinals")}
    return Language(
        code, _PHRASES[code], stands, currencies, units, tuple(m[0] for m in months), numbers,
        ordinals,
    )  # fmt: skip
