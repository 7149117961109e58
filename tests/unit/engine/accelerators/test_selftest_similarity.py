"""The measure that tells a wrong sound from a right one, on the toy's tones and on noise."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from kokorod.engine import similarity
from kokorod.engine.similarity import ACCELERATOR, COPY

Pcm = NDArray[np.float32]
RATE = 24_000


def tones(*hz: float, loudness: float = 0.5, seconds: float = 0.2, seed: int = 0) -> Pcm:
    """One tone after another, with faint noise that differs by seed."""
    t = np.arange(int(seconds * RATE)) / RATE
    pcm = np.concatenate([loudness * np.sin(2 * np.pi * f * t) for f in hz])
    return (pcm + np.random.default_rng(seed).normal(0, 1e-4, len(pcm))).astype(np.float32)


def hiss(seed: int, loudness: float = 0.2, samples: int = 2 * RATE) -> Pcm:
    return np.random.default_rng(seed).normal(0, loudness, samples).astype(np.float32)


VOICED = (tones(600, 900, 1500, 2400, 700, seed=1), tones(600, 900, 1500, 2400, 700, seed=2))
NOISY = (hiss(1), hiss(2))


@pytest.mark.parametrize("runs", [VOICED, NOISY])
def test_another_run_of_the_same_is_alike(runs: tuple[Pcm, Pcm]) -> None:
    again = tones(600, 900, 1500, 2400, 700, seed=3) if runs is VOICED else hiss(3)
    for tolerance in (COPY, ACCELERATOR):
        assert similarity.difference(runs, again, tolerance) == ""


def test_sixteen_bit_arithmetic_is_alike() -> None:
    rounded = VOICED[0].astype(np.float16).astype(np.float32)
    assert similarity.difference(VOICED, rounded, ACCELERATOR) == ""


@pytest.mark.parametrize(
    ("runs", "wrong", "said"),
    [
        (VOICED, tones(600, 900, 1700, 2900, 800), "spectrum"),
        (VOICED, tones(2400, 700, 600, 900, 1500), "spectrum"),
        (VOICED, tones(600, 900, 1500, 2400), r"0\.80 s of sound instead of 1\.00 s"),
        (VOICED, tones(600, 900, 1500, 2400, 700, loudness=0.25), "loudness differs by -6.0"),
        (VOICED, tones(600, 900, 1500, 2400, 700, loudness=0.9), "loudness differs by \\+5.1"),
        (VOICED, np.zeros_like(VOICED[0]), "silence"),
        (VOICED, np.full_like(VOICED[0], np.nan), "not a number"),
        (VOICED, np.zeros(0, np.float32), "no sound"),
        (NOISY, tones(*[900] * 10, loudness=0.28), "spectrum"),
    ],
)
@pytest.mark.parametrize("tolerance", [COPY, ACCELERATOR])
def test_what_is_wrong_is_named(
    runs: tuple[Pcm, Pcm], wrong: Pcm, said: str, tolerance: similarity.Tolerance
) -> None:
    found = similarity.difference(runs, wrong, tolerance)
    assert re.search(said, found)


def test_hum_that_covers_the_words_is_found() -> None:
    hummed = VOICED[0] + tones(*[4_000] * 5, loudness=0.1)
    assert "spectrum" in similarity.difference(VOICED, hummed, COPY)


def test_a_frame_more_is_within_the_accelerators_tolerance() -> None:
    longer = np.concatenate([VOICED[0], VOICED[0][-600:]])
    assert similarity.difference(VOICED, longer, ACCELERATOR) == ""
    assert "s of sound" in similarity.difference(VOICED, longer, COPY)


def test_tokens_a_frame_out_of_step_are_alike() -> None:
    """The first a frame longer, the last a frame shorter; as long in all."""
    shifted = np.concatenate([VOICED[0][:600], VOICED[0][:-600]])
    assert similarity.difference(VOICED, shifted, COPY) == ""


def test_distance_is_nothing_for_the_same_and_grows_with_the_gain() -> None:
    same = similarity.compare(VOICED[0], VOICED[0])
    assert (same.length, same.distance_db) == (1.0, 0.0)
    found = [similarity.compare(NOISY[0], NOISY[0] * gain).distance_db for gain in (0.9, 0.7, 0.5)]
    assert found == sorted(found)
    assert found[2] == pytest.approx(6.02, abs=0.5)  # less for what the path gains


@pytest.mark.parametrize("samples", [1, 600, 1023, 2048, 2049, 5000])
def test_any_length_can_be_measured(samples: int) -> None:
    short = hiss(1, samples=samples)
    assert similarity.compare(short, short).distance_db == 0.0
