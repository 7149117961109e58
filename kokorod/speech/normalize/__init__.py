# pure: no socket, thread or clock.
"""Written text to spoken words.

`normalize` reads numbers, dates, money, abbreviations, names, addresses, code and signs
the way people say them; every token knows which characters it was read from. Compounds
("well-known") stay one token; what is spelled ("FBI") is one token with `letters`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from ..patterns import lazy_pattern
from ..token import Token
from . import (
    abbreviation,
    address,
    chat,
    chemistry,
    date,
    elisions,
    items,
    law,
    math,
    roman,
    weekday,
)
from .clean import Cleaned
from .cursor import Cursor, Kind, Part
from .foreign import read_foreign
from .grammar import read_at
from .measure import dose, forecast, rate

#: Named as the rule of a token that no rule has read: a word or mark as it stands.
PLAIN: Final = "plain"
#: The same of every token of a language that no rule here reads.
FOREIGN: Final = "foreign"

#: A word that no rule needs to look at, what may follow it, and the mark that does if it is one
#: with nothing to consider.
_PLAIN: Final = lazy_pattern(
    r"\s*([A-Z]?[a-z]+(?:'[a-z]+)?|[aI](?=\s+[a-z]))"
    r"(?=[\s,;!?\")”…—]|(?<!str)[.:](?:\s|\Z)|(?<=[A-Za-z'][a-z])\.(?:[”\")]|\.\.)|\Z)"
    r"([,;:!?](?=\s|\Z)|\.(?! ?\.)(?=\s|\Z))?"
)
_SPACE: Final = lazy_pattern(r"\s+")
_GOES_ON: Final = lazy_pattern(r" [a-z]")

#: Plain-looking words that have rules: abbreviations, months, weekdays.
_LOOKED_AT: Final = (
    abbreviation.KEYS
    | address.KEYS
    | chat.KEYS
    | chemistry.KEYS
    | dose.KEYS
    | elisions.KEYS
    | forecast.KEYS
    | law.KEYS
    | math.KEYS
    | rate.KEYS
    | {name.lower() for name in date.NAMES | weekday.NAMES}
    | weekday.KEYS
    | roman.SMALL_ROMANS
    | {"x"}
)
#: Those that look plain, as they are written: most words are known to be none of them at once.
_LOOKED_AT_AS_WRITTEN: Final = (
    {word for word in _LOOKED_AT if word.islower()}
    | {word.capitalize() for word in _LOOKED_AT}
    | set("aIiskmn")
)


def normalize(
    text: str, *, lang: str = "en-us", emoji: Literal["name", "drop"] = "name", base: int = 0
) -> list[Token]:
    """The tokens of `text`; spans are characters of the user's text, `text` begins at `base`.

    Never raises for any text; takes time linear in its length. English is read in words;
    other languages by their own rules, and what these leave by espeak-ng or misaki.
    """
    cleaned = Cleaned(text)
    if not lang.lower().startswith("en"):
        parts, runs = read_foreign(cleaned.text, lang)
        return _tokens(cleaned, parts, base, [(0, len(parts), FOREIGN), *runs])
    cursor = Cursor(cleaned.text, british=lang.lower() == "en-gb", emoji=emoji == "name")
    walk(cursor)
    return _tokens(cleaned, cursor.parts, base, cursor.runs)


def walk(cursor: Cursor) -> None:
    text, parts = cursor.text, cursor.parts
    plain_at = _PLAIN.match
    position, end = 0, len(text)
    while position < end:
        word = plain_at(text, position)
        if word:
            said, close = word.groups()
            start, after = word.span(1)
            if said not in _LOOKED_AT_AS_WRITTEN or not _is_looked_at(cursor, said, start, after):
                parts.append(Part(said, start, after))
                position = after
                if close:
                    position += 1
                    parts.append(Part(close, after, position, Kind.MARK))
                continue
        space = _SPACE.match(text, position)
        if space:
            position = space.end()
            continue
        position = read_at(cursor, position)


def _is_looked_at(cursor: Cursor, said: str, start: int, end: int) -> bool:
    """Whether a rule may read the plain word differently."""
    if said in ("no", "No") and _GOES_ON.match(cursor.text, end):
        return False  # the commonest of them is short for number before a figure alone
    return said.lower() in _LOOKED_AT or (len(said) == 1 and _is_letter(cursor, said, start, end))


def _is_letter(cursor: Cursor, said: str, start: int, end: int) -> bool:
    """Whether a letter alone may be no word: (a), World War I, n!."""
    if said in "kmn":
        return cursor.text.startswith("!", end)
    if said == "a":
        return items.is_item(cursor, start, end)
    if said == "s":
        return cursor.text[end : end + 2].strip().isdecimal()
    return said in "iI" and _is_numbered(said, cursor.parts)


def _is_numbered(said: str, parts: Sequence[Part]) -> bool:
    """Whether an I after these may be a number: World War I, Elizabeth I, (i)."""
    if said == "i":
        return True
    return bool(parts) and parts[-1].text[0].isupper() and parts[-1].text.lower() in roman.LEADS


def _tokens(
    cleaned: Cleaned, parts: Sequence[Part], base: int, runs: Sequence[tuple[int, int, str]]
) -> list[Token]:
    rules = [PLAIN] * len(parts)
    for first, last, name in runs:
        rules[first:last] = [name] * (last - first)
    tokens: list[Token] = []
    floor = 0
    mark, opening, letters = Kind.MARK, Kind.OPENING, Kind.LETTERS
    moved = cleaned.starts is not None
    following = [part.kind for part in parts[1:]]  # one more than parts if there are none
    following.append(Kind.WORD)
    for (text, start, end, kind), rule, after in zip(parts, rules, following, strict=False):
        if moved:
            start, end = cleaned.source_span(start, max(end, start + 1))
        if start < floor:
            start = floor
        floor = start
        if end < start:
            end = start
        # In their order: text, start, end, space, punctuation, letters, rule. This is what a
        # megabyte waits for.
        tokens.append(
            Token(
                text,
                base + start,
                base + end,
                kind is not opening and after is not mark,
                kind >= mark,
                kind is letters,
                rule,
            )
        )
    return tokens
