"""A child stands still while a first sound is waited for, and is never kept from its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pytest

from kokorod.lanes.holding import GO_ON, MOST_S, Holding
from kokorod.net.loop import Loop


@dataclass
class Clock:
    """A loop's clock and timers, turned by hand."""

    now: float = 100.0
    timers: list[tuple[float, object]] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def after(self, seconds: float, call: object) -> None:
        self.timers.append((self.now + seconds, call))

    def turn(self, seconds: float) -> None:
        self.now += seconds
        due = [call for at, call in self.timers if at <= self.now]
        self.timers = [(at, call) for at, call in self.timers if at > self.now]
        for call in due:
            call()  # type: ignore[operator]


class Child:
    def __init__(self) -> None:
        self.held = False
        self.holds = 0

    def hold(self) -> None:
        assert not self.held
        self.held = True
        self.holds += 1

    def release(self) -> None:
        self.held = False


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def holding(clock: Clock) -> Holding:
    return Holding(cast(Loop, clock))


def test_it_goes_on_with_the_first_sound(clock: Clock, holding: Holding) -> None:
    child = Child()
    holding.hold(child)
    assert child.held
    clock.turn(0.2)
    holding.release()
    assert not child.held


def test_it_goes_on_after_a_while_if_no_sound_comes(clock: Clock, holding: Holding) -> None:
    child = Child()
    holding.hold(child)
    clock.turn(MOST_S)
    assert not child.held


def test_the_timer_of_an_earlier_hold_ends_no_later_one(clock: Clock, holding: Holding) -> None:
    child = Child()
    holding.hold(child)
    clock.turn(0.1)
    holding.release()
    clock.turn(MOST_S - 0.2)
    holding.hold(child)
    clock.turn(0.2)
    assert child.held


def test_requests_without_end_hold_it_a_fifth_of_the_time(clock: Clock, holding: Holding) -> None:
    child = Child()
    held = 0
    for step in range(10_000):
        if step % 5 == 0:
            holding.release()
            holding.hold(child)
        held += child.held
        clock.turn(0.1)
    assert child.holds > 10
    assert held / 10_000 <= 1 / (1 + GO_ON) + 0.01
