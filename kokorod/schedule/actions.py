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
    """Give a segment to a lane."""

    lane: str
    key: RequestKey
    segment: Segment


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


Action = Prepare | Run | Terminate | Finish | Fail

#: Does actions in their order; what comes of one may be further actions, done before the next.
Perform = Callable[[list[Action]], None]
