# pure: no socket, thread or clock.
"""Punctuation as Kokoro knows it: ; : , . ! ? — … “ ” ( ) and how it stands between words."""

from __future__ import annotations

from typing import Final

#: Marks that stand close to the word before them, and to the word after them.
CLOSING: Final = frozenset(";:,.!?…”)")
OPENING: Final = frozenset("“(")
MARKS: Final = CLOSING | OPENING | {"—"}

#: What people write -> the mark Kokoro was trained with. "" = it is not heard: the mark at
#: the sentence's other end carries the intonation.
_WRITTEN: Final = {
    "-": "—",
    "–": "—",
    "‒": "—",
    "―": "—",
    "−": "—",
    "‐": "—",
    "‑": "—",
    "~": "—",
    "〜": "—",
    "～": "—",
    "ー": "—",
    "/": ",",
    "|": ",",
    "·": ",",
    "•": ",",
    "‣": ",",
    "◦": ",",
    "●": ",",
    "▪": ",",
    "‥": "…",
    "⋯": "…",
    "«": "“",
    "»": "”",
    "‹": "“",
    "›": "”",
    "„": "“",
    "‚": "“",
    "‟": "“",
    "‘": "“",
    "’": "”",
    "「": "“",
    "」": "”",
    "『": "“",
    "』": "”",
    "《": "“",
    "》": "”",
    "【": "“",
    "】": "”",
    "[": "(",
    "]": ")",
    "{": "(",
    "}": ")",
    "<": "(",
    ">": ")",
    "（": "(",
    "）": ")",
    "。": ".",
    "．": ".",
    "｡": ".",
    "।": ".",
    "॥": ".",
    "۔": ".",
    "、": ",",
    "､": ",",
    "，": ",",
    "،": ",",
    "；": ";",
    "؛": ";",
    "：": ":",
    "！": "!",
    "？": "?",
    "؟": "?",
    "‽": "?!",
    "⁇": "??",
    "⁈": "?!",
    "⁉": "!?",
    "‼": "!!",
    "¿": "",
    "¡": "",
    "*": "",
    "_": "",
    "`": "",
    "#": "",
    "^": "",
}

#: The same mark said again is not heard again.
MAX_RUN: Final = 3


def written_as(text: str) -> str | None:
    """Kokoro's marks for a punctuation token, quotes left straight; None: not a mark."""
    text = text.replace("...", "…").replace("--", "—")
    result = ""
    for c in text:
        if c in MARKS or c == '"':
            heard = c
        elif c in _WRITTEN:
            heard = _WRITTEN[c]
        else:
            return None
        if heard and not result.endswith(heard * MAX_RUN):
            result += heard
    return result
