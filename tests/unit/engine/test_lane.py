"""A lane: one report for each task, terminations that are never lost, streams left alone."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from kokoro_client.wire.choices import AudioFormat
from kokorod.engine.lane import (
    Crashed,
    Down,
    Ended,
    Failed,
    Lane,
    Report,
    Stream,
    Synthesized,
    Task,
    Up,
)
from kokorod.engine.synthesizer import Run, Sound, TerminatedError, WholeOnly
from kokorod.errors import EngineError
from kokorod.types import Engine, PeerId, RequestKey, Segment, Utterance

PATIENCE_S = 30.0


@dataclass
class Hum(WholeOnly):
    """A synthesizer that hums 10 ms for each token, and can be told to wait or to fail."""

    has_edges: bool = True
    waits: bool = False
    fails: Exception | None = None
    engine: Engine = Engine.KOKORO
    heard: list[Segment] = field(default_factory=list)
    rested: queue.SimpleQueue[int] = field(default_factory=queue.SimpleQueue)

    def voices(self) -> Sequence[str]:
        return ["af_hum"]

    def rest(self) -> None:
        self.rested.put(len(self.heard))

    def synthesize(self, segment: Segment, utterance: Utterance, run: Run) -> Sound:
        ended = threading.Event()
        run.on_terminate(ended.set)
        self.heard.append(segment)
        if self.fails is not None:
            raise self.fails
        if self.waits:
            assert ended.wait(PATIENCE_S)
        if run.terminated:
            raise TerminatedError
        count = len(segment.before) + len(segment.phonemes) + len(segment.after)
        edges = np.arange(count + 1, dtype=np.int64) * 240
        pcm = np.sin(np.arange(count * 240) / 9).astype(np.float32) / 2
        return Sound(pcm, edges if self.has_edges else None)


@dataclass
class Opened:
    lane: Lane
    reports: queue.SimpleQueue[Report]

    def next(self) -> Report:
        return self.reports.get(timeout=PATIENCE_S)


@pytest.fixture
def open_lane() -> Iterator[Callable[[Callable[[], Hum]], Opened]]:
    opened: list[Opened] = []

    def open_one(make: Callable[[], Hum]) -> Opened:
        reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        one = Opened(Lane("cpu", make, reports.put), reports)
        one.lane.open()
        opened.append(one)
        return one

    yield open_one
    for one in opened:
        one.lane.terminate()
        one.lane.close()
        assert one.lane.join(PATIENCE_S)


def task(segment: Segment, stream: Stream | None = None) -> Task:
    return Task(
        key=RequestKey(PeerId(1), 1),
        segment=segment,
        utterance=Utterance("af_hum", 1.0, "en-us"),
        stream=stream or Stream(),
        format=AudioFormat.S16LE,
    )


def segment(index: int = 0, phonemes: str = "hello", before: str = "", after: str = "") -> Segment:
    return Segment(index, 0, 5, phonemes, phonemes, before=before, after=after)


def test_each_task_is_answered_once(open_lane: Callable[[Callable[[], Hum]], Opened]) -> None:
    opened = open_lane(Hum)
    assert isinstance(opened.next(), Up)
    for index in range(5):
        opened.lane.start(task(segment(index)))
        report = opened.next()
        assert isinstance(report, Synthesized)
        assert report.task.segment.index == index
        assert report.sound_s == pytest.approx(0.05, abs=0.01)
        assert b"".join(report.pcm)
    assert opened.reports.empty()


def test_a_termination_before_the_run_begins_is_not_lost(
    open_lane: Callable[[Callable[[], Hum]], Opened],
) -> None:
    hum = Hum(waits=True)
    opened = open_lane(lambda: hum)
    assert isinstance(opened.next(), Up)
    for _ in range(20):
        opened.lane.start(task(segment()))
        opened.lane.terminate()
        assert isinstance(opened.next(), Ended)
    hum.waits = False
    opened.lane.start(task(segment()))
    assert isinstance(opened.next(), Synthesized)
    opened.lane.terminate()  # nothing runs: nothing is ended
    opened.lane.start(task(segment()))
    assert isinstance(opened.next(), Synthesized)


def test_a_failed_run_says_why_and_the_lane_goes_on(
    open_lane: Callable[[Callable[[], Hum]], Opened],
) -> None:
    hum = Hum(fails=EngineError("out of breath"))
    opened = open_lane(lambda: hum)
    assert isinstance(opened.next(), Up)
    opened.lane.start(task(segment()))
    report = opened.next()
    assert isinstance(report, Failed)
    assert report.message == "out of breath"
    hum.fails = None
    opened.lane.start(task(segment()))
    assert isinstance(opened.next(), Synthesized)


def test_what_cannot_be_made_is_down(open_lane: Callable[[Callable[[], Hum]], Opened]) -> None:
    def make() -> Hum:
        raise EngineError("no such model")

    report = open_lane(make).next()
    assert isinstance(report, Down)
    assert report.message == "no such model"


@pytest.mark.parametrize("bug", [ZeroDivisionError("my secret"), MemoryError("my secret")])
def test_a_bug_ends_its_run_alone(
    bug: Exception, open_lane: Callable[[Callable[[], Hum]], Opened]
) -> None:
    hum = Hum(fails=bug)
    opened = open_lane(lambda: hum)
    assert isinstance(opened.next(), Up)
    opened.lane.start(task(segment()))
    report = opened.next()
    assert isinstance(report, Failed)
    assert type(bug).__name__ in report.message
    assert "secret" not in report.message
    hum.fails = None
    opened.lane.start(task(segment()))
    assert isinstance(opened.next(), Synthesized)


@pytest.mark.parametrize("bug", [IndexError("no such voice"), MemoryError()])
def test_a_bug_while_it_is_made_is_down(
    bug: Exception, open_lane: Callable[[Callable[[], Hum]], Opened]
) -> None:
    def make() -> Hum:
        raise bug

    report = open_lane(make).next()
    assert isinstance(report, Down)
    assert type(bug).__name__ in report.message


def test_a_report_that_cannot_be_made_is_a_crash() -> None:
    reports: queue.SimpleQueue[Report] = queue.SimpleQueue()

    def report(what: Report) -> None:
        if isinstance(what, Synthesized):
            raise MemoryError
        reports.put(what)

    lane = Lane("cpu", Hum, report)
    lane.open()
    assert isinstance(reports.get(timeout=PATIENCE_S), Up)
    lane.start(task(segment()))
    crashed = reports.get(timeout=PATIENCE_S)
    assert isinstance(crashed, Crashed)
    assert isinstance(crashed.error, MemoryError)
    assert lane.join(PATIENCE_S)


def test_a_run_that_nobody_waits_for_leaves_the_stream_alone(
    open_lane: Callable[[Callable[[], Hum]], Opened],
) -> None:
    """A lane that is replaced in the middle of a run may finish it beside the new one."""
    opened = open_lane(Hum)
    assert isinstance(opened.next(), Up)
    stream = Stream()
    first = segment(0, "one two ", after="three")
    second = segment(1, "three", before="one two ")
    spoken: list[Synthesized] = []
    for part in (first, first, second, second):
        opened.lane.start(task(part, stream))
        report = opened.next()
        assert isinstance(report, Synthesized)
        if len(spoken) % 2:  # the second time is the one that counts
            stream.joiner = report.joiner
        spoken.append(report)
    assert (spoken[0].chunk.pcm == spoken[1].chunk.pcm).all()
    assert (spoken[2].chunk.pcm == spoken[3].chunk.pcm).all()
    assert spoken[2].chunk.start == spoken[3].chunk.start == len(spoken[1].chunk.pcm)


def test_context_is_left_out_where_it_cannot_be_cut_off(
    open_lane: Callable[[Callable[[], Hum]], Opened],
) -> None:
    """The model may be exchanged while a request is spoken, for one that has no edges."""
    hum = Hum(has_edges=False)
    opened = open_lane(lambda: hum)
    assert isinstance(opened.next(), Up)
    opened.lane.start(task(segment(1, "three", before="one two ", after=" four")))
    report = opened.next()
    assert isinstance(report, Synthesized)
    assert [(s.before, s.phonemes, s.after) for s in hum.heard] == [("", "three", "")]
    assert report.chunk.samples == pytest.approx(5 * 240, abs=10)


def test_a_pause_alone_needs_no_run(open_lane: Callable[[Callable[[], Hum]], Opened]) -> None:
    hum = Hum(fails=EngineError("not to be asked"))
    opened = open_lane(lambda: hum)
    assert isinstance(opened.next(), Up)
    opened.lane.start(task(Segment(0, 0, 3, "", "", pause_s=0.5)))
    report = opened.next()
    assert isinstance(report, Synthesized)
    assert report.sound_s == pytest.approx(0.5, abs=0.05)
    assert not report.chunk.pcm.any()


def test_a_lane_without_a_task_rests_once(
    open_lane: Callable[[Callable[[], Hum]], Opened],
) -> None:
    """After its first inference, which is part of being made, and after its tasks."""
    hum = Hum()
    opened = open_lane(lambda: hum)
    assert isinstance(opened.next(), Up)
    assert hum.rested.get(timeout=PATIENCE_S) == 0
    for _ in range(3):
        opened.lane.start(task(segment()))
        assert isinstance(opened.next(), Synthesized)
        assert hum.rested.get(timeout=PATIENCE_S) == len(hum.heard)
    assert hum.rested.empty()


def test_a_run_is_ended_whether_the_synthesizer_listens_before_or_after() -> None:
    ended: list[str] = []
    early, late = Run(), Run()
    early.terminate()
    early.on_terminate(lambda: ended.append("early"))
    late.on_terminate(lambda: ended.append("late"))
    assert ended == ["early"]
    late.terminate()
    assert ended == ["early", "late"]
    assert early.terminated
    assert late.terminated
