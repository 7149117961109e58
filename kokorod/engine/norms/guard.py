# process: runs in a child process; the verdicts are kept by whoever started it.
"""Is what is predicted for a voice near enough? `python -m kokorod.engine.norms.guard ...`

Another processor, onnxruntime or file of the same weights could make another sound. So a voice
says a few phrases of ours twice on this machine, exactly and with its predicted norms, in a
child of low priority. What came of it is kept for this copy; a voice that is too far off speaks
whole. No text of a user is used or kept.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...errors import EngineError
from ...models import disk
from ...models.record import InstalledModel
from ...types import Precision, Segment, Utterance
from .. import child
from ..child import Child

if TYPE_CHECKING:
    from ..parts import PartsSynthesizer

#: dB, of the mean over the phrases, above which a voice speaks whole.
LIMIT_DB: Final = 2.5

#: A word, a sentence, a longer one.
_PHRASES: Final = (
    "hˈI.",
    "ðə kwˈɪk fˈɑks ʤˈʌmps ˈOvəɹ ðə lˈAzi dˈɔɡ.",
    "wˈʌn, tˈu, θɹˈi: ænd ðə wˈɪnd wəz kˈOld, bˌʌt nˈOwˌʌn wˈɛnt hˈOm.",
)

#: A busy machine of one slow core; who takes longer is stuck.
_PATIENCE_S: Final = 600.0

#: Voices by models that are switched between; the oldest verdict goes.
_MOST: Final = 64
_MAX_FILE: Final = 64 * 1024

#: In the cache folder: the verdicts.
FILE: Final = "norms.json"


@dataclass(frozen=True, slots=True)
class Verdict:
    """distance_db: mean over the phrases; worst_db: of one."""

    voice: str
    distance_db: float
    worst_db: float

    @property
    def near(self) -> bool:
        return self.distance_db <= LIMIT_DB


def examine(synthesizer: PartsSynthesizer, voice: str) -> Verdict:
    """Say the phrases both ways. Raises EngineError."""
    from ..synthesizer import Run
    from .distance import distance

    found = []
    for phrase in _PHRASES:
        known = "".join(symbol for symbol in phrase if symbol in synthesizer.vocabulary)
        segment, utterance = Segment(0, 0, 0, "", known), Utterance(voice, 1.0, "en-us")
        front, exact = synthesizer.exact(segment, utterance, Run())
        norms = synthesizer.predictors.predict(voice, synthesizer.features_of(front))
        told = synthesizer.told(front, norms)
        found.append(distance(exact, synthesizer.chunk(told, 0, told.frames, Run())))
    return Verdict(voice, sum(found) / len(found), max(found))


def due(model: InstalledModel) -> bool:
    """Whether its voices are predicted by what comes with the package."""
    from .predictors import SHIPPED, learned_from

    try:
        return model.model_sha256 in learned_from(SHIPPED)[0]
    except EngineError:
        return False


class Verdicts:
    """Those kept below `cache` (Config.cache_folder), of copies by their keys."""

    def __init__(self, cache: Path) -> None:
        self._path = cache / FILE

    def of(self, key: str) -> dict[str, Verdict]:
        """By voice, for the copy of that key."""
        found = {}
        for entry in self._load():
            with contextlib.suppress(TypeError, KeyError, ValueError):
                if entry["key"] == key:
                    verdict = verdict_of(entry["verdict"])
                    found[verdict.voice] = verdict
        return found

    def put(self, key: str, verdict: Verdict) -> None:
        """Keep a verdict; if the disk takes none the voice is examined again next time."""
        entries = [*self._load(), {"key": key, "verdict": dataclasses.asdict(verdict)}]
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            disk.write_atomically(self._path, json.dumps(entries[-_MOST:], indent=1).encode())

    def _load(self) -> list[Any]:
        try:
            with self._path.open("rb") as file:
                entries = json.loads(file.read(_MAX_FILE))
        except (OSError, ValueError, RecursionError):
            return []
        return entries if isinstance(entries, list) else []


def verdict_of(entry: dict[str, Any]) -> Verdict:
    """Raises TypeError, KeyError or ValueError if it is none."""
    return Verdict(str(entry["voice"]), float(entry["distance_db"]), float(entry["worst_db"]))


def start_guard(
    models_folder: Path,
    model: str,
    cache: Path,
    precision: Precision,
    voice: str,
    report: Callable[[child.Report], None],
) -> Child:
    """Examine a voice in the background; one report, Done with the fields of a Verdict."""
    arguments = [str(models_folder), model, str(cache), precision.value, voice]
    trying = Child("kokorod.engine.norms.guard", arguments, _PATIENCE_S, report)
    trying.start()
    return trying


def main(arguments: Sequence[str]) -> int:
    """In the child: models folder, model, cache folder, precision and voice."""

    def work() -> dict[str, Any]:
        from ..loading import KokoroPlan, open_kokoro
        from ..parts import PartsSynthesizer

        models, name, cache, precision, voice = arguments
        plan = KokoroPlan(
            Path(models), name, 1, cache_folder=Path(cache), precision=Precision(precision)
        )
        synthesizer = open_kokoro(plan).synthesizer
        assert isinstance(synthesizer, PartsSynthesizer), "only a copy in parts is examined"
        return dataclasses.asdict(examine(synthesizer, voice))

    return child.answer(work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
