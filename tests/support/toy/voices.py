"""The toy's voices: the file layout of voices-v1.0.bin, each voice one loudness."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np

#: Names of real voices, and the loudness (amplitude, 0..1) each has here.
VOICES: Final = {"af_heart": 0.5, "am_adam": 0.3, "bf_emma": 0.7}


def loudness_of(voice: str) -> float:
    """The amplitude a toy voice speaks with, 0.2..0.9; any name has one."""
    return VOICES.get(voice, 0.2 + zlib.crc32(voice.encode()) % 8 / 10)


def write_voices(path: str | Path, names: Iterable[str] = tuple(VOICES)) -> Path:
    """Write float32 (510, 1, 256) per voice to `path`, as np.savez does; returns it.

    Every value is the voice's loudness, so that a mix of voices is as loud as their mean.
    The arrays are stored, not compressed, as in the real file: half a megabyte a voice.
    """
    styles: dict[str, Any] = {
        name: np.full((510, 1, 256), loudness_of(name), np.float32) for name in names
    }
    with Path(path).open("wb") as file:  # given a name, np.savez would append .npz to it
        np.savez(file, **styles)
    return Path(path)
