# pure: no socket, thread or clock.
"""HTML in text that is not marked as such: its tags are not said."""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cursor import Cursor, Part, mark
from .rule import Rule, Start

_TAG: Final = lazy_pattern(
    r"</?(?P<name>a|abbr|article|aside|b|big|blockquote|body|br|button|caption|center|cite|code|dd|"
    r"del|details|dfn|div|dl|dt|em|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|"
    r"img|input|ins|kbd|label|li|main|mark|nav|ol|option|p|pre|q|s|samp|section|select|small|span|"
    r"strike|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|time|title|tr|tt|u|ul|var|"
    r"break|emphasis|prosody|say-as|speak|voice|phoneme|lang|audio)"
    r"(?:\s[^<>]{0,500})?\s?/?>",
    re.IGNORECASE,
)
_COMMENT: Final = lazy_pattern(
    r"<!--.{0,2000}?-->|<!doctype[^>]{0,200}>|<(?P<code>script|style)\b[^>]{0,500}>.{0,2000}?</(?P=code)>",
    re.DOTALL | re.IGNORECASE,
)
#: What the reader of a page sees as a gap: the words on both sides are not one phrase.
_BLOCKS: Final = frozenset(
    "blockquote br caption center dd div dl dt figcaption h1 h2 h3 h4 h5 h6 hr li ol p pre section"
    " table td th title tr ul".split()
)


def _read_tag(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    start, end = match.span()
    if match["name"].lower() not in _BLOCKS or not cursor.parts or cursor.ends(end):
        return []
    last = cursor.parts[-1].text
    return mark(",", start, end) if last[-1].isalnum() else []


def _read_comment(cursor: Cursor, match: re.Match[str]) -> list[Part] | None:
    return []


RULES: Final = (
    Rule(
        "html_tags.tag",
        Start.SIGN,
        _TAG,
        _read_tag,
        (
            ("one<br>two", "one, two"),
            ("<b>bold</b>", "bold"),
            ('now <break time="1s"/> here', "now here"),
        ),
        firsts="<",
    ),
    Rule(
        "html_tags.comment",
        Start.SIGN,
        _COMMENT,
        _read_comment,
        (("one <!-- two --> three", "one three"),),
        firsts="<",
    ),
)
