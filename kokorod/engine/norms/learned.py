# worker: files are read by lanes' threads and written by a child; has() is the loop's too.
"""What was learned on this machine: a voice's predictor in a file of its own.

    <cache>/norms/<16 of the model's sha256>-<24 of a digest of model, voices and voice>.npz

It has the arrays of the file that comes with the package, those of one voice (calibrate.py
makes them), and goes before that file. A blend that was learned has a file like any voice; one
that was not is mixed of its voices' predictions.

Owns:       that folder's files, and in memory the predictors of voices used lately.
Invariants: a file appears whole, in one rename; at most _MOST_FILES, the oldest go; what is read
            is this user's own regular file, of bounded size, of the very model and voice, all
            finite; at most _KEPT in memory (10 MB each).
Never:      reads a file on the loop: has() knows names. Fails a run for a file that went or
            rotted if the package knows the voice.
"""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError
from ...models import disk
from ...models.record import InstalledModel
from ...safety import own_files
from ...voices.blends import is_blend, parse
from .layout import Layout
from .predictors import SHARED, Predictors, Shared, norms_of, shared_of

#: Voices and blends of the models that a person goes between; 5 MB each on disk.
_MOST_FILES: Final = 16

#: Of a file, and of what is in it: half as much again as Kokoro's have.
_MOST_BYTES: Final = 8 * 2**20

#: A voice and the one before it, and a blend of both.
_KEPT: Final = 3

#: A variance of float32 whose logarithm is a number.
_LEAST: Final = 1e-37

#: In a file, beside SHARED.
_COEFFICIENTS: Final = "coefficients"
_OF: Final = "of"

#: Arrays of a file that are text.
_TEXTS: Final = ("layout", "models", _OF)


class LearnedFiles:
    """Those of one model below `cache` (Config.cache_folder), which need not exist yet."""

    def __init__(self, cache: Path, model: InstalledModel) -> None:
        self.folder = cache / "norms"
        self._model = model

    def name(self, voice: str) -> str:
        """Of the file of a voice, a name or a blend."""
        digest = hashlib.sha256(self._of(voice).encode()).hexdigest()[:24]
        return f"{self._model.model_sha256[:16]}-{digest}.npz"

    def names(self) -> frozenset[str]:
        """Of the files that there are of this model."""
        try:
            found = [path.name for path in self.folder.iterdir()]
        except OSError:
            return frozenset()
        ours = self._model.model_sha256[:16] + "-"
        return frozenset(n for n in found if n.startswith(ours) and n.endswith(".npz"))

    def read(self, voice: str, layout: Layout) -> tuple[Shared, NDArray[np.float32]]:
        """What was learned of a voice: shared arrays, and coefficients, float32 [rank, n].

        Raises EngineError if there is nothing, or not for this graph.
        """
        try:
            content = own_files.read(self.folder / self.name(voice), _MOST_BYTES)
            found = _arrays(content)
            if str(found[_OF]) != self._of(voice):
                raise ValueError("it is of another voice or model")
            if not layout.same_as(Layout.parse(str(found["layout"]))):
                raise ValueError("its norms are those of another graph")
            _check(found, layout)
            return shared_of(found, layout), found[_COEFFICIENTS].astype(np.float32)
        except Exception as error:  # noqa: BLE001 - a rotten file may raise anything
            raise EngineError(f"the learned norms of {voice} cannot be used: {error}") from None

    def keep(self, voice: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """In place of what was kept for the voice. Raises OSError.

        arrays: SHARED but for "models", and "coefficients".
        """
        file = io.BytesIO()
        of = {"models": np.array(self._model.model_sha256), _OF: np.array(self._of(voice))}
        np.savez(file, allow_pickle=False, **arrays, **of)
        own_files.make_folders(self.folder)
        disk.write_atomically(self.folder / self.name(voice), file.getvalue())
        self._bound()

    def discard(self, voice: str) -> None:
        """Forget what was learned of a voice. Raises OSError."""
        (self.folder / self.name(voice)).unlink(missing_ok=True)

    def _of(self, voice: str) -> str:
        # A voice is a name and the style that it has in these voices.
        known = str(parse(voice)) if is_blend(voice) else voice
        return f"{self._model.model_sha256} {self._model.voices_sha256 or '-'} {known}"

    def _bound(self) -> None:
        files = [path for path in self.folder.glob("*.npz") if not path.is_symlink()]
        for path in sorted(files, key=lambda p: p.stat().st_mtime)[:-_MOST_FILES]:
            path.unlink(missing_ok=True)


def _arrays(content: bytes) -> Mapping[str, NDArray[Any]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
            raise ValueError(f"it has more than {_MOST_BYTES:,} bytes")
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {name: archive[name] for name in (*SHARED, _COEFFICIENTS, _OF)}


def _check(found: Mapping[str, NDArray[Any]], layout: Layout) -> None:
    """Shapes that fit each other, and numbers. Raises ValueError, KeyError."""
    numbers, moments = len(found["numbers_mean"]), len(found["moments_mean"])
    rank, design = found[_COEFFICIENTS].shape
    shapes = {
        "numbers_spread": (numbers,),
        "moments_spread": (moments,),
        "axes": (design - 1 - numbers, moments),
        "centre": (layout.size,),
        "basis": (rank, layout.size),
    }
    for name, shape in shapes.items():
        if found[name].shape != shape:
            raise ValueError(f"its {name} is {found[name].shape}, not {shape}")
    for name, array in found.items():
        if name not in _TEXTS and not np.isfinite(array).all():
            raise ValueError(f"its {name} has what is no number")


class LearnedPredictors(Predictors):
    """What was learned, before what a base predicts."""

    def __init__(self, files: LearnedFiles, layout: Layout, base: Predictors) -> None:
        self.base = base
        self._files = files
        self._layout = layout
        self._lock = threading.Lock()
        self._names = files.names()
        self._set_aside: frozenset[str] = frozenset()
        self._kept: OrderedDict[str, tuple[Shared, NDArray[np.float32]]] = OrderedDict()

    def has(self, voice: str) -> bool:
        if voice in self._set_aside:
            return False
        if self._files.name(voice) in self._names or self.base.has(voice):
            return True
        return is_blend(voice) and all(self.has(name) for name, _ in parse(voice).parts)

    def set_aside(self, voice: str) -> None:
        self.base.set_aside(voice)
        with self._lock:
            self._set_aside |= {voice}

    def take_up(self, voice: str) -> bool:
        with self._lock:
            self._kept.pop(voice, None)
            self._names |= {self._files.name(voice)}
            self._set_aside -= {voice}
        return True

    def predict(self, voice: str, features: NDArray[np.float32]) -> NDArray[np.float32]:
        learned = self._learned(voice, features)
        if learned is not None:
            return norms_of(learned, self._layout)
        if self.base.has(voice):
            return self.base.predict(voice, features)
        if not is_blend(voice) or not self.has(voice):
            raise EngineError(f"what was learned of {voice} cannot be used any more")
        parts = parse(voice).parts
        mixed = sum(np.float32(w) * self._values(name, features) for name, w in parts)
        return norms_of(np.asarray(mixed, np.float32), self._layout)

    def _values(self, voice: str, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of a voice that is part of a blend: means, and logarithms of variances."""
        learned = self._learned(voice, features)
        if learned is not None:
            return learned
        if not self.base.has(voice):
            raise EngineError(f"what was learned of {voice} cannot be used any more")
        values, variances = self.base.predict(voice, features).copy(), self._layout.variances
        values[variances] = np.log(np.maximum(values[variances], _LEAST))
        return values

    def _learned(self, voice: str, features: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """The same of what was learned; None if nothing was, or not any more."""
        if self._files.name(voice) not in self._names:
            return None
        try:
            shared, coefficients = self._load(voice)
            return shared.values(coefficients, features)
        except (EngineError, ValueError):
            with self._lock:
                self._names -= {self._files.name(voice)}
            return None

    def _load(self, voice: str) -> tuple[Shared, NDArray[np.float32]]:
        with self._lock:
            if voice in self._kept:
                self._kept.move_to_end(voice)
                return self._kept[voice]
        # Outside of the lock, for which the loop would wait; twice is no harm.
        found = self._files.read(voice, self._layout)
        with self._lock:
            self._kept[voice] = found
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found
