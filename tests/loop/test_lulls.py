"""When a lull in a text is one: by the loop's own clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from kokorod.net.loop import Loop, Timer
from kokorod.requests.idle_flush import LULL_S, Lulls
from kokorod.types import PeerId, RequestKey

ONE, TWO = RequestKey(PeerId(1), 1), RequestKey(PeerId(1), 2)


@dataclass
class House:
    """A loop whose clock stands still until it is told."""

    time: float = 100.0
    told: list[RequestKey] = field(default_factory=list)
    loop: Loop = field(init=False)

    def __post_init__(self) -> None:
        self.loop = Loop(self.now)

    def now(self) -> float:
        return self.time

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        return self.loop.after(seconds, call)

    def pass_s(self, seconds: float) -> list[RequestKey]:
        self.time += seconds
        self.loop.turn(0)
        return self.told


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    house.loop.close()


def test_a_lull_is_told_once(house: House) -> None:
    lulls = Lulls(house, house.told.append)
    lulls.fed(ONE)
    assert house.pass_s(LULL_S * 0.9) == []
    assert house.pass_s(LULL_S * 0.2) == [ONE]
    assert house.pass_s(LULL_S * 10) == [ONE]
    lulls.fed(ONE)
    assert house.pass_s(LULL_S * 1.1) == [ONE, ONE]


def test_text_puts_it_off_and_many_texts_leave_one_timer(house: House) -> None:
    lulls = Lulls(house, house.told.append)
    for _ in range(1_000):
        lulls.fed(ONE)
        assert house.pass_s(LULL_S * 0.6) == []
        assert len(house.loop._timers) == 1
    assert house.pass_s(LULL_S * 0.6) == [ONE]
    assert house.loop._timers == []


def test_each_text_has_its_own(house: House) -> None:
    lulls = Lulls(house, house.told.append)
    lulls.fed(ONE)
    house.pass_s(LULL_S * 0.6)
    lulls.fed(TWO)
    assert house.pass_s(LULL_S * 0.6) == [ONE]
    assert house.pass_s(LULL_S * 0.6) == [ONE, TWO]
