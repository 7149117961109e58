# process: runs in a child process; what came of it is told to whoever started it.
"""Learning a voice's norms on this machine: `python -m kokorod.engine.norms.calibrate ...`

A voice, a blend or weights that the package does not know, or not well enough, say phrases of
ours (phrases.py) exactly, in a child of low priority; each gives a row, which is kept, so that a
child that is ended goes on where it stopped. From the rows a predictor is fitted (fitting.py).
By phrases that it has not learned from it is compared with the exact sound, as is what predicted
before; only if it is near enough and nearer than that it is kept and used (learned.py).
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError
from ...models import disk
from ...models.record import InstalledModel
from ...types import Precision, Segment, Utterance
from .. import child
from ..child import Child
from . import phrases
from .calibrations import Calibration, Calibrations
from .distance import distance
from .fitting import LEAST_ROWS, Prior, fit
from .layout import Layout
from .learned import LearnedFiles
from .phrases import Phrase, planned
from .predictors import (
    SHIPPED,
    FilePredictors,
    Predictors,
    learned_from,
    norms_of,
    shared_of,
)
from .rows import Rows
from .verdicts import LIMIT_DB, Verdict, Verdicts

if TYPE_CHECKING:
    from ..parts import PartsSynthesizer

#: 226 phrases take 8 minutes of two cores; a slow one, held by requests, takes hours. Who takes
#: longer is ended, and goes on with the rows that it has.
_PATIENCE_S: Final = 2 * 3600.0

#: Told how far it is: phrases said, of how many.
Tell = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """What is learned where: a voice, a name or a blend, of a copy of a model.

    most: phrases that it says
    """

    cache: Path
    model: InstalledModel
    copy_key: str
    voice: str
    most: int


def calibrate(synthesizer: PartsSynthesizer, place: Place, tell: Tell) -> Calibration:
    """Say, fit, compare, and keep it if it is better. Raises EngineError."""
    learn, compare = planned(place.voice, place.most)
    total = len(learn) + len(compare)
    rows = Rows(place.cache, place.copy_key, place.model.voices_sha256, place.voice)
    try:
        rows.begin()
        said = []
        for number, phrase in enumerate(learn):
            tell(number, total)
            row = rows.read(number, synthesizer.layout.size)
            if row is None:
                row = _say(synthesizer, phrase, place.voice)
                rows.keep(number, *row)
            said.append(row)
        found = _judge(
            synthesizer, place, said, compare, lambda done: tell(len(learn) + done, total)
        )
        tell(total, total)
        rows.remove()
    except OSError as error:
        raise EngineError(disk.explain(error, f"learning {place.voice}")) from None
    return found


_Row = tuple[NDArray[np.float32], NDArray[np.float32]]


def _say(
    synthesizer: PartsSynthesizer, phrase: Phrase, voice: str
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Features and norms of a phrase."""
    from ..synthesizer import Run

    front, _ = synthesizer.exact(*_asked(synthesizer, phrase, voice), Run())
    return synthesizer.features_of(front), synthesizer.norms_of(front)


def _asked(synthesizer: PartsSynthesizer, phrase: Phrase, voice: str) -> tuple[Segment, Utterance]:
    known = "".join(symbol for symbol in phrase.phonemes if symbol in synthesizer.vocabulary)
    return Segment(0, 0, 0, "", known), Utterance(voice, phrase.speed, phrase.lang)


class _Fitted(Predictors):
    """What was learned, before it is kept."""

    def __init__(self, arrays: dict[str, NDArray[Any]], layout: Layout) -> None:
        self._shared = shared_of(arrays, layout)
        self._coefficients = arrays["coefficients"].astype(np.float32)
        self._layout = layout

    def predict(self, voice: str, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return norms_of(self._shared.values(self._coefficients, features), self._layout)


def _judge(
    synthesizer: PartsSynthesizer,
    place: Place,
    said: Sequence[_Row],
    compare: Sequence[Phrase],
    tell: Callable[[int], None],
) -> Calibration:
    """Fit, compare with what there was, keep what is better. Raises EngineError, OSError."""
    voice, layout = place.voice, synthesizer.layout
    if len(said) < LEAST_ROWS:
        raise EngineError(f"{len(said)} phrases say too little of {voice}")
    features = np.array([each for each, _ in said], np.float64)
    norms = np.array([each for _, each in said], np.float64)
    fitted = fit(features, norms, layout, prior_of(voice, layout))
    known: list[Predictors] = [_Fitted(fitted.arrays, layout)]
    if synthesizer.predictors.has(voice):
        known.append(synthesizer.predictors)
    off = []
    for done, phrase in enumerate(compare):
        tell(done)
        off.append(_distances(synthesizer, phrase, voice, known))
    now, *was = np.mean(off, axis=0).tolist()
    worst = max(each[0] for each in off)
    taken = now <= LIMIT_DB and all(now < before for before in was)
    found = Calibration(voice, len(said), was[0] if was else None, now, worst, taken)
    if taken:
        LearnedFiles(place.cache, place.model).keep(voice, fitted.arrays)
        Verdicts(place.cache).put(place.copy_key, Verdict(voice, now, worst))
    Calibrations(place.cache).put(place.copy_key, found)
    return found


def _distances(
    synthesizer: PartsSynthesizer, phrase: Phrase, voice: str, known: Sequence[Predictors]
) -> list[float]:
    """Of a phrase from its exact sound, with what each of them predicts."""
    from ..synthesizer import Run

    front, exact = synthesizer.exact(*_asked(synthesizer, phrase, voice), Run())
    features = synthesizer.features_of(front)
    found = []
    for predictors in known:
        told = synthesizer.told(front, predictors.predict(voice, features))
        found.append(distance(exact, synthesizer.chunk(told, 0, told.frames, Run())))
    return found


def prior_of(voice: str, layout: Layout, shipped: Path = SHIPPED) -> Prior | None:
    """What the package knows of a voice, a name or a blend, or else of all voices; None if the
    graph has other norms.
    """
    try:
        if not layout.same_as(learned_from(shipped)[1]):
            return None
        known = FilePredictors(shipped, layout)
        if known.has(voice):
            return Prior(known.shared, known.coefficients(voice))
        every = [known.coefficients(name) for name in sorted(known.names)]
        return Prior(known.shared, np.mean(every, axis=0, dtype=np.float32))
    except EngineError:
        return None  # a damaged file of the package


def start_calibration(
    models_folder: Path,
    model: str,
    cache: Path,
    precision: Precision,
    voice: str,
    hear: Callable[[dict[str, Any]], None],
    report: Callable[[child.Report], None],
) -> Child:
    """Learn a voice in the background; hear() is told {"done", "total"} phrases now and then.

    One report: Done with the fields of a Calibration.
    """
    arguments = [str(models_folder), model, str(cache), precision.value, voice]
    arguments.append(str(phrases.MOST))
    module = "kokorod.engine.norms.calibrate"
    learning = Child(module, arguments, _PATIENCE_S, report, hear)
    learning.start()
    return learning


def main(arguments: Sequence[str]) -> int:
    """In the child: models folder, model, cache folder, precision, voice and how many phrases."""

    def work() -> dict[str, Any]:
        from ..loading import KokoroPlan, open_here
        from ..parts import PartsSynthesizer

        models, name, cache, precision, voice, most = arguments
        plan = KokoroPlan(
            Path(models), name, 0, cache_folder=Path(cache), precision=Precision(precision)
        )
        opened = open_here(plan)
        if opened.copy is None or not isinstance(opened.synthesizer, PartsSynthesizer):
            raise EngineError(
                f"{opened.model.name} has no optimised copy that falls into parts: there are no "
                "norms to tell it; `kokoroctl models optimize` makes the copy"
            )
        place = Place(Path(cache), opened.model, opened.copy.key, voice, int(most))
        found = calibrate(
            opened.synthesizer, place, lambda done, total: child.tell(done=done, total=total)
        )
        return dataclasses.asdict(found)

    return child.answer(work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
