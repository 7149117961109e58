# pure: no socket, thread or clock.
"""How alike two sounds of the same words are: length, loudness, log-spectral distance.

The graph draws random noise, so that two runs of one session never agree bit for bit,
and what is noise in the voice differs by several dB from one 40 ms to the next. Power is
therefore taken over 20 mel bands and 85 ms, and a third sound is measured against how
far two runs of the original are apart. Measured [reference model, whose sound is nothing
but noise]: two runs of one session 0.9 to 1.1 dB apart, its optimised copy as much, the
same sound 3 dB quieter 2.9, white noise of the same power 4.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import SAMPLE_RATE

#: Samples of one spectrum and between two, and how many are averaged: 85 ms.
_WINDOW: Final = 1024
_HOP: Final = 256
_AVERAGED: Final = 8

#: Spectra by which two sounds may be out of step, over the difference of their lengths: two
#: of the model's frames.
_SLACK: Final = 5

_BANDS: Final = 20
_LOWEST_HZ: Final = 60.0
_HIGHEST_HZ: Final = SAMPLE_RATE / 2

#: What is quieter than the loudest band by more counts as silence.
_FLOOR_DB: Final = 60.0

#: A sound below it (RMS, 1 = full scale) is no speech: 16-bit noise is as loud.
_SILENT: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Similarity:
    """length: the shorter by the longer; loudness_db: of the second over the first."""

    length: float
    loudness_db: float
    distance_db: float


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much a sound may differ.

    length       share of the longer one's length
    loudness_db  up or down
    distance_db  over what two runs of the original are apart
    """

    length: float
    loudness_db: float
    distance_db: float


#: The same arithmetic in another order; 2 % of the phrase's 2 s is one frame.
COPY: Final = Tolerance(0.02, 1.0, 1.0)

#: Activations of 8 bits beside exact ones: Kokoro's 54 voices said two phrases at most 3.7 %
#: shorter or longer, 0.2 dB louder and 1.1 dB away.
DEQUANTIZED: Final = Tolerance(0.08, 1.0, 2.0)

#: Arithmetic in 16 bits, whose rounding may lengthen a token in twenty by a frame.
ACCELERATOR: Final = Tolerance(0.05, 1.0, 2.0)


def compare(first: NDArray[np.float32], second: NDArray[np.float32]) -> Similarity:
    """Of two sounds, float32 [samples] at 24 kHz, neither of them empty."""
    shorter, longer = sorted((len(first), len(second)))
    loudness = 20 * np.log10(_rms(second) / max(_rms(first), 1e-12) + 1e-12)
    return Similarity(shorter / longer, float(loudness), _distance(first, second))


def difference(
    runs: tuple[NDArray[np.float32], NDArray[np.float32]],
    candidate: NDArray[np.float32],
    tolerance: Tolerance,
) -> str:
    """In what `candidate` differs from two runs of the original; empty if it does not."""
    if not len(candidate) or not np.isfinite(candidate).all():
        return "no sound, or sound that is not a number"
    if _rms(candidate) < _SILENT <= _rms(runs[0]):
        return "silence"
    found = compare(runs[0], candidate)
    if found.length < 1 - tolerance.length:
        return (
            f"{len(candidate) / SAMPLE_RATE:.2f} s of sound instead of "
            f"{len(runs[0]) / SAMPLE_RATE:.2f} s"
        )
    if abs(found.loudness_db) > tolerance.loudness_db:
        return f"loudness differs by {found.loudness_db:+.1f} dB"
    allowed = compare(*runs).distance_db + tolerance.distance_db
    if found.distance_db > allowed:
        return f"spectrum differs by {found.distance_db:.1f} dB, allowed are {allowed:.1f}"
    return ""


def _rms(pcm: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(np.square(pcm, dtype=np.float64))))


def _distance(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Root mean square over the bands of the difference in dB, averaged over time.

    A token that lasts a frame longer puts all that follows out of step; so the spectra are
    paired by the path of least difference (dynamic time warping), within narrow bounds.
    """
    one, other = _power(first), _power(second)
    floor = max(float(one.max()), float(other.max()), 1e-20) * 10 ** (-_FLOOR_DB / 10)
    one, other = (10 * np.log10(power + floor) for power in (one, other))
    n, m = len(one), len(other)
    slack = abs(n - m) + _SLACK
    before = [np.inf] * m  # the least sum up to the spectrum before and each of the other
    for i in range(n):
        begin, end = max(0, i - slack), min(m, i + slack + 1)
        costs = np.sqrt(np.mean(np.square(other[begin:end] - one[i]), axis=1)).tolist()
        row = [np.inf] * m
        for j, cost in enumerate(costs, begin):
            if i == j == 0:
                row[0] = 2 * cost
                continue
            both = before[j - 1] + 2 * cost if j else np.inf
            row[j] = min(both, before[j] + cost, row[j - 1] + cost if j else np.inf)
        before = row
    return float(before[-1]) / (n + m)


def _power(pcm: NDArray[np.float32]) -> NDArray[np.float64]:
    """float64 [time, band], a row every _HOP samples."""
    padded = np.pad(pcm, (0, _WINDOW + _HOP * _AVERAGED))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    frames = frames[: max(len(pcm) // _HOP, 1) + _AVERAGED - 1]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), axis=1)) ** 2
    bands = spectrum @ _filters()
    averaged: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(
        bands, _AVERAGED, axis=0
    ).mean(axis=-1)
    return averaged


@cache
def _filters() -> NDArray[np.float64]:
    """Which line of a spectrum belongs to which band, [line, band]."""
    hz = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE)
    lowest, highest = (2595 * np.log10(1 + f / 700) for f in (_LOWEST_HZ, _HIGHEST_HZ))
    edges = 700 * (10 ** (np.linspace(lowest, highest, _BANDS + 1) / 2595) - 1)
    return ((hz[:, None] >= edges[:-1]) & (hz[:, None] < edges[1:])).astype(np.float64)
