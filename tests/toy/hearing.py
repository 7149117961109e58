"""The toy's ear: PCM back into tokens, silences and clicks.

The sound is band-limited to the tones and made analytic, so that each sample has an
envelope and a frequency. Tokens are what stands between silence or a dip of the envelope;
their tone is the mean frequency between. Everything is O(samples log samples) in numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from toy import tones

#: How far a token may be from its full length, in samples (6 ms): a cross-fade of 10 ms
#: takes half of that from each side of a join.
TOLERANCE: Final = 150

#: Shorter gaps between tokens, in samples (5 ms), are not called silence.
SHORTEST_SILENCE: Final = 120

#: Shorter bursts, in samples (2 ms), are a click and not a token.
SHORTEST_SOUND: Final = 48

#: Envelope below this part of the file's loudest is silence (-30 dB), and so is anything
#: below FAINTEST (-60 dB of full scale).
FLOOR: Final = 0.03
FAINTEST: Final = 1e-3

#: A dip to this part of what stands on both sides of it parts two tokens.
DIP: Final = 0.75

#: The envelope is looked at every HOP samples, after a mean over SMOOTH of them.
HOP: Final = 4
SMOOTH: Final = 25

#: Hz that a tone may be off, and that its two halves may be apart.
OFF_TONE: Final = 14.0
UNSTEADY: Final = 16.0


@dataclass(frozen=True, slots=True)
class HeardToken:
    """One tone.

    token     its id; tones.UNKNOWN where no id of the vocabulary has such a tone
    start     first sample
    length    samples
    full      samples it lasts when nothing is cut off
    loudness  amplitude of its middle, 1 = full scale
    clear     one steady tone of the alphabet, from one end to the other
    """

    token: int
    start: int
    length: int
    full: int
    loudness: float
    clear: bool

    @property
    def end(self) -> int:
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Silence:
    """Samples between two tokens, `start` up to `start + length`."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What PCM says.

    sounds     every token in order, pads left out
    silences   those between tokens, 5 ms and longer; pads and pauses look alike
    samples    length of the PCM
    tolerance  samples a token may be off its full length
    """

    sounds: tuple[HeardToken, ...]
    silences: tuple[Silence, ...]
    samples: int
    tolerance: int = field(default=TOLERANCE, repr=False)

    @property
    def tokens(self) -> list[int]:
        return [sound.token for sound in self.sounds]

    @property
    def phonemes(self) -> str:
        return tones.phonemes_of(self.tokens)

    @property
    def lead(self) -> int:
        """Samples of silence before the first token."""
        return self.sounds[0].start if self.sounds else self.samples

    @property
    def tail(self) -> int:
        """Samples of silence after the last token; 0 where nothing was heard."""
        return self.samples - self.sounds[-1].end if self.sounds else 0

    @property
    def cut(self) -> list[int]:
        """Indexes of tokens that are too short."""
        return [i for i, s in enumerate(self.sounds) if s.length < s.full - self.tolerance]

    @property
    def stretched(self) -> list[int]:
        """Indexes of tokens that are too long: said by two runs with no dip between, perhaps."""
        return [i for i, s in enumerate(self.sounds) if s.length > s.full + self.tolerance]

    @property
    def unclear(self) -> list[int]:
        """Indexes of sounds that are not one steady tone: spliced, or two at once."""
        return [i for i, s in enumerate(self.sounds) if not s.clear]

    def mistakes(self, expected: Sequence[int]) -> list[str]:
        """What is wrong with it, one line each; empty when it says just the `expected` ids."""
        lines = []
        matcher = SequenceMatcher(None, list(expected), self.tokens, autojunk=False)
        for _, a, b, c, d in matcher.get_opcodes():
            if expected[a:b] != self.tokens[c:d]:
                said, meant = self.phonemes[c:d], tones.phonemes_of(expected[a:b])
                at = self.sounds[c].start if c < len(self.sounds) else self.samples
                lines.append(f"sample {at}: {said!r} where token {a} is {meant!r}")
        for name in ("cut", "stretched", "unclear"):
            for i in getattr(self, name):
                s = self.sounds[i]
                lines.append(f"sample {s.start}: token {i} is {name}, {s.length} of {s.full}")
        return lines


def decode(pcm: NDArray[Any], *, speed: float = 1.0, tolerance: int = TOLERANCE) -> Heard:
    """Turn PCM into tokens.

    pcm        float (1 = full scale) or int16, shape (samples,), 24 kHz
    speed      what it was spoken with; full lengths follow from it
    tolerance  samples a token may be off its full length

    TypeError, ValueError: another type or shape.
    """
    sound = _float(pcm)
    analytic = _analytic(sound)
    envelope = _smooth(np.abs(analytic))[::HOP]
    loudest = float(envelope.max(initial=0.0))
    if loudest < FAINTEST:
        return Heard((), (), len(sound), tolerance)
    floor = max(FAINTEST, FLOOR * loudest)

    dips = _dips(envelope, floor)
    firsts, lasts = _runs(envelope, floor, dips)
    if not len(firsts):
        return Heard((), (), len(sound), tolerance)
    peaks = np.maximum.reduceat(envelope, np.stack([firsts, lasts], axis=1).ravel())[::2]
    starts = _edges(envelope, firsts, -1, peaks, floor, dips)
    ends = _edges(envelope, lasts - 1, 1, peaks, floor, dips)
    ends = np.clip(ends, starts + 1, len(sound))

    ids, clear = _tones(analytic, starts, ends)
    full = tones.frames_of(ids, speed) * tones.SAMPLES_PER_FRAME
    sounds = tuple(
        HeardToken(*fields)
        for fields in zip(
            ids,
            starts.tolist(),
            (ends - starts).tolist(),
            full.tolist(),
            peaks.tolist(),
            clear.tolist(),
            strict=True,
        )
    )
    gaps = starts[1:] - ends[:-1]
    silences = tuple(
        Silence(int(ends[i]), int(gaps[i])) for i in np.flatnonzero(gaps >= SHORTEST_SILENCE)
    )
    return Heard(sounds, silences, len(sound), tolerance)


def clicks(pcm: NDArray[Any]) -> list[int]:
    """Where the sound jumps: indexes of the first sample after each jump.

    A jump is a step that the tones cannot make: it sounds far above the highest of them,
    louder than 3 % of what is heard within 25 ms. The PCM stands between silences: where it
    starts or ends in the middle of a tone, that is a click too (0 and len(pcm)).
    """
    sound = _float(pcm)
    steps = np.diff(sound, prepend=0.0, append=0.0)
    low, high = tones.HIGHEST_HZ + 1_000.0, tones.HIGHEST_HZ + 3_000.0
    jump = np.abs(_filtered(steps, lambda hz: _rise(hz, low, high)))
    # Of a lone step, the part of its spectrum above the tones is left.
    jump /= 1 - (low + high) / tones.SAMPLE_RATE

    near = tones.SAMPLES_PER_FRAME
    loudness = _maximum_near(np.abs(np.append(sound, 0.0)), near)
    hiss = 10 * float(np.median(jump))
    threshold = np.maximum(np.maximum(0.03 * loudness, hiss), FAINTEST / 2)
    over = np.flatnonzero(jump > threshold)
    if not len(over):
        return []
    groups = np.split(over, np.flatnonzero(np.diff(over) > SHORTEST_SOUND) + 1)
    return [int(group[np.argmax(jump[group])]) for group in groups]


def _float(pcm: NDArray[Any]) -> NDArray[np.float64]:
    if pcm.ndim != 1:
        raise ValueError(f"PCM has shape {pcm.shape}; one channel is (samples,)")
    if pcm.dtype == np.int16:
        return pcm / 32768.0
    if pcm.dtype.kind != "f":
        raise TypeError(f"PCM is {pcm.dtype}; float and int16 are allowed")
    return pcm.astype(np.float64)


def _rise(hz: NDArray[Any], low: float, high: float) -> NDArray[np.float64]:
    """0 below `low`, 1 above `high`, half a cosine between."""
    return 0.5 - 0.5 * np.cos(np.pi * np.clip((hz - low) / (high - low), 0, 1))


def _padded(samples: int) -> int:
    """A length that numpy transforms fast, with room for a filter to ring into."""
    return -(-(samples + 2_048) // 4_096) * 4_096


def _filtered(sound: NDArray[np.float64], gain: Any) -> NDArray[np.float64]:
    size = _padded(len(sound))
    hz = np.fft.rfftfreq(size, 1 / tones.SAMPLE_RATE)
    return np.fft.irfft(np.fft.rfft(sound, size) * gain(hz), size)[: len(sound)]


def _analytic(sound: NDArray[np.float64]) -> NDArray[np.complex128]:
    """The band of the tones, positive frequencies only: its magnitude is the envelope."""
    size = _padded(len(sound))
    hz = np.fft.rfftfreq(size, 1 / tones.SAMPLE_RATE)
    band = _rise(hz, tones.LOWEST_HZ / 3, tones.LOWEST_HZ * 0.8)
    band *= 1 - _rise(hz, tones.HIGHEST_HZ + 200.0, tones.HIGHEST_HZ + 1_500.0)
    spectrum = np.zeros(size, dtype=np.complex128)
    spectrum[: len(hz)] = 2 * np.fft.rfft(sound, size) * band
    return np.fft.ifft(spectrum)[: len(sound)]


def _smooth(envelope: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over SMOOTH samples around each."""
    half = SMOOTH // 2
    total = np.concatenate([[0.0], np.cumsum(np.pad(envelope, half, mode="edge"))])
    mean: NDArray[np.float64] = (total[SMOOTH:] - total[:-SMOOTH]) / SMOOTH
    return mean


def _maximum_near(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The largest of each value's neighbourhood, `reach` or up to twice as far on each side."""
    blocks = np.maximum.reduceat(values, np.arange(0, len(values), reach))
    blocks = sliding_window_view(np.pad(blocks, 1), 3).max(axis=1)
    return np.repeat(blocks, reach)[: len(values)]


def _dips(envelope: NDArray[np.float64], floor: float) -> NDArray[np.intp]:
    """Where the envelope dips, without reaching silence, between two louder places."""
    # The louder place is looked for within a ramp and a half on each side of the dip, and a
    # dip is the lowest place within 160 samples: two voices beating make several.
    far, near = tones.RAMP * 3 // 2 // HOP, 160 // HOP
    padded = np.pad(envelope, far)
    side = sliding_window_view(padded, far).max(axis=1)
    before, after = side[: len(envelope)], side[far + 1 :][: len(envelope)]
    maybe = np.flatnonzero((envelope > floor) & (envelope < DIP * np.minimum(before, after)))
    around = sliding_window_view(np.pad(envelope, near, constant_values=np.inf), 2 * near + 1)
    lowest: NDArray[np.intp] = maybe[envelope[maybe] <= around[maybe].min(axis=1)]
    return lowest


def _runs(
    envelope: NDArray[np.float64], floor: float, dips: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First, and one past last, places of each sound."""
    loud = envelope > floor
    loud[dips] = False
    change = np.diff(np.concatenate([[False], loud, [False]]).astype(np.int8))
    firsts, lasts = np.flatnonzero(change > 0), np.flatnonzero(change < 0)
    long = (lasts - firsts) * HOP >= SHORTEST_SOUND
    return firsts[long], lasts[long]


def _edges(
    envelope: NDArray[np.float64],
    places: NDArray[np.intp],
    outward: int,
    peaks: NDArray[np.float64],
    floor: float,
    dips: NDArray[np.intp],
) -> NDArray[np.int64]:
    """Samples at which sounds begin (outward -1) or end (1), given their outermost places.

    A sound that fades goes on a little below the floor, by as much as its ramp says; one
    that is parted by a dip, or by an end of the PCM, does not.
    """
    beyond = np.clip(places + outward, 0, len(envelope) - 1)
    inside, outside = envelope[places], envelope[beyond]
    part = np.clip((inside - floor) / np.maximum(inside - outside, 1e-12), 0, 1)
    hidden = tones.RAMP * 2 / np.pi * np.arcsin(np.sqrt(np.minimum(1, floor / peaks)))
    faded = (places + outward * part) * HOP + outward * hidden
    edge = np.where(np.isin(beyond, dips), beyond * HOP, faded)
    at_end = beyond == places
    edge = np.where(at_end, 0 if outward < 0 else places * HOP + HOP, edge)
    return np.maximum(0, np.round(edge)).astype(np.int64)


def _tones(
    analytic: NDArray[np.complex128], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[list[int], NDArray[np.bool_]]:
    """Ids of the sounds, and whether each is one steady tone."""
    # The turn from one sample to the next, weighed by power, summed over the middle 70 %.
    turns = np.concatenate([[0], np.cumsum(analytic[1:] * analytic[:-1].conj()), [0]])
    turns[-1] = turns[-2]
    margin = (ends - starts) * 15 // 100
    first, last = starts + margin, ends - margin
    middle = (first + last) // 2

    def hz(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
        angle: NDArray[np.float64] = np.angle(turns[b] - turns[a])
        return angle / (2 * np.pi) * tones.SAMPLE_RATE

    whole = hz(first, last)
    rank = np.round((whole - tones.LOWEST_HZ) / tones.SPACING_HZ).astype(np.int64)
    off = np.abs(whole - tones.LOWEST_HZ - rank * tones.SPACING_HZ)
    unsteady = np.abs(hz(first, middle) - hz(middle, last))
    known = (rank >= 0) & (rank < len(tones.IDS))
    clear = known & (off <= OFF_TONE) & (unsteady <= UNSTEADY)
    ids = [
        tones.IDS[r] if good else tones.UNKNOWN
        for r, good in zip(rank.tolist(), known.tolist(), strict=True)
    ]
    return ids, clear
