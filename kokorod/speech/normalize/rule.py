# pure: no socket, thread or clock.
"""A rule of reading: what it looks like, what is said, and examples that hold it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Flag, auto
from typing import Final

from .cursor import Cursor, Part, Upto

#: Reads a match, or returns None to leave the place to the next rule.
Reader = Callable[[Cursor, "re.Match[str]"], "list[Part] | Upto | None"]

#: A text that the rule reads in, and the whole of what is said; a third text marks it for
#: docs/reading.md and names the row there.
Example = tuple[str, str] | tuple[str, str, str]


class Start(Flag):
    """What stands where a rule is tried; `grammar.starts_at` decides it."""

    PICTURE = auto()  # a sign that may be an emoji
    FACE = auto()  # a mark that may begin a face: :-)
    RUN = auto()  # a letter or digit that may begin encoded data
    NUMBER = auto()  # a digit, or a sign that may stand before one
    CODED = auto()  # a letter, and signs before the next space: a.b, a/b, a@b
    COUNTED = auto()  # a letter, and a digit close behind: v2
    LETTER = auto()  # any letter
    ORNAMENT = auto()  # a sign of no number that may be repeated
    SIGN = auto()  # neither a letter nor a digit
    REST = auto()  # a character that neither a rule nor a word has read


#: For `firsts`.
CAPITALS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LETTERS: Final = CAPITALS + CAPITALS.lower()


@dataclass(frozen=True, slots=True)
class Rule:
    """name     its file, a point, what it reads: `date.iso`
    starts   where it is tried; order.py has the order
    pattern  bounds how far it looks
    firsts   the characters that it may begin with, so that it is not tried at others; "": any
    """

    name: str
    starts: Start
    pattern: re.Pattern[str]
    read: Reader
    examples: tuple[Example, ...]
    firsts: str = ""
