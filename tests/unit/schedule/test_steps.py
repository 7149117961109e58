"""The steps of a voice that streams, one by one; a lane that goes takes its front with it."""

from __future__ import annotations

import pytest

from kokorod.schedule.actions import Finish, Prepare, Run, RunChunk, RunFront, Terminate
from kokorod.schedule.job import NO_HURRY_S, Job, Unit
from kokorod.schedule.lanes import FrontResult, RunResult, work
from kokorod.schedule.scheduler import Scheduler
from kokorod.schedule.script import Script
from kokorod.types import Engine, PeerId, RequestKey, Segment, Sentence, TextState

A, B = RequestKey(PeerId(1), 1), RequestKey(PeerId(2), 2)
TEXT = "abcde fgh."
SEGMENT = Segment(0, 0, 0, "", "hello there")
PIECES = ((3, 43),)


def streaming_job(first_s: float = 0.5, key: RequestKey = A, rank: int = 1) -> Job:
    """It is spoken in chunks on the CPU alone."""
    return Job(
        key=key,
        engine=Engine.KOKORO,
        rank=rank,
        speed=1.0,
        first_s=first_s,
        order=1,
        script=Script(sentence_pause_s=0.25),
        streams=lambda lane, voice: lane != "gpu",
    )


def written(*lines: str) -> list[Sentence]:
    return [Sentence(0, len(line), line, line) for line in lines]


@pytest.fixture
def scheduler() -> Scheduler:
    """With one idle CPU lane."""
    made = Scheduler()
    made.lane_up("cpu", Engine.KOKORO, 0.0)
    return made


def begin(scheduler: Scheduler, *lines: str, first_s: float = 0.5) -> RunFront:
    """The front of a new request whose whole text is `lines`."""
    assert scheduler.submit(streaming_job(first_s), 0.0) == [Prepare(A)]
    (front,) = scheduler.prepared(A, written(*lines), TextState.END, 0.0)
    assert isinstance(front, RunFront)
    return front


def first_chunk(scheduler: Scheduler) -> RunChunk:
    (chunk,) = scheduler.fronted("cpu", FrontResult(0.1, PIECES), 0.1)
    assert isinstance(chunk, RunChunk)
    assert chunk.first == PIECES[0][0]
    return chunk


def chunk_ran(scheduler: Scheduler, chunk: RunChunk) -> None:
    """It ran on the CPU, and the lane went before the next one was over."""
    sound_s = 0.025 * (chunk.last - chunk.first)
    (following,) = scheduler.ran("cpu", RunResult(0.1, sound_s), 0.2)
    assert isinstance(following, RunChunk)
    assert following.first == chunk.last
    assert scheduler.lane_down("cpu", 0.3) == []


def test_a_unit_goes_on_where_it_stopped_once_another_lane_has_made_its_front(
    scheduler: Scheduler,
) -> None:
    front = begin(scheduler, TEXT)
    chunk = first_chunk(scheduler)
    chunk_ran(scheduler, chunk)
    (again,) = scheduler.lane_up("cpu-2", Engine.KOKORO, 0.4)
    assert again == RunFront("cpu-2", A, front.segment, again=True)
    (on,) = scheduler.fronted("cpu-2", FrontResult(0.1, PIECES), 0.5)
    assert isinstance(on, RunChunk)
    assert (on.lane, on.first) == ("cpu-2", chunk.last)


def test_what_is_left_of_a_unit_is_run_whole_on_a_lane_without_fronts(
    scheduler: Scheduler,
) -> None:
    front = begin(scheduler, TEXT)
    chunk = first_chunk(scheduler)
    chunk_ran(scheduler, chunk)
    actions = scheduler.lane_up("gpu", Engine.KOKORO, 0.4, accelerator=True)
    assert actions == [Run("gpu", A, front.segment, skip=chunk.last - chunk.first)]
    assert scheduler.ran("gpu", RunResult(0.5, 0.9), 0.9) == [Finish(A, cancelled=False)]


def test_a_unit_whose_lane_went_before_its_front_is_run_whole_from_its_begin(
    scheduler: Scheduler,
) -> None:
    front = begin(scheduler, TEXT)
    assert scheduler.lane_down("cpu", 0.1) == []
    actions = scheduler.lane_up("gpu", Engine.KOKORO, 0.2, accelerator=True)
    assert actions == [Run("gpu", A, front.segment)]
    assert scheduler.ran("gpu", RunResult(0.5, 1.0), 0.9) == [Finish(A, cancelled=False)]


def test_the_sound_that_came_with_a_front_is_heard_and_ends_its_unit(
    scheduler: Scheduler,
) -> None:
    begin(scheduler, TEXT)
    job = scheduler.job(A)
    assert job is not None
    actions = scheduler.fronted("cpu", FrontResult(0.1, (), sound_s=0.7), 0.1)
    assert actions == [Finish(A, cancelled=False)]
    assert (job.made_s, job.heard_from, job.unit) == (0.7, 0.1, None)


def test_a_front_that_nobody_asked_for_changes_nothing(scheduler: Scheduler) -> None:
    assert scheduler.fronted("cpu", FrontResult(0.1, PIECES), 0.1) == []
    assert scheduler.fronted("gpu", FrontResult(0.1, PIECES), 0.1) == []
    begin(scheduler, TEXT)
    first_chunk(scheduler)
    assert scheduler.fronted("cpu", FrontResult(0.1, PIECES), 0.2) == []
    (lane,) = scheduler.lanes()
    assert lane.runs == 1


def test_a_front_whose_request_was_cancelled_is_counted(scheduler: Scheduler) -> None:
    begin(scheduler, TEXT)
    scheduler.cancel(A)
    assert scheduler.fronted("cpu", FrontResult(0.1, PIECES), 0.1) == []
    (lane,) = scheduler.lanes()
    assert (lane.runs, lane.way) == (1, "chunks")


def test_a_step_is_predicted_by_its_own_kind(scheduler: Scheduler) -> None:
    assert scheduler.predicted_s("cpu", SEGMENT, 1.0, chunk_frames=12) is None
    assert scheduler.step_s("gpu") == scheduler.step_s("cpu") == 0.0
    begin(scheduler, TEXT)
    front_s = scheduler.step_s("cpu")
    first_chunk(scheduler)
    chunk_s = scheduler.step_s("cpu")
    assert front_s > 0.0
    assert chunk_s > 0.0
    assert chunk_s != front_s
    predicted = scheduler.predicted_s("cpu", SEGMENT, 1.0, chunk_frames=12)
    longer = scheduler.predicted_s("cpu", SEGMENT, 1.0, chunk_frames=48)
    assert predicted is not None
    assert longer is not None
    assert 0.0 < predicted < longer
    assert scheduler.predicted_s("cpu", SEGMENT, 1.0) is None  # nothing was run whole


def test_without_hurry_a_unit_is_as_long_as_it_may_be(scheduler: Scheduler) -> None:
    front = begin(scheduler, "abcde fgh.", "ijk lmno.", first_s=NO_HURRY_S)
    assert front.segment.phonemes == "abcde fgh. ijk lmno."


def test_the_frames_of_a_unit_come_piece_by_piece() -> None:
    unit = Unit(SEGMENT, pieces=((3, 5), (9, 12)))
    taken = []
    while unit.left:
        taken.append(unit.piece())
        unit.done += 1
    assert taken == [(3, 5), (4, 5), (9, 12), (10, 12), (11, 12)]
    with pytest.raises(AssertionError, match="nothing is left"):
        unit.piece()


LONG = " ".join(["abcde fgh"] * 14) + "."
MANY = ((3, 203),)


def test_a_chunk_of_a_lane_slower_than_speech_is_held_back(scheduler: Scheduler) -> None:
    (lane,) = scheduler.lanes()
    for size in range(6, 66, 6):
        lane.chunks.add(work(size), 0.06 * work(size))
    begin(scheduler, TEXT)
    (first,) = scheduler.fronted("cpu", FrontResult(0.1, MANY), 0.1)
    assert isinstance(first, RunChunk)
    assert not first.give
    (second,) = scheduler.ran("cpu", RunResult(1.5, 0.6), 1.6)
    assert isinstance(second, RunChunk)
    job = scheduler.job(A)
    assert job is not None
    assert (job.held_s, job.made_s, job.heard_from) == (0.6, 0.0, None)


def test_a_first_chunk_is_planned_with_the_unit_that_follows(scheduler: Scheduler) -> None:
    """It is no shorter than that of a text that ends with its unit."""
    begin(scheduler, LONG, LONG)
    (first,) = scheduler.fronted("cpu", FrontResult(0.1, MANY), 0.1)
    alone = Scheduler()
    alone.lane_up("cpu", Engine.KOKORO, 0.0)
    begin(alone, LONG)
    (last,) = alone.fronted("cpu", FrontResult(0.1, MANY), 0.1)
    assert isinstance(first, RunChunk)
    assert isinstance(last, RunChunk)
    assert first.last >= last.last


def give_way(scheduler: Scheduler, other: Job) -> list[object]:
    """What begins once the chunk that runs has given way to another request."""
    scheduler.lane_up("express", Engine.KOKORO, 0.0, express=True)
    begin(scheduler, LONG)
    (chunk,) = scheduler.fronted("cpu", FrontResult(0.1, MANY), 0.1)
    assert isinstance(chunk, RunChunk)
    scheduler.submit(other, 0.1)
    actions = scheduler.prepared(B, written(TEXT), TextState.END, 0.1)
    assert actions == [Terminate("cpu")]
    return list(scheduler.terminated("cpu", 0.11))


def test_a_unit_goes_on_beside_a_whole_run_on_the_express_lane(scheduler: Scheduler) -> None:
    whole = streaming_job(key=B, rank=0)
    whole.streams = lambda lane, voice: False
    run, chunk = give_way(scheduler, whole)
    assert isinstance(run, Run)
    assert isinstance(chunk, RunChunk)
    assert (run.lane, run.key) == ("cpu", B)
    assert (chunk.lane, chunk.key, chunk.first) == ("express", A, MANY[0][0])


def test_a_unit_waits_for_a_chunk_of_another_which_is_soon_over(scheduler: Scheduler) -> None:
    (front,) = give_way(scheduler, streaming_job(key=B, rank=0))
    assert isinstance(front, RunFront)
    assert front.key == B


@pytest.mark.parametrize(("share", "ended"), [(0.4, True), (0.6, False)])
def test_a_chunk_past_its_middle_is_not_ended(
    scheduler: Scheduler, share: float, ended: bool
) -> None:
    """What it has made would be lost, which is more than the wait that it saves."""
    begin(scheduler, LONG)
    scheduler.fronted("cpu", FrontResult(0.1, MANY), 0.1)
    (chunk,) = scheduler.ran("cpu", RunResult(0.1, 0.35), 0.2)
    assert isinstance(chunk, RunChunk)
    scheduler.submit(streaming_job(key=B, rank=0), 0.2)
    taken_s = scheduler.step_s("cpu")
    assert 0.06 / 0.4 < taken_s < 0.15 / 0.4, "or its end is too near, or too far away"
    actions = scheduler.prepared(B, written(TEXT), TextState.END, 0.2 + share * taken_s)
    assert actions == ([Terminate("cpu")] if ended else [])


def test_a_run_that_is_nearly_done_is_not_ended_for_a_short_request(
    scheduler: Scheduler,
) -> None:
    scheduler.lane_up("express", Engine.KOKORO, 0.0, express=True)
    document, short = streaming_job(rank=2), streaming_job(key=B, rank=0)
    document.streams = short.streams = lambda lane, voice: False
    scheduler.submit(document, 0.0)
    (run,) = scheduler.prepared(A, written(LONG), TextState.END, 0.0)
    assert isinstance(run, Run)
    scheduler.submit(short, 0.0)
    nearly = 0.99 * scheduler.step_s("cpu")
    (beside,) = scheduler.prepared(B, written(TEXT), TextState.END, nearly)
    assert isinstance(beside, Run)
    assert (beside.lane, beside.key) == ("express", B)
