"""PCM cut into the band of the tones and the band above them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from support.toy import tones


def samples_of(pcm: NDArray[Any]) -> NDArray[np.float64]:
    """PCM as floats, 1 = full scale. ValueError, TypeError: see `decode`."""
    if pcm.ndim != 1:
        raise ValueError(f"PCM has shape {pcm.shape}; one channel is (samples,)")
    if pcm.dtype == np.int16:
        return pcm / 32768.0
    if pcm.dtype.kind != "f":
        raise TypeError(f"PCM is {pcm.dtype}; float and int16 are allowed")
    if not np.isfinite(pcm).all():
        raise ValueError("PCM holds NaN or infinity; every sample must be a number")
    return pcm.astype(np.float64)


def rise(hz: NDArray[Any], low: float, high: float) -> NDArray[np.float64]:
    """0 below `low`, 1 above `high`, half a cosine between."""
    return 0.5 - 0.5 * np.cos(np.pi * np.clip((hz - low) / (high - low), 0, 1))


def _padded(samples: int) -> int:
    """A length that numpy transforms fast, with room for a filter to ring into."""
    return -(-(samples + 2_048) // 4_096) * 4_096


def filtered(
    sound: NDArray[np.float64], gain: Callable[[NDArray[Any]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    size = _padded(len(sound))
    hz = np.fft.rfftfreq(size, 1 / tones.SAMPLE_RATE)
    return np.fft.irfft(np.fft.rfft(sound, size) * gain(hz), size)[: len(sound)]


def analytic_of(sound: NDArray[np.float64]) -> NDArray[np.complex128]:
    """The band of the tones, positive frequencies only: its magnitude is the envelope."""
    size = _padded(len(sound))
    hz = np.fft.rfftfreq(size, 1 / tones.SAMPLE_RATE)
    band = rise(hz, tones.LOWEST_HZ / 3, tones.LOWEST_HZ * 0.8)
    band *= 1 - rise(hz, tones.HIGHEST_HZ + 200.0, tones.HIGHEST_HZ + 1_500.0)
    spectrum = np.zeros(size, dtype=np.complex128)
    spectrum[: len(hz)] = 2 * np.fft.rfft(sound, size) * band
    return np.fft.ifft(spectrum)[: len(sound)]
