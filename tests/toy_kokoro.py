"""A toy with Kokoro's interface that can be heard by a program.

`build` writes a model, `write_voices` its voices; real onnxruntime runs it. `decode` turns
the PCM, however it travelled, back into tokens: what was lost, doubled or cut shows, and
`clicks` finds where the sound jumps.

By hand: python tests/toy_kokoro.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toy.clicking import clicks
from toy.heard import Heard, HeardToken, Silence
from toy.hearing import decode
from toy.tones import (
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
from toy.voices import VOICES, loudness_of, write_voices

if TYPE_CHECKING:
    from toy.graph import build

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
    # Whoever only listens does not wait for onnx to load.
    if name == "build":
        from toy.graph import build

        return build
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python tests/toy_kokoro.py FOLDER  (writes toy.onnx and toy-voices.bin)")
        return 2
    from toy.graph import build

    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    print(build(folder / "toy.onnx"))
    print(write_voices(folder / "toy-voices.bin"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
