# pure: no socket, thread or clock.
"""Captions from spoken words: SubRip (.srt) and WebVTT (.vtt).

A cue has at most two lines of 42 characters, as broadcasters have them, and is broken where
the sentence ends, else at a clause, else between two words, into parts of like length. It
stands for as long as its words are heard, and on into the pause that follows if it
would be too short to be read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .transcript import Spoken, Stop

LINE_CHARS: Final = 42
LINES: Final = 2

#: No cue is shorter if the pause after it has room, nor longer than it may be.
MIN_S: Final = 1.0
MAX_S: Final = 7.0

#: What is read in a second, at most: a cue stays for that long if nothing else comes.
READ_CHARS_A_SECOND: Final = 17.0

#: Between two cues, so that the change is seen.
GAP_S: Final = 0.04

#: A sentence of this many words is cut without waiting for its end.
_MAX_WORDS: Final = 400


@dataclass(frozen=True, slots=True)
class Cue:
    """Lines that are shown from start_s to end_s."""

    start_s: float
    end_s: float
    lines: tuple[str, ...]


class Captions:
    """Spoken words in, cues out, as early as they are certain.

    Owns:       the words of the sentence that goes on, the sentences too short to stand
                alone, the last cue.
    Invariants: each word is in one cue, in order; cues do not overlap.
    """

    def __init__(self) -> None:
        self._words: list[Spoken] = []
        self._short: list[Spoken] = []
        self._last: list[Spoken] = []

    def add(self, words: Iterable[Spoken]) -> list[Cue]:
        """The cues that are complete now."""
        out: list[Cue] = []
        for word in words:
            self._words.append(word)
            if word.stop >= Stop.SENTENCE or len(self._words) >= _MAX_WORDS:
                out += self._sentence()
        return out

    def finish(self) -> list[Cue]:
        """What is left."""
        out = self._sentence()
        out += self._short_ones()
        return out + self._show([])

    def _sentence(self) -> list[Cue]:
        sentence, self._words = self._words, []
        if not sentence:
            return []
        out: list[Cue] = []
        together = [*self._short, *sentence]
        # "No. Wait. Stop!" is one cue; a sentence that stands alone has one of its own.
        if not (self._short and _fits(together) and _seconds(self._short) < MIN_S):
            out += self._short_ones()
            together = sentence
        self._short = []
        parts = _parts(together)
        for part in parts[:-1]:
            out += self._show(part)
        if sentence[-1].stop == Stop.PARAGRAPH:
            return out + self._show(parts[-1])
        self._short = parts[-1]
        return out

    def _short_ones(self) -> list[Cue]:
        short, self._short = self._short, []
        return self._show(short) if short else []

    def _show(self, words: list[Spoken]) -> list[Cue]:
        """Hold `words`, and give the cue before, whose end is known now."""
        last, self._last = self._last, words
        if not last:
            return []
        text = _text(last)
        end_s = max(
            last[-1].end_s,
            last[0].start_s + max(MIN_S, len(text) / READ_CHARS_A_SECOND),
        )
        end_s = min(end_s, last[0].start_s + max(MAX_S, _seconds(last)))
        if words:
            latest = words[0].start_s - GAP_S
            end_s = max(min(end_s, latest), last[0].start_s)
        return [Cue(last[0].start_s, end_s, _lines(last))]


def srt(number: int, cue: Cue) -> str:
    """A cue of SubRip; `number` counts from 1."""
    lines = "\n".join(line.replace("-->", "→") for line in cue.lines)
    return f"{number}\n{_time(cue.start_s, ',')} --> {_time(cue.end_s, ',')}\n{lines}\n\n"


#: What a .vtt file begins with.
VTT_HEADER: Final = "WEBVTT\n\n"


def vtt(cue: Cue) -> str:
    """A cue of WebVTT (W3C)."""
    lines = "\n".join(
        line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for line in cue.lines
    )
    return f"{_time(cue.start_s, '.')} --> {_time(cue.end_s, '.')}\n{lines}\n\n"


def _time(seconds: float, point: str) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def _seconds(words: Sequence[Spoken]) -> float:
    return words[-1].end_s - words[0].start_s


def _text(words: Sequence[Spoken]) -> str:
    return "".join(
        word.text + ("" if word.joined or word is words[-1] else " ") for word in words
    ).strip()


def _fits(words: Sequence[Spoken]) -> bool:
    """Whether they are one cue: in room and in time."""
    if len(words) == 1:
        return True
    length = len(_text(words))
    if length > LINES * LINE_CHARS + 1 or _seconds(words) > MAX_S:
        return False
    return length <= LINE_CHARS or _broken_at(words) is not None


def _broken_at(words: Sequence[Spoken]) -> int | None:
    """How many words go into the first of two lines: none too long, best where a clause
    ends, else of like length, the second rather the longer. None: there is no such place."""
    best: tuple[float, int] | None = None
    for at in range(1, len(words)):
        if words[at - 1].joined:
            continue
        first, second = len(_text(words[:at])), len(_text(words[at:]))
        if max(first, second) > LINE_CHARS:
            continue
        cost = abs(first - second) + (2 if first > second else 0)
        cost -= 12 * min(words[at - 1].stop, Stop.SENTENCE)
        if best is None or cost < best[0]:
            best = (cost, at)
    return best and best[1]


def _lines(words: Sequence[Spoken]) -> tuple[str, ...]:
    text = _text(words)
    if len(text) <= LINE_CHARS:
        return (text,)
    at = _broken_at(words)
    if at is not None:
        return _text(words[:at]), _text(words[at:])
    # One word, or a script without spaces: wherever the line is full.
    room = LINES * LINE_CHARS
    if len(text) > room:
        text = text[: room - 1] + "…"
    half = min(LINE_CHARS, math.ceil(len(text) / 2))
    return text[:half], text[half:]


def _parts(words: list[Spoken]) -> list[list[Spoken]]:
    """A sentence as cues: as few as it takes, each cut at the best place."""
    parts = []
    rest = words
    while not _fits(rest):
        at = _cut(rest)
        parts.append(rest[:at])
        rest = rest[at:]
    return [*parts, rest]


def _cut(words: list[Spoken]) -> int:
    """Where the first cue of words that do not fit ends."""
    longest = 1
    # What fits is no longer than two lines: a few words more than that are enough to see.
    for at in range(2, len(words)):
        if not _fits(words[:at]):
            break
        longest = at
    whole, most = len(_text(words)), len(_text(words[:longest]))
    # As many parts as are needed, of like length, rather than two lines and one word.
    wanted = whole / math.ceil(whole / max(most, 1))
    best, best_cost = longest, math.inf
    for at in range(1, longest + 1):
        if words[at - 1].joined and longest > 1 and not words[longest - 1].joined:
            continue
        cost = abs(len(_text(words[:at])) - wanted)
        cost -= 20 * min(words[at - 1].stop, Stop.SENTENCE)
        if cost < best_cost:
            best, best_cost = at, cost
    return best
