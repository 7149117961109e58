# pure: no socket, thread or clock.
"""Was what was sent heard: all of it, in order, and nothing between?

The sink takes the daemon's samples as they are, so they come back bit by bit. If they
do not, either something was put in between (the player had nothing to play: a gap), or
something is missing, or both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.sink.recording import loud
from kokorod.types import SAMPLE_RATE

#: As many equal samples are the place where both go on alike: 10 ms.
_SURE: Final = SAMPLE_RATE // 100

#: So much may have been put in or left out at one place; more is another recording.
_FAR: Final = 5 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Break:
    """Where the two part.

    at      sample of what was sent
    extra   samples heard there that were not sent
    lost    samples sent there that were not heard
    """

    at: int
    extra: int
    lost: int


@dataclass(frozen=True, slots=True)
class Similarity:
    """begin   sample of what was heard where it begins; None: it is nowhere in there
    breaks  in order
    matched samples that were heard as they were sent
    """

    begin: int | None
    breaks: tuple[Break, ...]
    matched: int


def compare(sent: NDArray[np.int16], heard: NDArray[np.int16]) -> Similarity:
    """sent, heard: int16 [samples]. Silence at both ends of `sent` counts for nothing."""
    head, end = _ends(sent)
    begin = _resume(sent[head:end], heard, len(heard))
    if begin is None:
        return Similarity(None, (), 0)
    lost, first = begin
    breaks = [Break(head, 0, lost)] if lost else []
    matched = 0
    s, h = head + lost, first
    while True:
        length = _alike(sent[s:end], heard[h:])
        matched += length
        s, h = s + length, h + length
        if s >= end:
            return Similarity(first, tuple(breaks), matched)
        on = _resume(sent[s:end], heard[h:], _FAR)
        if on is None:
            breaks.append(Break(s, _ends(heard[h:])[1], end - s))
            return Similarity(first, tuple(breaks), matched)
        lost, extra = on
        breaks.append(Break(s, extra, lost))
        s, h = s + lost, h + extra


def _alike(a: NDArray[np.int16], b: NDArray[np.int16]) -> int:
    """How many samples both begin with alike."""
    length = min(len(a), len(b))
    other = np.flatnonzero(a[:length] != b[:length])
    return int(other[0]) if len(other) else length


def _resume(sent: NDArray[np.int16], heard: NDArray[np.int16], far: int) -> tuple[int, int] | None:
    """(lost, extra) samples after which both go on alike; the fewest lost. extra <= far."""
    for lost in range(0, min(len(sent), _FAR), _SURE):
        piece = sent[lost : lost + _SURE]
        if not piece.any():  # silence is alike everywhere
            continue
        extra = _find(heard[: far + len(piece)], piece)
        if extra is not None:
            # Perhaps they went on alike before the piece.
            back = _alike(sent[:lost][::-1], heard[:extra][::-1])
            return lost - back, extra - back
    return None


def _find(heard: NDArray[np.int16], piece: NDArray[np.int16]) -> int | None:
    """The first place in `heard` that begins with `piece`."""
    raw, wanted = heard.tobytes(), piece.tobytes()
    at = raw.find(wanted)
    while at > 0 and at % 2:  # between two samples
        at = raw.find(wanted, at + 1)
    return None if at < 0 else at // 2


def _ends(pcm: NDArray[np.int16]) -> tuple[int, int]:
    """The first sample that is sound, and one past the last; (0, 0) if none is."""
    found = np.flatnonzero(loud(pcm))
    return (int(found[0]), int(found[-1]) + 1) if len(found) else (0, 0)
