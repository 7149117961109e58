# pure: no socket, thread or clock.
"""Words and marks of a language other than English.

What the language's own rules (languages/) read is said as they say; other numbers are left
to espeak-ng or misaki, with the letters that they are written with: 3D, 3月.
"""

from __future__ import annotations

import re
from typing import Final

from ..patterns import lazy_pattern
from .cursor import Kind, Part, say
from .emoji import EMOJI
from .languages.grammar import LocalReader, local_reader

_OPENING: Final = "«“„‹(「『（【《〈[{¿¡"
_CLOSING: Final = "»”›)」』）】》〉]},;:.!?…。、，；：！？।॥؟،؛．｡"
_MARKS: Final = re.escape(_OPENING + _CLOSING) + '"—–―'
#: A mark within a number.
_INNER: Final = r"[.,:/](?<=\d[.,:/])(?=\d)"
_LAST: Final = rf"|(?P<mark>\.{{2,}}|[{_MARKS}])"
#: A number with its inner marks, a word with its inner apostrophes, hyphens and digits, a mark.
_PIECE: Final = lazy_pattern(
    r"(?P<number>(?:(?<!\w)[-−+])?\d++(?:[.,:/]\d++)*+(?:[ ]?[%€$£¥°])?(?![^\W_]))"
    rf"|(?P<word>(?:[^\s{_MARKS}]|{_INNER})+(?:[.](?=\w)[^\s{_MARKS}]+)*)" + _LAST
)
#: In a script without spaces all between two marks is a word, numbers too.
_RUN: Final = lazy_pattern(rf"(?P<word>[-−]?(?:[^\s{_MARKS}]|{_INNER})+)" + _LAST)
_UNSPACED: Final = frozenset({"ja", "zh"})
_FOLDED: Final = {
    "。": ".", "．": ".", "｡": ".", "、": ",", "，": ",", "；": ";", "：": ":", "！": "!",
    "？": "?", "।": ".", "॥": ".", "؟": "?", "،": ",", "؛": ";", "«": "“", "»": "”", "„": "“",
    "‹": "“", "›": "”", "「": "“", "」": "”", "『": "“", "』": "”", "《": "“", "》": "”",
    "〈": "“", "〉": "”", "（": "(", "）": ")", "【": "(", "】": ")", "[": "(", "]": ")",
    "{": "(", "}": ")", "–": "—", "―": "—",
}  # fmt: skip


#: (first part, the one after the last, name of the rule)
Run = tuple[int, int, str]


def read_foreign(text: str, lang: str) -> tuple[list[Part], list[Run]]:
    """The words and marks of `text` in order, and which of them a rule has read."""
    walk = _Walk()
    pattern = _RUN if lang[:2] in _UNSPACED else _PIECE
    reader = local_reader(lang)
    position = 0
    while piece := pattern.search(text, position):
        start = piece.start()
        read = reader.read_at(text, start) if reader else None
        if (read is None and text[start] in "'’") or (read is None and "'" in piece.group()):
            read, start = _behind_elision(reader, text, piece)
            if read:
                walk.parts += _words(text[piece.start() : start], piece.start())
        if read:
            said, position, name = read
            walk.say(said, start, position, name)
        else:
            walk.take(piece)
            position = piece.end()
    return walk.parts, walk.runs


def _behind_elision(
    reader: LocalReader | None, text: str, piece: re.Match[str]
) -> tuple[tuple[str, int, str] | None, int]:
    """What is read behind l' and d': l'an, d'1 kg."""
    found = _ELISION.match(piece.group())
    if reader is None or found is None or found.end() == len(piece.group()):
        return None, piece.start()
    start = piece.start() + found.end()
    return reader.read_at(text, start), start


#: l', d', qu', dell'
_ELISION: Final = lazy_pattern(r"[^\W\d_]{1,6}['’]")


class _Walk:
    """The parts so far. A quotation mark opens and closes in turn."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.runs: list[Run] = []
        self._quoted = False

    def say(self, said: str, start: int, end: int, name: str) -> None:
        first = len(self.parts)
        self.parts += say(said, start, end)
        self.runs.append((first, len(self.parts), name))

    def take(self, piece: re.Match[str]) -> None:
        start, end = piece.span()
        written = piece.group()
        if piece.lastgroup == "number":
            self.parts.append(Part(written.replace(" ", ""), start, end))
        elif piece.lastgroup == "word":
            same = _DEGREES.sub("度", written) if "°" in written else written
            self.parts += _words(same, start, 0 if same == written else end)
        elif written == '"':
            self._quoted = not self._quoted
            kind = Kind.OPENING if self._quoted else Kind.MARK
            self.parts.append(Part("“" if self._quoted else "”", start, end, kind))
        elif written not in "¿¡":
            said = "…" if written.startswith("..") else _FOLDED.get(written, written)
            kind = Kind.OPENING if written in _OPENING else Kind.DASH if said == "—" else Kind.MARK
            self.parts.append(Part(said, start, end, kind))


#: Signs that espeak-ng has words for.
_SAID: Final = frozenset("&%€$£+=@°")


_MINUS: Final = lazy_pattern(r"-\d")


#: Chinese and Japanese after a number; the signs were one character.
_DEGREES: Final = lazy_pattern(r"(?<=\d)°[CF]")


def _words(written: str, start: int, end: int = 0) -> list[Part]:
    parts: list[Part] = []
    for piece in re.finditer(r"[^\s]+", EMOJI.sub(lambda m: " " * len(m.group()), written)):
        text = piece.group().strip("'`*_~^|-")
        if _MINUS.match(piece.group()):
            text = piece.group().rstrip("'`*_~^|-")
        if any(c.isalpha() or c.isdecimal() for c in text) or text in _SAID:
            begin = start + piece.start() + piece.group().index(text)
            parts.append(Part(text, begin, max(begin + len(text), end)))
        elif piece.group() in ("-", "--"):
            parts.append(Part("—", start + piece.start(), start + piece.end(), Kind.DASH))
    return parts
