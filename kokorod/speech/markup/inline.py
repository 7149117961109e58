# pure: no socket, thread or clock.
"""Markdown inside a block: emphasis, code, links, images, tags, entities, and our markup."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from .emphasis import Run, hide_pairs, run_of
from .fragments import Span
from .notation import OURS, VoiceChange, split_inline
from .tex import FORMULA, is_formula

#: Longest link target or tag; what is longer is text. Parentheses in a target are in pairs.
_FREE: Final = r"(?:\\.|[^\s()\\])"
_PAIR: Final = rf"\({_FREE}{{0,200}}+\)"
_PAIRS: Final = rf"\((?:{_FREE}|{_PAIR}){{0,400}}+\)"
_TITLE: Final = (
    r"(?:\"(?:[^\"\\]|\\.){0,500}+\"|'(?:[^'\\]|\\.){0,500}+'|\((?:[^()\\]|\\.){0,500}+\))"
)
_TARGET: Final = (
    rf"\(\s{{0,99}}(?:(?:<(?:[^<>\\]|\\.){{0,2000}}+>|(?![<])(?:{_FREE}|{_PAIRS}){{1,2000}}+)"
    rf"(?:\s{{1,99}}{_TITLE})?)?\s{{0,99}}\)"
)
_LABEL: Final = r"\[(?:[^\[\]\\]|\\.){0,999}+\]"
_ATTRIBUTE: Final = (
    r"\s{1,99}[a-zA-Z_:][\w:.-]{0,99}"
    r"(?:\s{0,99}=\s{0,99}(?:[^\s\"'=<>`]{1,2000}|'[^']{0,2000}'|\"[^\"]{0,2000}\"))?"
)
#: Without names for its parts.
_FORMULA: Final = re.sub(r"\?P<\w+>", "?:", FORMULA)
_TOKEN: Final = re.compile(
    rf"(?P<ours>{OURS})|(?P<formula>{_FORMULA})"
    r"|(?P<escaped>\\[!-/:-@\[-`{-~])"
    r"|(?P<ticks>`+)"
    r"|(?P<auto><(?:[a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>]{1,2000}|[\w.+-]{1,64}@[\w.-]{1,255})>)"
    r"|(?P<hidden><!--|<\?|<!\[CDATA\[|<![a-zA-Z])"
    rf"|(?P<tag></[a-zA-Z][a-zA-Z0-9-]{{0,31}}\s{{0,99}}>"
    rf"|<[a-zA-Z][a-zA-Z0-9-]{{0,31}}(?:{_ATTRIBUTE}){{0,40}}\s{{0,99}}/?>)"
    r"|(?P<entity>&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)"
    r"|(?P<note>\[\^[^\]\n]{1,60}\])"
    r"|(?P<open>!?\[)"
    rf"|(?P<close>\](?:{_TARGET}|{_LABEL})?)"
    r"|(?P<run>\*+|_+|~~+|==+)",
)
#: A tag that parts what is before it from what is behind, and one that ends it.
_BREAKING: Final = re.compile(
    r"<(?P<close>/)?(?P<name>br|p|div|li|tr|td|th|h[1-6]|hr|ul|ol|dl|dt|dd|table|caption|summary"
    r"|details|section|article|header|footer|main|nav|aside|figure|figcaption|blockquote|pre|title"
    r"|head|body|form|option|button)\b",
    re.IGNORECASE,
)
#: Seconds of silence after them, as after their kind in Markdown.
_SILENCES: Final = {
    "p": 0.5, "h1": 0.6, "h2": 0.6, "h3": 0.6, "h4": 0.6, "h5": 0.6, "h6": 0.6, "title": 0.6,
    "li": 0.3, "dt": 0.3, "dd": 0.3, "tr": 0.4, "td": 0.2, "th": 0.2, "hr": 0.8, "br": 0.2,
    "blockquote": 0.5, "summary": 0.5, "figcaption": 0.5, "caption": 0.5, "div": 0.3, "pre": 0.5,
    "option": 0.3, "button": 0.3,
}  # fmt: skip
#: What is never seen: how it ends, by its beginning.
_HIDDEN_ENDS: Final = {"<!--": "-->", "<?": "?>", "<![CDATA[": "]]>"}
#: Tags whose content is not seen.
_DROPPED: Final = re.compile(r"<(script|style|svg|template)\b", re.IGNORECASE)
_ALT: Final = re.compile(r"<img\s[^>]*?\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_LOWERED: Final = re.compile(r"<(sub|sup)>")
#: Brackets in brackets deeper than this are nothing that people write.
_MOST_OPEN: Final = 64


def read_line(text: str, starts: Sequence[int]) -> list[Span | float]:
    """The visible text of one block, and the silences in it.

    starts  for each character of `text` where it stands in the source
    """
    if not text:
        return []
    seen = _Scan(text)
    hidden, replaced, ours = seen.hidden, seen.replaced, seen.ours
    result: list[Span | float] = []
    run = position = 0
    told = False
    length = len(text)
    while position < length:
        here = replaced.get(position)
        mine = ours.get(position)
        moved = position > run and starts[position] != starts[position - 1] + 1
        if position > run and (hidden[position] or here or mine or moved):
            result.append(Span(text[run:position], starts[run], starts[position - 1] + 1))
            run = position
        if mine:
            place = Span(text[position:mine], starts[position], starts[mine - 1] + 1)
            result += [p for p in split_inline(place) if not isinstance(p, VoiceChange)]
            run = position = mine
        elif here:
            end, visible = here
            # Nothing to be silent after at a block's beginning: most blocks begin so.
            told = told or any(isinstance(r, Span) and r.text.strip() for r in result[-2:])
            if told and position in seen.silences:
                result.append(seen.silences[position])
            result.append(Span(visible, starts[position], starts[end - 1] + 1))
            run = position = end
        else:
            position += 1
            run += hidden[position - 1]
    if length > run:
        result.append(Span(text[run:], starts[run], starts[-1] + 1))
    return result


@dataclass(frozen=True, slots=True)
class _Bracket:
    """`[` or `![` that waits for its `]`; no link may hold another: then it is not active."""

    start: int
    inside: int
    image: bool
    active: bool = True


class _Scan:
    """What is not seen, what is seen as something else, and where our own markup stands.

    Owns, by place in the text: `hidden`; `replaced` (end, what is seen instead); `ours` (end);
    `silences`, where a tag ends a block: how long nothing is said there.
    """

    def __init__(self, text: str) -> None:
        self.hidden = bytearray(len(text))
        self.replaced: dict[int, tuple[int, str]] = {}
        self.ours: dict[int, int] = {}
        self.silences: dict[int, float] = {}
        self._text = text
        self._openers: list[_Bracket] = []
        self._runs: list[Run] = []
        self._ticks = _tick_ends(text)
        self._ends = _Ends(text)
        position = 0
        while found := _TOKEN.search(text, position):
            position = self._take(found.lastgroup or "", found)
        hide_pairs(self._runs, self.hidden)

    def _take(self, kind: str, found: re.Match[str]) -> int:
        """Note what a token does; where the text goes on behind it."""
        start, end = found.span()
        match kind:
            case "ours":
                self.ours[start] = end
            case "formula":
                written = found.group()
                if written[:2] == "$$" or written[0] == "\\" or is_formula(written[1:-1]):
                    self.ours[start] = end
                else:
                    return start + 1
            case "escaped":
                self.hidden[start] = 1
            case "ticks":
                return self._code(start, end)
            case "auto":
                self.hidden[start] = self.hidden[end - 1] = 1
            case "note":
                self._hide(start, end)
            case "hidden":
                return self._unseen(found.group(), start, end)
            case "tag":
                return self._tag(found.group(), start, end)
            case "entity":
                seen = html.unescape(found.group()).replace("\xa0", " ")
                self.replaced[start] = (end, seen)
            case "open":
                self._openers.append(_Bracket(start, end, self._text[start] == "!"))
                del self._openers[:-_MOST_OPEN]
            case "close":
                return self._close(start, end)
            case "run":
                if run := run_of(self._text, start, end):
                    self._runs.append(run)
        return end

    def _hide(self, start: int, end: int) -> None:
        self.hidden[start:end] = b"\1" * (end - start)

    def _code(self, start: int, end: int) -> int:
        close = self._ticks.get(start)
        if close is None:
            return end
        after = close + end - start
        self._hide(start, end)
        self._hide(close, after)
        return after

    def _unseen(self, begin: str, start: int, end: int) -> int:
        after = self._ends.after(_HIDDEN_ENDS.get(begin, ">"), end)
        self._hide(start, after or start)
        return after or end

    def _tag(self, tag: str, start: int, end: int) -> int:
        if dropped := _DROPPED.match(tag):
            end = self._ends.after(f"</{dropped[1]}", end) or end
            end = self._ends.after(">", end - 1) or end
            self._hide(start, end)
        elif block := _BREAKING.match(tag):
            self.replaced[start] = (end, " ")
            name = block["name"].lower()
            silent = block["close"] or name in ("br", "hr")
            self.silences[start] = _SILENCES.get(name, 0.0) if silent else 0.0
        elif lowered := _LOWERED.match(tag):
            self._lower(lowered, start, end)
        elif alt := _ALT.match(tag):
            self.replaced[start] = (end, f" {alt[1] or alt[2] or ''} ")
        else:
            self._hide(start, end)
        return end

    def _lower(self, lowered: re.Match[str], start: int, end: int) -> None:
        """x<sup>2</sup> is a power, 10<sup>th</sup> is not; v<sub>1</sub> is no version."""
        before, after = self._text[start - 1 : start], self._text[end : end + 1]
        if lowered[1] == "sup" and before.isalnum() and (after.isdigit() or after == "-"):
            self.replaced[start] = (end, "^")
        elif lowered[1] == "sub" and before.islower() and after.isalnum():
            self.replaced[start] = (end, " ")
        else:
            self._hide(start, end)

    def _close(self, start: int, end: int) -> int:
        """A `]`, with what follows it if that makes it a link."""
        bracket = self._openers.pop() if self._openers else None
        if bracket is None or not bracket.active:
            return start + 1
        if end - start > 1:
            self._hide(bracket.start, bracket.inside)
            self._hide(start, end)
            # Emphasis in a link's text stays in it.
            inner = bisect_left(self._runs, bracket.start, key=lambda run: run.start)
            hide_pairs(self._runs[inner:], self.hidden)
            del self._runs[inner:]
            if not bracket.image:
                self._openers = [replace(o, active=o.image) for o in self._openers]
        return end


class _Ends:
    """Finds what ends something, and looks no second time for what is not there."""

    def __init__(self, text: str) -> None:
        self._text = text.lower()
        self._missing: set[str] = set()

    def after(self, end: str, position: int) -> int:
        """Where the text goes on behind the next `end`; 0 if there is none."""
        end = end.lower()
        found = -1 if end in self._missing else self._text.find(end, position)
        if found < 0:
            self._missing.add(end)
        return found + len(end) if found >= 0 else 0


def _tick_ends(text: str) -> dict[int, int]:
    """For each run of backticks the next run of the same length."""
    ends: dict[int, int] = {}
    last: dict[int, int] = {}
    for run in reversed(list(re.finditer(r"`+", text))):
        length = len(run.group())
        if length in last:
            ends[run.start()] = last[length]
        last[length] = run.start()
    return ends
