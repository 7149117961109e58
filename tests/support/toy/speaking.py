"""The toy in an onnxruntime session, made to speak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from support import toy

Sound = NDArray[np.float32]
FRAME = toy.SAMPLES_PER_FRAME
SENTENCE = "ðə kwˈɪk bɹˈWn, fˈɑks ʤˈʌmps!"


def open_session(path: Path, **entries: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4  # a run that is ended logs an error
    for key, value in entries.items():
        options.add_session_config_entry(f"session.{key}", value)
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@dataclass(frozen=True)
class Toy:
    """A session and the one way to make it speak."""

    session: onnxruntime.InferenceSession
    tokens_name: str = "input_ids"

    def run(
        self, tokens: Sequence[int], speed: float = 1.0, loudness: float = 0.5, options: Any = None
    ) -> list[Any]:
        outputs: list[Any] = self.session.run(
            None,
            {
                self.tokens_name: np.array([[0, *tokens, 0]], dtype=np.int64),
                "style": np.full((1, 256), loudness, dtype=np.float32),
                "speed": np.array([speed], dtype=np.float32),
            },
            options,
        )
        return outputs

    def say(self, tokens: Sequence[int], speed: float = 1.0, loudness: float = 0.5) -> Sound:
        sound: Sound = self.run(tokens, speed, loudness)[0]
        return sound

    def body(self, tokens: Sequence[int], speed: float = 1.0, loudness: float = 0.5) -> Sound:
        """Without the pads: cut where `duration` says the tokens begin and end."""
        sound, frames = self.run(tokens, speed, loudness)
        cut: Sound = sound[frames[0] * FRAME : len(sound) - frames[-1] * FRAME]
        return cut


def silence(samples: int) -> Sound:
    return np.zeros(samples, dtype=np.float32)


def crossfaded(pieces: Sequence[Sound], samples: int) -> Sound:
    """The end of each piece under the beginning of the next."""
    rise = np.linspace(0, 1, samples, dtype=np.float32)
    sound = pieces[0]
    for piece in pieces[1:]:
        joint = sound[-samples:] * (1 - rise) + piece[:samples] * rise
        sound = np.concatenate([sound[:-samples], joint, piece[samples:]])
    return sound


def edges_of(tokens: Sequence[int], speed: float = 1.0) -> list[int]:
    """Samples at which the tokens of a body begin, and where the last ends."""
    return [0, *np.cumsum(toy.frames_of(tokens, speed) * FRAME).tolist()]
