# worker: in a child that learns a voice, or in a command.
"""Rows that a voice was learned from so far, so that a child that is ended goes on with them.

    <cache>/norms/rows/<digest of copy, voices and voice>/000.npz   features and norms of a phrase

Owns:       that folder.
Invariants: a row appears whole, in one rename; what cannot be read is made again; at most _MOST
            voices' rows (12 MB each), the oldest go; those of a voice that is learned go.
Never:      holds a text.
"""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...models import disk
from ...safety import own_files

_MOST: Final = 4

#: A row has 75 kB.
_MOST_BYTES: Final = 2**20

_Row = tuple[NDArray[np.float32], NDArray[np.float32]]


class Rows:
    def __init__(self, cache: Path, copy_key: str, voices_sha256: str, voice: str) -> None:
        """Of one voice, a name or a blend, as a copy of a model speaks it."""
        digest = hashlib.sha256("\0".join([copy_key, voices_sha256, voice]).encode())
        self._all = cache / "norms" / "rows"
        self._folder = self._all / digest.hexdigest()[:24]

    def begin(self) -> None:
        """Make room for them. Raises OSError."""
        own_files.make_folders(self._folder)
        os.utime(self._folder)
        folders = sorted(self._all.iterdir(), key=lambda path: path.lstat().st_mtime)
        for doomed in folders[:-_MOST]:
            disk.delete(doomed)
        disk.clean(self._folder)

    def read(self, number: int, size: int) -> _Row | None:
        """Features, float32 [n], and norms, float32 [size]; None if they are not there."""
        try:
            content = own_files.read(self._path(number), _MOST_BYTES)
            with np.load(io.BytesIO(content), allow_pickle=False) as row:
                features, norms = row["features"], row["norms"]
        except Exception:  # noqa: BLE001 - a rotten file may raise anything
            return None
        sound = np.isfinite(features).all() and np.isfinite(norms).all()
        fits = features.ndim == 1 and norms.shape == (size,)
        return (features, norms) if sound and fits else None

    def keep(self, number: int, features: NDArray[np.float32], norms: NDArray[np.float32]) -> None:
        """Raises OSError."""
        file = io.BytesIO()
        np.savez(file, allow_pickle=False, features=features, norms=norms)
        disk.write_atomically(self._path(number), file.getvalue())

    def remove(self) -> None:
        """They are not needed any more. Raises OSError."""
        disk.delete(self._folder)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:03}.npz"
