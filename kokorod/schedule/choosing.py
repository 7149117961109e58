# pure: no socket, thread or clock.
"""Which request runs on which lane next, and whose run ends for another.

Order: by priority; among equals, whose first sound is being made; then who waits for it or is
about to hear an underrun; then who has sound in store; and then the client served longest ago.
"""

from __future__ import annotations

from typing import Final

from . import frames, router
from .actions import RunFront
from .job import RUNS_BETWEEN, Job
from .lanes import LaneState
from .router import Option
from .state import CAP, MARGIN, SchedulerState

#: A run that ends this soon is not worth terminating: the termination takes as long.
_NEARLY_DONE_S: Final = 0.06

#: The same of a chunk, of which what was made is lost: past its middle that is more than the wait
#: that is saved. No wait is longer than this.
_CHUNK_NEARLY_DONE_S: Final = 0.15

#: Share of a run that may be thrown away where another lane is free to run beside it: a run
#: beside another takes more than twice as long, but wastes nothing.
_WASTE: Final = 0.6


def choose(
    state: SchedulerState, now: float, *, draining: bool = False
) -> tuple[LaneState, Job] | None:
    """The most urgent request that a lane can run now, and the lane.

    draining: what is begun goes on, nothing else is begun.
    """
    waiting = sorted(
        (job for job in state.jobs.values() if job.runnable and (job.unit or not draining)),
        key=lambda job: _urgency(state, job, now),
    )
    for job in waiting:
        if (lane := _idle_lane(state, job, now)) is not None:
            return lane, job
    return None


def choose_preemption(state: SchedulerState, now: float) -> LaneState | None:
    """A lane whose run can wait, if a request waits for its first sound."""
    for job in state.jobs.values():
        if not (job.runnable and job.waits_for_first_sound):
            continue
        for lane in state.lanes.values():
            if lane.engine is job.engine and _may_end(lane, job, now):
                return lane
    return None


def _urgency(state: SchedulerState, job: Job, now: float) -> tuple[int, int, int, int]:
    served = state.served.get(job.key.peer, 0)
    return job.rank, _store(state, job, now), served, job.order


def _store(state: SchedulerState, job: Job, now: float) -> int:
    """How much its listener can do without a step: the least first."""
    if state.goes_first(job):
        return 0
    return 2 if state.well_buffered(job, now) else 1


def _idle_lane(state: SchedulerState, job: Job, now: float) -> LaneState | None:
    mine = [lane for lane in state.lanes.values() if lane.engine is job.engine]
    if state.well_buffered(job, now) and any(lane.express and lane.segment for lane in mine):
        return None  # who waits for the first sound has the machine alone
    if job.unit is not None and (holders := [lane for lane in mine if lane.holds(job.unit)]):
        return _going_on(holders)
    able = [
        lane
        for lane in mine
        if not lane.express and lane.benched_until <= now and lane.name not in job.lanes_failed
    ]
    options = [
        _option(lane, job, now) for lane in able or [lane for lane in mine if not lane.express]
    ]
    again = frames.of(job.again) if job.again else frames.expected(min(CAP, job.script.backlog))
    if (name := router.choose(options, again / job.speed, job.size)) is not None:
        return state.lanes[name]
    # Beside a run that had better not be ended: only what is short and waited for.
    if job.waits_for_first_sound and not any(
        lane.terminating or lane.streaming or _worth_ending(lane, job, now) for lane in mine
    ):
        return next((lane for lane in mine if lane.express and lane.segment is None), None)
    return None


def _going_on(holders: list[LaneState]) -> LaneState | None:
    """Where a unit goes on: beside another run only if that one is not over soon."""
    usual = [lane for lane in holders if not lane.express]
    if idle := [lane for lane in usual if lane.segment is None]:
        return idle[0]
    if any(lane.streaming for lane in usual):
        return None
    return next((lane for lane in holders if lane.express and lane.segment is None), None)


def _option(lane: LaneState, job: Job, now: float) -> Option:
    cost, runs = lane.cost, lane.fit.runs
    if job.streams(lane.name, job.script.voice):
        cost, runs = lane.chunked_cost, lane.fronts.runs
    return Option(lane.name, lane.accelerator, cost, runs, lane.busy_s(now))


def _worth_ending(lane: LaneState, waiting: Job, now: float) -> bool:
    """The run may be ended, and has not done so much that it is a waste."""
    if lane.segment is None or not _may_end(lane, waiting, now):
        return False
    whole = lane.run_s
    return now - lane.started <= _WASTE * whole


def _may_end(lane: LaneState, waiting: Job, now: float) -> bool:
    running = lane.job
    if running is None or lane.segment is None or lane.terminating or lane.express:
        return False
    if isinstance(lane.step, RunFront):
        return False  # it is over soon, and has no sound yet
    whole = lane.run_s
    nearly_done_s = min(whole / 2, _CHUNK_NEARLY_DONE_S) if lane.streaming else 0.0
    if lane.started + whole - now < max(nearly_done_s, _NEARLY_DONE_S):
        return False
    if waiting.rank < running.rank:
        return True
    if waiting.rank > running.rank or running.waits_for_first_sound:
        return False
    # What is made again of a chunk is little beside the other's own first sound.
    needed_s = waiting.first_s + (0.0 if lane.streaming else whole)
    enough = running.buffered_s(now) >= MARGIN * needed_s
    return enough and running.runs_since_preempted >= RUNS_BETWEEN
