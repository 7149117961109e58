# pure: no socket, thread or clock.
"""Telephone numbers in languages other than English: by digits; French and Spanish in groups."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from .language import Language
from .rule import LocalRule

_NUMBER: Final = re.compile(
    r"(?<![\w.,/])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,4}\)[ .-]?)?\d{2,9}(?:[ .-]\d{2,7}){0,5}"
    r"(?![\w%€]|[.,/:-]\d)"
)
#: Digits in all: fewer are another number.
_LEAST: Final = 8
_MOST: Final = 15
_CALLED: Final = re.compile(
    r"(?:t[ée]l(?:[ée]fono?|efone|[ée]phone|\.)?|m[óo]vil|cel(?:ular)?|whatsapp|fax|appel\w*|ll[aá]m\w*|"
    r"chiam\w*|lig(?:ue|ar|a)|num[ée]ro|número|numero|फ़ोन|फोन|मोबाइल|नंबर)\b[^.!?\d]{0,16}\Z",
    re.IGNORECASE,
)
#: How Brazilians say six on the telephone, so that it is not heard as three.
_SIX: Final = "meia"


@cache
def _pattern(_: Language) -> re.Pattern[str]:
    return _NUMBER


def _read(language: Language, match: re.Match[str]) -> str:
    written = match.group()
    digits = sum(c.isdecimal() for c in written)
    if not _LEAST <= digits <= _MOST:
        return ""
    before = match.string[max(0, match.start() - 32) : match.start()]
    named = written[0] in "+(" or _CALLED.search(before) is not None
    if not named and not (written[0] == "0" and " " in written and language.code == "it"):
        return ""
    groups = re.findall(r"\d+", written)
    if language.code == "es" and written[0] not in "+(" and min(map(len, groups)) < 3:
        return ""  # said by its groups
    said = [_group(language, group) for group in groups]
    return ("plus " if written[0] == "+" else "") + " ".join(said)


def _group(language: Language, group: str) -> str:
    if language.code == "fr":
        return group
    if language.code == "pt":
        return " ".join(group).replace("6", _SIX)
    return " ".join(group)


TELEPHONE: Final = LocalRule(
    "telephone.local", _pattern, _read,
    (
        ("fr", "Le (33) 01 23 45 67 89.", "Le 33 01 23 45 67 89."),
        ("it", "Chiamate lo 06 1234567.", "Chiamate lo 0 6 1 2 3 4 5 6 7."),
        ("pt", "Ligue para (11) 98765-4321.", "Ligue para 1 1 9 8 7 meia 5 4 3 2 1."),
        ("es", "Llama al 612 345 678.", "Llama al 6 1 2 3 4 5 6 7 8."),
        ("hi", "फ़ोन नंबर 98765 43210 है।", "फ़ोन नंबर 9 8 7 6 5 4 3 2 1 0 है."),
    ),
)  # fmt: skip
