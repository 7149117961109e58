"""What the engine keeps: notes of starts, verdicts, copies, learned voices, weights."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import numpy as np

from kokorod.engine import starts
from kokorod.engine.norms.learned import LearnedFiles, LearnedPredictors
from kokorod.engine.norms.predictors import Predictors
from kokorod.engine.norms.rows import Rows
from kokorod.engine.optimised.copies import GRAPH, WEIGHTS, Copies
from kokorod.engine.verdict_file import VerdictFile
from kokorod.errors import KokorodError
from kokorod.maintenance.weights import Weights
from kokorod.models.record import InstalledModel

from .. import learned_norms
from .model_places import store_of, stored
from .place import TYPED, place


def opened_once(folder: Path) -> None:
    with starts.noted(folder / "cache"):
        pass


def verdicts(folder: Path) -> None:
    file = VerdictFile(folder / "cache" / "verdicts.json", 1_000)
    file.load()
    file.keep({"lane": 1})


def verdicts_kept(folder: Path) -> None:
    verdicts(folder)
    assert VerdictFile(folder / "cache" / "verdicts.json", 1_000).load() == {"lane": 1}


def publish_copy(folder: Path) -> None:
    (model,) = model_of(folder)
    copies = Copies(folder / "cache")
    with copies.building("optimising toy") as at:
        for name in (GRAPH, WEIGHTS):
            (at / name).write_bytes(b"x" * 1_000)
        copies.publish(at, model)


def find_copy(folder: Path) -> None:
    """There is one, or there is none with a reason: the original speaks."""
    (model,) = model_of(folder)
    copies = Copies(folder / "cache")
    copies.clean()
    found = copies.find(model)
    assert found.copy is not None or found.why
    if found.copy is not None:
        with contextlib.suppress(KokorodError):
            copies.verify(found.copy)


def model_of(folder: Path) -> list[Any]:
    """Read before anything fails."""
    known = _MODELS.get(folder)
    if known is None:
        known = _MODELS[folder] = store_of(folder).installed()
    return known


_MODELS: dict[Path, list[Any]] = {}


def known(folder: Path) -> None:
    stored(folder)
    _MODELS.pop(folder, None)
    model_of(folder)


def copied(folder: Path) -> None:
    known(folder)
    publish_copy(folder)


def learned_of(folder: Path) -> LearnedFiles:
    return LearnedFiles(
        folder / "cache", InstalledModel("m", Path("m.onnx"), None, 1, "a" * 64, 0, "")
    )


def keep_learned(folder: Path) -> None:
    rows = Rows(folder / "cache", "key", "", "one")
    rows.begin()
    rows.keep(0, np.ones(3, np.float32), np.ones(2, np.float32))
    rows.read(0, 2)
    learned_of(folder).keep("one", learned_norms.learned())
    rows.remove()


def learned_kept(folder: Path) -> None:
    keep_learned(folder)
    learned_of(folder).read("one", learned_norms.LAYOUT)


class _Base(Predictors):
    """Knows every voice, as the package does."""

    def has(self, voice: str) -> bool:
        return True

    def predict(self, voice: str, features: Any) -> Any:
        return np.ones(4, np.float32)


def use_learned(folder: Path) -> None:
    predictors = LearnedPredictors(learned_of(folder), learned_norms.LAYOUT, _Base())
    features = learned_norms.UNIT
    assert len(predictors.predict("one", features)) == 4


def map_weights(folder: Path) -> None:
    weights = Weights(folder / "weights.bin")
    try:
        assert weights.touch(lambda: False)
    finally:
        weights.close()


place("note of a start", opened_once, raises=())
place("verdicts", verdicts, verdicts_kept, raises=())
place("publishing a copy", publish_copy, prepare=known, raises=(*TYPED, OSError))
place("finding a copy", find_copy, prepare=copied, raises=())
place("learning a voice", keep_learned, learned_kept, raises=(OSError,))
place("a learned voice", use_learned, prepare=keep_learned, raises=())
place(
    "weights kept in memory",
    map_weights,
    prepare=lambda folder: (folder / "weights.bin").write_bytes(b"x" * 20_000),
    raises=(OSError,),
)
