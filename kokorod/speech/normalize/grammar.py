# pure: no socket, thread or clock.
"""What stands at a place of the text, and which rule reads it; order.py has them in their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from ..patterns import lazy_pattern
from .cursor import Cursor, Part, Upto, say
from .faults import FAULTS
from .number_words import digits
from .order import ORDER, RULES
from .rule import Reader, Start

#: The same, unpacked: a text of a megabyte asks some ten million times whether a rule matches.
_Tried = tuple[tuple[Callable[[str, int], "re.Match[str] | None"], Reader, str], ...]


def _tried(names: tuple[str, ...], first: str) -> _Tried:
    """Those of the rules that may begin with `first`; "": those that begin with any character."""
    rules = (RULES[name] for name in names)
    return tuple(
        (rule.pattern.match, rule.read, rule.name)
        for rule in rules
        if not rule.firsts or (first and first in rule.firsts)
    )


#: Made when a text first has such a character there, so that patterns that no text asks are
#: never compiled; None: not yet.
_TRIED: Final[dict[Start, dict[str, _Tried | None]]] = {
    start: dict.fromkeys({"", *"".join(RULES[n].firsts for n in names)})
    for start, names in ORDER.items()
}


def _tried_at(start: Start, first: str) -> _Tried:
    of_start = _TRIED[start]
    key = first if first in of_start else ""
    tried = of_start[key] = _tried(ORDER[start], key)
    return tried


_SIGNS: Final = "-−+±~≈<>≥≤.'" + "$£€¥₹₩₽₺₴₪₫฿₱₦₿½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒(:"
#: What may be an address, a path or code: signs inside.
_CODED: Final = lazy_pattern(r"[^\s./@:\\]{1,128}[./@:\\]+[^\s.]")
_COUNTED: Final = lazy_pattern(r"[^\W\d_]{1,32}\d|v\.? \d")

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
_NUMBER: Final = lazy_pattern(r"[0-9]+")
_WORD: Final = lazy_pattern(rf"{_LETTER}(?:{_LETTER}|{_SIGN}|'(?={_LETTER}))*")


def starts_at(text: str, position: int) -> Iterator[Start]:
    """What `text` may be said to have at `position`, in the order in which it is tried."""
    first = text[position]
    if first > "\u2000" or first in "0123456789#*©®":
        yield Start.PICTURE
    elif first in ":;<¯":
        yield Start.FACE
    if first.isalnum():
        yield Start.RUN
    if first.isdecimal() or first in _SIGNS:
        # A full stop, an apostrophe and a bracket are most often just that.
        if first not in ".'(" or text[position + 1 : position + 2].isdecimal():
            yield Start.NUMBER
    elif first.isalpha():
        if _CODED.match(text, position):
            yield Start.CODED
        elif _COUNTED.match(text, position):
            yield Start.COUNTED
        yield Start.LETTER
    else:
        yield Start.ORNAMENT
    if not first.isalpha() and not "0" <= first <= "9":
        yield Start.SIGN


def read_at(cursor: Cursor, position: int) -> int:
    """Read what stands at `position` by the first rule that can, else plainly.

    Returns the place after it, which is never `position` itself.
    """
    for start in starts_at(cursor.text, position):
        end = _read_by_rule(start, cursor, position)
        if end is not None:
            return end
    if word := _WORD.match(cursor.text, position):
        cursor.parts.append(Part(word.group(), position, word.end()))
        return word.end()
    if number := _NUMBER.match(cursor.text, position):  # every rule of numbers has raised
        cursor.parts += say(digits(number.group()), *number.span())
        return number.end()
    return _read_by_rule(Start.REST, cursor, position) or position + 1


def _read_by_rule(start: Start, cursor: Cursor, position: int) -> int | None:
    """The place after what a rule has read; None, and nothing is said, if none can.

    A rule that raises has not matched: the next ones are tried.
    """
    text = cursor.text
    of_start, first = _TRIED[start], text[position]
    tried = of_start[first] if first in of_start else of_start[""]
    for matches, reads, name in tried or _tried_at(start, first):
        try:
            match = matches(text, position)
            if match is None or match.end() == position:
                continue
            read = reads(cursor, match)
        except Exception as error:  # noqa: BLE001 - a bug in one rule ends nobody's speech
            FAULTS.caught(name, error)
            continue
        if read is None:
            continue
        parts, end = read if isinstance(read, Upto) else (read, match.end())
        cursor.runs.append((len(cursor.parts), len(cursor.parts) + len(parts), name))
        cursor.parts += parts
        return max(end, position + 1)
    return None
