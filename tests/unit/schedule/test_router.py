"""Routing: the lane that is done first; before measurements, by the length of the text."""

from __future__ import annotations

import pytest

from kokorod.schedule.cost import Cost
from kokorod.schedule.router import MEASURED, Option, choose

SLOW = Cost(0.05, 0.03, 0.07)
FAST = Cost(0.30, 0.01, 0.07)


def cpu(runs: int = MEASURED, busy_s: float = 0.0) -> Option:
    return Option("cpu", False, SLOW, runs, busy_s)


def ane(runs: int = MEASURED, busy_s: float = 0.0) -> Option:
    return Option("coreml-ane", True, FAST, runs, busy_s)


def test_no_lane() -> None:
    assert choose([], 10, 10) is None


@pytest.mark.parametrize(
    ("characters", "chosen"), [(12, "cpu"), (199, "cpu"), (500, "cpu"), (1_001, "coreml-ane")]
)
def test_before_measurements_the_length_of_the_text_decides(characters: int, chosen: str) -> None:
    assert choose([ane(runs=0), cpu(runs=0)], 20, characters) == chosen


def test_between_the_two_lengths_whichever_is_free() -> None:
    assert choose([cpu(0, busy_s=5.0), ane(0)], 20, 500) == "coreml-ane"
    assert choose([cpu(0), ane(0, busy_s=5.0)], 20, 500) == "cpu"


def test_a_short_text_waits_for_the_cpu_and_a_long_one_for_the_accelerator() -> None:
    assert choose([cpu(0, busy_s=5.0), ane(0)], 20, 12) is None
    assert choose([cpu(0), ane(0, busy_s=5.0)], 150, 5_000) is None


def test_the_measured_lanes_are_compared_by_when_they_are_done() -> None:
    assert choose([cpu(), ane()], 5, 5_000) == "cpu"  # 0.20 s against 0.35 s
    assert choose([cpu(), ane()], 150, 12) == "coreml-ane"  # 4.55 s against 1.80 s
    assert choose([cpu(), ane(busy_s=1.0)], 150, 12) is None  # 2.80 s is still first
    assert choose([cpu(), ane(busy_s=9.0)], 150, 12) == "cpu"
