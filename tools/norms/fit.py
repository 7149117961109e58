# process: run by a developer, when the model or the phrases change.
"""Predictors of norms from rows: kokorod/engine/norms/data/norms-v1.0.npz.

    python -m tools.norms.fit ROWS OUT        # 10,000 rows: 2 minutes, 8 GB

ROWS holds a folder for each voice, with a file for each phrase, as tools.norms.rows writes
them. All voices are fitted at once: a voice's own offset and slopes are deviations from shared
ones, and all are drawn towards 0 (a ridge regression whose kernel is a sum of two):

    k(row, other) = z . z' + same voice * (OFFSET + DEVIATION * own . own')

own are the first numbers of the design z: what a phrase does to the norms is mostly the same in
every voice. Outputs are then cut to RANK directions. The report says, for each voice, how far each
row is from what is predicted for it by the rows of other phrases, whoever says them: the root mean
square of the norms' errors in those directions, each mean by its channel's deviation, each variance
as half its logarithm, and the source's norms by LITTLE of that.
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
from kokorod.engine.norms.fitting import design, logarithms, weights
from kokorod.engine.norms.layout import Layout
from tools.norms.rows import phrase_of

#: Found by leaving phrases out, as the weights in fitting.py were.
RIDGE: Final = 0.05
OFFSET: Final = 10.0
DEVIATION: Final = 0.5

#: Principal components of the moments in the design. With 128 the sound is a tenth farther off,
#: with 800 a hundredth nearer.
COMPONENTS: Final = 512

#: How many of them, the first, are in `own`. With 16 it is a twentieth farther off.
OWN: Final = 48

#: Directions of the output, and how many of them are kept as float16; the others are 8 bits, an
#: error of a hundredth of what they add. With 192 in all the sound is a twentieth farther off,
#: with 448 a hundredth nearer. The package may have 8 MB of all this.
RANK: Final = 276
FINE: Final = 16

#: Norms of the source's blocks weigh so much of the others: told exactly, the sound is no nearer
#: than with what is predicted (0.005 dB of 1.3; those of other blocks 0.13 to 0.21). With none of
#: them at all it is a tenth farther off.
LITTLE: Final = 0.1
_SOURCE: Final = "/noise_res."

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
    """arrays: of the file. errors: [rows], by what rows of other phrases predict for each."""

    arrays: dict[str, NDArray[Any]]
    errors: Array


def fit(rows: Rows) -> Fit:
    shared, z = design(rows.features, COMPONENTS)
    own = z[:, : NUMBERS + OWN]
    y = logarithms(rows.norms, rows.layout)
    weight = weights(y, rows.layout) * _matters(rows.layout)
    centre = y.mean(axis=0)
    wanted = (y - centre) * weight
    same = rows.voice[:, None] == rows.voice[None, :]
    kernel = z @ z.T + same * (OFFSET + DEVIATION * own @ own.T) + RIDGE * np.eye(len(z))
    inverse = np.linalg.inv(kernel)
    dual = inverse @ wanted
    basis = _directions(wanted - RIDGE * dual)
    turned = dual @ basis.T
    arrays: dict[str, NDArray[Any]] = {
        **{name: array.astype(np.float32) for name, array in shared.items()},
        "layout": np.array(str(rows.layout)),
        "models": np.array(" ".join(MODELS)),
        "centre": centre.astype(np.float32),
        "basis": (basis[:FINE] / weight).astype(np.float16),
        **_coarse(basis[FINE:], weight),
        "slopes": np.pad(turned.T @ z, ((0, 0), (1, 0))).astype(np.float16),
    }
    arrays["axes"], arrays["axes_scale"] = _in_8_bits(shared["axes"])
    for at, name in enumerate(rows.names):
        of = rows.voice == at
        offset = OFFSET * turned[of].sum(axis=0)
        slopes = DEVIATION * turned[of].T @ own[of]
        arrays[name] = np.concatenate([offset[:, None], slopes], axis=1).astype(np.float16)
    # A phrase's residuals without its rows: https://doi.org/10.1080/00401706.1979.10489751
    residual = np.empty_like(turned)
    for said in set(rows.phrase):
        of = np.flatnonzero([each == said for each in rows.phrase])
        residual[of] = np.linalg.solve(inverse[np.ix_(of, of)], turned[of])
    return Fit(arrays, np.sqrt((residual**2).sum(axis=1) / rows.layout.size))


def _matters(layout: Layout) -> Array:
    """[size]: how much of a norm's error is heard."""
    each = zip(layout.names, layout.channels, strict=True)
    return np.concatenate([np.full(n, LITTLE if _SOURCE in name else 1.0) for name, n in each])


def _directions(fitted: Array) -> Array:
    """[RANK, size], orthonormal: those in which what is predicted differs most."""
    # Two rounds of subspace iteration, from rows far from each other, are near enough.
    spread = np.linspace(0, len(fitted) - 1, min(RANK + 40, len(fitted))).astype(int)
    basis = fitted[spread].T
    for _ in range(2):
        basis, _ = np.linalg.qr(fitted.T @ (fitted @ basis))
    _, _, turns = np.linalg.svd(fitted @ basis, full_matrices=False)
    return np.asarray((turns @ basis.T)[:RANK])


def _coarse(basis: Array, weight: Array) -> dict[str, NDArray[Any]]:
    coarse, scale = _in_8_bits(basis)
    spread = (1 / weight).astype(np.float32)
    return {"coarse": coarse, "coarse_scale": scale, "coarse_spread": spread}


def _in_8_bits(lines: Array) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    scale = np.abs(lines).max(axis=1) / 127
    return np.round(lines / scale[:, None]).astype(np.int8), scale.astype(np.float32)


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
