# worker: called by lanes' threads; has() by the loop too.
"""What each voice's norms will be, before its sound is made: linear in a unit's features.

    design = 1, the features' numbers, principal components of its moments
    means and logarithms of variances = basis.T @ (voice's coefficients @ design)

Owns:       the coefficients of the voices used lately.
Invariants: at most _KEPT voices in memory (2.8 MB each); has() reads nothing.
Never:      predicts for a graph with other norms than it learned from, by name and size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError

#: Comes with the package: of Kokoro's 54 voices, by kokorod/engine/norms/data/README.md.
SHIPPED: Final = Path(__file__).parent / "data" / "norms-v1.0.npz"

#: In a graph's metadata: the value of every norm in turn, for a graph whose norms are always
#: the same. Kokoro's have no such key; the toy of the tests has.
CONSTANT: Final = "kokorod_constant_norms"

#: Voices a user switches between, and a blend.
_KEPT: Final = 4

#: Variances are learned as logarithms of this much more, and never told below 0.
_FLOOR: Final = 1e-8


@dataclass(frozen=True, slots=True)
class Layout:
    """A generator's norms in their order: tensor and channels of each."""

    names: tuple[str, ...]
    channels: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Layout:
        """From a line each, channels and name. Raises EngineError."""
        try:
            pairs = [line.split(" ", 1) for line in text.splitlines()]
            return cls(tuple(p[1] for p in pairs), tuple(int(p[0]) for p in pairs))
        except (IndexError, ValueError):
            raise EngineError("the copy's norms cannot be read; it is made anew") from None

    @property
    def size(self) -> int:
        return sum(self.channels)

    def variances(self) -> NDArray[np.bool_]:
        """bool [size]: which numbers are variances: each norm has its mean, then its variance."""
        return np.repeat(np.arange(len(self.names)) % 2 == 1, self.channels)

    def __str__(self) -> str:
        return "\n".join(f"{c} {n}" for c, n in zip(self.channels, self.names, strict=True))


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Of one voice: float32 [1 + NUMBERS + components, layout.size]."""

    matrix: NDArray[np.float32]


Predict = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class Predictors:
    """Those of one model."""

    def __init__(self, layout: Layout) -> None:
        self._variances = layout.variances()

    @staticmethod
    def of_graph(metadata: Mapping[str, str], layout: Layout) -> Predictors:
        """What the graph tells of itself, as a rule nothing."""
        if CONSTANT in metadata:
            values = np.array(metadata[CONSTANT].split(), np.float32)
            return ConstantPredictors(layout, values)
        return Predictors(layout)

    def has(self, voice: str) -> bool:
        return False

    def predict(self, voice: str, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 [layout.size], only if has(voice). Raises EngineError."""
        raise AssertionError("no voice has a predictor")


class ConstantPredictors(Predictors):
    def __init__(self, layout: Layout, values: NDArray[np.float32]) -> None:
        super().__init__(layout)
        self._values = np.repeat(values, layout.channels)

    def has(self, voice: str) -> bool:
        return True

    def predict(self, voice: str, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._values
