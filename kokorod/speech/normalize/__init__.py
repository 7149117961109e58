# pure: no socket, thread or clock.
"""Written text to spoken words.

`normalize` reads numbers, dates, money, abbreviations, names, addresses, code and signs
the way people say them; every token knows which characters it was read from. Compounds
("well-known") stay one token; what is spelled ("FBI") is one token with `letters`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from ..token import Token
from . import calendar, clock, codes, figures, money, names, plain, symbols, units
from .clean import Cleaned
from .emoji import read_emoji
from .foreign import read_foreign
from .scan import Kind, Part, Rule, Scan, read_with

#: A word that no rule needs to look at, and what may follow it.
_PLAIN: Final = re.compile(
    r"[A-Z]?[a-z]+(?:'[a-z]+)?(?=\s|[,;!?\")”…]|[.:](?:\s|\Z)|—|\Z)|[aI](?=\s+[a-z])"
)
_WORD: Final = re.compile(
    r"(?:(?![\u2000-\u2bff\u3000-\u303f\ufe0f\ud800-\udfff\ufff0-\uffff])[^\W\d_])"
    r"(?:[^\W\d_]|['\u0300-\u036f\u0590-\u05cf\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903"
    r"\u093a-\u094f\u0951-\u0957\u0962\u0963\u0980-\u0983\u09bc-\u09d7\u0a01-\u0a51\u0a70-\u0a83"
    r"\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c56"
    r"\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d\u0e31-\u0e3a\u0e47-\u0e4e"
    r"\u1000-\u109f\u17b4-\u17d3](?=\w|['\u0300-\u036f]|\Z|\W))*"
)
_SPACE: Final = re.compile(r"\s+")

_NUMBER_RULES: Final[list[Rule]] = [
    *codes.NUMBER_RULES,
    *money.RULES,
    *calendar.RULES[:3],
    *clock.RULES,
    *calendar.RULES[3:],
    *units.RULES,
    *figures.RULES,
]
_LETTER_RULES: Final[list[Rule]] = [
    *codes.NAME_RULES,
    *money.RULES[:1],
    *plain.SHORT_RULES,
    *calendar.NAME_RULES,
    *names.RULES[:3],
    *plain.ABBREVIATION_RULES,
    *names.RULES[3:],
    *plain.RULES,
]
_SIGN_RULES: Final[list[Rule]] = [
    *codes.SYMBOL_RULES,
    *plain.SYMBOL_RULES,
]
_SIGNS: Final = "-−+±~≈<>≥≤.'"

#: Plain-looking words that have rules: abbreviations, months, weekdays.
_LOOKED_AT: Final = (
    frozenset(plain.KEYS)
    | {name.lower() for name in calendar.NAMES}
    | {"i", "v", "x", "c", "l", "m", "d"}
)


def normalize(
    text: str, *, lang: str = "en-us", emoji: Literal["name", "drop"] = "name", base: int = 0
) -> list[Token]:
    """The tokens of `text`; spans are characters of the user's text, `text` begins at `base`.

    Never raises for any text; takes time linear in its length. English is read in words;
    of other languages the words and marks are separated, and numbers are left to espeak.
    """
    cleaned = Cleaned(text)
    if not lang.lower().startswith("en"):
        return _tokens(cleaned, read_foreign(cleaned.text), base)
    scan = Scan(cleaned.text, british=lang.lower() == "en-gb", emoji=emoji == "name")
    _walk(scan)
    return _tokens(cleaned, scan.parts, base)


def spoken(tokens: Sequence[Token]) -> str:
    """The tokens as text: what the built-in voice is given. Letters are spaced."""
    said: list[str] = []
    for token in tokens:
        said.append(" ".join(token.text) if token.letters else token.text)
        if token.space:
            said.append(" ")
    return "".join(said).strip()


def _walk(scan: Scan) -> None:
    text, parts = scan.text, scan.parts
    position, end = 0, len(text)
    while position < end:
        word = _PLAIN.match(text, position)
        if word:
            said = word.group()
            if said.lower() not in _LOOKED_AT:
                parts.append(Part(said, position, word.end()))
                position = word.end()
                continue
        space = _SPACE.match(text, position)
        if space:
            position = space.end()
            continue
        position = _step(scan, position)


def _step(scan: Scan, position: int) -> int:
    """Read what stands at `position` by the rules; the place after it."""
    first = scan.text[position]
    drawn = read_emoji(scan, position) if first > "\u2000" or first in "0123456789#*©®" else None
    if drawn:
        scan.parts += drawn[0]
        return drawn[1]
    found = None
    if first.isdigit() or first in _SIGNS or first in "$£€¥₹₩₽₺₴₪₫฿₱₦₿½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒(:":
        found = read_with(_NUMBER_RULES, scan, position)
    elif first.isalpha():
        found = read_with(_LETTER_RULES, scan, position)
    if found is None and not first.isalnum():
        found = read_with(_SIGN_RULES, scan, position) or read_with(symbols.RULES, scan, position)
    if found is None and first.isalpha():
        found = read_with(symbols.RULES[-1:], scan, position)
    if found is not None:
        scan.parts += found.parts
        return max(found.end, position + 1)
    word = _WORD.match(scan.text, position)
    if word:
        said = word.group().rstrip("'")
        scan.parts.append(Part(said, position, position + len(said)))
        return position + len(said)
    scan.parts += symbols.read_symbol(scan, position)
    return position + 1


def _tokens(cleaned: Cleaned, parts: Sequence[Part], base: int) -> list[Token]:
    tokens: list[Token] = []
    floor = 0
    for index, (text, first, last, kind) in enumerate(parts):
        start, end = cleaned.source_span(first, max(last, first + 1))
        start = floor = max(start, floor)
        following = parts[index + 1].kind if index + 1 < len(parts) else Kind.WORD
        tokens.append(
            Token(
                text,
                base + start,
                base + max(end, start),
                space=kind is not Kind.OPENING and following is not Kind.MARK,
                mark=kind in (Kind.MARK, Kind.OPENING, Kind.DASH),
                letters=kind is Kind.LETTERS,
            )
        )
    return tokens
