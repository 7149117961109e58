# loop: runs on the one selector thread.
"""Which voices are compared with their exact sound, and when (engine/norms/guard.py).

The configured voice after ready; another one that streams once it was spoken, when nothing else
is; every voice again after each AGAIN requests, since a driver or a library may have changed.

Owns:       the verdicts on the copy in use, and how often each voice was spoken since.
Invariants: at most _MOST voices are counted; one comparison at a time, in a child.
Never:      compares a voice that does not stream, or whose predictor is neither the package's nor
            learned on this machine (calibrating.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ..config import LiveConfig
from ..engine import child
from ..engine.child import Child
from ..models.record import InstalledModel
from ..types import Precision, Utterance
from ..watch.log import Log
from .pool import CPU, Pool

if TYPE_CHECKING:
    from ..engine.norms.verdicts import Verdict
    from ..engine.optimised.copies import Copy

#: Requests in a voice after which it is compared again: a comparison costs what ten do.
AGAIN: Final = 200

#: Voices counted: all of Kokoro's, and some blends. Of others none is compared.
_MOST: Final = 80


class Guarding:
    def __init__(self, live: LiveConfig, pool: Pool, log: Log) -> None:
        self.verdicts: dict[str, Verdict] = {}  # on this copy, by voice
        self._live = live
        self._pool = pool
        self._log = log
        self._model: InstalledModel | None = None
        self._copy: Copy | None = None
        self._shipped = False  # the package predicts its voices
        self._spoken: Counter[str] = Counter()  # requests since the voice was compared
        self._given_up: set[str] = set()  # their comparison failed: until it is due again

    def begin(self, model: InstalledModel, copy: Copy) -> None:
        """The CPU lane speaks from this copy."""
        from ..engine.norms import guard
        from ..engine.norms.verdicts import Verdicts

        self._model, self._copy, self._shipped = model, copy, guard.due(model)
        self.verdicts = Verdicts(self._live.config.cache_folder).of(copy.key)
        self._spoken.clear()
        self._given_up.clear()

    def spoken(self, voice: str) -> None:
        """A request was spoken in the voice, a name or a blend."""
        if voice in self._spoken or len(self._spoken) < _MOST:
            self._spoken[voice] += 1

    def due(self) -> str:
        """The voice that is to be compared next, or ''."""
        if self._copy is None:
            return ""
        for voice in (self._live.config.voice, *self._spoken):
            known = voice in self._given_up or voice in self.verdicts
            if not (self._shipped or voice in self.verdicts):
                continue  # what predicts it is not ours
            if known and self._spoken[voice] < AGAIN:
                continue
            if self._pool.streams(CPU, Utterance(voice, 1.0, "")):
                return voice
        return ""

    def start(self, voice: str, report: Callable[[child.Report], None]) -> Child:
        """Compare it, only if due(); report() is called on another thread."""
        from ..engine.norms.guard import start_guard

        assert self._model is not None, "no voice is due"
        config = self._live.config
        self._spoken[voice] = 0
        return start_guard(
            config.models_folder,
            self._model.name,
            config.cache_folder,
            Precision(config.precision),
            voice,
            report,
            config.calibrate,
        )

    def took(self, voice: str, copy: Copy, outcome: child.Report) -> bool:
        """What came of it; True: the voice is too far off, and is spoken whole from now on."""
        from ..engine.norms.verdicts import Verdicts, verdict_of

        if copy != self._copy:
            return False
        match outcome:
            case child.Done():
                verdict = verdict_of(outcome.value)
                Verdicts(self._live.config.cache_folder).put(copy.key, verdict)
                self.verdicts[verdict.voice] = verdict
                self._log.info(
                    "norms_compared",
                    voice=verdict.voice,
                    distance_db=round(verdict.distance_db, 2),
                    near=verdict.near,
                )
                return not verdict.near
            case child.Failed():
                self._given_up.add(voice)
                self._log.warning("norms_not_compared", why=outcome.why)
            case child.Stopped():
                pass
        return False

    def learned(self, verdict: Verdict) -> None:
        """It was learned on this machine, and compared then."""
        self.verdicts[verdict.voice] = verdict
        self._spoken[verdict.voice] = 0
        self._given_up.discard(verdict.voice)

    def value(self) -> dict[str, dict[str, float | bool]]:
        """For `status`: the voices that were compared."""
        return {
            voice: {"distance_db": round(verdict.distance_db, 2), "set_aside": not verdict.near}
            for voice, verdict in self.verdicts.items()
        }
