# pure: no socket, thread or clock.
"""Characters brought to one form, with the way back to where each stood."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

from ..patterns import lazy_pattern

_SPACES: Final = (
    "\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)

_SAME_LENGTH: Final = {
    **{ord(c): " " for c in _SPACES},
    **{c: " " for c in range(0x20) if chr(c) not in "\t\n\r\f\v"},
    **{c: " " for c in range(0x7F, 0xA0) if c != 0x85},
    **{c: chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)},
    0x2018: "'",
    0x2019: "'",
    0x201B: "'",
    0x02BC: "'",
    0x2010: "-",
    0x2011: "-",
    0xFE63: "-",
    0x2012: "–",
    0x2015: "—",
    0x201F: "“",
    0x2044: "/",
    0x2215: "/",
    0x2024: ".",
    0x00B5: "μ",
    **{0x2080 + digit: str(digit) for digit in range(10)},
    **{first + digit: str(digit + 1) for first in (0x2776, 0x2780, 0x278A) for digit in range(9)},
    0xFFFD: " ",
}
_FOREIGN_DIGIT: Final = lazy_pattern(r"[^\x00-\x7f]")

#: What changes the length: invisible characters, letters with combining marks (and more
#: marks than a letter can bear), and characters that stand for several.
_ODD: Final = lazy_pattern(
    r"(?P<broken>(?<=[a-z])(?:[\xad\u2010-]|\ufffe)[ \t]?\r?\n[ \t]{0,8}(?=[a-z])|\ufffe)"
    r"|(?P<gone>[\xad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    r"\u2066-\u206f\ufeff\ufff9-\ufffb]"
    r"|(?<![\u2190-\u2bff\ufe0f\u20e3\U0001f000-\U0001faff])[\u200c\u200d\ufe00-\ufe0e]"
    r"|(?<![\u2190-\u2bff\u200d0-9#*©®\U0001f000-\U0001faff])\ufe0f)"
    r"|(?P<lone>[\ud800-\udfff])"
    r"|(?P<entity>&(?:amp|lt|gt|quot|apos|nbsp|ndash|mdash|hellip|copy|reg|trade|deg|times|eacute"
    r"|[lr][sd]quo|frac12|pound|euro|cent|yen|middot|bull|#\d{2,6}|#x[0-9a-fA-F]{2,5});)"
    r"|(?P<accented>[A-Za-z\xc0-\u024f\u0370-\u04ff\u1e00-\u1fff][\u0300-\u036f]+)"
    r"|(?P<stray>[\u0300-\u036f]+)"
    r"|(?P<several>[\ufb00-\ufb06\u2160-\u217f\u3371-\u33df\u2100-\u2115\u2118-\u2121"
    r"\u2123-\u214f\u2460-\u24ff\u277f\u2789\u2793\U0001d400-\U0001d7ff])"
    r"|(?P<raised><su(?P<how>[pb])>(?P<inside>[0-9+−-]{1,4}|st|nd|rd|th)</su(?P=how)>)"
)


class Cleaned:
    """`text`, and where its characters stood.

    `starts`, `ends`: for each character of `text` the span it came from; None: the same.
    """

    __slots__ = ("ends", "starts", "text")

    def __init__(self, source: str) -> None:
        self.starts: list[int] | None = None
        self.ends: list[int] | None = None
        if source.isascii() and source.isprintable() and "&" not in source and "<su" not in source:
            self.text = source
            return
        folded = source.translate(_SAME_LENGTH)
        if not folded.isascii():
            folded = _FOREIGN_DIGIT.sub(_fold_digit, folded)
        broken = "\n" in folded and "-" in folded
        plain = folded.isascii() and not (broken or "&" in folded or "<su" in folded)
        if plain or not _ODD.search(folded):
            self.text = folded
            return
        self.starts, self.ends = [], []
        pieces: list[str] = []
        last = 0
        for odd in _ODD.finditer(folded):
            self._keep(folded, last, odd.start(), pieces)
            replacement = _replacement(odd)
            pieces.append(replacement)
            self.starts += [odd.start()] * len(replacement)
            self.ends += [odd.end()] * len(replacement)
            last = odd.end()
        self._keep(folded, last, len(folded), pieces)
        self.text = "".join(pieces)

    def _keep(self, folded: str, start: int, end: int, pieces: list[str]) -> None:
        assert self.starts is not None
        assert self.ends is not None
        pieces.append(folded[start:end])
        self.starts += range(start, end)
        self.ends += range(start + 1, end + 1)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end] (not empty) stood."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def _fold_digit(found: re.Match[str]) -> str:
    character = found.group()
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


_RAISED: Final = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
#: A word broken behind one of these has its hyphen anyway: twenty-five, well-known.
_HEADS: Final = frozenset(
    "twenty thirty forty fifty sixty seventy eighty ninety well ill self half ex non high low long "
    "short full part first second third one two three four five six seven eight nine ten all old "
    "new so best worst good hard soft open close single double triple multi cross ever much co by "
    "up down off on out over under anti semi mid post pre pro year years day state user end "
    "left right north south east west light dark deep fast slow large small hand real time mother "
    "father son daughter brother sister great vice editor air water man made based free".split()
)
_WORD_BEFORE: Final = lazy_pattern(r"[A-Za-z]{1,20}\Z")


def _joint(odd: re.Match[str]) -> str:
    """What joins the halves of a word broken at a line's end: nothing, or its own hyphen."""
    if "-" not in odd.group() and "\u2010" not in odd.group():
        return ""
    before = _WORD_BEFORE.search(odd.string[max(0, odd.start() - 20) : odd.start()])
    return "-" if before and before.group().lower() in _HEADS else ""


def _replacement(odd: re.Match[str]) -> str:
    if odd.lastgroup == "accented":
        return unicodedata.normalize("NFC", odd.group())[0]
    if odd.lastgroup == "entity":
        said = html.unescape(odd.group()).translate(_SAME_LENGTH)
        return said if said.isprintable() and not "\ud800" <= said <= "\udfff" else " "
    if odd["broken"] is not None:
        return _joint(odd)
    if odd["raised"] is not None:
        inside = odd["inside"]
        return inside if odd["how"] == "b" or inside.isalpha() else inside.translate(_RAISED)
    if odd["several"] is not None and odd.group() in "\u277f\u2789\u2793":
        return "10"
    if odd.lastgroup == "several":
        return unicodedata.normalize("NFKC", odd.group())
    return " " if odd.lastgroup == "lone" else ""
