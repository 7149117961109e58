# process: run by a developer, when the voices change.
"""Kokoro's voices as factors: kokorod/voices/data/voice-factors.npz from voices-v1.0.bin.

    python tools/voice_factors.py VOICES OUT      # a minute

A voice is a table of 510 rows (one for each number of tokens) and 256 numbers, nearly of
low rank: rows (510, r) times basis (r, 256). Each voice gets the smallest r at which no
number is off by more than 9e-6, found by a singular value decomposition in float64; both
factors are stored as float32. No number is stored twice and nothing is compressed, so that
a voice is read without reading the others.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Below the 1e-5 that is promised, as float32 rounds what is computed from the factors.
_MAX_ERROR: Final = 9e-6

Table = NDArray[np.float32]


def factors(voice: Table) -> tuple[Table, Table]:
    """rows (510, r) and basis (r, 256) of a voice (510, 256), for the smallest r that will do."""
    left, strengths, right = np.linalg.svd(voice.astype(np.float64), full_matrices=False)
    # Shared out evenly, so that both factors have numbers of one size.
    root = np.sqrt(strengths)
    for rank in range(1, len(root) + 1):
        rows = (left[:, :rank] * root[:rank]).astype(np.float32)
        basis = (root[:rank, None] * right[:rank]).astype(np.float32)
        product = rows.astype(np.float64) @ basis.astype(np.float64)
        if np.abs(product - voice).max() <= _MAX_ERROR:
            return rows, basis
    raise ValueError("no rank will do: are these float32 numbers of a size near 1?")


def main(source: Path, out: Path) -> None:
    arrays: dict[str, Table] = {}
    ranks = []
    with np.load(source, allow_pickle=False) as archive:
        for name in sorted(archive.files):
            rows, basis = factors(archive[name].reshape(len(archive[name]), -1))
            arrays[f"{name}.rows"], arrays[f"{name}.basis"] = rows, basis
            ranks.append(rows.shape[1])
    with out.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    print(
        f"{len(ranks)} voices of rank {min(ranks)} to {max(ranks)}, median "
        f"{int(np.median(ranks))}: {out.stat().st_size:,} bytes"
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
