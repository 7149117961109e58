# pure: no socket, thread or clock.
"""Samples and the moments at which they sounded.

A null sink gives out its samples by the machine's monotonic clock, in blocks of a few
ms; a program that records them gets a block when it is scheduled. So a block's arrival
is late by chance, never early, and the earliest of many neighbours tells when each was
due.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kokorod.commands.bench.hearing import SILENCE
from kokorod.types import SAMPLE_RATE

#: Samples as loud as this are sound: the threshold of every metric, in s16.
LOUD: Final = round(SILENCE * 32767) + 1

#: Neighbours on each side that are asked when a sample was due. The sink rounds each
#: block to whole microseconds, so that after minutes the clocks would have parted.
_NEAR_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Recording:
    """pcm       int16 [samples]
    starts    int64 [blocks]: the first sample of each block, ascending from 0
    arrivals  float64 [blocks]: when it came, CLOCK_MONOTONIC, s
    """

    pcm: NDArray[np.int16]
    starts: NDArray[np.int64]
    arrivals: NDArray[np.float64]

    def time_of(self, sample: int) -> float:
        """When it sounded, or would have. Raises ValueError if nothing was recorded."""
        if not len(self.starts):
            raise ValueError("nothing was recorded")
        near = round(_NEAR_S * SAMPLE_RATE)
        # Outside the recording, what lies at its end is nearest.
        inside = min(max(sample, 0), int(self.starts[-1]))
        first = int(np.searchsorted(self.starts, inside - near, "left"))
        last = int(np.searchsorted(self.starts, inside + near, "right"))
        begun = self.arrivals[first:last] - self.starts[first:last] / SAMPLE_RATE
        return float(begun.min()) + sample / SAMPLE_RATE

    def sample_at(self, moment: float) -> int:
        """The sample that sounded then, within a few; may lie outside the recording."""
        guess = round((moment - self.time_of(0)) * SAMPLE_RATE)
        return guess + round((moment - self.time_of(guess)) * SAMPLE_RATE)

    def first_sound(self, after: float) -> float | None:
        """When the first loud sample sounded that did so not before `after`."""
        begin = max(self.sample_at(after), 0)
        sounds = np.flatnonzero(loud(self.pcm[begin:]))
        return self.time_of(begin + int(sounds[0])) if len(sounds) else None

    def last_sound(self) -> float | None:
        """When the last loud sample sounded."""
        sounds = np.flatnonzero(loud(self.pcm))
        return self.time_of(int(sounds[-1])) if len(sounds) else None

    def end_of_sound(self, after: float, silence_s: float) -> float | None:
        """When the last loud sample sounded before `silence_s` without one.

        Silence that was over before `after` does not count; one that began before it does.
        None if there was no such silence yet, or never a sound.
        """
        sounds = np.flatnonzero(loud(self.pcm))
        if not len(sounds):
            return None
        begin = self.sample_at(after)
        gaps = np.diff(np.append(sounds, len(self.pcm)))
        silent = gaps >= silence_s * SAMPLE_RATE
        silent &= sounds + gaps > begin
        ends = sounds[silent]
        return self.time_of(int(ends[0])) if len(ends) else None

    def sounding(self, moment: float, within_s: float) -> bool:
        """Something loud sounded in the `within_s` before."""
        end = self.sample_at(moment)
        begin = max(end - round(within_s * SAMPLE_RATE), 0)
        return bool(loud(self.pcm[begin : max(end, 0)]).any())


def loud(pcm: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Which samples are sound."""
    return (pcm >= LOUD) | (pcm <= -LOUD)
