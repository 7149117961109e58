"""What hangs is ended: a step of a lane, a reading; and what is slow is left alone."""

from __future__ import annotations

import pytest

from kokorod.lanes.overdue import GRACE_S, LEAST_S, READING_S, Overdue
from kokorod.net.loop import Loop


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.loop = Loop(self.clock)
        self.happened: list[object] = []
        self.reading_s = 0.0
        self.overdue = Overdue(
            self.loop,
            lambda lane: self.happened.append(("terminate", lane)),
            lambda lane, seconds: self.happened.append(("give up", lane, seconds)),
            lambda: self.reading_s,
            lambda seconds: self.happened.append("reading hangs"),
        )

    def wait(self, seconds: float) -> None:
        until = self.clock.now + seconds
        while self.clock.now < until:
            self.clock.now += 0.25
            if self.reading_s:
                self.reading_s += 0.25
            self.loop.turn(0)

    @property
    def idle(self) -> bool:
        return self.loop._patience() is None


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_step_that_ends_in_time_leaves_no_timer(scene: Scene) -> None:
    scene.overdue.began("cpu", 0.1)
    scene.wait(LEAST_S - 1)
    scene.overdue.ended("cpu")
    scene.wait(30)
    assert scene.happened == []
    assert scene.idle


def test_a_step_that_hangs_is_terminated_then_given_up(scene: Scene) -> None:
    scene.overdue.began("cpu", 0.1)
    scene.wait(LEAST_S + 1)
    assert scene.happened == [("terminate", "cpu")]
    scene.wait(GRACE_S + 1)
    assert [what[:2] for what in scene.happened] == [("terminate", "cpu"), ("give up", "cpu")]
    assert scene.idle


def test_a_step_that_ends_when_terminated_keeps_its_lane(scene: Scene) -> None:
    scene.overdue.began("cpu", 0.1)
    scene.wait(LEAST_S + 1)
    scene.overdue.ended("cpu")
    scene.wait(60)
    assert scene.happened == [("terminate", "cpu")]


def test_what_is_expected_to_take_long_gets_more(scene: Scene) -> None:
    scene.overdue.began("cpu", 2.0)
    scene.wait(39)
    assert scene.happened == []
    scene.wait(3)
    assert scene.happened == [("terminate", "cpu")]


def test_steps_that_follow_each_other_are_no_hang(scene: Scene) -> None:
    for _ in range(30):
        scene.overdue.began("cpu", 0.1)
        scene.wait(2)
    scene.overdue.ended("cpu")
    assert scene.happened == []


def test_a_step_that_begins_while_a_text_is_read_is_watched_too(scene: Scene) -> None:
    scene.reading_s = 0.25
    scene.overdue.reads()
    scene.wait(LEAST_S + 1)
    scene.overdue.began("cpu", 0.1)
    scene.reading_s = 0.0
    scene.wait(LEAST_S + 2)
    assert scene.happened == [("terminate", "cpu")]


def test_a_reading_that_hangs_is_told_once(scene: Scene) -> None:
    scene.overdue.reads()
    scene.reading_s = 0.25
    scene.wait(READING_S - 1)
    assert scene.happened == []
    scene.wait(60)
    assert scene.happened == ["reading hangs"]


def test_a_reading_during_which_the_process_was_stopped_is_no_hang(scene: Scene) -> None:
    scene.reading_s = 0.25
    scene.overdue.reads()
    scene.wait(LEAST_S)
    scene.reading_s += 600  # its thread's own clock went on
    scene.wait(LEAST_S)
    assert scene.happened == []
    scene.wait(READING_S)
    assert scene.happened == ["reading hangs"]
