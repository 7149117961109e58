# worker: called by lanes' threads; has() by the loop too.
"""What a voice's norms will be, before its sound is made: linear in a unit's features.

    numbers, moments     features.py, each less its mean and divided by its spread
    design               1, numbers, principal components of the moments
    means, logarithms of variances = centre + directions.T @ (coefficients @ design)

The directions are shared by all voices (directions.py). So are slopes, if the file has them: then
a voice's coefficients are what it has beside these, of the first numbers of the design alone, since
of what a phrase does to the norms little is a voice's own. Coefficients of a blend are the blend of
its voices'. What was learned on this machine is in files of its own (learned.py).

Owns:       the shared arrays, once a voice was spoken, and the coefficients of those used lately.
Invariants: at most _KEPT voices in memory (64 kB each); has() reads nothing.
Never:      predicts for a graph whose norms are not those that were learned, by name and size.
"""

from __future__ import annotations

import threading
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError
from ...voices.blends import is_blend, parse
from .directions import Directions
from .features import NUMBERS
from .layout import Layout

#: Comes with the package: Kokoro's 54 voices. data/README.md says how it is made.
SHIPPED: Final = Path(__file__).parent / "data" / "norms-v1.0.npz"

#: In a graph's metadata: the value of every norm in turn, for a graph whose norms are always
#: the same. Kokoro's have no such key; the toy of the tests has.
CONSTANT: Final = "kokorod_constant_norms"

#: Voices a user switches between, and those of a blend.
_KEPT: Final = 16

#: Variances are learned as logarithms of this much more.
FLOOR: Final = 1e-8

#: Of a variance; e to the 89th is no float32.
_MOST_LOGARITHM: Final = 80

#: In the file: what is no voice.
SHARED: Final = (
    "layout",
    "models",
    "numbers_mean",
    "numbers_spread",
    "moments_mean",
    "moments_spread",
    "axes",
    "centre",
    "basis",
)

#: In the package's file too: more directions than the basis has, as directions.py; what each of
#: the axes, which are 8 bits there, is multiplied by; and slopes.
IN_PACKAGE: Final = ("coarse", "coarse_scale", "coarse_spread", "axes_scale", "slopes")


class Predictors:
    """Of no voice."""

    def has(self, voice: str) -> bool:
        """Whether predict() knows the voice, a name or a blend."""
        return False

    def set_aside(self, voice: str) -> None:
        """Predict no more for the voice, a name or a blend, nor for blends of it; any thread."""

    def take_up(self, voice: str) -> bool:
        """The voice was learned on this machine: predict for it from now on; any thread.

        False if nothing that was learned is used.
        """
        return False

    def predict(self, voice: str, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 [layout.size], only if has(voice). Raises EngineError."""
        raise AssertionError("no voice has a predictor")


class ConstantPredictors(Predictors):
    """For a graph whose norms are always the same."""

    def __init__(self, values: NDArray[np.float32]) -> None:
        self._values = values

    def has(self, voice: str) -> bool:
        return True

    def predict(self, voice: str, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._values


@dataclass(frozen=True, slots=True)
class Shared:
    """Of all voices."""

    numbers_mean: NDArray[np.float32]
    numbers_spread: NDArray[np.float32]
    moments_mean: NDArray[np.float32]
    moments_spread: NDArray[np.float32]
    axes: NDArray[np.float32]  # [components, moments]
    centre: NDArray[np.float32]  # [size]
    directions: Directions  # rank of them
    slopes: NDArray[np.float32] | None = None  # [rank, 1 + numbers + components]

    def design(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 [1 + numbers + components]."""
        numbers = (features[:NUMBERS] - self.numbers_mean) / self.numbers_spread
        moments = (features[NUMBERS:] - self.moments_mean) / self.moments_spread
        one = np.ones(1, np.float32)
        return np.concatenate([one, numbers, self.axes @ moments]).astype(np.float32)

    def values(
        self, coefficients: NDArray[np.float32], features: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """float32 [size]: means, and logarithms of variances."""
        design = self.design(features)
        weights = coefficients @ design[: coefficients.shape[1]]
        if self.slopes is not None:
            weights = weights + self.slopes @ design
        return self.centre + self.directions.combined(weights)

    def whole(self, coefficients: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 [rank, 1 + numbers + components]: coefficients and slopes in one."""
        if self.slopes is None:
            return coefficients
        both = self.slopes.copy()
        both[:, : coefficients.shape[1]] += coefficients
        return both


def shared_of(found: Mapping[str, NDArray[Any]], layout: Layout) -> Shared:
    """From the arrays of a file that has the layout's norms in whatever order."""
    order = layout.places_in(Layout.parse(str(found["layout"])))
    arrays = {name: found[name].astype(np.float32) for name in SHARED[2:-2]}
    if "axes_scale" in found:
        arrays["axes"] *= found["axes_scale"][:, None]
    directions = Directions.of(np.take(found["basis"], order, axis=1).astype(np.float32))
    if "coarse" in found:
        scale, spread = found["coarse_scale"], found["coarse_spread"][order]
        coarse = np.take(found["coarse"], order, axis=1)
        directions = Directions(directions.fine, coarse, scale, spread)
    slopes = found["slopes"].astype(np.float32) if "slopes" in found else None
    centre = found["centre"][order].astype(np.float32)
    return Shared(**arrays, centre=centre, directions=directions, slopes=slopes)


def norms_of(values: NDArray[np.float32], layout: Layout) -> NDArray[np.float32]:
    """float32 [size]: the norms, of means and logarithms of variances."""
    variances = layout.variances
    values[variances] = np.exp(np.minimum(values[variances], _MOST_LOGARITHM))
    return values


class FilePredictors(Predictors):
    """Those of a file, for one graph. Raises EngineError if it cannot be read."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._path = path
        self._layout = layout
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._set_aside: frozenset[str] = frozenset()
        try:
            with zipfile.ZipFile(path) as archive:
                entries = {name.removesuffix(".npy") for name in archive.namelist()}
        except (OSError, zipfile.BadZipFile) as error:
            raise EngineError(f"{path.name} cannot be read: {error}") from None
        self.names = frozenset(entries.difference(SHARED, IN_PACKAGE))
        self._shared_names = (*SHARED, *entries.intersection(IN_PACKAGE))

    def has(self, voice: str) -> bool:
        known = self.names - self._set_aside
        if is_blend(voice):
            blend = parse(voice)
            mixed = all(name in known for name, _ in blend.parts)
            return mixed and str(blend) not in self._set_aside
        return voice in known

    def set_aside(self, voice: str) -> None:
        # Of a blend its voices are as good as they were.
        with self._lock:
            self._set_aside |= {str(parse(voice)) if is_blend(voice) else voice}

    def predict(self, voice: str, features: NDArray[np.float32]) -> NDArray[np.float32]:
        values = self.shared.values(self._coefficients(voice), features)
        return norms_of(values, self._layout)

    def coefficients(self, voice: str) -> NDArray[np.float32]:
        """float32 [rank, 1 + numbers + components]."""
        return self.shared.whole(self._coefficients(voice))

    def _coefficients(self, voice: str) -> NDArray[np.float32]:
        if not is_blend(voice):
            return self._load(voice)
        mixed = sum(np.float32(w) * self._load(name) for name, w in parse(voice).parts)
        return np.asarray(mixed, np.float32)

    def _load(self, voice: str) -> NDArray[np.float32]:
        with self._lock:
            if voice in self._kept:
                self._kept.move_to_end(voice)
                return self._kept[voice]
            found = self._kept[voice] = self._read([voice])[voice].astype(np.float32)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return found

    @cached_property
    def shared(self) -> Shared:
        return shared_of(self._read(self._shared_names), self._layout)

    def _read(self, names: Any) -> Mapping[str, NDArray[Any]]:
        try:
            with np.load(self._path, allow_pickle=False) as archive:
                return {name: archive[name] for name in names}
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise EngineError(f"{self._path.name} cannot be read: {error}") from None


def learned_from(path: Path) -> tuple[frozenset[str], Layout]:
    """The sha256 of the models that a file is for, and its norms. Raises EngineError."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            models = frozenset(str(archive["models"]).split())
            return models, Layout.parse(str(archive["layout"]))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise EngineError(f"{path.name} cannot be read: {error}") from None


def predictors_for(
    model_sha256: str, metadata: Mapping[str, str], layout: Layout, shipped: Path = SHIPPED
) -> Predictors:
    """Those of a model: what its graph says of itself, else what comes with the package."""
    if CONSTANT in metadata:
        return ConstantPredictors(layout.spread(metadata[CONSTANT]))
    try:
        models, learned = learned_from(shipped)
        if model_sha256 in models and layout.same_as(learned):
            return FilePredictors(shipped, layout)
    except EngineError:
        pass  # it speaks whole
    return Predictors()
