# pure: no socket, thread or clock.
"""How long the next segment of a request is: the ramp, with others in mind."""

from __future__ import annotations

from typing import Final

from ..types import Segment
from . import chunks
from .cost import Cost
from .frames import expected
from .job import Job
from .lanes import LaneState, work
from .state import CAP, MARGIN, SchedulerState

#: Longest segment while others come in between. Shorter ones throw less away when they
#: are terminated, but each join's context is work too: simulated, 80 costs a document
#: least (tests/unit/schedule/test_time.py).
_SHORT_CAP: Final = 80

#: A budget of frames that holds every segment.
_NO_LIMIT: Final = 1_000_000


def cut(state: SchedulerState, lane: LaneState, job: Job, now: float) -> Segment:
    """The job's next segment, of a length that the lane makes in time; a unit if it streams."""
    if job.unhurried:
        return _cut_unhurried(lane, job)
    if job.streams(lane.name, job.script.voice):
        return _cut_unit(state, lane, job, now)
    cap = _SHORT_CAP if state.recently_interrupted(job, now) else CAP
    # An express lane hardly ever runs alone: it costs what the other one does.
    cost = ((lane.express and state.lane_for(lane.engine)) or lane).cost
    # Others that are listening take their turns on the same lane.
    sharers = max(sum(1 for other in state.jobs.values() if other.rank <= job.rank), 1)

    sound_s = cost.sound_s / job.speed
    first = job.waits_for_first_sound
    slow = sharers * cost.seconds(expected(CAP) / job.speed) > CAP * sound_s
    if slow and not first:
        # Slower than speech: gaps cannot be helped, so they come between sentences.
        return job.script.next(_NO_LIMIT, cap, lambda phonemes, frames: _NO_LIMIT)
    buffered_s = job.buffered_s(now)

    def budget(buffered_s: float) -> float:
        return job.speed * cost.frames(buffered_s / MARGIN / sharers)

    def then(phonemes: int, frames: float) -> float:
        if slow:
            return _NO_LIMIT
        left_s = 0.0 if first else buffered_s - cost.seconds(frames / job.speed)
        return budget(max(left_s, 0.0) + phonemes * sound_s)

    first_s = job.first_s if job.whole_s is None else job.whole_s
    first_frames = job.speed * cost.frames(first_s)
    return job.script.next(first_frames if first else budget(buffered_s), cap, then)


def _cut_unhurried(lane: LaneState, job: Job) -> Segment:
    """By the text alone: rendered twice it sounds the same."""
    if job.streams(lane.name, job.script.voice):
        return job.script.unit(_NO_LIMIT, _NO_LIMIT)
    return job.script.next(_NO_LIMIT, CAP, lambda phonemes, frames: _NO_LIMIT)


def _cut_unit(state: SchedulerState, lane: LaneState, job: Job, now: float) -> Segment:
    """The longest whose front and first chunk are made in time."""
    front, chunk = lane.fronts.cost, lane.chunks.cost
    sharers = state.sharers(job, now)
    chunk_s = chunk.seconds(work(chunks.first_frames(chunk, sharers)))
    # Slower than speech: most of its sound is held back before the first is heard.
    lag_s = chunks.lag_s(chunk, sharers)
    buffered_s = job.buffered_s(now) / MARGIN / sharers
    time_s = job.first_s if job.waits_for_first_sound else buffered_s
    whole = Cost(front.a + chunk_s, front.b + lag_s, 0.0)
    alone = Cost(front.a, front.b + lag_s, 0.0)
    return job.script.unit(
        job.speed * whole.frames(time_s), job.speed * alone.frames(max(time_s, job.first_s))
    )
