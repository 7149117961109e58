"""Where the sound jumps."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from support.toy import tones
from support.toy.bands import filtered, rise, samples_of

#: A jump is louder than this part of what is heard near it.
AUDIBLE: Final = 0.03

#: ... and than this (-66 dB of full scale), and than this many times the median hiss.
FAINTEST: Final = 5e-4
ABOVE_HISS: Final = 10.0

#: Jumps closer than this, in samples (2 ms), are one.
APART: Final = 48


def clicks(pcm: NDArray[Any]) -> list[int]:
    """Where the sound jumps: indexes of the first sample after each jump.

    A jump is a step that the tones cannot make: it sounds far above the highest of them,
    louder than 3 % of what is heard within 25 ms. The PCM stands between silences: if it
    starts or ends in the middle of a tone, that is a click too (0 and len(pcm)).
    """
    sound = samples_of(pcm)
    steps = np.diff(sound, prepend=0.0, append=0.0)
    low, high = tones.HIGHEST_HZ + 1_000.0, tones.HIGHEST_HZ + 3_000.0
    jump = np.abs(filtered(steps, lambda hz: rise(hz, low, high)))
    # Of a lone step, the part of its spectrum above the tones is left.
    jump /= 1 - (low + high) / tones.SAMPLE_RATE

    near = tones.SAMPLES_PER_FRAME
    loudness = _maximum_near(np.abs(np.append(sound, 0.0)), near)
    hiss = ABOVE_HISS * float(np.median(jump))
    threshold = np.maximum(np.maximum(AUDIBLE * loudness, hiss), FAINTEST)
    over = np.flatnonzero(jump > threshold)
    if not len(over):
        return []
    groups = np.split(over, np.flatnonzero(np.diff(over) > APART) + 1)
    return [int(group[np.argmax(jump[group])]) for group in groups]


def _maximum_near(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The largest of each value's neighbourhood, `reach` or up to twice as far on each side."""
    blocks = np.maximum.reduceat(values, np.arange(0, len(values), reach))
    blocks = sliding_window_view(np.pad(blocks, 1), 3).max(axis=1)
    return np.repeat(blocks, reach)[: len(values)]
