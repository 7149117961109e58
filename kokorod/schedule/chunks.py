# pure: no socket, thread or clock.
"""How many frames of a unit the next chunk makes, and whether its sound is given out at once.

What is heard first has to be short, and each chunk must be there before the sound already made
runs out: with more ahead they may be longer, and so cost less a frame, since each is computed
with some frames of context. Where all of this is slower than speech, a listener had better
wait once, before a sentence, than at each chunk: sound is held back until the rest of the unit
will be made in time.
"""

from __future__ import annotations

from typing import Final

from .actions import RunChunk
from .cost import Cost
from .job import Job
from .lanes import LaneState, work
from .state import MARGIN, SchedulerState

#: Sound of a frame, in seconds.
FRAME_S: Final = 0.025

#: Frames of a chunk. Beyond 64 nothing is gained: 10 frames of context are 14 % of the work.
SIZES: Final = (6, 9, 12, 18, 24, 36, 48, 64)

#: The longest chunk while others come in between, who wait for it: 0.25 s on two cores.
_SHORT: Final = 24


def first_frames(cost: Cost, sharers: int) -> int:
    """The shortest chunk whose sound lasts until another one is made."""
    needed_s = MARGIN * sharers * cost.seconds(work(SIZES[0]))
    return next((size for size in SIZES if size * FRAME_S >= needed_s), _SHORT)


def lag_s(cost: Cost, sharers: int) -> float:
    """By how much a frame of sound falls behind, in seconds; 0 where it does not."""
    longest = SIZES[-1]
    return max(0.0, MARGIN * sharers * cost.seconds(work(longest)) / longest - FRAME_S)


def chunk(state: SchedulerState, lane: LaneState, job: Job, now: float) -> RunChunk:
    """The next chunk of the job's unit."""
    unit = job.unit
    assert unit is not None
    cost, sharers = lane.chunks.cost, state.sharers(job, now)
    first, end = unit.piece()
    size = _size(state, job, cost, sharers, now)
    last = end if end - first < size + SIZES[0] else first + size
    left = unit.left - (last - first)
    made_s = job.buffered_s(now) + job.held_s + (last - first) * FRAME_S
    unit.given = unit.given or not left or made_s >= left * lag_s(cost, sharers)
    return RunChunk(lane.name, job.key, unit.segment, first, last, unit.given)


def _size(state: SchedulerState, job: Job, cost: Cost, sharers: int, now: float) -> int:
    least = first_frames(cost, sharers)
    longest = _SHORT if state.recently_interrupted(job, now) else SIZES[-1]
    ahead_s = job.buffered_s(now) + job.held_s
    affordable = cost.frames(ahead_s / MARGIN / sharers) - work(0)
    in_time = [size for size in SIZES if least <= size <= min(affordable, longest)]
    return in_time[-1] if in_time else least
