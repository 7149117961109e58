"""The memory policy, with a virtual clock."""

from __future__ import annotations

import pytest

from kokorod.maintenance.memory import Memory, Step, default_threshold_mb


@pytest.mark.parametrize(
    ("ram_gb", "threshold"),
    [(0.9, 691), (2, 800), (8, 1_000), (16, 1_400), (24, 1_700), (64, 2_000)],
)
def test_the_threshold_grows_with_the_ram(ram_gb: float, threshold: int) -> None:
    assert default_threshold_mb(ram_gb) == threshold


def test_below_the_threshold_nothing_is_done() -> None:
    memory = Memory(1_000)
    assert memory.sample(500, 900, at_rest=True, now=0) is Step.KEEP
    assert (memory.baseline_mb, memory.rss_mb, memory.peak_mb) == (500, 500, 900)


def test_never_under_load() -> None:
    memory = Memory(1_000)
    for now in range(0, 10_000, 30):
        assert memory.sample(5_000, 5_000, at_rest=False, now=now) is Step.KEEP
    assert memory.baseline_mb is None


def test_steps_go_from_mild_to_hard_only_as_far_as_needed() -> None:
    memory = Memory(1_000)
    assert memory.sample(1_200, 0, at_rest=True, now=0) is Step.TRIM
    assert memory.sample(900, 0, at_rest=True, now=30) is Step.KEEP
    assert memory.sample(1_200, 0, at_rest=True, now=60) is Step.TRIM
    assert memory.sample(1_200, 0, at_rest=True, now=90) is Step.KEEP
    assert memory.sample(1_200, 0, at_rest=True, now=120) is Step.RECYCLE
    assert memory.sample(1_200, 0, at_rest=True, now=150) is Step.KEEP
    assert memory.sample(2_500, 0, at_rest=True, now=180) is Step.EXIT
    assert (memory.trims, memory.recycles) == (2, 1)


def test_recycling_is_rare() -> None:
    memory = Memory(1_000)
    steps = [memory.sample(1_200, 0, at_rest=True, now=now) for now in range(0, 1_800, 30)]
    assert steps.count(Step.RECYCLE) == 3
    assert Step.EXIT not in steps
