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
from . import (
    calendar,
    clock,
    codes,
    figures,
    functions,
    html_tags,
    identifiers,
    money,
    names,
    odd_numbers,
    plain,
    rates,
    relations,
    roman,
    symbols,
    units,
)
from .clean import Cleaned
from .emoji import read_emoji, read_face
from .foreign import read_foreign
from .scan import Kind, Part, Rule, Scan, Upto, read_with

#: A word that no rule needs to look at, and what may follow it.
_PLAIN: Final = re.compile(
    r"\s*([A-Z]?[a-z]+(?:'[a-z]+)?|[aI](?=\s+[a-z]))(?=\s|[,;!?\")”…]|[.:](?:\s|\Z)|—|\Z)"
)
#: A mark after a word, with nothing to consider.
_MARK: Final = re.compile(r"([,;:!?]|\.(?! ?\.))(?=\s|\Z)")
#: Decoration: the same sign again and again.
_DECORATION: Final = re.compile(r"([^\w\s.!?…])\1{7,}")
#: No word and no number: encoded data. Longer patterns than this are never tried on it.
_LONG: Final = re.compile(r"(?=[A-Za-z]{0,64}\d)[A-Za-z0-9]{65,}")
#: What may be an address, a path or code: signs inside.
_CODED: Final = re.compile(r"[^\s./@:\\]{1,128}[./@:\\]+[^\s.]")
_DIGIT: Final = re.compile(r"[^\W\d_]{1,32}\d|v\.? \d")
#: A letter: no superscript, fraction, arrow or sign, which count as such for `re`.
_LETTER: Final = (
    r"[^\W\d_\xb2\xb3\xb9\xbc-\xbe\u2000-\u2bff\u3000-\u3004\u3008-\u3020\ufe0f\ufff0-\uffff]"
)
#: Vowel signs and tones of scripts whose letters do not compose with them.
_SIGN: Final = (
    r"[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    r"\u0711\u0730-\u074a\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0980-\u0983"
    r"\u09bc-\u09d7\u0a01-\u0a51\u0a70-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82"
    r"\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d"
    r"\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u102b-\u103e\u17b4-\u17d3]"
)
_WORD: Final = re.compile(rf"{_LETTER}(?:{_LETTER}|{_SIGN}|'(?={_LETTER}))*")
_SPACE: Final = re.compile(r"\s+")

_NUMBER_RULES: Final[list[Rule]] = [
    *odd_numbers.RULES,
    *functions.NUMBER_RULES,
    *codes.NUMBER_RULES,
    *money.RULES,
    *calendar.RULES[:3],
    *clock.RULES,
    *calendar.RULES[3:],
    *units.RULES,
    *figures.RULES[:3],
    *relations.RULES,
    *figures.RULES[3:],
]
_LETTER_RULES: Final[list[Rule]] = [
    *identifiers.BRAND_RULES,
    *functions.RULES,
    *rates.RULES,
    *money.RULES[:1],
    *plain.SHORT_RULES,
    *calendar.NAME_RULES,
    *names.RULES[:3],
    *plain.ABBREVIATION_RULES,
    *roman.RULES,
    *names.RULES[3:],
    *plain.MID_RULES,
    *identifiers.RULES,
    *plain.RULES,
    *identifiers.MIXED_RULES,
    *plain.LAST_RULES,
]
_CODED_RULES: Final[list[Rule]] = [
    *rates.RULES,
    *rates.WORD_RULES,
    *codes.NAME_RULES,
    *plain.CODED_RULES,
]
_SIGN_RULES: Final[list[Rule]] = [
    *html_tags.RULES,
    *functions.SYMBOL_RULES,
    *rates.SYMBOL_RULES,
    *codes.SYMBOL_RULES,
    *identifiers.SYMBOL_RULES,
]
_SIGNS: Final = "-−+±~≈<>≥≤.'"

#: Plain-looking words that have rules: abbreviations, months, weekdays.
_LOOKED_AT: Final = (
    frozenset(plain.KEYS) | {name.lower() for name in calendar.NAMES} | roman.SMALL_ROMANS | {"x"}
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
            said = word[1]
            lower = said.lower()
            if lower not in _LOOKED_AT and not (lower == "i" and _is_numbered(said, parts)):
                start, position = word.span(1)
                parts.append(Part(said, start, position))
                close = _MARK.match(text, position)
                if close:
                    position += 1
                    parts.append(Part(close[1], position - 1, position, Kind.MARK))
                continue
        space = _SPACE.match(text, position)
        if space:
            position = space.end()
            continue
        position = _step(scan, position)


def _is_numbered(said: str, parts: Sequence[Part]) -> bool:
    """Whether an I after these may be a number: World War I, Elizabeth I, (i)."""
    if said == "i":
        return True
    return bool(parts) and parts[-1].text[0].isupper() and parts[-1].text.lower() in roman.LEADS


def _step(scan: Scan, position: int) -> int:
    """Read what stands at `position` by the rules; the place after it."""
    first = scan.text[position]
    drawn = None
    if first > "\u2000" or first in "0123456789#*©®":
        drawn = read_emoji(scan, position)
    elif first in ":;<¯":
        drawn = read_face(scan, position)
    if drawn:
        scan.parts += drawn[0]
        return drawn[1]
    found: Upto | None = None
    if first.isalnum() and (long := _LONG.match(scan.text, position)):
        scan.parts += figures.characters(long.group(), position, long.end())
        return long.end()
    if first.isdecimal() or first in _SIGNS or first in "$£€¥₹₩₽₺₴₪₫฿₱₦₿½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒(:":
        found = read_with(_NUMBER_RULES, scan, position)
    elif first.isalpha():
        if _CODED.match(scan.text, position):
            found = read_with(_CODED_RULES, scan, position)
        elif _DIGIT.match(scan.text, position):
            found = read_with(codes.NAME_RULES[-2:], scan, position)
        found = found or read_with(_LETTER_RULES, scan, position)
    elif decoration := _DECORATION.match(scan.text, position):
        return decoration.end()
    if found is None and not first.isalpha() and not "0" <= first <= "9":
        found = read_with(_SIGN_RULES, scan, position) or read_with(symbols.RULES, scan, position)
    if found is None and first.isalpha():
        found = read_with(symbols.RULES[-1:], scan, position)
    if found is not None:
        scan.parts += found.parts
        return max(found.end, position + 1)
    word = _WORD.match(scan.text, position)
    if word:
        scan.parts.append(Part(word.group(), position, word.end()))
        return word.end()
    scan.parts += symbols.read_symbol(scan, position)
    return position + 1


def _tokens(cleaned: Cleaned, parts: Sequence[Part], base: int) -> list[Token]:
    tokens: list[Token] = []
    floor = 0
    moved = cleaned.starts is not None
    for index, (text, start, end, kind) in enumerate(parts):
        if moved:
            start, end = cleaned.source_span(start, max(end, start + 1))
        start = floor = max(start, floor)
        following = parts[index + 1].kind if index + 1 < len(parts) else Kind.WORD
        tokens.append(
            Token(
                text,
                base + start,
                base + max(end, start),
                kind is not Kind.OPENING and following is not Kind.MARK,
                kind >= Kind.MARK,
                kind is Kind.LETTERS,
            )
        )
    return tokens
