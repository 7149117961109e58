# pure: no socket, thread, clock or onnxruntime.
"""The directions in which norms differ from unit to unit: the first as numbers, the others, which
say less, as 8 bits, so that there may be many; in memory, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Directions of 8 bits that are numbers at one time: 2 MB.
_AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True)
class Directions:
    """fine    float32 [n, size]
    coarse  int8 [m, size]: each direction is multiplied by its own scale, float32 [m], and each
            number by its spread, float32 [size]
    """

    fine: NDArray[np.float32]
    coarse: NDArray[np.int8]
    scale: NDArray[np.float32]
    spread: NDArray[np.float32]

    @staticmethod
    def of(fine: NDArray[np.float32]) -> Directions:
        """All of them as numbers."""
        size = fine.shape[1]
        none = np.zeros((0, size), np.int8)
        return Directions(fine, none, np.zeros(0, np.float32), np.ones(size, np.float32))

    def combined(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 [size]: their sum, each by its weight; weights: float32 [n + m]."""
        some = len(self.fine)
        scaled = weights[some:] * self.scale
        found = np.zeros(len(self.spread), np.float32)
        for at in range(0, len(scaled), _AT_ONCE):
            part = slice(at, at + _AT_ONCE)
            found += scaled[part] @ self.coarse[part].astype(np.float32)
        return np.asarray(weights[:some] @ self.fine + found * self.spread, np.float32)

    def numbers(self) -> NDArray[np.float32]:
        """float32 [n + m, size]: 20 MB of Kokoro's."""
        coarse = self.coarse.astype(np.float32) * self.scale[:, None] * self.spread
        return np.concatenate([self.fine, coarse])
