# pure: no socket, thread, clock or onnxruntime.
"""What of a unit is generated, and where its phonemes are heard then.

A unit's run begins with a pad of 13 to 19 frames and ends with one of 18: silence, which is
not generated. Between its sentences the model's own silence becomes the pause that is wanted.
What is left is pieces of frames with silence between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import SAMPLE_RATE, Segment
from .synthesizer import FRAME, Front

#: Frames of silence that are generated before a sound that comes after a pause, as the model's own
#: quiet is softer than zeros, and after the last one, for a release.
LEAD: Final = 3
TAIL: Final = 1

#: Fade at the ends of a piece, against a step at which the model's noise is cut.
_FADE: Final = SAMPLE_RATE * 4 // 1000

#: Samples of silence between two units that no pause is to part.
_TIGHT: Final = SAMPLE_RATE * 5 // 1000


@dataclass(frozen=True, slots=True)
class Piece:
    """Frames `first` to `last` of the unit, then `silence` samples of zeros."""

    first: int
    last: int
    silence: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A unit's sound.

    pieces   in order; none if it has no sound
    lead     samples of silence before the first piece
    edges    int64 [phonemes + 1], samples from the unit's own beginning
    spoken   samples of the unit without the pause after it
    samples  of all of it
    promise  samples of silence that the next sound is to begin with, so that the pause
             between the two is the one that is wanted
    """

    pieces: tuple[Piece, ...]
    lead: int
    edges: NDArray[np.int64]
    spoken: int
    samples: int
    promise: int

    def sound(self, generated: NDArray[np.float32], first: int, last: int) -> NDArray[np.float32]:
        """Frames `first` to `last` of one piece as they are heard: faded at the piece's ends,
        with the silence that belongs there.
        """
        at, piece = next((i, p) for i, p in enumerate(self.pieces) if p.first <= first < p.last)
        pcm = generated.copy()
        parts = [pcm]
        if first == piece.first:
            _fade(pcm, 0, 1)
            if at == 0:
                parts.insert(0, np.zeros(self.lead, np.float32))
        if last == piece.last:
            _fade(pcm, -1, 0)
            parts.append(np.zeros(piece.silence, np.float32))
        return np.concatenate(parts)

    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The frames that are generated."""
        return tuple((piece.first, piece.last) for piece in self.pieces)

    def after(self, done: int) -> list[tuple[int, int]]:
        """What is left of them when so many are done."""
        left = []
        for first, last in self.ranges():
            if done < last - first:
                left.append((first + done, last))
            done = max(0, done - (last - first))
        return left

    def of_run(self, pcm: NDArray[np.float32], first: int, last: int) -> NDArray[np.float32]:
        """As sound(), from the sound of the whole run."""
        return self.sound(pcm[first * FRAME : last * FRAME], first, last)


def plan(front: Front, segment: Segment, before: int, *, fill: bool) -> Plan:
    """before: samples of silence that the unit is to begin with, at most; fill: at least, too."""
    bounds = _bounds(front, segment)
    kept = min(LEAD, before // FRAME)
    first, last = bounds[0][1], bounds[-1][0]  # of the sound
    if last <= first:
        return _silent(segment, before if fill else 0)
    begin = max(first - kept, 0)
    lead = before - (first - begin) * FRAME if fill else 0
    end, pause, promise = _end(front, segment, last)
    pieces: list[Piece] = []
    for (stop, onward), wanted in zip(bounds[1:-1], segment.breaks, strict=True):
        total = round(wanted.pause_s * SAMPLE_RATE)
        keep = min(total // FRAME, onward - stop, LEAD + TAIL)
        tail = min(TAIL, keep)
        pieces.append(Piece(begin, stop + tail, total - keep * FRAME))
        begin = onward - (keep - tail)
    pieces.append(Piece(begin, end, pause))
    edges, spoken = _shifted(front, segment, pieces, lead)
    pieces, lead = _without_empty(pieces, lead)
    return Plan(tuple(pieces), lead, edges, spoken, spoken + pause, promise)


def _bounds(front: Front, segment: Segment) -> list[tuple[int, int]]:
    """The silences that are not the unit's own affair: half-open ranges of frames.

    The leading one, one at each break (empty if the model goes on without a breath), and the
    one at the end; never falling.
    """
    heard = np.flatnonzero(~front.silent)
    if not len(heard):
        return [(0, front.frames)] * (2 + len(segment.breaks))
    first, last = int(heard[0]), int(heard[-1]) + 1
    bounds = [(0, first)]
    for pause in segment.breaks:
        bounds.append(_silence_at(front, pause.at, bounds[-1][1], last))
    return [*bounds, (last, front.frames)]


def _silence_at(front: Front, space: int, low: int, high: int) -> tuple[int, int]:
    """The longest silence about the space between two sentences, within `low` and `high`.

    It lies between the beginnings of the last phoneme before the mark and of the second one
    after the space. Without one, it is empty and before the space.
    """
    edges, count = front.edges // FRAME, len(front.edges) - 1
    low = min(max(low, int(edges[max(space - 2, 0)])), high)
    high = max(min(high, int(edges[min(space + 2, count)])), low)
    silent = front.silent[low:high].astype(np.int8)
    change = low + np.flatnonzero(np.diff(silent, prepend=0, append=0))
    runs = [(int(a), int(b)) for a, b in zip(change[::2], change[1::2], strict=True)]
    at = min(max(int(edges[space]), low), high)
    return max(runs, key=lambda run: run[1] - run[0], default=(at, at))


def _end(front: Front, segment: Segment, last: int) -> tuple[int, int, int]:
    """The frame after the last generated one, samples of pause, and what the next promises."""
    wanted = round(segment.pause_s * SAMPLE_RATE)
    tail = min(TAIL, front.frames - last)
    if not wanted:
        return last + tail, 0, _TIGHT
    tail = min(tail, wanted // (2 * FRAME))
    promise = min(LEAD * FRAME, wanted - tail * FRAME)
    return last + tail, wanted - tail * FRAME - promise, promise


def _shifted(
    front: Front, segment: Segment, pieces: Sequence[Piece], lead: int
) -> tuple[NDArray[np.int64], int]:
    """The edges where they are heard now, and where the last piece ends."""
    edges = np.empty(len(segment.phonemes) + 1, np.int64)
    starts = [0, *(pause.at + 1 for pause in segment.breaks), len(edges)]
    offset = lead
    for piece, (a, b) in zip(pieces, pairwise(starts), strict=True):
        within = front.edges[a:b] - piece.first * FRAME
        length = (piece.last - piece.first) * FRAME
        edges[a:b] = offset + np.clip(within, 0, length)
        offset += length + piece.silence
    return edges, offset - pieces[-1].silence


def _without_empty(pieces: Sequence[Piece], lead: int) -> tuple[list[Piece], int]:
    """A sentence without a frame of its own leaves only its pause."""
    kept: list[Piece] = []
    for piece in pieces:
        if piece.first < piece.last:
            kept.append(piece)
        elif kept:
            kept[-1] = replace(kept[-1], silence=kept[-1].silence + piece.silence)
        else:
            lead += piece.silence
    return kept, lead


def _silent(segment: Segment, before: int) -> Plan:
    """Of a unit that has no sound."""
    pause = before + round(segment.pause_s * SAMPLE_RATE)
    edges = np.zeros(len(segment.phonemes) + 1, np.int64)
    return Plan((), pause, edges, 0, pause, 0)


def _fade(pcm: NDArray[np.float32], end: int, up: int) -> None:
    """In place: the first (0) or last (-1) few ms, rising (1) or falling (0)."""
    length = min(_FADE, len(pcm))
    ramp = np.linspace(1 - up, up, length, dtype=np.float32)
    if end:
        pcm[len(pcm) - length :] *= ramp
    else:
        pcm[:length] *= ramp
