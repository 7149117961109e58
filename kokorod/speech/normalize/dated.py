# pure: no socket, thread or clock.
"""Whether two numbers with a slash are a day of the year: due 5/31, closed 7/3-7/5."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cursor import Cursor

#: Another date of the same list.
_LISTED: Final = r"(?P<one>\d{1,2})/(?P<two>\d{1,2})(?![\w/])"
_LIST_AFTER: Final = lazy_pattern(rf"(?:,? and |, | or | to | through | & ){_LISTED}")
#: Before a day written with a slash.
_DATED: Final = frozenset(
    "on until till since due dated starting beginning ending effective before after through thru "
    "eod eow cob eob mon tue tues wed thu thur thurs fri sat sun weekend tonight tomorrow".split()
)
_DATED_BY_TWO: Final = lazy_pattern(
    r"(?:\b(?:week|weekend|night|morning|evening|day|month|meeting|minutes|email|letter|call|"
    r"visit|notice|report|agenda|memo|events|invoice|statement) of|\bdates?|\bdue|\bdeadline|"
    r"\bnext|\bmeetings?|\bschedule|\bupdated?|\bborn|\bdob|"
    r"\bclosed|\bfrom|\bbetween)(?: is| are)?:?[ ]\Z",
    re.IGNORECASE,
)
#: Before a day that is no part of anything: starts 9/3.
_HELD_FROM: Final = frozenset(
    "start starts begin begins end ends open opens close closes expire expires launch launches "
    "arrives leaves leave departs ships eff".split()
)
#: What has got another day.
_MOVED: Final = lazy_pattern(
    r"\b(?:moved|pushed|postponed|extended|rescheduled|changed|delayed|slipped|moving|pushing|shifted|"
    r"bumped|brought forward|moved up)(?: back| out| it)? (?:to|until|from)[ ]\Z",
    re.IGNORECASE,
)
#: What fractions are of: from 1/4 to 1/2 cup is no span of days.
_MEASURED: Final = lazy_pattern(
    r"[ -](?:of|inch|inches|cups?|miles?|full|teaspoons?|tablespoons?|tsp|tbsp|oz|lb|mm|cm|"
    r"acres?)\b"
)


#: A half, three quarters, five eighths: two numbers that are a part of something.
_BOTTOMS: Final = frozenset({2, 3, 4, 5, 6, 8, 10, 12, 16, 32, 64})
#: Before "by" and a day, though the numbers are a part as well: reply by 1/5.
_DUE: Final = frozenset(
    "due done ready reply respond rsvp finish finished register submit order pay paid back return "
    "returned delivered arrive home complete completed apply applied here ship shipped sent".split()
)
#: Before "by" and what is no day: divided by 9/4.
_RECKONED: Final = frozenset(
    "divide divided divides multiply multiplied multiplies times scale scaled raised".split()
)


#: What is on a day: the 11/14 meeting.
_HELD_ON: Final = frozenset(
    "meeting meetings call deadline email appointment game show flight event session release "
    "invoice order visit class exam interview lunch dinner party update minutes".split()
)


def _is_part(one: int, two: int) -> bool:
    return one < two and two in _BOTTOMS


def is_dated(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether two numbers with a slash are a day of the year: words before say so, or others
    of a list that no fraction can be.
    """
    start, end = match.span()
    if match.group() == "24/7":
        return False
    following = _LIST_AFTER.match(cursor.text, end)
    if _MEASURED.match(cursor.text, following.end() if following else end):
        return False
    previous = cursor.before(start).lower().rstrip(".")
    if previous in _DATED or (previous.endswith("day") and previous not in ("day", "per")):
        return True
    one, two = int(match["one"]), int(match["two"])
    if previous == "by":
        doing = cursor.before(start, 2).lower()
        return doing in _DUE or not (_is_part(one, two) or doing in _RECKONED)
    if cursor.after(end).lower() in _HELD_ON and not _is_part(one, two):
        return True
    if match["three"] and not (
        _is_part(one, two) and _is_part(*map(int, match.group("three", "four")))
    ):
        return True
    if _DATED_BY_TWO.search(cursor.left(start, 24)):
        return True
    if not _is_part(one, two) and previous in _HELD_FROM:
        return True
    if not _is_part(one, two) and _MOVED.search(cursor.left(start, 32)):
        return True
    run = cursor.runs[-1] if cursor.runs else None
    if run and run[2] == "date.month_and_day" and len(cursor.parts) - run[1] < 2:
        return True  # on 12/5 and 12/19
    if following is None:
        return False
    pairs = [(int(m["one"]), int(m["two"])) for m in (match, following)]
    days = all(month_first(cursor, *pair) for pair in pairs)
    return days and any(a >= b or b > 16 for a, b in pairs) and pairs[0][0] == pairs[1][0]


def month_first(cursor: Cursor, one: int, two: int) -> tuple[int, int] | None:
    """(month, day) of two numbers in the order of the country, or the only one possible."""
    order = ((two, one), (one, two)) if cursor.british else ((one, two), (two, one))
    return next(((m, d) for m, d in order if 1 <= m <= 12 and 1 <= d <= 31), None)
