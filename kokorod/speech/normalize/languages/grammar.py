# pure: no socket, thread or clock.
"""The order in which the rules of other languages are tried: the first that reads wins."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from ..faults import FAULTS
from . import amounts, names, ones, telephone, times
from .language import Language, language_of
from .rule import LocalRule

_AT_NUMBERS: Final = (
    telephone.TELEPHONE,
    times.NUMERIC,
    times.WRITTEN,
    times.HOURS,
    times.CLOCK,
    times.POINTED,
    amounts.SIZE,
    amounts.MONEY,
    names.ORDINAL,
    ones.ONE,
    amounts.PERCENT,
    amounts.QUANTITY,
    amounts.FRACTION,
    amounts.RANGE,
    amounts.NEGATIVE,
    amounts.GROUPED,
)
_AT_WORDS: Final = (
    amounts.MONEY, times.WEEKDAY, names.ABBREVIATION, amounts.EACH, names.LETTERS, names.ORDINAL,
    names.ROMAN, ones.UNIT,
)  # fmt: skip
_AT_SIGNS: Final = (
    telephone.TELEPHONE, amounts.MONEY, amounts.PERCENT, amounts.QUANTITY, amounts.FRACTION,
    amounts.NEGATIVE,
)  # fmt: skip

#: Every rule by its name.
LOCAL_RULES: Final[Mapping[str, LocalRule]] = {
    rule.name: rule for rule in (*_AT_NUMBERS, *_AT_WORDS, *_AT_SIGNS)
}

_SIGNS: Final = "-−–$€£¥₹½⅓¼⅔¾(+"


#: Matches at a place, and the rule.
_Tried = tuple[Callable[[str, int], "re.Match[str] | None"], LocalRule]


class LocalReader:
    """The rules of one language."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._numbers = self._made(_AT_NUMBERS)
        self._words = self._made(_AT_WORDS)
        self._signs = self._made(_AT_SIGNS)

    def _made(self, rules: tuple[LocalRule, ...]) -> list[_Tried]:
        made: list[_Tried] = []
        for rule in rules:
            pattern = rule.pattern(self._language)
            if pattern is not None:
                made.append((pattern.match, rule))
        return made

    def read_at(self, text: str, position: int) -> tuple[str, int, str] | None:
        """What is said of the text there, the place after it, and the rule; None: nothing."""
        first = text[position]
        if first.isdecimal():
            tried = self._numbers
        elif first in _SIGNS:
            tried = self._signs
        elif first.isalpha():
            tried = self._words
        else:
            return None
        for matches, rule in tried:
            try:
                match = matches(text, position)
                if match is None or match.end() == position:
                    continue
                read = LOCAL_RULES[rule.name].read(self._language, match)
            except Exception as error:  # noqa: BLE001 - a bug in one rule ends nobody's speech
                FAULTS.caught(rule.name, error)
                continue
            said, end = read if isinstance(read, tuple) else (read, match.end())
            if said:
                return said, end, rule.name
        return None


@cache
def local_reader(tag: str) -> LocalReader | None:
    """The rules of a language by its tag; None: there are none."""
    language = language_of(tag)
    return LocalReader(language) if language is not None else None
