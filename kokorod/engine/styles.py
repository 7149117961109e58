# worker: read by worker threads.
"""Style vectors from a voices file: an .npz of float32 [510, 1, 256] per voice.

Owns:       the styles read or mixed lately.
Invariants: at most _KEPT voices and blends in memory (0.5 MB each); the file is opened only
            to read.
Never:      loads the whole file (28 MB) to speak with one voice.
"""

from __future__ import annotations

import struct
import threading
import zipfile
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import EngineError, UnknownVoiceError
from ..voices.blends import is_blend, parse

#: Voices and blends a user switches between; more are read again in 2 ms a voice.
_KEPT: Final = 8

STYLE_SIZE: Final = 256


#: What reading an archive raises that is damaged, or made to be.
_DAMAGE: Final = (
    OSError, ValueError, EOFError, LookupError, TypeError, RuntimeError, SyntaxError,
    MemoryError, ArithmeticError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip

#: Rows for a count of tokens each, 510 in the real file, in float64 at most.
_MOST_ROWS: Final = 1_024
_MOST_BYTES: Final = 8 * STYLE_SIZE * _MOST_ROWS + 4_096

#: As `models import` has it.
_MOST_VOICES: Final = 2_000

#: Kokoro's numbers lie within 3; a model is not asked what it makes of larger ones.
_LARGEST: Final = 1_000.0


def voice_names(path: Path) -> list[str]:
    """The voices in a file, without reading any. Raises EngineError."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except _DAMAGE as error:
        raise EngineError(
            f"voices file {path.name} cannot be read: {error}; run `kokoroctl models verify`"
        ) from None
    voices = sorted(name.removesuffix(".npy") for name in names if name.endswith(".npy"))
    if not 0 < len(voices) <= _MOST_VOICES:
        raise EngineError(
            f"voices file {path.name} holds {len(voices)} voices; 1 to {_MOST_VOICES} can be"
        )
    return voices


class Voices:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._styles: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self.names = voice_names(path)

    def style(self, voice: str, tokens: int) -> NDArray[np.float32]:
        """The style row for `tokens` tokens, float32 [1, 256]; voice: a name or a blend.

        Raises UnknownVoiceError.
        """
        styles = self._load(voice)
        # Trained with one row per token count: row n - 1 for n tokens.
        row: NDArray[np.float32] = styles[min(max(tokens, 1), len(styles)) - 1]
        return row.reshape(1, -1)

    def _load(self, voice: str) -> NDArray[np.float32]:
        with self._lock:
            if voice in self._styles:
                self._styles.move_to_end(voice)
                return self._styles[voice]
            styles = self._mix(voice) if is_blend(voice) else self._read(voice)
            self._styles[voice] = styles
            if len(self._styles) > _KEPT:
                self._styles.popitem(last=False)
            return styles

    def _mix(self, spec: str) -> NDArray[np.float32]:
        """The weighted mean of the voices, row by row. They are not kept: the mean is."""
        held = self._styles
        parts = [
            (np.float32(weight), held[voice] if voice in held else self._read(voice))
            for voice, weight in parse(spec).parts
        ]
        # A voice of fewer rows has none for longer segments.
        rows = min(len(styles) for _, styles in parts)
        mean = sum(weight * styles[:rows] for weight, styles in parts)
        return np.asarray(mean, dtype=np.float32)

    def _read(self, voice: str) -> NDArray[np.float32]:
        if voice not in self.names:
            raise UnknownVoiceError(f"no voice {voice}; `kokoroctl voices` lists them")
        try:
            with zipfile.ZipFile(self._path) as archive:
                size = archive.getinfo(f"{voice}.npy").file_size
            if size > _MOST_BYTES:
                raise ValueError(f"it has {size:,} bytes")
            with np.load(self._path, allow_pickle=False) as arrays:
                styles: NDArray[np.float32] = np.asarray(arrays[voice], dtype=np.float32)
        except _DAMAGE as error:
            raise EngineError(f"voice {voice} cannot be read: {error}") from None
        if styles.ndim < 2 or styles.shape[-1] != STYLE_SIZE or not len(styles):
            raise EngineError(f"voice {voice} has shape {styles.shape}, not (510, 1, 256)")
        if styles.size != len(styles) * STYLE_SIZE:
            raise EngineError(f"voice {voice} has shape {styles.shape}, not (510, 1, 256)")
        if not np.isfinite(styles).all():
            raise EngineError(f"voice {voice} holds numbers that are none: NaN, or infinite")
        if np.abs(styles).max() > _LARGEST:
            raise EngineError(f"voice {voice} is no style: its numbers are far too large")
        return styles
