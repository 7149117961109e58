# pure: no socket, thread or clock.
"""Markdown inside a block: emphasis, code, links, images, tags, entities, and our markup."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Final

from .fragments import Span
from .notation import split_inline

#: Longest link target or tag; what is longer is text.
_TARGET: Final = (
    r"\([^()\s]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,2000})?"
    r"(?:\s+(?:\"[^\"]{0,500}\"|'[^']{0,500}'))?\s{0,8}\)"
)
_TOKEN: Final = re.compile(
    r"(?P<ours>\[pause(?:[ ]+\d{1,6}(?:\.\d{1,3})?[ ]*(?:ms|s))?\]"
    r"|\[\[slnc[ ]+\d{1,6}[ ]*\]\]"
    r"|\[[^\[\]\n]{1,200}\]\(/[^/()\n]{1,400}/\))"
    r"|(?P<escaped>\\[!-/:-@\[-`{-~])"
    r"|(?P<ticks>`+)"
    r"|(?P<auto><(?:[a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>]{1,2000}|[\w.+-]{1,64}@[\w.-]{1,255})>)"
    r"|(?P<comment><!--.{0,2000}?-->)"
    r"|(?P<tag></?[a-zA-Z][a-zA-Z0-9-]{0,31}(?:\s[^<>]{0,2000})?/?>)"
    r"|(?P<entity>&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)"
    r"|(?P<note>\[\^[^\]\n]{1,60}\])"
    r"|(?P<open>!?\[)"
    rf"|(?P<close>\](?:{_TARGET}|\[[^\[\]\n]{{0,200}}\])?)"
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
_ALT: Final = re.compile(r"<img\s[^>]*?\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
#: Emphasis deeper than this in one paragraph is nothing that people write.
_MOST_OPEN: Final = 64


def read_line(text: str, starts: Sequence[int]) -> list[Span | float]:
    """The visible text of one block, and the silences in it.

    starts  for each character of `text` where it stands in the source
    """
    if not text:
        return []
    silences: dict[int, float] = {}
    hidden, replaced, ours = _scan(text, silences)
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
            result += split_inline(place)
            run = position = mine
        elif here:
            end, visible = here
            # Nothing to be silent after at a block's beginning: most blocks begin so.
            told = told or any(isinstance(r, Span) and r.text.strip() for r in result[-2:])
            if told and position in silences:
                result.append(silences[position])
            result.append(Span(visible, starts[position], starts[end - 1] + 1))
            run = position = end
        else:
            position += 1
            run += hidden[position - 1]
    if length > run:
        result.append(Span(text[run:], starts[run], starts[-1] + 1))
    return result


def _scan(
    text: str, silences: dict[int, float]
) -> tuple[bytearray, dict[int, tuple[int, str]], dict[int, int]]:
    """What is not seen, what is seen as something else, and where our own markup stands.

    silences  filled in: where a tag ends a block, and how long nothing is said there
    """
    hidden = bytearray(len(text))
    replaced: dict[int, tuple[int, str]] = {}
    ours: dict[int, int] = {}
    openers: list[tuple[int, int]] = []
    runs: list[tuple[str, int, int]] = []
    ticks = _tick_ends(text)
    position = 0
    while found := _TOKEN.search(text, position):
        start, position = found.span()
        kind = found.lastgroup
        if kind == "ours":
            ours[start] = position
        elif kind == "escaped":
            hidden[start] = 1
        elif kind == "ticks":
            close = ticks.get(start)
            if close is not None:
                _hide(hidden, start, position)
                _hide(hidden, close, close + position - start)
                position = close + position - start
        elif kind == "auto":
            hidden[start] = hidden[position - 1] = 1
        elif kind in ("comment", "note"):
            _hide(hidden, start, position)
        elif kind == "tag":
            if block := _BREAKING.match(found.group()):
                replaced[start] = (position, " ")
                name = block["name"].lower()
                if block["close"] or name in ("br", "hr"):
                    silences[start] = _SILENCES.get(name, 0.0)
                else:
                    silences[start] = 0.0
            elif alt := _ALT.match(found.group()):
                replaced[start] = (position, f" {alt[1] or alt[2] or ''} ")
            else:
                _hide(hidden, start, position)
        elif kind == "entity":
            replaced[start] = (position, html.unescape(found.group()).replace("\xa0", " "))
        elif kind == "open":
            openers.append((start, position))
            del openers[:-_MOST_OPEN]
        elif kind == "close" and openers:
            begin, inside = openers.pop()
            if position - start > 1:
                _hide(hidden, begin, inside)
                _hide(hidden, start, position)
        elif kind == "run":
            _emphasis(text, found, runs, hidden)
    return hidden, replaced, ours


def _hide(hidden: bytearray, start: int, end: int) -> None:
    hidden[start:end] = b"\1" * (end - start)


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


def _emphasis(
    text: str, found: re.Match[str], runs: list[tuple[str, int, int]], hidden: bytearray
) -> None:
    """Pair a run of * or _ with one before it, or keep it for one after it."""
    start, end = found.span()
    sign = found.group()[0]
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    opens = not after.isspace() and (after.isalnum() or before.isspace() or not before.isalnum())
    closes = not before.isspace() and (before.isalnum() or after.isspace() or not after.isalnum())
    if sign == "_" and before.isalnum() and after.isalnum():
        return
    if sign == "*" and before.isdigit() and after.isdigit():
        return
    if closes:
        for index in range(len(runs) - 1, -1, -1):
            other, first, last = runs[index]
            if other == sign and last > first:
                width = min(end - start, last - first)
                _hide(hidden, last - width, last)
                _hide(hidden, start, start + width)
                del runs[index + 1 :]
                runs[index] = (other, first, last - width)
                start += width
                if start == end:
                    return
    if opens:
        runs.append((sign, start, end))
        del runs[:-_MOST_OPEN]
