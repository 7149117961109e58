# pure: no socket, thread, clock or onnxruntime.
"""Can this sound be what its text says? What cannot is done again, and then told.

A model, a library, a processor or its memory that goes wrong gives silence, one value, numbers
that are none, far too little or far too much. None of it is sent. What is merely badly spoken is
not known here: the limits lie far outside of what Kokoro gives to any text, voice and speed.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import EngineError
from ..types import SAMPLE_RATE, Engine, Segment
from .edges import SILENT
from .synthesizer import FRAME, Front, Sound

Pcm = NDArray[np.float32]

#: Kokoro's peaks are 0.2 to 1.2; a chunk whose norms are predicted badly is somewhat louder.
_LOUDEST: Final = 8.0

#: Between the lowest and the highest sample of anything that is heard: -80 dB of full scale.
_FAINTEST: Final = 2e-4

#: Frames at speed 1 of a run, at most: both pads (37), a phoneme (2.4; a drawn-out last one 17)
#: and a mark, at which 20 are silent, each times three. `schedule/frames.py` has the means.
_MOST_ENDS: Final = 100
_MOST_PHONEME: Final = 9
_MOST_MARK: Final = 60

#: And at least: Kokoro gives every phoneme one, at any speed.
_LEAST_PHONEME: Final = 0.25

#: Frames without any change that a run may have in a row at speed 1, and more at each mark: the
#: pauses of a sentence are shorter, and the pads are 18 at most.
_DEAD: Final = 100
_DEAD_MARK: Final = 20
_CHANGE: Final = 1e-5

#: Frames of a chunk that surely hold speech, from which on it must be heard: a closed mouth is
#: shorter.
_SPEECH: Final = 3

#: The built-in voice, in seconds: for a character at its slowest ("Chinese letter"), and at all.
#: It may have no sound for signs, but for so many letters it has.
_MOST_CHARACTER_S: Final = 3.0
_MOST_S: Final = 10.0
_LETTERS: Final = 3


def check_run(sound: Sound, segment: Segment, speed: float, engine: Engine) -> None:
    """Of a whole run, context included. Raises EngineError."""
    low, high = _range(sound.pcm)
    if engine is Engine.BUILT_IN:
        _check_built_in(sound.pcm, segment.spoken, high - low)
        return
    phonemes = segment.before + segment.phonemes + segment.after
    heard = _heard(phonemes)
    if heard and high - low < _FAINTEST:
        raise EngineError(f"the run gave silence, or one value, for {heard} phonemes")
    _check_length(len(sound.pcm) / FRAME, phonemes, speed)
    if heard:
        dead = _longest_dead(sound.pcm)
        most = (_DEAD + _DEAD_MARK * _marks(phonemes)) / speed
        if dead > most:
            raise EngineError(
                f"the run gave {dead} frames without a sound in a row; {most:.0f} may be"
            )
    if sound.edges is not None:
        _check_edges(sound.edges, len(phonemes), len(sound.pcm))


def check_durations(frames: NDArray[np.int64], phonemes: str, speed: float) -> None:
    """frames: int64 [phonemes + 2], as the graph tells them. Raises EngineError."""
    _check_count(frames, phonemes)
    _check_length(float(frames.sum(dtype=np.float64)), phonemes, speed)


def check_agreement(pcm: Pcm, frames: NDArray[np.int64], phonemes: str) -> None:
    """That the sound is as long as the graph's own durations say. Raises EngineError."""
    _check_count(frames, phonemes)
    said = int(frames.sum()) * FRAME
    if abs(len(pcm) - said) > 2 * FRAME + said // 50:
        raise EngineError(f"the run gave {len(pcm)} samples, and durations of {said}")


def _check_count(frames: NDArray[np.int64], phonemes: str) -> None:
    if len(frames) != len(phonemes) + 2 or frames.min() < 0:
        raise EngineError(f"the run gave {len(frames)} durations for {len(phonemes)} phonemes")


def check_front(front: Front, segment: Segment, speed: float) -> None:
    """Raises EngineError."""
    phonemes = segment.before + segment.phonemes + segment.after
    if len(front.silent) != front.frames:
        raise EngineError(f"a front of {front.frames} frames tells of {len(front.silent)}")
    _check_length(front.frames, phonemes, speed)
    _check_edges(front.edges, len(phonemes), front.frames * FRAME)


def check_chunk(pcm: Pcm, front: Front, first: int, last: int) -> None:
    """Of frames `first` to `last`, which may be silent if the front says so.

    Raises EngineError.
    """
    if len(pcm) != FRAME * (last - first):
        raise EngineError(f"{last - first} frames were asked for, and {len(pcm)} samples came")
    _range(pcm)
    told = ~front.silent if front.speech is None else front.speech
    speech = pcm.reshape(-1, FRAME)[told[first:last]]
    if len(speech) < _SPEECH:
        return
    low, high = _range(speech)
    if high - low < _FAINTEST:
        raise EngineError(f"{len(speech)} frames of speech are silence, or one value")


def _range(pcm: Pcm) -> tuple[float, float]:
    """The lowest and the highest sample."""
    if not pcm.size:
        return 0.0, 0.0
    low, high = float(pcm.min()), float(pcm.max())  # a NaN among them is both
    if not (low >= -_LOUDEST and high <= _LOUDEST):
        raise EngineError("the run gave sound that is not a number, or far too loud")
    return low, high


def _heard(phonemes: str) -> int:
    """How many are letters: marks of stress and length have no sound of their own."""
    return sum(unicodedata.category(symbol) in ("Ll", "Lu", "Lo") for symbol in phonemes)


def _marks(phonemes: str) -> int:
    """How many are marks at which there may be silence."""
    return sum(symbol in SILENT and symbol != " " for symbol in phonemes)


def _check_length(frames: float, phonemes: str, speed: float) -> None:
    heard, marks = _heard(phonemes), _marks(phonemes)
    least = _LEAST_PHONEME * heard / speed
    most = (_MOST_ENDS + _MOST_PHONEME * (len(phonemes) - marks) + _MOST_MARK * marks) / speed
    if not least <= frames <= most:
        raise EngineError(
            f"the run gave {frames:.0f} frames of sound for {len(phonemes)} phonemes; "
            f"{least:.0f} to {most:.0f} can be"
        )


def _check_edges(edges: NDArray[np.int64], phonemes: int, samples: int) -> None:
    if len(edges) != phonemes + 1 or edges[0] < 0 or edges[-1] > samples:
        raise EngineError(f"the run tells of {len(edges) - 1} phonemes, of {phonemes}")
    if (np.diff(edges) < 0).any():
        raise EngineError("the run tells of a phoneme that ends before it begins")
    if samples - int(edges[-1]) > _MOST_ENDS * FRAME * 2:
        raise EngineError(f"the run's sound goes on after its last phoneme for {samples} samples")


def _longest_dead(pcm: Pcm) -> int:
    """Frames in a row without any change, at most."""
    frames = pcm[: len(pcm) // FRAME * FRAME].reshape(-1, FRAME)
    alive = np.flatnonzero(frames.max(axis=1) - frames.min(axis=1) > _CHANGE)
    bounds = np.concatenate([[-1], alive, [len(frames)]])
    return int(np.diff(bounds).max()) - 1


def _check_built_in(pcm: Pcm, spoken: str, width: float) -> None:
    letters = sum(c.isascii() and c.isalpha() for c in spoken)
    if letters >= _LETTERS and width < _FAINTEST:
        raise EngineError(f"the built-in voice gave silence for {letters} letters")
    most_s = _MOST_S + _MOST_CHARACTER_S * len(spoken)
    if len(pcm) > most_s * SAMPLE_RATE:
        raise EngineError(
            f"the built-in voice gave {len(pcm) / SAMPLE_RATE:.0f} s for {len(spoken)} characters"
        )
