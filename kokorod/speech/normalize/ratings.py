# pure: no socket, thread or clock.
"""Numbers with a slash that are no fraction: a mark (7/10), a count, a line of figures, a cause."""

from __future__ import annotations

import re
from typing import Final

from ..abbreviations import words
from ..patterns import lazy_pattern
from .cursor import Cursor, Part, mark, say
from .number_words import cardinal

#: Denominators that marks and surveys are counted in: 7/10 is seven out of ten.
SCORED: Final = frozenset({5, 10, 20, 100})


def is_score(cursor: Cursor, match: re.Match[str]) -> bool:
    """Whether 7/10 is a mark or a count, and not seven tenths of something."""
    following = cursor.after(match.end()).lower()
    if cursor.before(match.start()).lower() in _SCORING or following in _SCORING:
        return True
    if match["bottom"] in ("10", "100"):
        return following not in _PARTED
    return _ALONE.match(cursor.text, match.end()) is not None and _is_marked(cursor, match.start())


#: Step 2/5 is the second of five.
_OF_ALL: Final = words(
    "step slide phase try attempt epoch iteration stage retry retrying page part round chunk batch "
    "lesson module file task test"
)


_STEP: Final = lazy_pattern(r"\[\d{1,4}/\d{1,4}\] ")


def is_of_all(cursor: Cursor, start: int) -> bool:
    """Whether two numbers with a slash are which one of how many, in brackets too."""
    if start and _STEP.match(cursor.text, start - 1):
        return True
    before = cursor.before(start)
    if before in ("(", "[", "#", ":"):
        before = cursor.before(start, 2)
    return before.lower() in _OF_ALL


def _is_marked(cursor: Cursor, start: int) -> bool:
    """Whether what stands alone at `start` is a mark: Food: 3/5. I gave it 3/5."""
    left = cursor.left(start, 40)
    if _GIVEN.search(left):
        return True
    before = cursor.before(start)
    if before == ":":
        return cursor.before(start, 2).lower() not in _NO_MARKS
    if not before:
        return cursor.text[start:].rstrip().endswith((".", "!"))
    return before in (".", "—", "-", "–") or before.lower() in ("solid", "a", "an", "overall")


#: Nothing follows that it could be a part of.
_ALONE: Final = lazy_pattern(r"\s*\Z|[.,;!](?:\s|\Z)|\s?[)—–]")
_GIVEN: Final = lazy_pattern(
    r"\b(?:giv(?:e|es|ing)|gave|rat(?:e|ed|es|ing)|scor(?:e|ed|es)|got|gets?|earned|deserves?)"
    r"(?: [\w']+){1,3} (?:a )?\Z",
    re.I,
)
#: What a fraction is, with a colon between.
_NO_MARKS: Final = words(
    "answer probability fraction ratio result value solution odds chance p sum"
)


#: What tenths are of.
_PARTED: Final = words("of inch inches mile miles cup cups full second seconds point points - th")


_SCORING: Final = words(
    "scored score scores rated rate rating rates got get gets gave give gives earned graded grade "
    "received stars star points marks retries attempts tests tasks steps files checks jobs pods "
    "items questions votes games matches passed failed correct"
)


#: Points, rebounds and assists of a player: Jokić 32/14/9, averages 25/8/8.
_FIGURES_OF: Final = lazy_pattern(
    r"(?:\b(?:averag\w+|puts?(?: up)?|putting up|posted|posts|dropped|drops|recorded|finished|line|"
    r"KDA|stat ?line|games?)\b[^.!?/\d]{0,24}|[A-Z][\w'’-]*[^\W\d_] )\Z"
)


def is_line(cursor: Cursor, start: int) -> bool:
    """Whether figures of a player stand at `start`, and no date or fraction."""
    return _FIGURES_OF.search(cursor.left(start, 64)) is not None


def one_by_one(match: re.Match[str]) -> list[Part]:
    parts: list[Part] = []
    for number in re.finditer(r"\d+", match.group()):
        start, end = match.start() + number.start(), match.start() + number.end()
        parts += mark(",", start - 1, start) if parts else []
        parts += say(cardinal(number.group()), start, end)
    return parts


#: What doctors note beside a cause: AKI 2/2 dehydration.
_NOTED: Final = lazy_pattern(
    r"\b(?:pts?|patient|hx|dx|rx|s/p|c/o|h/o|d/c|y/?o|mg|mcg|mL|pain|admitted|upset|AKI|CKD|CHF|"
    r"COPD|HTN|UTI|GI|DM|anemia|infection|disease|syndrome|failure|dehydration|sepsis|edema|"
    r"hypo\w+|hyper\w+)\b",
    re.I,
)
_CAUSE: Final = lazy_pattern(r" (?!(?:time|in|on|at|for|and|or|of|is|was)\b)[A-Za-z]{2}")


def is_cause(cursor: Cursor, start: int, end: int) -> bool:
    """Whether 2/2 is a doctor's "secondary to"."""
    if not cursor.before(start).isalpha() or not _CAUSE.match(cursor.text, end):
        return False
    return _NOTED.search(cursor.around(start, end, 64, 48)) is not None
