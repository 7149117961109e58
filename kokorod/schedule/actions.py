# pure: no socket, thread or clock.
"""What the scheduler decides; perform.py does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..types import RequestKey, Segment


@dataclass(frozen=True, slots=True)
class Prepare:
    """Ask the speech thread for more of a request's sentences."""

    key: RequestKey


@dataclass(frozen=True, slots=True)
class Run:
    """Give a segment to a lane, to be spoken whole.

    skip: frames of its plan that were spoken already, if it was begun as a unit.
    """

    lane: str
    key: RequestKey
    segment: Segment
    skip: int = 0


@dataclass(frozen=True, slots=True)
class RunFront:
    """Give a unit to a lane, for its front; again: it had one on a lane that is gone."""

    lane: str
    key: RequestKey
    segment: Segment
    again: bool = False


@dataclass(frozen=True, slots=True)
class RunChunk:
    """Have a lane make frames `first` to `last` of a unit that has its front.

    give: its sound, and what was held back, goes to the listener; else it is held back.
    """

    lane: str
    key: RequestKey
    segment: Segment
    first: int
    last: int
    give: bool


@dataclass(frozen=True, slots=True)
class Terminate:
    """End the lane's present run; the lane answers `terminated` (or `ran`, if too late)."""

    lane: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing of the request is left: answer Done."""

    key: RequestKey
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Fail:
    """The request cannot go on: answer why."""

    key: RequestKey
    why: str


#: What a lane is given to do.
Step = Run | RunFront | RunChunk

Action = Prepare | Step | Terminate | Finish | Fail

#: Does actions in their order; what comes of one may be further actions, done before the next.
Perform = Callable[[list[Action]], None]
