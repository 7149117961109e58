# pure: no socket, thread or clock.
"""What was said, word by word, as it is written: the words of the wire and the marks between.

The wire tells which characters of the source each word was read from, and when it is heard.
What stands between two words is punctuation, markup, or text that is not read out; the
first is kept, at the word it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Protocol

#: Characters start to end of a source; a source may have forgotten what is far behind.
Source = Callable[[int, int], str]


class Timed(Protocol):
    """A word of the wire."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def start_s(self) -> float: ...
    @property
    def end_s(self) -> float: ...


class Stop(IntEnum):
    """What ends behind a word."""

    NOTHING = 0
    CLAUSE = 1
    SENTENCE = 2
    PARAGRAPH = 3


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word with the marks around it, heard from start_s to end_s.

    joined  no space follows, as in Japanese or before the second half of "and/or"
    """

    text: str
    start_s: float
    end_s: float
    stop: Stop = Stop.NOTHING
    joined: bool = False


#: Marks of Markdown and tags, which are seen by nobody.
_MARKUP: Final = re.compile(
    r"<[^<>]*>|\]\([^()]*\)|\[\^[^\]]*\]|\[(?:pause|voice:)[^\]]*\]|!?\[|\]|\*+|__+|~~+|`+"
    r"|^[ \t]*(?:#+|>|[-+])[ \t]",
    re.MULTILINE,
)

#: What of it plain text has: tags, pauses, pronunciations. A bracket is a bracket there.
_INLINE: Final = re.compile(r"<[^<>]*>|\]\([^()]*\)|\[(?:pause|voice:)[^\]]*\]")

#: A word whose pronunciation is given, as a link is written.
_LINK: Final = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")

#: A token of punctuation; anything else between two words was skipped by the reader.
_MARKS: Final = re.compile(
    r"[.,;:!?…—–\-()\[\]{}\"'“”‘’„«»‹›¿¡/&%+=°™®©†‡§′″。、！？；：「」『』（）・]+"
)

_SENTENCE: Final = re.compile(r"[.!?…。！？]")
_CLAUSE: Final = re.compile(r"[,;:—–)、；：）]")

#: A pause that tells "at 5 p.m." at the end of a sentence from the one in its middle.
_PAUSE_S: Final = 0.1

#: Between two words nobody needs more: a skipped code block may be long.
_GAP_CHARS: Final = 2_000


class Transcript:
    """Words of the wire in, spoken words out. The last is held until what follows is known."""

    def __init__(self, source: Source, plain: bool = False) -> None:
        """plain: the source has no markup but for what plain text may have in it."""
        self._source = source
        self._markup = _INLINE if plain else _MARKUP
        self._held: Spoken | None = None
        self._start = self._end = 0  # of the held word in the source
        self._leading = ""

    @property
    def place(self) -> int:
        """The first character of the source that is still needed."""
        return self._start

    def add(self, words: Iterable[Timed]) -> list[Spoken]:
        """Words in their order; those that are complete now."""
        out: list[Spoken] = []
        for word in words:
            if self._held is not None and word.start < self._end:
                # Two readings of the same characters are one word to who reads them.
                self._end = max(self._end, word.end)
                self._held = replace(self._held, end_s=word.end_s)
                continue
            out += self._release(word.start, word.start_s)
            self._start, self._end = word.start, max(word.end, word.start)
            self._held = Spoken("", word.start_s, max(word.end_s, word.start_s))
        return out

    def finish(self, end: int) -> list[Spoken]:
        """The last word. end: the source's length."""
        return self._release(end, None)

    def _release(self, next_start: int, next_s: float | None) -> list[Spoken]:
        if self._held is None:
            # Before the first word only what opens belongs to it.
            lead = self._source(max(0, next_start - _GAP_CHARS), next_start)
            # Before a text stands nothing, which parts as a space does.
            self._leading = _between(f" {lead}", self._markup)[1]
            return []
        held, self._held = self._held, None
        text = _seen(self._source(self._start, self._end), self._markup)
        gap = self._source(self._end, min(next_start, self._end + _GAP_CHARS))
        trailing, leading, spaced, paragraph = _between(gap, self._markup)
        stop = Stop.NOTHING
        if next_s is None or paragraph:
            stop = Stop.PARAGRAPH
        elif _SENTENCE.search(trailing) or (
            _SENTENCE.match(text[-1:]) and next_s - held.end_s >= _PAUSE_S
        ):
            # A point inside what is joined is none: "3.5", "and/or.txt".
            stop = Stop.SENTENCE if spaced or not text.isascii() else Stop.NOTHING
        elif _CLAUSE.search(trailing):
            stop = Stop.CLAUSE
        whole = self._leading + text + trailing
        self._leading = leading
        return [replace(held, text=whole, stop=stop, joined=not spaced and next_s is not None)]


def shared_out(text: str, start: int, start_s: float, end_s: float) -> Sequence[Timed]:
    """For speech without word times: each word of `text` its share by its letters."""
    words: list[_Share] = []
    for found in re.finditer(r"\S+", text):
        at, to = found.start() / len(text), found.end() / len(text)
        if any(char.isalnum() for char in found[0]):
            length = end_s - start_s
            words.append(
                _Share(
                    start + found.start(),
                    start + found.end(),
                    start_s + at * length,
                    start_s + to * length,
                )
            )
    return words


@dataclass(frozen=True, slots=True)
class _Share:
    start: int
    end: int
    start_s: float
    end_s: float


def trimmed(word: Timed, source: Source) -> Timed:
    """The word without white space at its ends."""
    text = source(word.start, word.end)
    begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if begin >= end or (begin, end) == (0, len(text)):
        return word
    return _Share(word.start + begin, word.start + end, word.start_s, word.end_s)


def _between(gap: str, markup: re.Pattern[str]) -> tuple[str, str, bool, bool]:
    """What trails the word before, what leads the next one, whether space, whether a
    paragraph's end lies between."""
    paragraph = re.search(r"\n[ \t\r]*\n", gap) is not None
    shown = markup.sub("", gap)
    spaced = paragraph or any(char.isspace() for char in gap)
    tokens = [token if _MARKS.fullmatch(token) else "" for token in shown.split()]
    if not tokens:
        return "", "", spaced, paragraph
    leading = ""
    if spaced and not shown[-1].isspace() and (len(tokens) > 1 or shown[0].isspace()):
        leading = tokens.pop()
    trailing = ""
    if tokens and not shown[0].isspace():
        trailing = tokens.pop(0)
    # What stands alone, as a dash does, goes with the word before it.
    alone = "".join(f" {token}" for token in tokens if token)
    return trailing + alone, leading, spaced, paragraph


def _seen(text: str, markup: re.Pattern[str]) -> str:
    """A word without markup inside it and in one line."""
    shown = _LINK.sub(r"\1", text) if "](" in text else text
    shown = markup.sub("", shown) if any(char in shown for char in "<*_~`") else shown
    if "&" in shown:
        import html

        shown = html.unescape(shown)
    return " ".join("".join(char if char.isprintable() else " " for char in shown).split())
