"""Directions as numbers and as 8 bits."""

from __future__ import annotations

import numpy as np
import pytest

from kokorod.engine.norms.directions import Directions

SIZE = 50


@pytest.mark.parametrize("coarse", [0, 1, 32, 33, 70])
def test_they_are_combined_as_their_numbers_say(coarse: int) -> None:
    draw = np.random.default_rng(coarse)
    directions = Directions(
        draw.normal(0, 1, (3, SIZE)).astype(np.float32),
        draw.integers(-127, 128, (coarse, SIZE), np.int8),
        draw.uniform(0.01, 0.1, coarse).astype(np.float32),
        draw.uniform(0.5, 2, SIZE).astype(np.float32),
    )
    weights = draw.normal(0, 1, 3 + coarse).astype(np.float32)
    combined = directions.combined(weights)
    assert combined.dtype == np.float32
    assert directions.numbers().shape == (3 + coarse, SIZE)
    assert np.allclose(combined, weights @ directions.numbers(), atol=1e-3)


def test_without_those_of_8_bits_they_are_what_was_given() -> None:
    fine = np.arange(6, dtype=np.float32).reshape(2, 3)
    directions = Directions.of(fine)
    assert np.array_equal(directions.numbers(), fine)
    assert np.array_equal(directions.combined(np.array([1, 2], np.float32)), [6, 9, 12])
