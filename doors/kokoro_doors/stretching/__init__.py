# pure: no socket, thread or clock.
"""Faster or slower than Kokoro speaks, higher or lower: by python-stretch, if it is installed.

speech.py  the sound of a whole speech, a segment at a time, for asyncio
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from kokoro_client.wire.choices import MAX_SPEED, MIN_SPEED, SAMPLE_RATE

#: Speeds that a program may ask for: OpenAI's. Slower, words fall apart; faster, nobody follows.
SLOWEST: Final = 0.25
FASTEST: Final = 4.0

#: An octave is heard as the same; this is less than what is heard as another pitch, in semitones.
_SAME_PITCH: Final = 0.05

#: Less than what is heard as another speed.
_SAME_SPEED: Final = 0.005

MISSING: Final = "pip install 'kokoro-doors[stretch]'"


def available() -> bool:
    return find_spec("python_stretch") is not None and find_spec("numpy") is not None


def shared(speed: float) -> tuple[float, float]:
    """A speed as what Kokoro speaks of it, and the factor that is left for stretching."""
    spoken = min(MAX_SPEED, max(MIN_SPEED, speed))
    return spoken, speed / spoken


class Stretching:
    """What is done to the sound of a message. Without the library: nothing.

    factor  how many times faster, below 1 slower: what really is done, 1.0 if nothing
    """

    def __init__(self, factor: float, semitones: float = 0.0) -> None:
        wanted = abs(factor - 1) > _SAME_SPEED or abs(semitones) > _SAME_PITCH
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


class Pieces:
    """The sound of one speech, stretched a segment at a time; where its moments then are.

    Owns: what has come of the segment under way; a segment is a few seconds.
    """

    def __init__(self, stretching: Stretching) -> None:
        self._stretching = stretching
        self._waiting = bytearray()
        self._whole = 0
        self._spoken = 0  # bytes that came before this segment, and what they became
        self._made = 0

    def begin(self, duration_s: float) -> None:
        """A segment begins. What came of the one before it has been taken by end()."""
        self._whole = round(duration_s * SAMPLE_RATE) * 2

    def add(self, pcm: bytes) -> bool:
        """Whether the segment is whole, and end() is to be called."""
        self._waiting += pcm
        return len(self._waiting) >= self._whole

    def end(self) -> bytes:
        """All that has come since the last end(), stretched; takes a while."""
        made = self._stretching.process(bytes(self._waiting))
        self._spoken += len(self._waiting)
        self._made += len(made)
        self._waiting.clear()
        return made

    def moment(self, spoken_s: float) -> float:
        """When a moment of this segment is heard. In seconds of all that was spoken, and made."""
        since = spoken_s - self._spoken / 2 / SAMPLE_RATE
        return self._made / 2 / SAMPLE_RATE + since / self._stretching.factor
