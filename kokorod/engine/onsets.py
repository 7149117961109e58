# pure: no socket, thread, clock or onnxruntime.
"""Where a unit's phonemes will be heard, and where nothing will, before its sound is made.

The front tells energy for each half frame, in units of its own: 4 to 9 in speech, -9 where
nothing is heard. Of 300 phrases by all 54 voices the sound rises over -36 dB of its peak 2 ms
(median) before energy rises over 2, and is never over -50 dB for long while energy is under -5.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .edges import beside, between
from .synthesizer import FRAME

#: Energy of what stands out as speech: -36 dB of the peak.
_HEARD: Final = 2.0

#: Energy of what may hold speech, be it the end of a breath.
_FAINT: Final = -5.0

#: Frames that are kept before and after what may hold speech: a plosive's first burst comes with
#: its energy or 3 ms before, the last release up to 21 ms behind it (1 %).
_BEFORE: Final = 1
_AFTER: Final = 2


def silence(frames: NDArray[np.int64], energy: NDArray[np.float32]) -> NDArray[np.bool_]:
    """bool [sum of frames]: which frames hold no speech; in doubt they do.

    frames  int64 [phonemes + 2], of each phoneme and of the pads
    energy  the front's, [..., 2 * sum of frames]
    """
    faint: NDArray[np.float32] = energy.reshape(-1, 2).max(axis=1)
    loud = np.greater(faint, _FAINT)
    kept = loud.copy()
    for by in range(1, _BEFORE + 1):
        kept[:-by] |= loud[by:]
    for by in range(1, _AFTER + 1):
        kept[by:] |= loud[:-by]
    return ~kept


def speech(energy: NDArray[np.float32]) -> NDArray[np.bool_]:
    """bool [frames]: which frames surely hold speech. energy: as silence()'s."""
    least: NDArray[np.float32] = energy.reshape(-1, 2).min(axis=1)
    return np.greater(least, _HEARD)


def pads(frames: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The same for a graph whose durations are where its sound is: the two pads."""
    silent = np.zeros(int(frames.sum()), bool)
    silent[: frames[0]] = True
    silent[len(silent) - frames[-1] :] = True
    return silent


def expected(
    edges: NDArray[np.int64], phonemes: str, energy: NDArray[np.float32]
) -> NDArray[np.int64]:
    """edges, int64 [phonemes + 1] in samples, as edges.heard() will move them."""
    half = FRAME // 2
    told = energy.ravel()
    middles = half * np.arange(len(told)) + half // 2
    samples = np.interp(np.arange(half * len(told)), middles, told)
    return beside(edges, phonemes, len(samples), between(samples > _HEARD))
