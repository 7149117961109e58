"""Two norms of two channels, and the arrays of a predictor that knows them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kokorod.engine.norms.features import NUMBERS
from kokorod.engine.norms.layout import Layout

LAYOUT = Layout((2, 2), ("mean", "variance"), ("a", "b"))

#: Of a unit: its numbers, the first one deviation above its mean, and the moments of its front.
UNIT = np.array([12.0, *[10.0] * (NUMBERS - 1), 0, 0, 0, 0], np.float32)


def shared(layout: Layout = LAYOUT) -> dict[str, NDArray[Any]]:
    """What all voices have: the first direction is the first mean, the second one the second."""
    return {
        "layout": np.array(str(layout)),
        "numbers_mean": np.full(NUMBERS, 10, np.float32),
        "numbers_spread": np.full(NUMBERS, 2, np.float32),
        "moments_mean": np.zeros(4, np.float32),
        "moments_spread": np.ones(4, np.float32),
        "axes": np.ones((1, 4), np.float16),
        "centre": np.array([5, 5, 0, 0], np.float32),
        "basis": np.array([[1, 0, 0, 0], [0, 1, 0, 0]], np.float16),
    }


def learned(by: float = 0.0, first: float = 0.0) -> dict[str, NDArray[Any]]:
    """Means of 5 + by and 5 + first times the first number; variances of 1."""
    coefficients = np.zeros((2, 1 + NUMBERS + 1), np.float32)
    coefficients[0, 0], coefficients[1, 1] = by, first
    return {**shared(), "coefficients": coefficients}
