# process: run by a developer, when the model or the phrases change.
"""Predictors of norms from rows: kokorod/engine/norms/data/norms-v1.0.npz.

    python -m tools.norms.fit ROWS OUT        # a minute

ROWS holds a folder for each voice, with a file for each phrase, as tools.norms.rows writes
them. All voices are fitted at once: every voice's own slopes are a deviation from shared ones,
and both are drawn towards 0 (a ridge regression whose kernel is a sum of two):

    k(row, other) = z . z' + same voice * (OFFSET + DEVIATION * z . z')

so that a voice with few rows speaks with the slopes of all, and one with many by its own. Its
outputs are then cut to RANK directions. The report says, for each voice, how far each row is
from what is predicted for it by the rows of other phrases, whoever says them: the root mean square
of all norms' errors, each mean by its channel's deviation and each variance as half its logarithm.
In the same units the norms of all rows differ by 0.26.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kokorod.engine.norms.fitting import design, logarithms, weights
from kokorod.engine.norms.layout import Layout
from tools.norms.rows import phrase_of

#: Found by leaving phrases out, as the weights in fitting.py were.
RIDGE: Final = 0.1
OFFSET: Final = 10.0
DEVIATION: Final = 0.5

#: Principal components of the moments in the design. 224 would be 2 % nearer; they would be 2 MB.
COMPONENTS: Final = 128

#: Directions of the output, and how many of them are kept as float16; the others are 8 bits, an
#: error of a hundredth of what they add. With 96 in all a row is a quarter farther off than with
#: every direction there is, with 160 a twentieth. The package may have 8 MB of them.
RANK: Final = 192
FINE: Final = 48

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
    """features [rows, n], norms [rows, layout.size], voice: which of `names` each row is of,
    phrase: what is said in it.
    """

    layout: Layout
    names: list[str]
    voice: NDArray[np.int64]
    phrase: list[str]
    features: Array
    norms: Array


def load(folder: Path) -> Rows:
    layout = Layout.parse((folder / "layout.txt").read_text())
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())
    voice, phrase, features, norms = [], [], [], []
    for at, name in enumerate(names):
        for path in sorted((folder / name).glob("[0-9]*[0-9].npz")):
            with np.load(path, allow_pickle=False) as row:
                voice.append(at)
                phrase.append(phrase_of(name, int(path.stem)))
                features.append(row["features"])
                norms.append(row["norms"])
    x, y = np.array(features, np.float64), np.array(norms, np.float64)
    return Rows(layout, names, np.array(voice), phrase, x, y)


@dataclass(frozen=True)
class Fit:
    """arrays: of the file. left_out: [rows, size], what rows of other phrases predict for each."""

    arrays: dict[str, NDArray[Any]]
    errors: Array
    left_out: Array


def fit(rows: Rows) -> Fit:
    shared, z = design(rows.features, COMPONENTS)
    variances = rows.layout.variances
    y = logarithms(rows.norms, rows.layout)
    weight = weights(y, rows.layout)
    centre = y.mean(axis=0)
    wanted = (y - centre) * weight
    same = rows.voice[:, None] == rows.voice[None, :]
    products = z @ z.T
    kernel = products + same * (OFFSET + DEVIATION * products) + RIDGE * np.eye(len(z))
    inverse = np.linalg.inv(kernel)
    dual = inverse @ wanted
    # A phrase's residuals without its rows: https://doi.org/10.1080/00401706.1979.10489751
    residual = np.empty_like(dual)
    for said in set(rows.phrase):
        of = np.flatnonzero([each == said for each in rows.phrase])
        residual[of] = np.linalg.solve(inverse[np.ix_(of, of)], dual[of])
    left_out = y - residual / weight
    left_out[:, variances] = np.exp(left_out[:, variances])
    basis = _directions(wanted, dual)
    turned = dual @ basis.T
    arrays: dict[str, NDArray[Any]] = {
        **{name: array.astype(np.float32) for name, array in shared.items()},
        "axes": shared["axes"].astype(np.float16),
        "layout": np.array(str(rows.layout)),
        "models": np.array(" ".join(MODELS)),
        "centre": centre.astype(np.float32),
        "basis": (basis[:FINE] / weight).astype(np.float16),
        **_coarse(basis[FINE:], weight),
    }
    slopes = turned.T @ z
    for at, name in enumerate(rows.names):
        of = rows.voice == at
        own = slopes + DEVIATION * turned[of].T @ z[of]
        offset = OFFSET * turned[of].sum(axis=0)
        arrays[name] = np.concatenate([offset[:, None], own], axis=1).astype(np.float16)
    return Fit(arrays, np.sqrt((residual**2).mean(axis=1)), left_out)


def _directions(wanted: Array, dual: Array) -> Array:
    """[RANK, size]: those in which what is predicted differs most."""
    fitted = wanted - RIDGE * dual
    values, vectors = np.linalg.eigh(fitted @ fitted.T)
    kept = vectors[:, ::-1][:, :RANK] / np.sqrt(np.maximum(values[::-1][:RANK], 1e-12))
    return np.asarray(kept.T @ fitted)


def _coarse(basis: Array, weight: Array) -> dict[str, NDArray[Any]]:
    """Directions as predictors.COARSE."""
    scale = np.abs(basis).max(axis=1) / 127
    return {
        "coarse": np.round(basis / scale[:, None]).astype(np.int8),
        "coarse_scale": scale.astype(np.float32),
        "coarse_spread": (1 / weight).astype(np.float32),
    }


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
