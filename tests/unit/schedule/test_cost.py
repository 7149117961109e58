"""The cost of a run: found from noisy runs, never absurd, following a machine that changes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokorod.schedule.cost import Cost, CostFit
from kokorod.schedule.frames import ENDS, expected

starts = st.floats(0.0, 0.2)
slopes = st.floats(0.0005, 0.1)
seeds = st.integers(0, 10**6)


def fitted(
    start_s: float, slope: float, seed: int, noise: float, lengths: tuple[int, int], runs: int = 60
) -> CostFit:
    fit = CostFit()
    source = random.Random(seed)
    for _ in range(runs):
        frames = expected(source.randint(*lengths))
        seconds = (start_s + slope * frames) * (1 + source.uniform(-noise, noise))
        fit.add(frames, seconds)
    return fit


@given(starts, slopes, seeds)
def test_start_and_slope_are_found_under_noise(start_s: float, slope: float, seed: int) -> None:
    cost = fitted(start_s, slope, seed, 0.1, (10, 160)).cost
    # At the short end a tenth of noise on long runs weighs most: of thousands of seeds the
    # worst is a fifth off there.
    for phonemes, share in ((12, 0.3), (60, 0.2), (150, 0.2)):
        frames = expected(phonemes)
        assert cost.seconds(frames) == pytest.approx(start_s + slope * frames, rel=share, abs=0.02)
    assert cost.b == pytest.approx(slope, rel=0.2, abs=start_s / 100)


@given(starts, slopes, seeds)
def test_without_noise_they_are_exact(start_s: float, slope: float, seed: int) -> None:
    cost = fitted(start_s, slope, seed, 0.0, (10, 160), runs=150).cost
    assert cost.b == pytest.approx(slope, rel=0.04, abs=start_s / 1000)
    assert cost.seconds(200) == pytest.approx(start_s + slope * 200, rel=0.02)


@given(starts, slopes, seeds, st.integers(4, 150))
def test_runs_of_one_length_do_not_mislead(
    start_s: float, slope: float, seed: int, length: int
) -> None:
    """A hundred short notifications, then a book: its first segment is no shot in the dark."""
    cost = fitted(start_s, slope, seed, 0.2, (length, length + 2), runs=100).cost
    short, long = expected(length), expected(150)
    proportional = cost.seconds(short) / short
    assert cost.b >= 0.4 * proportional
    assert cost.seconds(long) <= 1.1 * max(long * proportional, cost.seconds(short))


@given(st.lists(st.tuples(st.integers(1, 512), st.floats(0, 1e6)), max_size=40))
def test_nothing_is_ever_negative_or_divides_by_zero(runs: list[tuple[int, float]]) -> None:
    fit = CostFit()
    for tokens, seconds in runs:
        fit.add(tokens, seconds)
        fit.heard(tokens, seconds)
        cost = fit.cost
        assert cost.a >= -cost.b * 3 * ENDS
        assert cost.b > 0
        assert cost.sound_s > 0
        assert cost.seconds(512) > 0
        assert cost.rtf > 0
        assert cost.frames(0.5) <= 0.5 / cost.b + 3 * ENDS
    assert fit.runs == len(runs)


@given(starts, slopes, seeds, st.floats(0.2, 5))
def test_a_machine_that_changes_is_followed(
    start_s: float, slope: float, seed: int, factor: float
) -> None:
    """On battery, under load, cooled down: the last runs count."""
    fit = fitted(start_s, slope, seed, 0.05, (10, 160))
    source = random.Random(seed)
    for _ in range(60):
        frames = expected(source.randint(10, 160))
        fit.add(frames, factor * (start_s + slope * frames))
    assert fit.cost.seconds(200) == pytest.approx(factor * (start_s + slope * 200), rel=0.25)


@given(st.floats(0.03, 0.2), seeds)
def test_the_sound_of_a_phoneme_is_learnt(sound_s: float, seed: int) -> None:
    fit = CostFit()
    source = random.Random(seed)
    for _ in range(80):
        phonemes = source.randint(10, 150)
        fit.add(expected(phonemes), 1.0)
        fit.heard(phonemes, phonemes * sound_s * source.uniform(0.95, 1.05))
    fit.heard(20, 0.0)  # nothing was heard: nothing is learnt
    assert fit.cost.sound_s == pytest.approx(sound_s, rel=0.06)


@given(slopes, seeds)
def test_a_model_without_silence_at_its_ends_is_told_as_well(slope: float, seed: int) -> None:
    """The toy, or a decoder that leaves the silent frames out: flat a phoneme."""
    fit = CostFit()
    source = random.Random(seed)
    for _ in range(60):
        phonemes = source.randint(10, 150)
        fit.add(expected(phonemes), slope * phonemes)
    for phonemes in (12, 60, 150):
        wanted = slope * phonemes
        assert fit.cost.seconds(expected(phonemes)) == pytest.approx(wanted, rel=0.15, abs=0.02)


def test_before_the_first_run_a_guess_is_used() -> None:
    assert CostFit().cost.seconds(expected(100)) == pytest.approx(3.05, rel=0.05)
    assert CostFit(Cost(0.0, 0.001, 0.05)).cost.seconds(100) == pytest.approx(0.1, rel=0.05)
    assert CostFit(Cost(0.0, 0.001, 0.05)).cost.sound_s == 0.05


def test_one_run_outweighs_the_guess() -> None:
    fit = CostFit()
    fit.add(50, 0.05)
    assert fit.cost.seconds(50) < 0.3


@given(starts, slopes, st.floats(0.01, 100))
def test_frames_are_what_fits_into_the_seconds(start_s: float, slope: float, time: float) -> None:
    cost = Cost(start_s, slope, 0.07)
    frames = cost.frames(time)
    if frames > 0 and time >= slope:  # no run is quicker than a frame
        assert cost.seconds(frames) == pytest.approx(time)


def test_real_time_factor_is_work_over_sound() -> None:
    assert Cost(0.0, 3.5 / expected(100), 0.07).rtf == pytest.approx(0.5)
