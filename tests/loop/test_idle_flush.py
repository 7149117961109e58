"""When a text that is still being written is flushed: by the loop's own clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from kokorod.net.loop import Loop
from kokorod.requests.idle_flush import IDLE_S, IdleFlush
from kokorod.types import PeerId, RequestKey

ONE, TWO = RequestKey(PeerId(1), 1), RequestKey(PeerId(1), 2)


@dataclass
class Still:
    """A loop whose clock stands still until it is told."""

    time: float = 100.0
    told: list[RequestKey] = field(default_factory=list)
    loop: Loop = field(init=False)

    def __post_init__(self) -> None:
        self.loop = Loop(self.now)

    def now(self) -> float:
        return self.time

    def pass_s(self, seconds: float) -> list[RequestKey]:
        self.time += seconds
        self.loop.turn(0)
        return self.told


@pytest.fixture
def still() -> Iterator[Still]:
    still = Still()
    yield still
    still.loop.close()


def test_a_flush_comes_once(still: Still) -> None:
    flushes = IdleFlush(still.loop, still.told.append)
    flushes.text_arrived(ONE)
    assert still.pass_s(IDLE_S * 0.9) == []
    assert still.pass_s(IDLE_S * 0.2) == [ONE]
    assert still.pass_s(IDLE_S * 10) == [ONE]
    flushes.text_arrived(ONE)
    assert still.pass_s(IDLE_S * 1.1) == [ONE, ONE]


def test_text_puts_it_off_and_many_texts_leave_one_timer(still: Still) -> None:
    flushes = IdleFlush(still.loop, still.told.append)
    for _ in range(1_000):
        flushes.text_arrived(ONE)
        assert still.pass_s(IDLE_S * 0.6) == []
        assert len(still.loop._timers) == 1
    assert still.pass_s(IDLE_S * 0.6) == [ONE]
    assert still.loop._timers == []


def test_each_text_has_its_own(still: Still) -> None:
    flushes = IdleFlush(still.loop, still.told.append)
    flushes.text_arrived(ONE)
    still.pass_s(IDLE_S * 0.6)
    flushes.text_arrived(TWO)
    assert still.pass_s(IDLE_S * 0.6) == [ONE]
    assert still.pass_s(IDLE_S * 0.6) == [ONE, TWO]
