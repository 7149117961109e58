"""Loudness by EBU R 128: what the standard's own test signals measure, and what is made of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from kokoro_client.wire.choices import SAMPLE_RATE
from kokoro_doors.book.render.loudness import Meter, amplified, gain_of


def sine(seconds: float, dbfs: float, hz: float = 1000.0) -> NDArray[np.float64]:
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tone: NDArray[np.float64] = 32_768 * 10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * at)
    return tone


def pcm(*sounds: NDArray[np.float64]) -> bytes:
    return np.rint(np.concatenate(sounds)).astype("<i2").tobytes()


def lufs(sound: bytes, piece: int = 32_768) -> float:
    meter = Meter()
    for at in range(0, len(sound), piece):
        meter.feed(sound[at : at + piece])
    return meter.lufs()


# EBU Tech 3341, cases 1 to 4; one channel is 3.01 dB below their two.
@pytest.mark.parametrize(
    ("tones", "expected"),
    [
        ([(20, -23)], -23),
        ([(20, -33)], -33),
        ([(10, -36), (60, -23), (10, -36)], -23),
        ([(10, -72), (10, -36), (60, -23), (10, -36), (10, -72)], -23),
    ],
)
def test_the_signals_of_the_standard(tones: list[tuple[float, float]], expected: float) -> None:
    sound = pcm(*(sine(seconds, dbfs) for seconds, dbfs in tones))
    assert abs(lufs(sound) - (expected - 3.01)) < 0.1


def test_the_filter_is_that_of_the_standard() -> None:
    """BS.1770-4: 997 Hz at 0 dBFS in one channel is -3.01; low tones count less, high ones more."""
    assert abs(lufs(pcm(sine(5, -0.001, 997))) + 3.01) < 0.05
    assert lufs(pcm(sine(5, -20, 40))) < -26
    assert 2.5 < lufs(pcm(sine(5, -20, 6000))) + 23.01 < 4.0


def test_pieces_of_any_size_measure_the_same() -> None:
    sound = pcm(sine(11.03, -20, 300))
    assert math.isclose(lufs(sound), lufs(sound, 2 * 777), abs_tol=1e-9)
    assert lufs(b"") == lufs(bytes(480_000)) == lufs(pcm(sine(0.2, -20))) == -math.inf


def raised(sound: bytes, gain: float, piece: int = 9_998) -> NDArray[np.int16]:
    pieces = (sound[at : at + piece] for at in range(0, len(sound), piece))
    return np.frombuffer(b"".join(amplified(pieces, gain)), "<i2")


def test_it_becomes_as_loud_as_is_asked_and_no_louder_than_can_be() -> None:
    sound = pcm(sine(6, -30))
    assert abs(lufs(raised(sound, gain_of(lufs(sound), -19.0)).tobytes()) + 19.0) < 0.1
    peaks = sine(6, -30)
    peaks[40_000:40_030] *= 20
    made = raised(pcm(peaks), 4.0)
    assert len(made) == len(peaks)
    assert np.abs(made).max() <= 32_768 * 10 ** (-1.5 / 20) + 1
    # All but what is around the peak is only louder.
    far = np.r_[0:39_000, 41_000 : len(peaks)]
    assert np.abs(made[far] - np.rint(np.rint(peaks) * 4)[far]).max() <= 1


def true_peak(sound: NDArray[np.int16]) -> float:
    """In dB: of sixteen values for each sample, by the whole spectrum."""
    spectrum = np.fft.rfft(sound / 32_768)
    high = np.fft.irfft(np.pad(spectrum, (0, 15 * (len(spectrum) - 1))), 16 * len(sound)) * 16
    return float(20 * np.log10(np.abs(high).max()))


@pytest.mark.parametrize("hz", [1_000, 3_000, 6_000, 7_900])
def test_the_peak_between_two_samples_is_held(hz: float) -> None:
    """A quarter of the sample rate, begun between the samples, shows 3 dB less than it has."""
    at = np.arange(24_000) / SAMPLE_RATE
    shape = np.sin(np.pi * at) ** 2
    tone = 16_000 * shape * np.sin(2 * np.pi * hz * at + np.pi / 4)
    made = raised(np.rint(tone).astype("<i2").tobytes(), 3.0)
    assert true_peak(made) < -1.0
    assert true_peak(made) > -2.5
    assert np.abs(raised(np.rint(tone).astype("<i2").tobytes(), 1.0) - np.rint(tone)).max() == 0


@pytest.mark.parametrize("piece", [2, 222, 960, 1 << 20])
def test_pieces_of_any_size_come_out_the_same(piece: int) -> None:
    sound = pcm(sine(0.3, -1), sine(0.2, -40))
    off = raised(sound, 1.5, piece).astype(int) - raised(sound, 1.5)
    assert np.abs(off).max() <= 1  # by rounding
    assert raised(b"", 2.0).size == 0
    assert raised(pcm(sine(0.001, -20)), 1.0).size == 24
    assert gain_of(-math.inf, -19.0) == 1.0
