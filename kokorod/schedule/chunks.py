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
from .frames import expected
from .job import Job
from .lanes import LaneState, work
from .state import CAP, MARGIN, SchedulerState

#: Sound of a frame, in seconds.
FRAME_S: Final = 0.025

#: Frames of a chunk. Beyond 64 little is gained: the context is 7 % of the work.
SIZES: Final = (6, 9, 12, 18, 24, 36, 48, 64)

#: The longest chunk that is to gain ground. Who cannot keep up with it holds sound back.
_LONGEST_FIRST: Final = 24

#: Of a first chunk.
_FIRST: Final[tuple[int, ...]] = (*range(SIZES[0], 24), *range(24, 50, 2))

#: A plan of several chunks is off by less than one: their errors even out.
_PLANNED: Final = 1.08

#: But a machine is slower for some seconds now and then, and in the first seconds there is little
#: sound ahead: a first chunk is as long as if the rest of its unit took so many times as long.
#: With speeds that drift by a tenth, of 120 simulated texts at 0.6 of speech 25 ran dry without
#: it, and 5 with 1.22; but then the first sound of 60 characters came 0.2 s later [m]. The next
#: unit is not planned so: a first sound at 0.7 of speech came 90 ms later.
_PLANNED_FIRST: Final = 1.15

#: A chunk's sound is to last so many times as long as the next of its size takes.
_GAINING: Final = 1.1

#: Frames of a unit that are planned ahead: who keeps up so long does so for ever.
_PLANNED_FRAMES: Final = 300


def first_frames(cost: Cost, sharers: int, left: int = _PLANNED_FRAMES, then_s: float = 0.0) -> int:
    """The shortest chunk, of a unit that has `left` frames, after which the rest is in time, and
    what comes after it (then_s) if that can be.
    """
    sizes = _sizes(cost, sharers)

    def shortest(planned: float, wanted_s: float) -> int:
        """0: there is none."""
        return next(
            (
                size
                for size in _FIRST
                if _lasts(cost, planned * sharers, sizes, size * FRAME_S, left - size, wanted_s)
            ),
            0,
        )

    careful = max(shortest(_PLANNED, then_s), shortest(_PLANNED_FIRST, 0.0))
    return careful or shortest(_PLANNED, 0.0) or sizes[0]


def lasts(cost: Cost, sharers: int, buffered_s: float, left: int, then_s: float = 0.0) -> bool:
    """Whether so much sound lasts until the rest of a unit is made, each chunk the longest that
    is in time, and then_s more.
    """
    return _lasts(cost, _PLANNED * sharers, _sizes(cost, sharers), buffered_s, left, then_s)


def _sizes(cost: Cost, sharers: int) -> list[int]:
    """Of chunks after the first. Shorter ones than the first of them lose ground: who is late
    would stay late.
    """
    least = next(
        (
            size
            for size in range(SIZES[0], _LONGEST_FIRST)
            if size * FRAME_S >= _GAINING * sharers * cost.seconds(work(size))
        ),
        _LONGEST_FIRST,
    )
    return [least, *(size for size in SIZES if size > least)]


def _lasts(
    cost: Cost, slower: float, sizes: list[int], buffered_s: float, left: int, then_s: float
) -> bool:
    """slower: how many times as long as `cost` says each chunk takes."""
    left = min(left, _PLANNED_FRAMES)
    while left > 0:
        for size in reversed(sizes):
            frames = left if left < size + SIZES[0] else size
            work_s = slower * cost.seconds(work(frames))
            if work_s <= buffered_s:
                buffered_s += frames * FRAME_S - work_s
                left -= frames
                break
        else:
            return False
    return buffered_s >= then_s


def lag_s(cost: Cost, sharers: int) -> float:
    """By how much a frame of sound falls behind, in seconds; 0 if it does not."""
    longest = SIZES[-1]
    return max(0.0, _PLANNED * sharers * cost.seconds(work(longest)) / longest - FRAME_S)


def chunk(state: SchedulerState, lane: LaneState, job: Job, now: float) -> RunChunk:
    """The next chunk of the job's unit."""
    unit = job.unit
    assert unit is not None
    cost, sharers = lane.chunks.cost, state.sharers(job, now)
    first, end = unit.piece()
    size = _size(lane, job, sharers, now)
    last = end if end - first < size + SIZES[0] else first + size
    if not unit.given:
        left, buffered_s = unit.left - (last - first), job.buffered_s(now) + job.held_s
        if buffered_s and not job.waits_for_first_sound:
            buffered_s = max(0.0, buffered_s - cost.seconds(work(last - first)))
        made_s = buffered_s + (last - first) * FRAME_S
        unit.given = not left or lasts(cost, sharers, made_s, left)
    return RunChunk(lane.name, job.key, unit.segment, first, last, unit.given)


def _then_s(lane: LaneState, job: Job, sharers: int) -> float:
    """What the next unit takes until it is heard; 0 if none is known. The pause before it is made
    with it.
    """
    if not job.script.upcoming:
        return 0.0
    cost = lane.chunks.cost
    front_s = lane.fronts.cost.seconds(expected(min(job.script.upcoming, CAP)) / job.speed)
    chunk_s = cost.seconds(work(_sizes(cost, sharers)[0]))
    return _PLANNED * sharers * (front_s + chunk_s)


def _size(lane: LaneState, job: Job, sharers: int, now: float) -> int:
    assert job.unit is not None
    cost = lane.chunks.cost
    buffered_s = job.buffered_s(now) + job.held_s
    affordable = cost.frames(buffered_s / MARGIN / sharers) - work(0)
    sizes = _sizes(cost, sharers)
    if not buffered_s:
        return first_frames(cost, sharers, job.unit.left, _then_s(lane, job, sharers))
    in_time = [size for size in sizes if size <= affordable]
    return in_time[-1] if in_time else sizes[0]
