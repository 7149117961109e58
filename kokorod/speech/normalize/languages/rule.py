# pure: no socket, thread or clock.
"""A rule of a language other than English: what it looks like there, and what is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .language import Language

#: What is said for a match, "" to leave the place to the next rule; it may end earlier than the
#: match does, and then says where.
Read = Callable[[Language, "re.Match[str]"], "str | tuple[str, int]"]

#: (language, a text that the rule reads in, the whole of what is said)
Example = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class LocalRule:
    """pattern  of a language, or None if the rule says nothing there; begins with no space,
    bounds how far it looks"""

    name: str
    pattern: Callable[[Language], re.Pattern[str] | None]
    read: Read
    examples: tuple[Example, ...]


#: A number as people write it there; without its sign. Groups of three are parted by a point,
#: a thin or unbreakable space; by a space if there are more than one of them or four digits.
NUMBER: Final = (
    r"\d{1,3}(?:[\u00a0\u202f' ]\d{3}(?![ ]?\d))+(?:[.,]\d+)?|\d{1,3}(?:,\d\d)+,\d{3}(?!\d)"
    r"|\d{1,3}(?:\.\d{3}(?!\d))+(?:,\d+)?"
    r"|\d{1,18}(?:[.,]\d{1,18})?"
)
_GROUPS: Final = re.compile(r"[\u00a0\u202f' ]|\.(?=\d{3}(?!\d))")
#: Lakhs and crores: 1,50,000
_INDIAN: Final = re.compile(r"\d{1,3}(?:,\d{2,3})+(?:\.\d+)?")


def digits_of(written: str, language: Language) -> str:
    """A number as espeak-ng takes it: no groups; its decimals as the language marks them."""
    if language.code == "hi" and _INDIAN.fullmatch(written):
        return written.replace(",", "")
    return _GROUPS.sub("", written)


def any_of(words: list[str] | tuple[str, ...]) -> str:
    """A pattern of any of these, the longest first."""
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))
