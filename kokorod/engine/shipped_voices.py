# worker: read by lanes' threads.
"""The voices that come with the package, for a model that has no voices file of its own.

Each of Kokoro's 54 voices is stored as two factors whose product is its table of styles,
to within 1e-5; kokorod/voices/data/README.md says how they are made.

Owns:       the factors of the voices used lately.
Invariants: at most _KEPT voices in memory (60 kB each, 130 kB at most); only the row that
            is asked for is computed.
Never:      reads the whole file (3.2 MB) to speak with one voice.
"""

from __future__ import annotations

import threading
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import EngineError, UnknownVoiceError
from ..models.record import InstalledModel
from ..voices.blends import is_blend, parse
from .styles import Voices
from .synthesizer import Styles

SHIPPED: Final = Path(__file__).parents[1] / "voices" / "data" / "voice-factors.npz"

#: Voices a user switches between, and the four of a blend; another is read in 2 ms.
_KEPT: Final = 16

_WHAT_TO_DO: Final = "install kokorod anew"


def styles_of(model: InstalledModel) -> Styles:
    """The model's own voices, else those that come with the package. Raises EngineError."""
    return ShippedVoices() if model.voices is None else Voices(model.voices)


@dataclass(frozen=True, slots=True)
class _Factors:
    """rows: float32 [510, rank]; basis: float32 [rank, 256]."""

    rows: NDArray[np.float32]
    basis: NDArray[np.float32]


class ShippedVoices:
    """The package's own voices by name. Raises EngineError when their file cannot be read."""

    def __init__(self, path: Path = SHIPPED) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Factors] = OrderedDict()
        try:
            with zipfile.ZipFile(path) as archive:
                entries = archive.namelist()
        except (OSError, zipfile.BadZipFile) as error:
            raise EngineError(
                f"the package's voices cannot be read: {error}; {_WHAT_TO_DO}"
            ) from None
        suffix = ".rows.npy"
        self.names = sorted(e.removesuffix(suffix) for e in entries if e.endswith(suffix))

    def style(self, voice: str, tokens: int) -> NDArray[np.float32]:
        """The style row for `tokens` tokens, float32 [1, 256]; voice: a name or a blend.

        Raises UnknownVoiceError.
        """
        if not is_blend(voice):
            return self._row(voice, tokens)
        mean = sum(
            np.float32(weight) * self._row(name, tokens) for name, weight in parse(voice).parts
        )
        return np.asarray(mean, dtype=np.float32)

    def _row(self, voice: str, tokens: int) -> NDArray[np.float32]:
        factors = self._load(voice)
        # Trained with one row per token count: row n - 1 for n tokens.
        at = min(max(tokens, 1), len(factors.rows)) - 1
        # In float64, so that the last bit is the same whatever the machine's kernels are.
        row = factors.rows[at : at + 1].astype(np.float64) @ factors.basis.astype(np.float64)
        return row.astype(np.float32)

    def _load(self, voice: str) -> _Factors:
        with self._lock:
            if voice in self._kept:
                self._kept.move_to_end(voice)
                return self._kept[voice]
            factors = self._read(voice)
            self._kept[voice] = factors
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return factors

    def _read(self, voice: str) -> _Factors:
        if voice not in self.names:
            raise UnknownVoiceError(f"no voice {voice}; `kokoroctl voices` lists them")
        try:
            with np.load(self._path, allow_pickle=False) as archive:
                return _Factors(archive[f"{voice}.rows"], archive[f"{voice}.basis"])
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise EngineError(f"voice {voice} cannot be read: {error}; {_WHAT_TO_DO}") from None
