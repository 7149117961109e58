# pure: no socket, thread or clock.
"""What a run costs on a lane: seconds = a + b x frames, fitted from its own runs.

Frames are those that frames.py expects. Also how much sound a phoneme makes, which tells how
long a listener is busy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .frames import ENDS, expected

#: Weight of all earlier runs when a new one comes: the last 20 or so count.
_FORGET: Final = 0.95

#: Guesses before the first run: a 2-core machine, and Kokoro's usual pace of speech.
_PRIOR_A: Final = 0.05
_PRIOR_B: Final = 0.0118
_PRIOR_SOUND: Final = 0.07

#: The prior counts as this many runs of 8 and of 128 phonemes.
_PRIOR_WEIGHT: Final = 0.05
_LENGTHS: Final = (expected(8), expected(128))

#: Pull towards a line through the origin, in frames squared. Runs that are all of about one
#: length say nothing of longer ones: their noise must not pass for a slope.
_PULL: Final = 400.0


@dataclass(frozen=True, slots=True)
class Cost:
    """a: seconds; b: seconds a frame; sound_s: seconds of sound a phoneme at speed 1.

    a is below 0 for a model that has no silence at the ends of a run, as the toy, or does not
    work on it.
    """

    a: float
    b: float
    sound_s: float

    def seconds(self, frames: float) -> float:
        return max(self.a + self.b * frames, self.b)

    def frames(self, seconds: float) -> float:
        """The longest run that stays within `seconds`; may be below 0."""
        return (seconds - self.a) / self.b

    @property
    def rtf(self) -> float:
        """Seconds of work for a second of sound, in a run of 100 phonemes."""
        return self.seconds(expected(100)) / (100 * self.sound_s)


class CostFit:
    """Least squares over the runs, older ones fading."""

    def __init__(self, prior: Cost | None = None, lengths: Sequence[float] = _LENGTHS) -> None:
        """prior: what counts before the first run, as if of these lengths in frames."""
        prior = prior or Cost(_PRIOR_A, _PRIOR_B, _PRIOR_SOUND)
        self._cost: Cost | None = None
        self._weight = self._x = self._y = self._xx = self._xy = 0.0
        for frames in lengths:
            self._count(frames, prior.seconds(frames), _PRIOR_WEIGHT)
        self._sound_s = prior.sound_s
        self.runs = 0

    def add(self, frames: float, seconds: float) -> None:
        """A run that was expected to make so many frames, at its speed."""
        self._weight *= _FORGET
        self._x *= _FORGET
        self._y *= _FORGET
        self._xx *= _FORGET
        self._xy *= _FORGET
        self._count(frames, seconds, 1.0)
        self.runs += 1

    def heard(self, phonemes: int, sound_s: float) -> None:
        """What a run of so many phonemes was heard as; seconds at speed 1, pauses included."""
        if sound_s > 0:
            share = max(1 / (self.runs + 1), 1 - _FORGET)
            self._sound_s += share * (sound_s / phonemes - self._sound_s)
            self._cost = None

    @property
    def cost(self) -> Cost:
        if self._cost is None:  # asked for each request at each step
            self._cost = self._fitted()
        return self._cost

    def _fitted(self) -> Cost:
        mean_x, mean_y = self._x / self._weight, self._y / self._weight
        spread = max(0.0, self._xx / self._weight - mean_x**2)
        together = self._xy / self._weight - mean_x * mean_y
        proportional = mean_y / mean_x
        slope = (together + _PULL * proportional) / (spread + _PULL)
        # A negative slope, or a start below what the silent frames of a run can save, is
        # noise: the line then goes through the mean.
        steepest = mean_y / max(mean_x - ENDS, mean_x / 4)
        slope = max(min(slope, steepest), 1e-6)
        return Cost(mean_y - slope * mean_x, slope, self._sound_s)

    def _count(self, x: float, y: float, weight: float) -> None:
        self._cost = None
        self._weight += weight
        self._x += weight * x
        self._y += weight * y
        self._xx += weight * x * x
        self._xy += weight * x * y
