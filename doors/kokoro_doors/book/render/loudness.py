# pure: no I/O, no threads.
"""How loud speech is, and making it as loud as is asked: EBU R 128 by ITU-R BS.1770-4.

pyloudnorm wants all of the sound in memory, and scipy; this takes it block by block.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kokoro_client.wire.choices import SAMPLE_RATE

#: Filtered at once, and what of it is given to the filter's memory: its high-pass, the slower of
#: the two, has died away by 120 dB after 0.2 s.
_BLOCK: Final = 8 * SAMPLE_RATE
_MEMORY: Final = SAMPLE_RATE // 4

#: A gating block is 400 ms, and one begins each 100 ms (BS.1770-4).
_STEP: Final = SAMPLE_RATE // 10
_STEPS: Final = 4
_ABSOLUTE_LUFS: Final = -70.0
_RELATIVE_LU: Final = -10.0

#: Of 16 bits, -1.5 dB. A peak between the points that are looked at is higher by 0.3 dB at 8 kHz
#: (BS.1770-4, Annex 2), and so below -1 dB, as R 128 asks.
_CEILING: Final = 32_768 * 10 ** (-1.5 / 20)

#: Where the sound is looked at between two samples, in parts of their distance, and by how many
#: samples around.
_BETWEEN: Final = (0.25, 0.5, 0.75)
_AROUND: Final = 12

#: The limiter's gain is down so long before a peak, and up again so long after it: 5 ms.
_REACH: Final = SAMPLE_RATE // 200

#: What has to be known before and behind a sample to say how loud it may be.
_EDGE: Final = 2 * _REACH + _AROUND

#: No louder than this, in dB: what is so quiet is no speech.
_MOST_GAIN_DB: Final = 30.0


class Meter:
    """PCM in, LUFS out.

    Owns:       the power of each 100 ms, 10 numbers a second; a block that is being filled.
    """

    def __init__(self) -> None:
        self._powers: list[NDArray[np.float64]] = []
        self._waiting = np.zeros(_MEMORY)
        self._response = _k_weighting(_MEMORY + _BLOCK)
        self._pieces: list[NDArray[np.float64]] = []
        self._size = 0

    def feed(self, pcm: bytes) -> None:
        """Mono, signed 16-bit little-endian."""
        piece = np.frombuffer(pcm, "<i2") / 32_768
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size >= _BLOCK:
            self._filter()

    def lufs(self) -> float:
        """Of all that was fed; -inf if it is silence, or shorter than 0.4 s. Feed no more."""
        self._pieces.append(np.zeros(-self._size % _STEP))
        self._size += len(self._pieces[-1])
        self._filter(last=True)
        powers = np.concatenate(self._powers) if self._powers else np.zeros(0)
        if len(powers) < _STEPS:
            return -math.inf
        blocks = np.convolve(powers, np.ones(_STEPS) / _STEPS, "valid")
        blocks = blocks[blocks > _power(_ABSOLUTE_LUFS)]
        if not len(blocks):
            return -math.inf
        gate = _lufs(float(blocks.mean())) + _RELATIVE_LU
        return _lufs(float(blocks[blocks > _power(gate)].mean()))

    def _filter(self, last: bool = False) -> None:
        sound = np.concatenate(self._pieces)
        while len(sound) >= _BLOCK or (last and len(sound)):
            block, sound = sound[:_BLOCK], sound[_BLOCK:]
            whole = np.concatenate((self._waiting, block, np.zeros(_BLOCK - len(block))))
            weighted = np.fft.irfft(np.fft.rfft(whole) * self._response, len(whole))
            heard = weighted[_MEMORY : _MEMORY + len(block)].reshape(-1, _STEP)
            self._powers.append(np.square(heard).mean(axis=1))
            self._waiting = whole[len(block) : len(block) + _MEMORY]
        self._pieces, self._size = [sound], len(sound)


def gain_of(lufs: float, wanted_lufs: float) -> float:
    """The factor that makes it as loud as is wanted."""
    if lufs == -math.inf:
        return 1.0
    return float(10 ** (min(wanted_lufs - lufs, _MOST_GAIN_DB) / 20))


def amplified(pieces: Iterator[bytes], gain: float) -> Iterator[bytes]:
    """PCM times `gain`, as long as before. What would be over the ceiling is turned down around
    it, softly, for 5 ms.
    """
    tail: NDArray[np.float64] = np.zeros(_EDGE)  # silence before the first sample
    for piece in pieces:
        sound = np.concatenate((tail, np.frombuffer(piece, "<i2") * gain))
        if len(sound) <= 2 * _EDGE:
            tail = sound
            continue
        yield _pcm(_limited(sound))
        tail = sound[-2 * _EDGE :]
    if len(tail) > _EDGE:
        yield _pcm(_limited(np.concatenate((tail, np.zeros(_EDGE)))))


def _limited(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """All but _EDGE samples at both ends, whose surroundings are not known."""
    inside = sound[_EDGE:-_EDGE]
    if np.abs(sound).max() * _MOST_BETWEEN <= _CEILING:
        return inside
    wanted = np.minimum(1.0, _CEILING / np.maximum(_peaks(sound), 1.0))
    if wanted.min() == 1.0:
        return inside
    around = 2 * _REACH + 1
    lowest = np.lib.stride_tricks.sliding_window_view(wanted, around).min(axis=1)
    return inside * np.convolve(lowest, np.ones(around) / around, "valid")


def _peaks(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """The highest around each sample, up to the next ones: all but _AROUND at both ends."""
    found = np.abs(sound)
    for weights in _WEIGHTS:
        behind = np.abs(np.convolve(sound, weights, "same"))  # between it and the next
        found = np.maximum(found, behind)
        found[1:] = np.maximum(found[1:], behind[:-1])
    return found[_AROUND:-_AROUND]


def _pcm(sound: NDArray[np.float64]) -> bytes:
    return np.clip(np.rint(sound), -32_768, 32_767).astype("<i2").tobytes()


def _interpolation(part: float) -> NDArray[np.float64]:
    """Weights of the samples around for a value a part of the way to the next one; they are turned
    around, as a convolution wants them."""
    at = np.arange(-_AROUND, _AROUND + 1) - part
    weights = np.sinc(at) * np.cos(np.pi * at / (2 * _AROUND + 2)) ** 2
    return np.asarray((weights / weights.sum())[::-1])


_WEIGHTS: Final = tuple(_interpolation(part) for part in _BETWEEN)

#: No value between two samples is higher than the highest sample times this.
_MOST_BETWEEN: Final = max(float(np.abs(weights).sum()) for weights in _WEIGHTS)


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _k_weighting(size: int) -> NDArray[np.complex128]:
    """The response, at the frequencies of rfft(), of BS.1770's two filters at this sample rate.

    Their analog values are those that give its table at 48 kHz.
    """
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    shelf = _biquad(z, 1681.974450955533, 0.7071752369554196, 3.999843853973347)
    high_pass = _biquad(z, 38.13547087602444, 0.5003270373238773, None)
    return shelf * high_pass


def _biquad(
    z: NDArray[np.complex128], hz: float, q: float, gain_db: float | None
) -> NDArray[np.complex128]:
    """A high shelf of gain_db, or a high-pass, by the bilinear transform."""
    k = math.tan(math.pi * hz / SAMPLE_RATE)
    a0 = 1 + k / q + k * k
    if gain_db is None:
        b: tuple[float, float, float] = (1.0, -2.0, 1.0)
    else:
        high = 10 ** (gain_db / 20)
        band = high**0.4996667741545416
        b = (
            (high + band * k / q + k * k) / a0,
            2 * (k * k - high) / a0,
            (high - band * k / q + k * k) / a0,
        )
    a1, a2 = 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0
    result: NDArray[np.complex128] = (b[0] + b[1] * z + b[2] * z * z) / (1 + a1 * z + a2 * z * z)
    return result
