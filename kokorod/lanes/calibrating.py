# loop: runs on the one selector thread.
"""Which voices' norms are learned on this machine, and when (engine/norms/calibrate.py).

A voice that is spoken with but does not stream, since nothing predicts it or what does is too far
off, is learned when the daemon has been idle for a while; any voice is when somebody asks. Both are
work of a child for which everything else goes first: it stands still while a request is in flight,
and goes on another time, with what it has, if that takes long.

Owns:       the child that learns, what was asked, and what came of it.
Invariants: one voice at a time, in after_ready's place; at most _MOST voices are counted, known to
            be learned or known to have failed; a voice is learned when idle once for a copy,
            whatever comes of it.
Never:      learns beside a request; uses a text of a user.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from kokoro_client.wire.choices import Calibration as Step
from kokoro_client.wire.errors import ErrorCode, WireError

from ..config import LiveConfig
from ..engine import child
from ..engine.child import Child
from ..models.record import InstalledModel
from ..net.loop import Loop, Timer
from ..types import Precision, Utterance
from ..voices.names import BUILT_IN
from ..watch.log import Log
from .after_ready import AfterReady
from .pool import CPU, Pool

if TYPE_CHECKING:
    from ..engine.norms.calibrations import Calibration
    from ..engine.optimised.copies import Copy

#: Without a request for so long nobody is about to want one; and for one who waits for the
#: learning itself: a text that is read in pieces has longer gaps than none.
IDLE_S: Final = 90.0
_SOON_S: Final = 1.0

#: A child that stands still has up to 0.7 GB. After so long it is ended, and begun anew later.
_MOST_HELD_S: Final = 30.0

#: Requests that make a voice worth eight minutes.
_ENOUGH: Final = 3

#: Voices counted: all of Kokoro's, and some blends.
_MOST: Final = 80

#: Told who asks for another voice meanwhile.
_RETRY_MS: Final = 60_000


class Calibrating:
    def __init__(
        self, loop: Loop, live: LiveConfig, pool: Pool, after_ready: AfterReady, log: Log
    ) -> None:
        self._loop = loop
        self._live = live
        self._pool = pool
        self._after_ready = after_ready
        self._log = log
        self._model: InstalledModel | None = None
        self._copy: Copy | None = None  # in use, if it lies in parts
        self._found: dict[str, Calibration] = {}  # on this copy, by voice
        self._failed: dict[str, None] = {}  # those of this copy, in the order of their failing
        self._spoken: Counter[str] = Counter()
        self._asked = ""  # the voice that somebody waits for
        self._why: dict[str, str] = {}  # of the last one that was asked for, if it was not learned
        self._child: Child | None = None
        self._voice = ""  # being learned
        self._progress = (0, 0)  # phrases said, of how many
        self._busy = False  # a request is in flight
        self._timer: Timer | None = None
        after_ready.on_free = self._wait

    # -- what happens

    def begin(self, model: InstalledModel, copy: Copy | None) -> None:
        """The CPU lane speaks `model`, from this copy."""
        from ..engine.norms.calibrations import Calibrations

        copy = copy if copy is not None and copy.parts else None
        if (model, copy) == (self._model, self._copy):
            return
        if self._child is not None:
            self._child.terminate()
        self._model, self._copy = model, copy
        self._failed.clear()
        self._found = Calibrations(self._live.config.cache_folder).of(copy.key) if copy else {}
        if self._asked and (problem := self._problem(self._asked)):
            self._over(self._asked, problem)

    def on_spoken(self, voice: str, idle: bool) -> None:
        """A request was spoken in the voice, a name or a blend; idle: no other is in flight."""
        self._after_ready.on_spoken(voice, idle)  # what streams is compared before
        if voice in self._spoken or len(self._spoken) < _MOST:
            self._spoken[voice] += 1
        if not self._busy:
            self._wait()

    def on_busy(self, busy: bool) -> None:
        """The first request came, or the last one has ended."""
        self._busy = busy
        if self._child is not None:
            if busy:
                self._child.hold()
            else:
                self._child.release()
        self._wait()

    def stop(self) -> None:
        """The daemon ends."""
        self._asked = ""
        if self._timer is not None:
            self._timer.cancel()
        if self._child is not None:
            self._child.terminate()

    # -- what is asked

    def answer(self, voice: str, step: Step) -> dict[str, Any]:
        """What of the voice, a name or a blend, is begun, goes on, or was found out.

        Raises WireError if it cannot be learned.
        """
        available, config = self._pool.available, self._live.config
        voice = available.resolve(voice or available.default_voice(config), config)
        match step:
            case Step.START:
                self._ask(voice)
            case Step.STOP:
                self._forget(voice)
            case Step.LOOK:
                pass
        return self._state_of(voice)

    def value(self) -> dict[str, Any]:
        """For `status`."""
        done, total = self._progress if self._voice else (None, None)
        return {
            "voice": self._voice,
            "done": done,
            "total": total,
            "learned": [
                {
                    "name": voice,
                    "rows": found.rows,
                    "before_db": _rounded(found.before_db),
                    "after_db": _rounded(found.after_db),
                    "taken": found.taken,
                }
                for voice, found in self._found.items()
            ],
        }

    def _ask(self, voice: str) -> None:
        if problem := self._problem(voice):
            raise WireError(ErrorCode.BAD_REQUEST, f"{voice} cannot be learned: {problem}")
        if self._asked not in ("", voice):
            raise WireError(
                ErrorCode.BUSY,
                f"{self._asked} is being learned; try again in {_RETRY_MS // 1000} s",
                retry_after_ms=_RETRY_MS,
            )
        self._asked = voice
        self._why.clear()
        if self._child is not None and self._voice != voice:
            self._child.terminate()  # its rows are kept
        self._wait()

    def _forget(self, voice: str) -> None:
        if voice == self._asked:
            self._asked = ""
            self._why = {voice: "it was stopped"}
        if voice == self._voice and self._child is not None:
            self._child.terminate()

    def _problem(self, voice: str) -> str:
        """Why the voice cannot be learned; empty if it can."""
        config = self._live.config
        if voice == BUILT_IN:
            return "it has no norms"
        for name, value in (("STREAMING", config.streaming), ("CALIBRATE", config.calibrate)):
            if not value:
                return f"KOKORO_{name} is false; set it to true and restart"
        if self._copy is None:
            return (
                "the model speaks without an optimised copy in parts; see startup in "
                "`kokoroctl status`, or restart once the copy is there"
            )
        return ""

    def _state_of(self, voice: str) -> dict[str, Any]:
        if voice == self._voice:
            done, total = self._progress
            state = "held" if self._busy else "running"
            return {"voice": voice, "state": state, "done": done, "total": total}
        if voice == self._asked:
            return {"voice": voice, "state": "waiting"}
        if voice in self._why:
            return {"voice": voice, "state": "failed", "why": self._why[voice]}
        if voice in self._found:
            return {"state": "done", **asdict(self._found[voice])}
        return {"voice": voice, "state": "none"}

    # -- when

    def _wait(self) -> None:
        """Set the one timer for what is to be looked at next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._child is not None and self._busy:
            self._timer = self._loop.after(_MOST_HELD_S, self._child.terminate)
        elif self._child is None and not self._busy and (self._asked or self._due()):
            self._timer = self._loop.after(_SOON_S if self._asked else IDLE_S, self._begin)

    def _due(self) -> str:
        """The voice that is to be learned when idle, or ''."""
        config = self._live.config
        wanted = config.calibrate and config.calibrate_when_idle and config.streaming
        if self._copy is None or not wanted:
            return ""
        for voice, times in self._spoken.most_common():
            if times < _ENOUGH:
                break
            tried = voice in self._failed or voice in self._found or voice == BUILT_IN
            if not tried and not self._pool.streams(CPU, Utterance(voice, 1.0, "")):
                return voice
        return ""

    def _begin(self) -> None:
        self._timer = None
        voice = self._asked or self._due()
        if self._busy or self._child is not None or not voice or self._problem(voice):
            return
        if self._asked:
            self._pool.load()  # if it was let go; on_free follows
        if CPU in self._pool.lanes and self._after_ready.claim(f"learning {voice}"):
            self._start(voice)

    def _start(self, voice: str) -> None:
        from ..engine.norms.calibrate import start_calibration

        assert self._model is not None
        assert self._copy is not None
        config, copy = self._live.config, self._copy
        self._voice, self._progress = voice, (0, 0)
        self._child = start_calibration(
            config.models_folder,
            self._model.name,
            config.cache_folder,
            Precision(config.precision),
            voice,
            lambda told: self._loop.post(lambda: self._on_told(told)),
            lambda outcome: self._loop.post(lambda: self._on_report(voice, copy, outcome)),
        )

    # -- what came of it

    def _on_told(self, told: dict[str, Any]) -> None:
        self._progress = int(told.get("done", 0)), int(told.get("total", 0))
        if self._busy and self._child is not None:
            self._child.hold()  # the request came before there was a process to stand still

    def _on_report(self, voice: str, copy: Copy, outcome: child.Report) -> None:
        self._child, self._voice, self._progress = None, "", (0, 0)
        match outcome:
            case child.Done() if copy == self._copy:
                self._learned(outcome.value)
            case child.Failed():
                self._log.warning("norms_not_learned", voice=voice, why=outcome.why)
                _remember(self._failed, voice, None)
                self._over(voice, outcome.why)
            case _:
                pass  # it was ended, to go on later, or is of a copy that is not used any more
        self._after_ready.give_back()
        self._wait()

    def _learned(self, value: dict[str, Any]) -> None:
        from ..engine.norms.calibrations import calibration_of
        from ..engine.norms.verdicts import Verdict

        found = calibration_of(value)
        voice = found.voice
        _remember(self._found, voice, found)
        self._log.info(
            "norms_learned",
            voice=voice,
            rows=found.rows,
            before_db=_rounded(found.before_db),
            after_db=_rounded(found.after_db),
            taken=found.taken,
        )
        self._over(voice, "")
        if found.taken:
            verdict = Verdict(voice, found.after_db, found.worst_db)
            self._after_ready.guarding.learned(verdict)
            if not self._pool.take_up(voice):
                self._pool.open_kokoro(anew=True)

    def _over(self, voice: str, why: str) -> None:
        if voice == self._asked:
            self._asked = ""
            self._why = {voice: why} if why else {}


def _remember(of: dict[str, Any], voice: str, what: Any) -> None:
    """The one that is oldest goes if there are too many: anybody may ask for any blend."""
    of.pop(voice, None)
    of[voice] = what
    if len(of) > _MOST:
        del of[next(iter(of))]


def _rounded(db: float | None) -> float | None:
    return None if db is None else round(db, 2)
