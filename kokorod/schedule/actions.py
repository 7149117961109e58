# pure: no socket, thread or clock.
"""What the scheduler decides; perform.py performs it."""

from __future__ import annotations

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


Action = Prepare | Run | Terminate | Finish
