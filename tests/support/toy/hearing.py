"""The toy's ear: PCM back into tokens and silences.

The sound is band-limited to the tones and made analytic, so that each sample has an
envelope and a frequency. Tokens are what stands between silence or a dip of the envelope;
their tone is the mean frequency between. Everything is O(samples log samples) in numpy.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from support.toy import tones
from support.toy.bands import analytic_of, samples_of
from support.toy.heard import Heard, HeardToken, Silence

#: How far each end of a token may be from where it belongs, in samples (3 ms); twice that
#: where two tokens overlap: a cross-fade of 10 ms takes 5 ms from each.
TOLERANCE: Final = 75

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


def decode(pcm: NDArray[Any], *, speed: float = 1.0, tolerance: int = TOLERANCE) -> Heard:
    """Turn PCM into tokens.

    pcm        float (1 = full scale) or int16, shape (samples,), 24 kHz
    speed      what it was spoken with; full lengths follow from it
    tolerance  samples each end of a token may be off; twice that if two overlap

    TypeError, ValueError: another type or shape, or a sample that is no number.
    """
    sound = samples_of(pcm)
    if not len(sound):
        return Heard((), (), 0)
    analytic = analytic_of(sound)
    envelope = _smooth(np.abs(analytic))[::HOP]
    floor = max(FAINTEST, FLOOR * float(envelope.max()))

    dips = _dips(envelope, floor)
    firsts, lasts = _runs(envelope, floor, dips)
    spans = np.stack([firsts, lasts], axis=1).ravel()
    peaks = np.maximum.reduceat(np.append(envelope, 0.0), spans)[::2]
    starts = _edges(envelope, firsts, -1, peaks, floor)
    ends = _edges(envelope, lasts - 1, 1, peaks, floor)
    starts, ends = np.maximum(starts, 0), np.minimum(ends, len(sound))
    # Neighbours share no sample: if they were parted by a dip, they meet in it.
    meet = (starts[1:] + ends[:-1]) // 2
    starts[1:], ends[:-1] = np.maximum(starts[1:], meet), np.minimum(ends[:-1], meet)

    ids, clear = _tones(analytic, starts, ends)
    full = tones.frames_of(ids, speed) * tones.SAMPLES_PER_FRAME
    slack = tolerance * (2 + np.isin(firsts - 1, dips).astype(int) + np.isin(lasts, dips))
    sounds = tuple(
        HeardToken(*fields)
        for fields in zip(
            ids,
            starts.tolist(),
            (ends - starts).tolist(),
            full.tolist(),
            slack.tolist(),
            peaks.tolist(),
            clear.tolist(),
            strict=True,
        )
    )
    gaps = starts[1:] - ends[:-1]
    silences = tuple(
        Silence(int(ends[i]), int(gaps[i])) for i in np.flatnonzero(gaps >= SHORTEST_SILENCE)
    )
    return Heard(sounds, silences, len(sound))


def _smooth(envelope: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over SMOOTH samples around each."""
    half = SMOOTH // 2
    total = np.concatenate([[0.0], np.cumsum(np.pad(envelope, half, mode="edge"))])
    mean: NDArray[np.float64] = (total[SMOOTH:] - total[:-SMOOTH]) / SMOOTH
    return mean


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
) -> NDArray[np.int64]:
    """Samples at which sounds begin (outward -1) or end (1), given their outermost places.

    A sound goes on a little below the floor, by as much as its ramp says.
    """
    beyond = np.clip(places + outward, 0, len(envelope) - 1)
    inside, outside = envelope[places], envelope[beyond]
    part = np.clip((inside - floor) / np.maximum(inside - outside, 1e-12), 0, 1)
    hidden = tones.RAMP * 2 / np.pi * np.arcsin(np.sqrt(np.minimum(1, floor / peaks)))
    faded = (places + outward * part) * HOP + outward * hidden
    return np.round(faded).astype(np.int64)


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
