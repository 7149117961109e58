# pure: no socket, thread or clock.
"""Faster than Kokoro speaks, higher or lower: by python-stretch, if it is installed."""

from __future__ import annotations

from array import array
from importlib.util import find_spec

from kokoro_client.wire.choices import SAMPLE_RATE

#: An octave is heard as the same; this is less than what is heard as another pitch.
_NOTHING = 0.05


def available() -> bool:
    return find_spec("python_stretch") is not None and find_spec("numpy") is not None


def louder(pcm: bytes, gain: float) -> bytes:
    """16-bit sound by a factor of 0 to 1."""
    if gain >= 1:
        return pcm
    return array("h", (int(sample * gain) for sample in array("h", pcm))).tobytes()


class Stretching:
    """What is done to the sound of a message. Without the library: nothing.

    factor  how much shorter: what really is done, 1.0 if nothing
    """

    def __init__(self, factor: float, semitones: float) -> None:
        wanted = factor > 1 + _NOTHING / 10 or abs(semitones) > _NOTHING
        self.works = wanted and available()
        self.factor = factor if self.works else 1.0
        self._semitones = semitones

    def process(self, pcm: bytes) -> bytes:
        """A whole piece of 16-bit sound: a segment, with silence at its ends."""
        if not self.works or not pcm:
            return pcm
        import numpy as np
        import python_stretch

        stretch = python_stretch.Signalsmith.Stretch()
        stretch.preset(1, SAMPLE_RATE)
        stretch.setTimeFactor(self.factor)
        stretch.setTransposeSemitones(self._semitones)
        sound = np.frombuffer(pcm, "<i2").astype(np.float32)[None] / 32768
        made = np.clip(np.asarray(stretch.process(sound))[0] * 32768, -32768, 32767)
        return bytes(made.astype("<i2").tobytes())
