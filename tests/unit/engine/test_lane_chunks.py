"""A lane that speaks in chunks: the sound of the whole run, however it is divided and resumed."""

from __future__ import annotations

import queue
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support import toy
from support.toy.streaming import Streaming

from kokoro_client.wire.choices import AudioFormat
from kokorod.engine.kokoro import open_session, session_options
from kokorod.engine.lane import (
    Chunked,
    Ended,
    Fronted,
    Lane,
    Report,
    Step,
    Stream,
    Synthesized,
    Task,
    Up,
)
from kokorod.engine.styles import Voices
from kokorod.types import SAMPLE_RATE, Break, PeerId, RequestKey, Segment, Utterance

PATIENCE_S = 60.0
FIRST = Segment(0, 0, 0, "", "hˈɛloʊ. wˈɜːld.", breaks=(Break(7, 0.25),), pause_s=0.3)
SECOND = Segment(1, 0, 0, "", "ɡʊdbˈaɪ.")


class Driver:
    """A lane on the toy, and one request's stream."""

    def __init__(self, folder: Path, speed: float = 1.0) -> None:
        folder.mkdir()
        graph, voices = toy.build(folder / "toy.onnx"), toy.write_voices(folder / "v.bin")
        session = open_session(graph, session_options(1))
        self.reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self.lane = Lane("cpu", lambda: Streaming(session, Voices(voices)), self.reports.put)
        self.lane.open()
        assert isinstance(self.next(), Up)
        self.stream = Stream()
        self.speed = speed
        self.heard: list[bytes] = []

    def next(self) -> Report:
        return self.reports.get(timeout=PATIENCE_S)

    def do(self, segment: Segment, step: Step, first: int = 0, last: int = 0) -> Report:
        voice = Utterance("af_heart", self.speed, "en-us")
        key = RequestKey(PeerId(1), 1)
        task = Task(key, segment, voice, self.stream, AudioFormat.F32LE)
        self.lane.start(replace(task, step=step, first=first, last=last))
        return self.next()

    def front(self, segment: Segment, step: Step = Step.FRONT) -> Fronted:
        report = self.do(segment, step)
        assert isinstance(report, Fronted)
        self.stream.unit = report.unit
        self.stream.joiner = report.joiner or self.stream.joiner
        self.heard += report.pcm
        return report

    def chunk(self, segment: Segment, first: int, last: int) -> Chunked:
        report = self.do(segment, Step.CHUNK, first, last)
        assert isinstance(report, Chunked)
        self.heard += report.pcm
        return report

    def speak(self, segment: Segment, sizes: random.Random) -> None:
        fronted = self.front(segment)
        for begin, end in fronted.unit.plan.ranges():
            at = begin
            while at < end:
                to = min(at + sizes.randint(1, 20), end)
                spoken = self.chunk(segment, at, to)
                at = to
        assert spoken.last
        self.stream.unit = None

    def whole(self, segment: Segment) -> None:
        report = self.do(segment, Step.WHOLE)
        assert isinstance(report, Synthesized)
        self.stream.joiner = report.joiner
        self.heard += report.pcm

    def pcm(self) -> NDArray[np.float32]:
        return np.frombuffer(b"".join(self.heard), "<f4")


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Driver]:
    made = Driver(tmp_path / "toy")
    yield made
    made.lane.close()
    assert made.lane.join(PATIENCE_S)


@pytest.mark.parametrize("seed", range(4))
def test_chunks_of_any_sizes_say_the_tokens_with_their_pauses(driver: Driver, seed: int) -> None:
    sizes = random.Random(seed)
    driver.speak(FIRST, sizes)
    driver.speak(SECOND, sizes)
    pcm = driver.pcm()
    heard = toy.decode(pcm)
    expected = toy.tokens_of(FIRST.phonemes + SECOND.phonemes)
    assert heard.mistakes(expected) == []
    long = [s.length / SAMPLE_RATE for s in heard.silences if s.length > 0.1 * SAMPLE_RATE]
    assert long == pytest.approx([0.25, 0.3], abs=0.005)
    assert driver.stream.joiner is not None
    assert len(pcm) + len(driver.stream.joiner.finish()) == len(pcm)


def test_words_are_known_with_the_front_and_heard_there(driver: Driver) -> None:
    driver.speak(FIRST, random.Random(1))
    unit = driver.front(SECOND).unit
    for first, last in unit.plan.ranges():
        driver.chunk(SECOND, first, last)
    heard = toy.decode(driver.pcm())
    starts = [sound.start for sound in heard.sounds[-len(SECOND.phonemes) :]]
    wanted = (unit.plan.edges[:-1] + unit.start).tolist()
    assert starts == pytest.approx(wanted, abs=75)


def test_a_unit_goes_on_where_it_stopped_with_another_lane_s_front(
    driver: Driver, tmp_path: Path
) -> None:
    other = Driver(tmp_path / "other")
    plan = driver.front(FIRST).unit.plan
    (first, last), *rest = plan.ranges()
    driver.chunk(FIRST, first, first + 3)
    other.stream, other.heard = driver.stream, driver.heard
    again = other.front(FIRST, Step.FRONT_AGAIN)
    assert again.pcm == []
    assert again.joiner is None
    other.chunk(FIRST, first + 3, last)
    for begin, end in rest:
        other.chunk(FIRST, begin, end)
    assert toy.decode(other.pcm()).mistakes(toy.tokens_of(FIRST.phonemes)) == []
    assert len(other.pcm()) == plan.samples
    other.lane.close()
    assert other.lane.join(PATIENCE_S)


def test_what_is_left_of_a_unit_is_spoken_by_a_whole_run(driver: Driver) -> None:
    plan = driver.front(FIRST).unit.plan
    first, _ = plan.ranges()[0]
    driver.chunk(FIRST, first, first + 5)
    rest = driver.do(FIRST, Step.REST, first=5)
    assert isinstance(rest, Chunked)
    assert rest.last
    driver.heard += rest.pcm
    assert toy.decode(driver.pcm()).mistakes(toy.tokens_of(FIRST.phonemes)) == []
    assert len(driver.pcm()) == plan.samples


def test_a_unit_follows_a_whole_segment_and_the_other_way_round(driver: Driver) -> None:
    driver.whole(FIRST)
    driver.speak(replace(SECOND, pause_s=0.3), random.Random(2))
    driver.whole(replace(FIRST, index=2))
    heard = toy.decode(driver.pcm())
    expected = toy.tokens_of(FIRST.phonemes + SECOND.phonemes + FIRST.phonemes)
    assert heard.mistakes(expected) == []
    long = [s.length / SAMPLE_RATE for s in heard.silences if s.length > 0.1 * SAMPLE_RATE]
    assert long == pytest.approx([0.25, 0.3, 0.3, 0.25], abs=0.005)


def test_a_step_that_is_ended_is_reported_so(driver: Driver) -> None:
    driver.front(FIRST)
    voice = Utterance("af_heart", 1.0, "en-us")
    key = RequestKey(PeerId(1), 1)
    driver.lane.start(Task(key, FIRST, voice, driver.stream, AudioFormat.F32LE, Step.FRONT))
    driver.lane.terminate()
    assert isinstance(driver.next(), Ended | Fronted)
