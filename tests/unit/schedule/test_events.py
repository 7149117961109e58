"""Each thing the scheduler is told, one by one; what it is told too late changes nothing."""

from __future__ import annotations

from collections import deque

import pytest

from kokorod.schedule.actions import Action, Fail, Finish, Prepare, Run, Terminate
from kokorod.schedule.job import NO_HURRY_S, Job, make_warm_up
from kokorod.schedule.lanes import RunResult
from kokorod.schedule.scheduler import Scheduler
from kokorod.schedule.script import Script
from kokorod.schedule.state import WARM_PEER
from kokorod.types import Engine, PeerId, RequestKey, Segment, Sentence, TextState

A, B = RequestKey(PeerId(1), 1), RequestKey(PeerId(2), 2)
WARM = RequestKey(WARM_PEER, 9)
NOBODY = RequestKey(PeerId(7), 7)
SEGMENT = Segment(0, 0, 0, "", "hello there")


def job(key: RequestKey, rank: int = 1) -> Job:
    return Job(
        key=key,
        engine=Engine.KOKORO,
        rank=rank,
        speed=1.0,
        first_s=0.5,
        order=1,
        script=Script(sentence_pause_s=0.25, by_sentence=False),
    )


def spoken(phonemes: str) -> Sentence:
    return Sentence(0, len(phonemes), phonemes, phonemes)


@pytest.fixture
def scheduler() -> Scheduler:
    """With one idle CPU lane."""
    made = Scheduler()
    assert made.lane_up("cpu", Engine.KOKORO, 0.0) == []
    return made


def begin(scheduler: Scheduler, key: RequestKey, text: str = "abcde fgh", rank: int = 1) -> Run:
    """The run of a new request whose whole text is `text`."""
    assert scheduler.submit(job(key, rank), 0.0) == [Prepare(key)]
    (run,) = scheduler.prepared(key, [spoken(text)], TextState.END, 0.0)
    assert isinstance(run, Run)
    return run


def test_what_nobody_asked_for_changes_nothing(scheduler: Scheduler) -> None:
    assert scheduler.appended(NOBODY, 0.0) == []
    assert scheduler.prepared(NOBODY, [spoken("abc")], TextState.END, 0.0) == []
    assert scheduler.cancel(NOBODY) == []
    assert scheduler.fail(NOBODY) == []
    assert scheduler.listens(NOBODY, 0.0, throttled=False, now=0.0) == []
    assert scheduler.drop_warm_up(NOBODY) == []
    assert scheduler.peer_gone(PeerId(7)) == []
    assert scheduler.job(NOBODY) is None
    assert scheduler.counters.cancelled == scheduler.counters.failed == 0


def test_reports_of_a_lane_that_is_gone_change_nothing(scheduler: Scheduler) -> None:
    run = begin(scheduler, A)
    assert scheduler.lane_down("cpu", 0.0) == []
    assert scheduler.lane_down("cpu", 0.0) == []
    assert scheduler.ran("cpu", RunResult(1.0, 1.0), 1.0) == []
    assert scheduler.terminated("cpu", 1.0) == []
    assert scheduler.run_failed("cpu", 1.0) == []
    assert scheduler.counters.terminated_runs == 0
    # The run that went down with its lane is begun anew on the next.
    assert scheduler.lane_up("cpu", Engine.KOKORO, 2.0) == [run]


def test_a_report_of_a_lane_at_rest_changes_nothing(scheduler: Scheduler) -> None:
    assert scheduler.ran("cpu", RunResult(1.0, 1.0), 1.0) == []
    (lane,) = scheduler.lanes()
    assert lane.runs == 0


def test_who_waits_is_counted_and_a_warm_up_is_not() -> None:
    scheduler = Scheduler()
    for key in (A, B):
        scheduler.submit(job(key), 0.0)
        scheduler.prepared(key, [spoken("abc")], TextState.END, 0.0)
    assert (scheduler.active, scheduler.queued) == (2, 2)
    scheduler.lane_up("cpu", Engine.KOKORO, 0.0)
    assert (scheduler.active, scheduler.queued) == (2, 1)
    alone = Scheduler()
    alone.lane_up("cpu", Engine.KOKORO, 0.0)
    assert alone.submit_warm_up(WARM, "cpu", SEGMENT, 0.0) == [Run("cpu", WARM, SEGMENT)]
    assert (alone.active, alone.queued) == (0, 0)


def test_time_is_predicted_once_a_lane_has_run(scheduler: Scheduler) -> None:
    assert scheduler.predicted_s("cpu", SEGMENT, 1.0) is None
    assert scheduler.predicted_s("gpu", SEGMENT, 1.0) is None
    begin(scheduler, A)
    scheduler.ran("cpu", RunResult(0.5, 1.0), 0.5)
    predicted = scheduler.predicted_s("cpu", SEGMENT, 1.0)
    assert predicted is not None
    assert predicted > 0


def test_busy_clients_are_told_a_time_within_bounds() -> None:
    scheduler = Scheduler()
    assert scheduler.retry_after_s() == 0.1
    scheduler.submit(job(A), 0.0)
    assert scheduler.retry_after_s() == 1.0  # no lane whose cost could be known
    scheduler.lane_up("cpu", Engine.KOKORO, 0.0)
    begin(scheduler, B, "abcde fgh, " * 1_000)
    assert 0.1 <= scheduler.retry_after_s() <= 60.0


def test_a_warm_up_is_refused_where_it_would_be_in_the_way(scheduler: Scheduler) -> None:
    assert scheduler.submit_warm_up(WARM, "gpu", SEGMENT, 0.0) == []
    scheduler.draining = True
    assert scheduler.submit_warm_up(WARM, "cpu", SEGMENT, 0.0) == []
    scheduler.draining = False
    begin(scheduler, A)
    assert scheduler.submit_warm_up(WARM, "cpu", SEGMENT, 0.0) == []
    scheduler.lane_up("cpu-2", Engine.KOKORO, 0.0)
    assert scheduler.submit_warm_up(WARM, "cpu-2", SEGMENT, 0.0) == []


def test_a_warm_up_ends_by_itself_or_is_dropped(scheduler: Scheduler) -> None:
    scheduler.submit_warm_up(WARM, "cpu", SEGMENT, 0.0)
    assert scheduler.ran("cpu", RunResult(0.3, 0.5), 0.3) == []
    assert scheduler.job(WARM) is None
    scheduler.submit_warm_up(WARM, "cpu", SEGMENT, 1.0)
    assert scheduler.drop_warm_up(WARM) == [Terminate("cpu")]
    assert scheduler.terminated("cpu", 1.1) == []


def test_a_warm_up_is_one_segment_and_nothing_follows_it() -> None:
    warm_up = make_warm_up(WARM, Engine.KOKORO, SEGMENT)
    assert warm_up.again is SEGMENT
    assert warm_up.script.ended
    assert not warm_up.script.runnable


def test_a_run_that_is_being_ended_is_not_ended_again(scheduler: Scheduler) -> None:
    begin(scheduler, A)
    assert scheduler.cancel(A) == [Terminate("cpu"), Finish(A, cancelled=True)]
    scheduler.terminated("cpu", 0.1)
    # One that gives way to another, and is cancelled before it has ended.
    begin(scheduler, A, "abcde fgh, " * 40, rank=2)
    scheduler.submit(job(B, rank=0), 0.2)
    actions = scheduler.prepared(B, [spoken("abc")], TextState.END, 0.2)
    assert actions == [Terminate("cpu")]
    assert scheduler.cancel(A) == [Finish(A, cancelled=True)]
    (run,) = scheduler.terminated("cpu", 0.3)
    assert isinstance(run, Run)
    assert run.key == B


def test_a_run_that_gave_way_is_begun_again_as_it_was(scheduler: Scheduler) -> None:
    first = begin(scheduler, A, "abcde fgh, " * 40, rank=2)
    scheduler.submit(job(B, rank=0), 0.1)
    assert scheduler.prepared(B, [spoken("abc")], TextState.END, 0.1) == [Terminate("cpu")]
    (run,) = scheduler.terminated("cpu", 0.2)
    assert isinstance(run, Run)
    assert run.key == B
    assert scheduler.counters.terminated_runs == 1
    assert scheduler.ran("cpu", RunResult(0.1, 0.2), 0.3) == [first, Finish(B, cancelled=False)]


def test_a_request_that_waits_is_cancelled_without_ending_a_run(scheduler: Scheduler) -> None:
    begin(scheduler, A)
    scheduler.submit(job(B), 0.0)
    assert scheduler.cancel(B) == [Finish(B, cancelled=True)]


def test_a_request_whose_runs_fail_twice_is_given_up(scheduler: Scheduler) -> None:
    run = begin(scheduler, A)
    assert scheduler.run_failed("cpu", 0.1, "it broke") == [run]
    assert scheduler.run_failed("cpu", 0.2, "it broke") == [Fail(A, "it broke")]
    assert scheduler.counters.failed == 1
    (lane,) = scheduler.lanes()
    assert (lane.failures, lane.why, lane.benched_until) == (2, "it broke", 0.0)


def test_an_accelerator_that_fails_twice_rests_and_the_cpu_does_it_again(
    scheduler: Scheduler,
) -> None:
    def lanes_of(actions: list[Action]) -> list[tuple[str, int]]:
        return [(a.lane, a.segment.index) for a in actions if isinstance(a, Run)]

    scheduler.lane_up("gpu", Engine.KOKORO, 0.0, accelerator=True)
    assert begin(scheduler, A, "abcde fgh, " * 200).lane == "gpu"
    for at, index in ((1.0, 0), (2.0, 1)):
        assert lanes_of(scheduler.run_failed("gpu", at)) == [("cpu", index)]
        actions = scheduler.ran("cpu", RunResult(0.1, 0.7), at + 0.1)
        assert lanes_of(actions) == [("gpu" if index == 0 else "cpu", index + 1)]
    cpu, gpu = scheduler.lanes()
    assert (gpu.failures, gpu.benched_until, cpu.failures) == (2, 62.0, 0)
    assert lanes_of(scheduler.ran("cpu", RunResult(0.1, 0.7), 62.0)) == [("gpu", 3)]
    assert scheduler.counters.failed == 0


def test_failing_ends_the_run_and_is_told_nobody_twice(scheduler: Scheduler) -> None:
    begin(scheduler, A)
    assert scheduler.fail(A) == [Terminate("cpu")]
    assert scheduler.fail(A) == []
    assert scheduler.counters.failed == 1


def test_what_another_client_does_holds_up_nobody_else(scheduler: Scheduler) -> None:
    scheduler.submit(job(A), 0.0)
    scheduler.block(B.peer, True, 0.0)
    (run,) = scheduler.prepared(A, [spoken("abc")], TextState.END, 0.0)
    assert isinstance(run, Run)
    scheduler.submit(job(B), 0.0)
    scheduler.prepared(B, [spoken("abc")], TextState.END, 0.0)
    assert scheduler.ran("cpu", RunResult(0.1, 0.2), 0.1) == [Finish(A, cancelled=False)]
    (run,) = scheduler.block(B.peer, False, 0.2)
    assert isinstance(run, Run)
    assert run.key == B


def test_the_time_of_a_run_beside_another_is_not_learnt(scheduler: Scheduler) -> None:
    scheduler.lane_up("cpu-2", Engine.KOKORO, 0.0)
    begin(scheduler, A)
    begin(scheduler, B)
    scheduler.ran("cpu", RunResult(9.0, 0.7), 9.0)
    scheduler.ran("cpu-2", RunResult(9.0, 0.7), 9.0)
    assert (
        scheduler.predicted_s("cpu", SEGMENT, 1.0)
        is scheduler.predicted_s("cpu-2", SEGMENT, 1.0)
        is None
    )
    assert [lane.runs for lane in scheduler.lanes()] == [1, 1]


def test_a_run_that_ends_after_its_request_was_cancelled_is_counted(scheduler: Scheduler) -> None:
    begin(scheduler, A)
    scheduler.cancel(A)
    assert scheduler.ran("cpu", RunResult(0.1, 0.7), 0.1) == []
    begin(scheduler, A)
    scheduler.cancel(A)
    assert scheduler.run_failed("cpu", 0.2, "late") == []
    (lane,) = scheduler.lanes()
    assert (lane.runs, lane.failures, scheduler.counters.failed) == (1, 1, 0)


def test_a_listener_with_enough_sound_holds_up_its_own_request_alone(scheduler: Scheduler) -> None:
    begin(scheduler, A, "abcde fgh, " * 40)
    assert scheduler.listens(A, 0.0, throttled=True, now=0.0) == []
    assert not [a for a in scheduler.ran("cpu", RunResult(0.1, 2.0), 0.1) if isinstance(a, Run)]
    assert scheduler.listens(A, 0.5, throttled=True, now=0.6) == []
    (run,) = [a for a in scheduler.listens(A, 1.9, throttled=False, now=2.0) if isinstance(a, Run)]
    assert run.key == A
    assert scheduler.listens(A, 1.9, throttled=False, now=2.0) == []
    held = scheduler.job(A)
    assert held is not None
    assert held.heard_from == pytest.approx(0.1)


def test_what_is_heard_late_is_counted_from_where_the_listener_ran_dry(
    scheduler: Scheduler,
) -> None:
    begin(scheduler, A, "abcde fgh, " * 40)
    scheduler.ran("cpu", RunResult(0.1, 1.0), 0.1)
    scheduler.ran("cpu", RunResult(4.9, 2.0), 5.0)  # its listener had nothing since 1.1
    listened = scheduler.job(A)
    assert listened is not None
    assert listened.heard_from == pytest.approx(4.0)
    assert listened.buffered_s(5.0) == pytest.approx(2.0)


def test_while_it_drains_nothing_begins(scheduler: Scheduler) -> None:
    scheduler.draining = True
    scheduler.submit(job(A), 0.0)
    assert scheduler.prepared(A, [spoken("abc")], TextState.END, 0.0) == []
    assert scheduler.queued == 1


def test_text_that_came_while_it_was_read_is_read_too(scheduler: Scheduler) -> None:
    scheduler.submit(job(A), 0.0)
    assert scheduler.appended(A, 0.0) == []
    actions = scheduler.prepared(A, [], TextState.WAITING, 0.0)
    assert actions == [Prepare(A)]
    assert scheduler.prepared(A, [], TextState.WAITING, 0.0) == []
    assert scheduler.appended(A, 0.0) == [Prepare(A)]
    assert scheduler.prepared(A, [], TextState.END, 0.0) == [Finish(A, cancelled=False)]


def test_a_run_without_sound_is_no_first_sound(scheduler: Scheduler) -> None:
    begin(scheduler, A)
    assert scheduler.ran("cpu", RunResult(0.1, 0.0), 0.1) == [Finish(A, cancelled=False)]


def test_a_peer_that_goes_takes_its_requests_with_it(scheduler: Scheduler) -> None:
    begin(scheduler, A)
    scheduler.block(A.peer, True, 0.0)
    assert scheduler.peer_gone(A.peer) == [Terminate("cpu"), Finish(A, cancelled=True)]
    # A peer of the same number that comes later is not held to what was said of this one.
    scheduler.terminated("cpu", 0.1)
    begin(scheduler, A)


def test_a_lane_tells_status_what_it_is_and_what_it_does() -> None:
    scheduler = Scheduler()
    scheduler.lane_up("built-in", Engine.BUILT_IN, 0.0)
    scheduler.lane_up("gpu", Engine.KOKORO, 0.0, accelerator=True)
    scheduler.lane_up("cpu", Engine.KOKORO, 0.0)
    run = begin(scheduler, A)
    scheduler.run_failed("cpu", 0.1, "it broke")
    told = {lane["name"]: lane for lane in scheduler.lanes_value(0.2)}
    assert [told[name]["provider"] for name in told] == ["espeak-ng", "gpu", "cpu"]
    assert [told[name]["state"] for name in told] == ["idle", "idle", "busy"]
    assert (told["cpu"]["failures"], told["cpu"]["why"]) == (1, "it broke")
    assert run.lane == "cpu"
    scheduler.lanes()[1].benched_until = 9.0
    assert [lane["state"] for lane in scheduler.lanes_value(0.2)] == ["idle", "benched", "busy"]
    assert scheduler.value() == {
        "total": 1,
        "active": 1,
        "queued": 0,
        "cancelled": 0,
        "failed": 0,
        "terminated_runs": 0,
    }


def test_a_lane_made_anew_costs_what_it_did_until_another_model_is_open(
    scheduler: Scheduler,
) -> None:
    begin(scheduler, A)
    scheduler.ran("cpu", RunResult(0.9, 1.0), 0.9)
    learnt = scheduler.lanes()[0].cost.seconds(50)
    scheduler.lane_down("cpu", 1.0)
    scheduler.lane_up("cpu", Engine.KOKORO, 1.0)
    assert scheduler.lanes()[0].cost.seconds(50) == pytest.approx(learnt, rel=0.05)
    scheduler.lane_down("cpu", 1.0)
    scheduler.forget_costs()
    scheduler.lane_up("cpu", Engine.KOKORO, 1.0)
    assert scheduler.lanes()[0].cost.seconds(50) != pytest.approx(learnt, rel=0.05)


def cut_without_hurry(readings: list[list[Sentence]], run_s: float) -> list[tuple[str, float]]:
    """What a request that can wait is cut into, read so and spoken so fast."""
    scheduler, left, now = Scheduler(), deque(readings), 0.0
    scheduler.lane_up("cpu", Engine.KOKORO, now)
    waiting = job(A)
    waiting.first_s = NO_HURRY_S
    found: list[tuple[str, float]] = []
    actions = deque(scheduler.submit(waiting, now))
    while actions:
        match actions.popleft():
            case Prepare():
                sentences = left.popleft()
                state = TextState.MORE if left else TextState.END
                actions.extend(scheduler.prepared(A, sentences, state, now))
            case Run(segment=segment):
                found.append((segment.phonemes, segment.pause_s))
                now += run_s
                actions.extend(scheduler.ran("cpu", RunResult(run_s, 2.0), now))
    assert not left
    return found


@pytest.mark.parametrize("lengths", [(9, 9, 9, 9, 9, 9, 9), (40,), (5, 30, 2, 24, 1)])
def test_without_hurry_neither_speed_nor_reading_decides_where_it_is_cut(
    lengths: tuple[int, ...],
) -> None:
    text = [spoken(" ".join(["abcde"] * words) + ".") for words in lengths]
    whole = cut_without_hurry([text], 0.1)
    assert len(whole) > 1 or lengths == (40,)
    assert whole[-1][1] == 0.0
    one_by_one = [[sentence] for sentence in text]
    for readings in (one_by_one, [*one_by_one, []], [[], *one_by_one]):
        for run_s in (0.1, 30.0):
            assert cut_without_hurry(readings, run_s) == whole
