# pure: no socket, thread or clock.
"""What the end of a step changes: the lane is free, the request has more sound or tries again."""

from __future__ import annotations

from typing import Final

from ..types import Segment
from .actions import RunChunk, RunFront
from .job import Job, Unit
from .lanes import FrontResult, LaneState, RunResult, work
from .state import SchedulerState

#: A lane that failed so often in a row is not used for this long.
_BENCH_S: Final = 60.0

#: Runs of one segment that may fail before its request does.
MAX_FAILURES: Final = 2


def fronted(state: SchedulerState, lane: LaneState, result: FrontResult, now: float) -> Job | None:
    """A unit has its front; the job whose it is."""
    job, step, learns = lane.job, lane.step, not lane.contended
    assert isinstance(step, RunFront)
    if learns:
        lane.fronts.add(lane.run_frames, result.seconds)
    lane.front_s, lane.way = result.seconds, "chunks"
    _free_well(lane)
    if job is None or job.unit is None:
        return job
    _goes_on(job)
    job.unit.lane, job.unit.pieces = lane.name, result.pieces
    if result.sound_s:
        _hear(state, job, result.sound_s, now)
    _end_if_done(job, job.unit)
    return job


def ran(state: SchedulerState, lane: LaneState, result: RunResult, now: float) -> Job | None:
    """A chunk or a whole segment is spoken; the job whose it is."""
    job, step, segment = lane.job, lane.step, lane.segment
    assert segment is not None
    if isinstance(step, RunChunk):
        if not lane.contended:
            lane.chunks.add(work(step.last - step.first), result.seconds)
    else:
        if not lane.contended and segment.phonemes and job is not None:
            lane.fit.add(lane.run_frames, result.seconds)
            lane.fit.heard(len(segment.phonemes), result.sound_s * lane.speed)
        lane.way = "whole"
    _free_well(lane)
    if job is None:
        return None
    _goes_on(job)
    job.runs_since_preempted += 1
    if isinstance(step, RunChunk) and job.unit is not None:
        job.unit.done += step.last - step.first
        if not step.give:
            job.held_s += result.sound_s
            return job
        _hear(state, job, job.held_s + result.sound_s, now)
        job.held_s = 0.0
        _end_if_done(job, job.unit)
        return job
    job.unit = None
    _hear(state, job, job.held_s + result.sound_s, now)
    job.held_s = 0.0
    return job


def ended(lane: LaneState) -> None:
    """A step was ended before it was done; where its request lives it is done again."""
    job, segment = lane.job, lane.segment
    lane.free()
    if job is not None:
        again(job, segment)
        job.runs_since_preempted = 0


def failed(lane: LaneState, why: str, now: float) -> Job | None:
    """A step failed; the job whose it is."""
    job, segment = lane.job, lane.segment
    lane.free()
    lane.failures += 1
    lane.failed_in_a_row += 1
    lane.why = why
    if lane.accelerator and lane.failed_in_a_row >= MAX_FAILURES:
        lane.benched_until = now + _BENCH_S
    if job is not None:
        again(job, segment)
        if lane.accelerator and lane.name not in job.lanes_failed:
            job.lanes_failed.add(lane.name)  # the CPU does it again; the listener hears no gap
        else:
            job.failures += 1
    return job


def gone(state: SchedulerState, lane: LaneState) -> None:
    """The lane is no more, and the fronts that it had."""
    if lane.job is not None:
        again(lane.job, lane.segment)
    for job in state.jobs.values():
        if job.unit is not None and job.unit.lane == lane.name:
            job.unit.lane = ""


def again(job: Job, segment: Segment | None) -> None:
    """What it had begun is to be done again, before anything else of it."""
    job.lane = None
    if job.unit is None:
        job.again = segment


def _free_well(lane: LaneState) -> None:
    lane.free()
    lane.runs += 1
    lane.failed_in_a_row = 0


def _goes_on(job: Job) -> None:
    job.lane = None
    job.failures = 0
    job.lanes_failed.clear()


def _end_if_done(job: Job, unit: Unit) -> None:
    if unit.left <= 0:
        job.unit = None


def _hear(state: SchedulerState, job: Job, sound_s: float, now: float) -> None:
    """So much more sound is given out."""
    if job.heard_from is not None:
        # If the listener ran dry, the rest is heard that much later.
        job.heard_from += max(0.0, now - job.heard_from - job.made_s)
    job.made_s += sound_s
    if job.heard_from is None and sound_s > 0:
        job.heard_from = now
        if not job.warm_up:
            state.first_sounds[job.key.peer] = now
