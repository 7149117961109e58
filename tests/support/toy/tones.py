"""The toy's code: which tone each token sounds, and for how long.

Tokens of the vocabulary, in order of their ids, sit LOWEST_HZ, LOWEST_HZ + SPACING_HZ, ...
A token fades in from nothing and out to nothing over RAMP samples, so that equal
neighbours are told apart and a cut at a token's edge makes no click. All tones lie far
below half the sample rate: above them nothing but a click has any energy.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE: Final = 24_000
SAMPLES_PER_FRAME: Final = 600
MAX_TOKENS: Final = 510

LOWEST_HZ: Final = 600
SPACING_HZ: Final = 40

#: Samples of raised-cosine fade at each end of a token: 10 ms. Two of them fit into the
#: shortest token (one frame), and a cross-fade as long as one still leaves a dip.
RAMP: Final = 240

#: Frames of silence that a pad (id 0) lasts at speed 1: 300 ms.
PAD_FRAMES: Final = 12

#: What the decoder calls the tone that ids outside the vocabulary sound.
UNKNOWN: Final = -1
UNKNOWN_FRAMES: Final = 2

PAD: Final = 0


def _vocabulary() -> dict[str, int]:
    """The table kokoro-onnx ships, read without importing that package (0.3 s)."""
    found = importlib.util.find_spec("kokoro_onnx")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("the toy model needs kokoro-onnx: pip install kokoro-onnx")
    config = json.loads((Path(found.origin).parent / "config.json").read_text("utf-8"))
    return {str(symbol): int(token) for symbol, token in config["vocab"].items()}


#: Symbol -> id, 114 of them, ids 1..177 with holes.
VOCABULARY: Final = _vocabulary()

_SYMBOLS: Final = {token: symbol for symbol, token in VOCABULARY.items()}

#: Ids in the order of their tones.
IDS: Final = tuple(sorted(_SYMBOLS))

HIGHEST_HZ: Final = LOWEST_HZ + SPACING_HZ * len(IDS)  # the tone of UNKNOWN


def _by_id(of_rank: Iterable[int], unknown: int, pad: int) -> NDArray[np.int64]:
    table = np.full(IDS[-1] + 1, unknown, dtype=np.int64)
    table[list(IDS)] = list(of_rank)
    table[PAD] = pad
    return table


#: Hz by id; 0 is silence. Whole numbers, so that the phase is exact however long a token is.
TONE_HZ: Final = _by_id((LOWEST_HZ + SPACING_HZ * rank for rank in range(len(IDS))), HIGHEST_HZ, 0)

#: Frames by id at speed 1: 2 and 3 in turn.
BASE_FRAMES: Final = _by_id((2 + rank % 2 for rank in range(len(IDS))), UNKNOWN_FRAMES, PAD_FRAMES)


def tokens_of(phonemes: str) -> list[int]:
    """The ids of phonemes, pads left out. KeyError names a symbol that is not in the vocabulary."""
    return [VOCABULARY[symbol] for symbol in phonemes]


def phonemes_of(tokens: Iterable[int]) -> str:
    """The phonemes of ids; `\ufffd` if the vocabulary has no such id."""
    return "".join(_SYMBOLS.get(token, "\ufffd") for token in tokens)


def frames_of(tokens: Sequence[int], speed: float = 1.0) -> NDArray[np.int64]:
    """How many frames each token lasts: max(1, round(base / speed)), halves to even.

    Shape (len(tokens),). Pads (id 0) are counted if they are given; UNKNOWN lasts as
    long as any id outside the vocabulary.
    """
    ids = np.asarray(tokens, dtype=np.int64)
    base = np.where(ids == UNKNOWN, UNKNOWN_FRAMES, BASE_FRAMES[ids]).astype(np.float32)
    return np.maximum(1, np.round(base / np.float32(speed))).astype(np.int64)
