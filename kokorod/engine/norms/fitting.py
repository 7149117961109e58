# pure: no socket, thread, clock or onnxruntime.
"""A voice's predictor from rows of its own: features of units, and the norms that they had.

What is known before the rows are seen (Prior) is the voice's predictor in the package, or the
mean of all voices' there, or nothing. What the rows differ from it by is fitted by a ridge
regression on the design z, whose kernel is

    k(row, other) = OFFSET + slope * z . z'

so that a few rows move the voice's centre and many its slopes, too. How freely is found by
leaving each row out, which has a closed form (https://doi.org/10.1080/00401706.1979.10489751).
A row's error is the root mean square of all norms' errors, each mean by its channel's deviation
and each variance as half its logarithm.

200 rows take two seconds of one core and 0.2 GB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .features import NUMBERS
from .layout import Layout
from .predictors import FLOOR, Shared

Array = NDArray[np.float64]

#: Of the design, if nothing is known: principal components of the moments, the numbers' weight
#: beside them, and that of the source's harmonics, the last moments (tools/norms/fit.py).
COMPONENTS: Final = 224
NUMBERS_WEIGHT: Final = 0.3
HARMONICS: Final = 22
HARMONICS_WEIGHT: Final = 10.0

#: Directions of the output.
RANK: Final = 96

#: The voice's centre is free: so much of its variance by that of a row's noise.
_OFFSET: Final = 100.0

#: Of the slopes, by the noise: what is tried.
_SLOPES: Final = (0.0, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)

#: Rows that are enough to tell anything.
LEAST_ROWS: Final = 8


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of a voice before: shared arrays, and coefficients, float32 [rank, n]."""

    shared: Shared
    coefficients: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fitted:
    """arrays: for LearnedFiles.keep(); left_out: a row's error, mean, by the other rows alone."""

    arrays: dict[str, NDArray[Any]]
    left_out: float


def fit(features: Array, norms: Array, layout: Layout, prior: Prior | None) -> Fitted:
    """features [rows, n], norms [rows, layout.size]; LEAST_ROWS rows or more."""
    y = logarithms(norms, layout)
    weight = weights(y, layout)
    found = [_fit(features, y, weight, layout, None)]
    if prior is not None and features.shape[1] == NUMBERS + len(prior.shared.moments_mean):
        found.append(_fit(features, y, weight, layout, prior))
    return min(found, key=lambda each: each.left_out)


def logarithms(norms: Array, layout: Layout) -> Array:
    """The norms, each variance as its logarithm."""
    y, variances = norms.copy(), layout.variances
    y[:, variances] = np.log(y[:, variances] + FLOOR)
    return y


def weights(y: Array, layout: Layout) -> Array:
    """By what each number of logarithms() is multiplied to weigh as much as another."""
    weight = np.full(y.shape[1], 0.5)
    starts = dict(zip(layout.names, np.cumsum([0, *layout.channels[:-1]]), strict=True))
    each = list(zip(layout.names, layout.kinds, layout.channels, strict=True))
    last = [(n, c) for n, kind, c in each if kind == "variance"]
    for name, kind, channels in each:
        if kind == "mean":
            # The variance of the same norm has the longest common beginning of the name.
            partner = max((n for n, c in last if c == channels), key=lambda n: _common(n, name))
            at, of = starts[name], starts[partner]
            deviation = np.exp(y[:, of : of + channels].mean(axis=0) / 2)
            weight[at : at + channels] = 1 / deviation
    return weight


def _common(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 99)


def design(features: Array, components: int = COMPONENTS) -> tuple[dict[str, Array], Array]:
    """The shared arrays numbers_*, moments_* and axes, and each row's design without its 1."""
    numbers, moments = features[:, :NUMBERS], features[:, NUMBERS:]
    n_mean, n_spread = numbers.mean(axis=0), (numbers.std(axis=0) + 1e-6) / NUMBERS_WEIGHT
    m_mean, m_spread = moments.mean(axis=0), moments.std(axis=0) + 1e-6
    m_spread[-2 * HARMONICS :] /= HARMONICS_WEIGHT
    standard = (moments - m_mean) / m_spread
    _, _, axes = np.linalg.svd(standard, full_matrices=False)
    axes = axes[:components] / np.sqrt(moments.shape[1])
    z = np.concatenate([(numbers - n_mean) / n_spread, standard @ axes.T], axis=1)
    shared = {"numbers_mean": n_mean, "numbers_spread": n_spread}
    shared |= {"moments_mean": m_mean, "moments_spread": m_spread, "axes": axes}
    return shared, z


def _fit(features: Array, y: Array, weight: Array, layout: Layout, prior: Prior | None) -> Fitted:
    if prior is None:
        shared, z = design(features)
        centre = y.mean(axis=0)
        slopes = np.zeros((z.shape[1], y.shape[1]))
    else:
        known, coefficients = prior.shared, prior.coefficients.astype(np.float64)
        names = ("numbers_mean", "numbers_spread", "moments_mean", "moments_spread", "axes")
        shared = {name: getattr(known, name).astype(np.float64) for name in names}
        z = np.array([known.design(row.astype(np.float32))[1:] for row in features], np.float64)
        basis = known.directions.numbers().astype(np.float64)
        centre = known.centre + coefficients[:, 0] @ basis
        slopes = coefficients[:, 1:].T @ basis
    wanted = (y - centre - z @ slopes) * weight
    slope, left_out = _best_slope(z, wanted)
    dual = np.linalg.inv(_kernel(z, slope)) @ wanted
    centre = centre + _OFFSET * dual.sum(axis=0) / weight
    slopes = slopes * weight + slope * z.T @ dual
    basis, coefficients = _directions(slopes, z.std(axis=0) + 1e-6)
    one = np.zeros((len(coefficients), 1))
    arrays: dict[str, NDArray[Any]] = {k: v.astype(np.float32) for k, v in shared.items()}
    arrays["axes"] = shared["axes"].astype(np.float16)
    arrays |= {
        "layout": np.array(str(layout)),
        "centre": centre.astype(np.float32),
        "basis": (basis / weight).astype(np.float16),
        "coefficients": np.concatenate([one, coefficients], axis=1).astype(np.float32),
    }
    return Fitted(arrays, left_out)


def _kernel(z: Array, slope: float) -> Array:
    return np.asarray(_OFFSET + slope * z @ z.T + np.eye(len(z)))


def _best_slope(z: Array, wanted: Array) -> tuple[float, float]:
    """The one by which rows are told best by the others, and a row's error then."""
    # Turned so that the rows' own directions are all there is; lengths are the same.
    u, size, _ = np.linalg.svd(wanted, full_matrices=False)
    turned = u * size
    errors = {}
    for slope in _SLOPES:
        inverse = np.linalg.inv(_kernel(z, slope))
        residual = (inverse @ turned) / np.diag(inverse)[:, None]
        rows = np.sqrt((residual**2).sum(axis=1) / wanted.shape[1])
        errors[slope] = float(rows.mean())
    best = min(errors, key=errors.__getitem__)
    return best, errors[best]


def _directions(slopes: Array, spread: Array) -> tuple[Array, Array]:
    """[rank, size] and [rank, design]: their product is near the slopes, nearest in what differs
    most from unit to unit.
    """
    scaled = slopes * spread[:, None]
    values, vectors = np.linalg.eigh(scaled @ scaled.T)
    best = np.argsort(values)[::-1][: min(RANK, len(values))]
    length = np.sqrt(np.maximum(values[best], 1e-12))
    basis = (vectors[:, best] / length).T @ scaled
    return basis, (vectors[:, best] * length).T / spread
