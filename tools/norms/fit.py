# process: run by a developer, when the model or the phrases change.
"""Predictors of norms from rows: kokorod/engine/norms/data/norms-v1.0.npz.

    python -m tools.norms.fit ROWS OUT        # a minute

ROWS holds a folder for each voice, with a file for each phrase, as tools.norms.rows writes
them. All voices are fitted at once: every voice's own slopes are a deviation from shared ones,
and both are drawn towards 0 (a ridge regression whose kernel is a sum of two):

    k(row, other) = z . z' + same voice * (OFFSET + DEVIATION * z . z')

so that a voice with few rows speaks with the slopes of all, and one with many by its own. Its
outputs are then cut to RANK directions. The report says, for each voice, how far each row is
from what the other rows predict for it: the root mean square of all norms' errors, each mean
by its channel's deviation and each variance as half its logarithm. In the same units the norms
of all rows differ by 0.26.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kokorod.engine.norms.features import NUMBERS
from kokorod.engine.norms.layout import Layout
from kokorod.engine.norms.predictors import FLOOR

#: Principal components of the moments.
COMPONENTS: Final = 224

#: Moments of the source's harmonics, the last ones, weigh so much more than those of the front.
HARMONICS: Final = 22
HARMONICS_WEIGHT: Final = 3.0

#: Of the numbers beside the components; found by leaving rows out.
NUMBERS_WEIGHT: Final = 0.3
RIDGE: Final = 0.03
OFFSET: Final = 3.0
DEVIATION: Final = 0.3

#: Directions of the output. 54 voices at 96 are 5 MB; nothing is lost to it that is heard.
RANK: Final = 96

#: The release's files with these weights and without a random source: fp32, fp16, int8; and
#: the last with its weights as float, as the benches measure it.
MODELS: Final = (
    "7d5df8ecf7d4b1878015a32686053fd0eebe2bc377234608764cc0ef3636a6c5",
    "c1610a859f3bdea01107e73e50100685af38fff88f5cd8e5c56df109ec880204",
    "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
    "34eeb122a19b625566717e478dbbfc5a262bcab58d80b35465956c2f3dcdba28",
)

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """features [rows, n], norms [rows, layout.size], voice: which of `names` each row is of."""

    layout: Layout
    names: list[str]
    voice: NDArray[np.int64]
    features: Array
    norms: Array


def load(folder: Path) -> Rows:
    layout = Layout.parse((folder / "layout.txt").read_text())
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())
    voice, features, norms = [], [], []
    for at, name in enumerate(names):
        for path in sorted((folder / name).glob("*.npz")):
            with np.load(path, allow_pickle=False) as row:
                voice.append(at)
                features.append(row["features"])
                norms.append(row["norms"])
    return Rows(layout, names, np.array(voice), np.array(features, float), np.array(norms, float))


@dataclass(frozen=True)
class Fit:
    """arrays: of the file. left_out: [rows, size], what the other rows predict for each."""

    arrays: dict[str, NDArray[Any]]
    errors: Array
    left_out: Array


def fit(rows: Rows) -> Fit:
    shared, z = _design(rows.features)
    variances = rows.layout.variances
    y = rows.norms.copy()
    y[:, variances] = np.log(y[:, variances] + FLOOR)
    weight = _weights(y, rows.layout)
    centre = y.mean(axis=0)
    wanted = (y - centre) * weight
    same = rows.voice[:, None] == rows.voice[None, :]
    products = z @ z.T
    kernel = products + same * (OFFSET + DEVIATION * products) + RIDGE * np.eye(len(z))
    inverse = np.linalg.inv(kernel)
    dual = inverse @ wanted
    # A row's residual without itself: https://doi.org/10.1080/00401706.1979.10489751
    residual = dual / np.diag(inverse)[:, None]
    left_out = y - residual / weight
    left_out[:, variances] = np.exp(left_out[:, variances])
    basis = _directions(wanted, dual)
    turned = dual @ basis.T
    arrays: dict[str, NDArray[Any]] = {
        **shared,
        "layout": np.array(str(rows.layout)),
        "models": np.array(" ".join(MODELS)),
        "centre": centre.astype(np.float32),
        "basis": (basis / weight).astype(np.float16),
    }
    slopes = turned.T @ z
    for at, name in enumerate(rows.names):
        of = rows.voice == at
        own = slopes + DEVIATION * turned[of].T @ z[of]
        offset = OFFSET * turned[of].sum(axis=0)
        arrays[name] = np.concatenate([offset[:, None], own], axis=1).astype(np.float16)
    return Fit(arrays, np.sqrt((residual**2).mean(axis=1)), left_out)


def _design(features: Array) -> tuple[dict[str, NDArray[Any]], Array]:
    """The shared arrays, and each row's design without its 1."""
    numbers, moments = features[:, :NUMBERS], features[:, NUMBERS:]
    n_mean, n_spread = numbers.mean(axis=0), (numbers.std(axis=0) + 1e-6) / NUMBERS_WEIGHT
    m_mean, m_spread = moments.mean(axis=0), moments.std(axis=0) + 1e-6
    m_spread[-2 * HARMONICS :] /= HARMONICS_WEIGHT
    standard = (moments - m_mean) / m_spread
    _, _, axes = np.linalg.svd(standard, full_matrices=False)
    axes = axes[:COMPONENTS] / np.sqrt(moments.shape[1])
    z = np.concatenate([(numbers - n_mean) / n_spread, standard @ axes.T], axis=1)
    shared = {"numbers_mean": n_mean, "numbers_spread": n_spread}
    shared |= {"moments_mean": m_mean, "moments_spread": m_spread}
    arrays: dict[str, NDArray[Any]] = {k: v.astype(np.float32) for k, v in shared.items()}
    return {**arrays, "axes": axes.astype(np.float16)}, z


def _weights(y: Array, layout: Layout) -> Array:
    """By what each number is multiplied to weigh as much as another: see the module."""
    weight = np.full(y.shape[1], 0.5)
    starts = dict(zip(layout.names, np.cumsum([0, *layout.channels[:-1]]), strict=True))
    pairs = zip(layout.names, layout.kinds, layout.channels, strict=True)
    last = [(n, c) for n, kind, c in pairs if kind == "variance"]
    for name, kind, channels in zip(layout.names, layout.kinds, layout.channels, strict=True):
        if kind == "mean":
            # The variance of the same norm has the longest common beginning of the name.
            partner = max((n for n, c in last if c == channels), key=lambda n: _common(n, name))
            at, of = starts[name], starts[partner]
            deviation = np.exp(y[:, of : of + channels].mean(axis=0) / 2)
            weight[at : at + channels] = 1 / deviation
    return weight


def _common(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 99)


def _directions(wanted: Array, dual: Array) -> Array:
    """[RANK, size]: those in which what is predicted differs most."""
    fitted = wanted - RIDGE * dual
    values, vectors = np.linalg.eigh(fitted @ fitted.T)
    kept = vectors[:, ::-1][:, :RANK] / np.sqrt(np.maximum(values[::-1][:RANK], 1e-12))
    return np.asarray(kept.T @ fitted)


def main(folder: Path, out: Path) -> None:
    rows = load(folder)
    found = fit(rows)
    with out.open("wb") as file:
        np.savez(file, allow_pickle=False, **found.arrays)
    report = {
        name: {
            "rows": int((rows.voice == at).sum()),
            "left_out": round(float(found.errors[rows.voice == at].mean()), 4),
        }
        for at, name in enumerate(rows.names)
    }
    out.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    print(f"{len(rows.voice)} rows, {found.errors.mean():.4f}, {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
