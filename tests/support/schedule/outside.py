"""What the outside of a scheduler knows of requests and lanes, and what it may expect of a step."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from kokorod.schedule.actions import Run, RunChunk, RunFront, Step
from kokorod.schedule.cuts import CAP
from kokorod.schedule.units import LONGEST
from kokorod.types import Engine, RequestKey, Segment, Sentence, TextState

LANES = {
    "cpu": Engine.KOKORO,
    "express": Engine.KOKORO,
    "gpu": Engine.KOKORO,
    "built-in": Engine.BUILT_IN,
}


#: Lanes that speak in chunks, where the voice does.
STREAMING = {"cpu", "express"}


def pieces_of(segment: Segment) -> tuple[tuple[int, int], ...]:
    """A unit's pieces, of two frames a phoneme; a unit that is all "h" has none."""
    pieces, at = [], 0
    starts = [0, *(pause.at + 1 for pause in segment.breaks), len(segment.phonemes)]
    for first, last in pairwise(starts):
        if set(segment.phonemes[first:last]) != {"h"}:
            pieces.append((at + 3, at + 3 + 2 * (last - first)))
        at += 9 + 2 * (last - first)
    return tuple(pieces)


@dataclass
class Request:
    """What the outside knows of a request."""

    key: RequestKey
    engine: Engine
    unread: list[Sentence] = field(default_factory=list)
    text: str = ""
    final: bool = False
    preparing: bool = False
    reading: tuple[list[Sentence], TextState] | None = None  # on its way to the scheduler
    said: str = ""
    last: int = -1  # index of the last segment that was spoken
    blocked: bool = False
    streams: bool = False
    made: list[int] = field(default_factory=list)  # frames of the unit under way
    begun: bool = False  # the unit under way had its front
    front: str = ""  # the lane that has it


@dataclass
class Lane:
    key: RequestKey | None = None  # of the run under way; the request may have ended
    segment: Segment | None = None
    step: Step | None = None
    terminating: bool = False


def said_by(segment: Segment) -> str:
    """What counts as said: without the space that a pause stands for."""
    if not segment.phonemes:
        return segment.spoken
    spaces = {pause.at for pause in segment.breaks}
    return "".join(c for at, c in enumerate(segment.phonemes) if at not in spaces)


def check_step(request: Request, step: Step) -> None:
    """A unit goes on where it stopped, whatever lanes it had."""
    pieces = pieces_of(step.segment)
    match step:
        case Run():
            assert step.skip == len(request.made)
            # A unit whose lane went before its front was there is spoken whole on another.
            longest = LONGEST if request.streams else CAP
            assert request.begun or len(step.segment.phonemes) <= longest
        case RunFront():
            assert step.lane in STREAMING
            assert request.streams
            assert step.again == request.begun
            assert len(step.segment.phonemes) <= LONGEST
        case RunChunk():
            assert step.lane in STREAMING
            assert request.begun
            assert request.front, "its front is gone"
            left = [n for a, b in pieces for n in range(a, b)][len(request.made) :]
            made = list(range(step.first, step.last))
            assert made
            assert made == left[: len(made)]
            assert any(a <= step.first < step.last <= b for a, b in pieces)
            assert step.give or len(made) < len(left)


def take(request: Request, step: Step | None) -> None:
    assert step is not None
    left = sum(b - a for a, b in pieces_of(step.segment))
    match step:
        case RunFront():
            request.begun = True
        case RunChunk():
            request.made += range(step.first, step.last)
        case Run():
            left = len(request.made)
    if len(request.made) == left:
        request.said += said_by(step.segment)
        request.last = step.segment.index
        request.made, request.begun = [], False
