# pure: no socket, thread or clock.
"""Text read as its writer says it is to be read (SSML's say-as)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ..token import Token
from . import normalize
from .date import MONTHS
from .number_words import cardinal, digits, fraction, ordinal, spoken_number, year

#: What `interpret-as` may be; another value is read as ordinary text.
KINDS: Final = (
    "cardinal number ordinal characters spell-out verbatim digits telephone date time fraction "
    "unit currency address expletive bleep".split()
)


def say_as(kind: str, text: str, *, detail: str = "", lang: str = "en-us") -> list[Token]:
    """The tokens of `text` (spans are its own characters), read as `kind`.

    detail  SSML's `format`: mdy, dmy, ymd, ... for a date
    """
    kind = kind.lower()
    english = lang.lower().startswith("en")
    if kind in ("characters", "spell-out", "verbatim"):
        return _characters(text, english)
    if kind in ("expletive", "bleep"):
        return [Token("beep", 0, len(text), rule=f"say_as.{kind}")]
    reader = _READERS.get(kind)
    words = reader(text.strip(), detail.lower(), lang == "en-gb") if reader else None
    if kind in ("digits", "telephone") and not english:
        return _characters(text, english)
    if words is None or not english:
        return normalize(text, lang=lang)
    return [Token(word, 0, len(text), rule=f"say_as.{kind}") for word in words.split()]


def _characters(text: str, english: bool) -> list[Token]:
    """One by one; in other languages espeak knows the names of digits and signs."""
    tokens: list[Token] = []
    for found in re.finditer(r"[^\W\d_]|\d|[^\w\s]|_", text):
        character = found.group()
        start, end = found.span()
        if not english:
            tokens.append(Token(character, start, end, letters=character.isalpha()))
        elif character.isdecimal():
            tokens.append(Token(digits(str(int(character))), start, end))
        elif character.isalpha():
            tokens.append(Token(character, start, end, letters=True))
        else:
            name = _NAMES.get(character)
            tokens += [Token(word, start, end) for word in (name or "").split()]
    return [replace(token, rule="say_as.characters") for token in tokens]


_NAMES: Final = {
    ".": "dot", ",": "comma", "-": "dash", "_": "underscore", "/": "slash", ":": "colon",
    "@": "at", "#": "hash", "&": "and", "+": "plus", "=": "equals", "%": "percent",
    "!": "exclamation mark", "?": "question mark", "*": "star", "$": "dollar", ";": "semicolon",
    "(": "open paren", ")": "close paren", "'": "apostrophe", '"': "quote", "\\": "backslash",
}  # fmt: skip


def _whole(text: str) -> str | None:
    found = re.fullmatch(r"[-+−]?\s?(\d[\d,]*)", text)
    return found[1].replace(",", "") if found else None


def _cardinal(text: str, detail: str, british: bool) -> str | None:
    if re.fullmatch(r"\d[\d,]*\.\d+", text):
        return spoken_number(text, british)
    number = _whole(text)
    if number is None:
        return None
    return ("minus " if text[0] in "-−" else "") + cardinal(number, british)


def _ordinal(text: str, detail: str, british: bool) -> str | None:
    number = _whole(re.sub(r"(?:st|nd|rd|th)\Z", "", text))
    return ordinal(number, british) if number else None


def _digits(text: str, detail: str, british: bool) -> str | None:
    return digits(text) if re.search(r"[0-9]", text) else None


def _telephone(text: str, detail: str, british: bool) -> str | None:
    if not re.fullmatch(r"[\d\s().+/-]+", text):
        return None
    return " ".join("plus" if c == "+" else digits(c) for c in text if c == "+" or c.isdecimal())


def _fraction(text: str, detail: str, british: bool) -> str | None:
    found = re.fullmatch(r"(?:(\d{1,6})[ +]+)?(\d{1,6})/(\d{1,6})", text)
    if not found or int(found[3]) < 2:
        return None
    said = fraction(int(found[2]), int(found[3]), british)
    return f"{cardinal(found[1], british)} and {said}" if found[1] else said


def _date(text: str, detail: str, british: bool) -> str | None:
    numbers = re.findall(r"\d+", text)
    order = detail if set(detail) <= set("mdy") and detail else "dmy" if british else "mdy"
    if numbers and len(numbers[0]) == 4 and not detail:
        order = "ymd"
    if len(numbers) != len(order) or re.search(r"[A-Za-z]", text):
        return None
    values = dict(zip(order, numbers, strict=True))
    month, day = int(values.get("m", 1)), int(values.get("d", 1))
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    said: list[str] = []
    if "m" in values:
        said.append(MONTHS[month - 1])
    if "d" in values:
        said = [f"the {ordinal(day)} of {said[0]}"] if british and said else [*said, ordinal(day)]
    if "y" in values:
        written = values["y"]
        full = (
            int(written)
            if len(written) != 2
            else int(written) + (1900 if int(written) >= 50 else 2000)
        )
        said.append(year(full, british) if full < 10_000 else digits(written))
    return " ".join(said)


_READERS: Final[dict[str, Callable[[str, str, bool], str | None]]] = {
    "cardinal": _cardinal,
    "number": _cardinal,
    "ordinal": _ordinal,
    "digits": _digits,
    "telephone": _telephone,
    "fraction": _fraction,
    "date": _date,
}
