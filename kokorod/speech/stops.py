# pure: no socket, thread or clock.
"""Full stops after a unit and after the U.S.: whether they end a sentence.

`text[first]` is the first character after the stop's white space; `final`: no more text comes.
"""

from __future__ import annotations

import re
from typing import Final

from .abbreviations import STARTERS, words

#: How far back the words before are looked at.
_WORD: Final = 40
_LINE: Final = 50
_BREAK: Final = "\n\r\v\f\x85\u2028\u2029"
_WORD_AT: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NUMBER_AT: Final = re.compile(r"[\d.,/½⅓⅔¼¾]+[ -]?(?P<unit>[A-Za-z]*)")
#: What a bigger unit goes on with: 6 ft. 2 in.
_SMALLER: Final = words("in oz min mins sec secs s m")
#: A line that begins with a quantity.
_ENTRY: Final = re.compile(r"[\s*•-]{0,8}[\d½⅓⅔¼¾][\d ./½⅓⅔¼¾-]{0,8}[A-Za-z.]{1,6}\Z")
_TWO_WORDS: Final = re.compile(
    r"(?P<one>[^\W\d_]+(?:['’][^\W\d_]+)*)(?P<gap>\s*)(?P<next>[^\W\d_]+(?=\W)|[^\w\s])?"
)
#: After "in the U.S." these go on with it even before a word in small letters.
_INSTITUTIONS: Final = words(
    "Navy Army Senate Congress House Supreme President Presidential Government Department Treasury "
    "Federal Air Marine Marines Coast Capitol Embassy Constitution Open Border Customs Forces "
    "Military Attorney District Court Security Council Parliament Dollar Ambassador Secretary "
    "Postal Census Bureau Code Armed Geological Olympic National Women Men Commission Charter"
)
_PLACED: Final = re.compile(
    r"(?:^|\s)(?:in|from|to|of|across|within|around|outside|inside|throughout|for|by|with|into|leave|"
    r"left|entered|via|like|than|and)\s(?:the\s)?\Z",
    re.IGNORECASE,
)


def unit_ends(text: str, stop: int, first: int, final: bool) -> bool | None:
    """Whether the full stop after a number and its unit ends a sentence: not in 6 ft. 2 in.,
    and not in a list, where 1 lb. Italian sausage is a line. None: more text must tell.
    """
    if text[first].isdigit():
        found = _NUMBER_AT.match(text, first)
        if found is None:
            return True
        if found.end() == len(text) and not final:
            return None
        return found["unit"] not in _SMALLER
    line = re.split(rf"[{_BREAK}]", text[max(0, stop - _LINE) : stop])[-1]
    return _ENTRY.match(line) is None


def country_ends(text: str, begin: int, first: int, final: bool) -> bool | None:
    """Whether U.S. ends a sentence before a capital: "from the U.S. Prices rose", but
    "the U.S. Navy" and "in the U.S. Senate". None: more text must tell.
    """
    follower = _TWO_WORDS.match(text, first)
    if follower is None or follower["next"] is None:
        if not final and len(text) - first < _WORD:
            return None
        bare = _WORD_AT.match(text, first)
        return bare is not None and bare.group().lower() in STARTERS
    if follower["one"].lower() in STARTERS:
        return True
    if follower["one"] in _INSTITUTIONS or not follower["next"].islower():
        return False
    return _PLACED.search(text, max(0, begin - _WORD), begin) is not None
