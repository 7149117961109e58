# pure: no socket, thread or clock.
"""Words and marks of a language other than English; numbers are left as they stand."""

from __future__ import annotations

import re
from typing import Final

from .cursor import Kind, Part
from .emoji import EMOJI

_OPENING: Final = "«“„‹(「『（【《〈[{¿¡"
_CLOSING: Final = "»”›)」』）】》〉]},;:.!?…。、，；：！？।॥؟،؛．｡"
_MARKS: Final = re.escape(_OPENING + _CLOSING) + '"—–―'
#: A number with its inner marks, a word with its inner apostrophes and hyphens, a mark.
_PIECE: Final = re.compile(
    r"(?P<number>[-−+]?\d+(?:[.,:/]\d+)*(?:[ ]?[%€$£¥°])?)"
    rf"|(?P<word>[^\s\d{_MARKS}]+(?:[.](?=\w)[^\s\d{_MARKS}]+)*)"
    rf"|(?P<mark>\.{{2,}}|[{_MARKS}])"
)
_FOLDED: Final = {
    "。": ".", "．": ".", "｡": ".", "、": ",", "，": ",", "；": ";", "：": ":", "！": "!",
    "？": "?", "।": ".", "॥": ".", "؟": "?", "،": ",", "؛": ";", "«": "“", "»": "”", "„": "“",
    "‹": "“", "›": "”", "「": "“", "」": "”", "『": "“", "』": "”", "《": "“", "》": "”",
    "〈": "“", "〉": "”", "（": "(", "）": ")", "【": "(", "】": ")", "[": "(", "]": ")",
    "{": "(", "}": ")", "–": "—", "―": "—",
}  # fmt: skip


def read_foreign(text: str) -> list[Part]:
    """The words and marks of `text` in order."""
    parts: list[Part] = []
    quoted = False
    for piece in _PIECE.finditer(text):
        start, end = piece.span()
        written = piece.group()
        if piece.lastgroup == "number":
            parts.append(Part(written.replace(" ", ""), start, end))
        elif piece.lastgroup == "word":
            parts += _words(written, start)
        elif written == '"':
            quoted = not quoted
            kind = Kind.OPENING if quoted else Kind.MARK
            parts.append(Part("“" if quoted else "”", start, end, kind))
        elif written in "¿¡":
            continue
        else:
            said = "…" if written.startswith("..") else _FOLDED.get(written, written)
            kind = Kind.OPENING if written in _OPENING else Kind.DASH if said == "—" else Kind.MARK
            parts.append(Part(said, start, end, kind))
    return parts


def _words(written: str, start: int) -> list[Part]:
    parts: list[Part] = []
    for piece in re.finditer(r"[^\s]+", EMOJI.sub(lambda m: " " * len(m.group()), written)):
        text = piece.group().strip("'`*_~^|-")
        if any(c.isalpha() or c.isdecimal() for c in text) or text in (
            "&",
            "%",
            "€",
            "$",
            "£",
            "+",
            "=",
            "@",
            "°",
        ):
            begin = start + piece.start() + piece.group().index(text)
            parts.append(Part(text, begin, begin + len(text)))
        elif piece.group() in ("-", "--"):
            parts.append(Part("—", start + piece.start(), start + piece.end(), Kind.DASH))
    return parts
