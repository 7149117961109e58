# process: a part of `kokoroctl bench`.
"""What a listener hears of one speech, and when: every figure is taken from here.

First sound is the first sample that is not silence, at the moment the listener gets it:
a server that answers at once with silence has said nothing. Nothing heard is an error,
never a fast answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...errors import KokorodError
from ...types import SAMPLE_RATE

#: -60 dB of full scale: above the noise a model adds to silence, below any speech.
SILENCE: Final = 1e-3


class NothingHeardError(KokorodError):
    """There was no sound to measure."""


@dataclass(frozen=True, slots=True)
class Frame:
    """PCM that came in one piece: `at` seconds after the request, `samples` long."""

    at: float
    samples: int


@dataclass(frozen=True, slots=True)
class Heard:
    """One speech. Times are seconds after the request.

    frames         as they came
    first_sound_s  when the frame came that holds the first sample over SILENCE
    stats          what the daemon measured itself (docs/protocol.md, `done`)
    cached         a segment came from the phrase cache
    """

    frames: tuple[Frame, ...]
    first_sound_s: float
    stats: Mapping[str, Any] = field(default_factory=dict)
    cached: bool = False

    @property
    def first_frame_s(self) -> float:
        return self.frames[0].at

    @property
    def last_sample_s(self) -> float:
        return self.frames[-1].at

    @property
    def sound_s(self) -> float:
        return sum(frame.samples for frame in self.frames) / SAMPLE_RATE

    @property
    def own_cost_s(self) -> float | None:
        """First sound without the first segment's inference; None if that is not told."""
        run_ms = self.stats.get("first_run_ms")
        return None if run_ms is None else self.first_sound_s - float(run_ms) / 1000


class Hearing:
    """Collects frames until heard() is asked."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.first_sound_s: float | None = None

    def take(self, pcm: NDArray[np.int16] | NDArray[np.float32], at: float) -> None:
        """A frame that came `at` seconds after the request: s16le or floats, one channel."""
        if not len(pcm):
            return
        self.frames.append(Frame(at, len(pcm)))
        if self.first_sound_s is None:
            level = SILENCE * 32767 if pcm.dtype.kind == "i" else SILENCE
            if float(pcm.max()) > level or float(pcm.min()) < -level:
                self.first_sound_s = at

    def heard(self, stats: Mapping[str, Any] | None = None, cached: bool = False) -> Heard:
        """Raises NothingHeardError if every sample was silence, or there was none."""
        if self.first_sound_s is None:
            samples = sum(frame.samples for frame in self.frames)
            raise NothingHeardError(
                f"{samples} samples came and none of them was a sound; a model that speaks is "
                "needed to measure anything"
            )
        return Heard(tuple(self.frames), self.first_sound_s, stats or {}, cached)


@dataclass(frozen=True, slots=True)
class Underruns:
    """How often and for how long a player had nothing to play before the end."""

    count: int
    total_s: float


def play(frames: Sequence[Frame]) -> Underruns:
    """Play in real time from the first frame on, with no more buffer than what has come."""
    count, total_s = 0, 0.0
    end = frames[0].at if frames else 0.0
    for frame in frames:
        if frame.at > end:
            count += 1
            total_s += frame.at - end
            end = frame.at
        end += frame.samples / SAMPLE_RATE
    return Underruns(count, total_s)
