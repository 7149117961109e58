# pure: no socket, thread or clock.
"""Letters of items: (a), a), part a, figure B."""

from __future__ import annotations

from typing import Final

from ..abbreviations import words
from .cursor import Cursor

#: Before the letter of an item, and after it.
ITEMS: Final = words(
    "part section question option item point subsection paragraph clause exercise step schedule "
    "appendix answer choice case rule column row group plan figure"
)
_AFTER_ITEM: Final = words(
    "is was has does says shows asks and or to in on of above below . , ; : )"
)


def is_item(cursor: Cursor, start: int, end: int) -> bool:
    """Whether a small a is the letter of an item: (a), a) and part a is."""
    text = cursor.text
    if text[end : end + 1] == ")":
        open_ = start > 0 and text[start - 1] == "("
        return open_ or not text[max(0, start - 1) : start].strip()
    if cursor.before(start).lower() not in ITEMS:
        return False
    following = cursor.after(end)
    return following in _AFTER_ITEM or not following
