# pure: no socket, thread or clock.
"""Formulas with charges and groups, and isotopes: Fe³⁺, Ca(OH)₂, ¹⁴C.

What has neither, as H2O and NaCl, is read by `names.mixed` and `identifiers.camel`.
"""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from ..patterns import lazy_pattern
from ..tables import rows
from .cardinal import label
from .cursor import Cursor, Part, say, spell
from .number_words import cardinal
from .rule import CAPITALS, Rule, Start

ELEMENTS: Final = dict(rows("elements"))
_SYMBOL: Final = "(?:" + "|".join(sorted(ELEMENTS, key=len, reverse=True)) + ")"
_ATOMS: Final = rf"(?:{_SYMBOL}\d{{0,2}}){{1,6}}"
_CHARGED: Final = lazy_pattern(
    rf"(?=[A-Z][A-Za-z\d()]{{0,24}}[²³⁴-⁹⁺⁻])(?P<formula>(?:{_ATOMS}|\({_ATOMS}\)\d{{0,2}}){{1,4}})(?P<charge>[²³⁴-⁹]?[⁺⁻])(?!\w)"
)
_GROUPED: Final = lazy_pattern(
    rf"(?=[A-Z][A-Za-z\d]{{0,8}}\([A-Z])(?P<formula>{_ATOMS}(?:\({_ATOMS}\)\d{{1,2}}){{1,3}}(?:{_ATOMS})?)(?!\w)"
)
_ISOTOPE: Final = lazy_pattern(rf"(?P<mass>[⁰¹²³⁴-⁹]{{1,3}})(?P<symbol>{_SYMBOL})(?![a-z])")
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def _formula(text: str, start: int) -> list[Part]:
    """Letters spelled and numbers said; brackets are not heard."""
    parts: list[Part] = []
    for piece in re.finditer(rf"{_SYMBOL}|\d+", text):
        begin, end = start + piece.start(), start + piece.end()
        number = piece.group().isdecimal()
        parts += (
            say(cardinal(piece.group()), begin, end) if number else spell(piece.group(), begin, end)
        )
    return parts


def _read_charged(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    charge = match["charge"]
    number = cardinal(charge[0].translate(_RAISED)) if len(charge) > 1 else ""
    sign = "plus" if charge[-1] == "⁺" else "minus"
    parts = _formula(match["formula"], match.start("formula"))
    return parts + say(f"{number} {sign}", *match.span("charge"))


def _read_grouped(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return _formula(match["formula"], match.start("formula"))


def _read_isotope(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    if start and cursor.text[start - 1].isalnum():
        return None
    parts = say(ELEMENTS[match["symbol"]], *match.span("symbol"))
    mass = say(label(match["mass"].translate(_RAISED)), *match.span("mass"))
    return [*(Part(p.text, start, match.end()) for p in (*parts, *mass))]


#: The symbol of an element: the symbol Au.
_NAME: Final = lazy_pattern(r"(?P<name>[A-Z][a-z]?)(?![\w'-])")
_NAMED_SO: Final = lazy_pattern(r"\bsymbols?(?: (?:for|of) [a-z]{2,12})?(?: is| are|:)? \Z", re.I)


def _read_symbol(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start = match.start()
    if not _NAMED_SO.search(cursor.left(start, 40)):
        return None
    return spell(match["name"].upper(), *match.span())


#: From what reacts to what comes of it: 2 H2 + O2 → 2 H2O.
_YIELDS: Final = lazy_pattern(r"→|⟶|⇌|->|=>")
_REACTS: Final = lazy_pattern(rf"(?:\A|[\s\d]){_ATOMS}(?:\((?:aq|g|l|s)\))?[ ]?\Z")
_COMES: Final = lazy_pattern(rf"[ ]?(?:\d{{1,2}}[ ]?)?{_ATOMS}(?![a-z])")


def _read_yields(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    left, right = cursor.left(start, 32), cursor.right(end, 32)
    reacts, comes = _REACTS.search(left), _COMES.match(right)
    if reacts is None or comes is None:
        return None
    counted = any(c.isdecimal() for c in reacts.group() + comes.group())
    if not counted and " + " not in left + right:
        return None
    return say("is in equilibrium with" if match.group() == "⇌" else "yields", start, end)


RULES: Final = (
    Rule(
        "chemistry.yields",
        Start.SIGN,
        _YIELDS,
        _read_yields,
        (("2 H2 + O2 → 2 H2O", "two H two plus O two yields two H two O", "formulas"),),
        firsts="→⟶⇌-=",
    ),
    Rule(
        "chemistry.symbol",
        Start.LETTER,
        _NAME,
        _read_symbol,
        (("has the symbol Au", "has the symbol A U"),),
        firsts=CAPITALS,
    ),
    Rule(
        "chemistry.charged",
        Start.LETTER,
        _CHARGED,
        _read_charged,
        (
            ("Fe³⁺", "F e three plus", "formulas"),
            ("SO₄²⁻", "S O four two minus", "formulas"),
        ),
        firsts=CAPITALS,
    ),
    Rule(
        "chemistry.grouped",
        Start.LETTER,
        _GROUPED,
        _read_grouped,
        (("Ca(OH)2", "C a O H two", "formulas"),),
        firsts=CAPITALS,
    ),
    Rule(
        "chemistry.isotope",
        Start.SIGN,
        _ISOTOPE,
        _read_isotope,
        (("¹⁴C", "carbon fourteen", "formulas"),),
        firsts="⁰¹²³⁴⁵⁶⁷⁸⁹",
    ),
)

#: Words, in small letters, that the rules here look at: symbols that are no words.
KEYS: Final = words("au ag fe pb na cu hg sn zn mg ca cl si li ni ti br cr mn co")
