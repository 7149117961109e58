"""A toy with Kokoro's interface that can be heard by a program.

`build` writes a model, `write_voices` its voices; real onnxruntime runs it. `decode` turns
the PCM, however it travelled, back into tokens: what was lost, doubled or cut shows, and
`clicks` finds where the sound jumps.

By hand: python tests/support/toy FOLDER
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.toy.clicking import clicks
from support.toy.heard import Heard, HeardToken, Silence
from support.toy.hearing import decode
from support.toy.tones import (
    BASE_FRAMES,
    IDS,
    MAX_TOKENS,
    PAD_FRAMES,
    RAMP,
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    UNKNOWN,
    VOCABULARY,
    frames_of,
    phonemes_of,
    tokens_of,
)
from support.toy.voices import VOICES, loudness_of, write_voices

if TYPE_CHECKING:
    from support.toy.graph import build

__all__ = [
    "BASE_FRAMES",
    "IDS",
    "MAX_TOKENS",
    "PAD_FRAMES",
    "RAMP",
    "SAMPLES_PER_FRAME",
    "SAMPLE_RATE",
    "UNKNOWN",
    "VOCABULARY",
    "VOICES",
    "Heard",
    "HeardToken",
    "Silence",
    "build",
    "clicks",
    "decode",
    "frames_of",
    "loudness_of",
    "phonemes_of",
    "tokens_of",
    "write_voices",
]


def __getattr__(name: str) -> Any:
    # A test that only listens does not wait for onnx to load.
    if name == "build":
        from support.toy.graph import build

        return build
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
