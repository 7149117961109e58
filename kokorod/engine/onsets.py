# pure: no socket, thread, clock or onnxruntime.
"""Where a unit's phonemes will be heard, and where nothing will, before its sound is made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .edges import LEAD


def silence(
    phonemes: str,
    frames: NDArray[np.int64],
    f0: NDArray[np.float32],
    energy: NDArray[np.float32],
    exact: bool,
) -> NDArray[np.bool_]:
    """bool [frames]: which hold no speech; in doubt they do.

    frames  int64 [phonemes + 2], of each phoneme and of the pads
    f0      Hz, [..., 2 * frames]; energy: as long
    exact   the durations are where the sound is
    """
    ends = np.cumsum(frames)
    silent = np.zeros(int(ends[-1]), bool)
    silent[: ends[0]] = True
    silent[ends[-2] :] = True
    return silent


def expected(
    edges: NDArray[np.int64], phonemes: str, silent: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The same edges, in samples, where the phonemes will be heard."""
    return np.maximum(edges - LEAD, 0)
