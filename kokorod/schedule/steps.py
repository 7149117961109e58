# pure: no socket, thread or clock.
"""What a lane does next for a request that it was chosen for."""

from __future__ import annotations

from . import chunks, cutting
from .actions import Run, RunFront, Step
from .job import Job, Unit
from .lanes import LaneState
from .state import SchedulerState


def following(state: SchedulerState, lane: LaneState, job: Job, now: float) -> Step:
    """A chunk of the unit under way, its front, or the next segment."""
    if job.unit is not None:
        return _go_on(state, lane, job, job.unit, now)
    segment, job.again = job.again, None
    if segment is None:
        segment = cutting.cut(state, lane, job, now)
        job.taken += len(segment.phonemes)
    whole = segment.before or segment.after or not segment.phonemes
    if whole or not job.streams(lane.name, segment.voice):
        return Run(lane.name, job.key, segment)
    job.unit = Unit(segment)
    return RunFront(lane.name, job.key, segment)


def _go_on(state: SchedulerState, lane: LaneState, job: Job, unit: Unit, now: float) -> Step:
    if lane.holds(unit):
        return chunks.chunk(state, lane, job, now)
    begun = unit.pieces is not None
    if job.streams(lane.name, unit.segment.voice):
        return RunFront(lane.name, job.key, unit.segment, again=begun)
    # Its front went with its lane, and here there are none: what is left of a whole run.
    if not begun:
        job.unit = None
    return Run(lane.name, job.key, unit.segment, skip=unit.done)
