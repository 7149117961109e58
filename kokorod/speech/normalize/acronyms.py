# pure: no socket, thread or clock.
"""Acronyms: which are said as words (NASA) and which are spelled (FBI)."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from ..tables import rows
from .cursor import Cursor

_ROWS: Final = rows("acronyms")


def _read(how: str) -> frozenset[str]:
    return frozenset(name for name, read in _ROWS if read == how)


#: Acronyms that are said as words. Others of up to five letters are spelled unless they
#: are ordinary words in capitals.
SAID: Final = _read("said")
_SPELLED: Final = _read("spelled")
#: English words of two to five letters, which people write in capitals for emphasis.
_WORDS: Final = _read("word") | {word for (word,) in rows("capitals")}

#: In headlines after US: the country.
OF_THE_US: Final = words(
    "NAVY ARMY SENATE CONGRESS HOUSE PRESIDENT GOVERNMENT TREASURY FED AIR MARINES COAST SUPREME "
    "TROOPS FORCES MILITARY ECONOMY STOCKS DOLLAR BORDER OPEN SANCTIONS TARIFFS ELECTION JOBS "
    "INFLATION STRIKES SAYS WARNS PLANS TRADE EMBASSY ENVOY SOLDIERS MARKETS BANKS"
)


def is_said(cursor: Cursor, name: str) -> bool:
    """Whether a name in capitals is said as a word and not letter by letter."""
    low = name.lower()
    if low in SAID:
        return True
    if low in _SPELLED and not (shouted(cursor) and low in _WORDS):
        return False
    if low in _WORDS:
        return True
    if len(name) <= 3:
        return shouted(cursor) and _sayable(low)
    if len(name) == 4:
        return shouted(cursor) and _sayable(low)
    return _sayable(low)


def shouted(cursor: Cursor) -> bool:
    """Whether nearly all of the text around is in capitals."""
    written = cursor.text[:400]
    letters = [c for c in written if c.isalpha()]
    enough = len(letters) > 8 or (len(letters) > 5 and len(written.split()) > 2)
    return enough and sum(c.isupper() for c in letters) > 0.8 * len(letters)


def _sayable(low: str) -> bool:
    return re.search(r"[aeiouy]", low) is not None and not re.search(
        r"[^aeiouy]{4}|^(?:[bcdfgjkmnpqtvwxz]{2}(?<!ch)(?<!wh)(?<!th)(?<!ph)(?<!kn)(?<!gn)(?<!tw)(?<!dw))[^aeiouylr]",
        low,
    )
