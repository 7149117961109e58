# loop: runs on the one selector thread.
"""What is done once, after ready, beside requests: the optimised copy, more lanes.

A copy and a model are trusted by their stamps at start, since hashing them takes a second; here
they are hashed whole. A copy that rotted is removed, the original is opened, and the copy is made
anew; of a model that rotted the built-in voice tells.

Owns:       the child process at work, the steps that are still to come.
Invariants: one step at a time, or what claimed its place (calibrating.py), each in a child of
            low priority or on its lane's own thread; a child is held while a first
            sound is waited for, a fifth of the time at most; a lane that is not used has its
            reason in the pool's `refused`; nothing here can keep the CPU lane from speaking.
Never:      goes on once the daemon stops.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ..config import ACCELERATORS, CPU_LANES, LiveConfig
from ..engine import child
from ..engine.child import Child
from ..models.record import InstalledModel
from ..net.loop import Loop
from ..types import Precision
from ..watch.log import Log
from ..watch.startup import Startup
from .guarding import Guarding
from .holding import Holding
from .pool import Pool

if TYPE_CHECKING:
    from ..engine.accelerators import hardware, providers, selftest
    from ..engine.optimised.copies import Copy

#: Failures to build a copy in a row after which the original has to do until the next start.
_TRIES: Final = 2

#: Of a cause, in a warning.
_SHOWN: Final = 200


class AfterReady:
    def __init__(
        self, loop: Loop, live: LiveConfig, pool: Pool, startup: Startup, log: Log
    ) -> None:
        self.copy_problem = ""
        self.guarding = Guarding(live, pool, log)
        self.working = ""  # what is being done, for `status`
        #: Told when nothing is being done any more: claim() would be granted.
        self.on_free: Callable[[], None] | None = None
        self._loop = loop
        self._live = live
        self._pool = pool
        self._startup = startup
        self._log = log
        self._child: Child | None = None
        self._holding = Holding(loop)
        self._steps: deque[Callable[[], None]] = deque()  # a handful, from begin() alone
        self._stopped = False
        self._tries = 0
        #: Keys of copies and sha256 of models; as many as models were open.
        self._hashed: set[str] = set()
        self._model: InstalledModel | None = None
        self._copy: Copy | None = None  # in use
        self._open: dict[str, str] = {}  # accelerators: lane -> key of its verdict

    def begin(self, model: InstalledModel, copy: Copy | None) -> None:
        """The CPU lane speaks `model`; copy: from this one."""
        self._steps.clear()
        self._model, self._copy = model, copy
        if copy is not None:
            self.copy_problem = ""
            if self._startup.optimised_s is None:
                self._startup.reached_optimised()
        elif self._tries < _TRIES:
            self._steps.append(lambda: self._build(model))
        if copy is not None and copy.parts:
            self.guarding.begin(model, copy)
            self._steps.append(self._guard)
        self._steps.append(lambda: self._choose_lanes(model))
        if not self.working:
            self._next()

    def on_waiting(self, waits: bool) -> None:
        """A request waits for its first sound; False: none does any more."""
        if not waits:
            self._holding.release()
        elif self._child is not None:
            self._holding.hold(self._child)

    def claim(self, what: str) -> bool:
        """Leave the machine to a child of somebody else, until give_back(); False: not now."""
        if self.working or self._stopped:
            return False
        self.working = what
        return True

    def give_back(self) -> None:
        """What claimed it has ended."""
        self._next()

    def stop(self) -> None:
        """End the child at work; nothing more is begun."""
        self._stopped = True
        self._steps.clear()
        if self._child is not None:
            self._child.terminate()
        if self._open:
            from ..engine.accelerators import selftest

            selftest.Verdicts(self._live.config.cache_folder).close(self._open.values())

    def _next(self) -> None:
        self.working, self._child = "", None
        if self._steps and not self._stopped:
            self._steps.popleft()()
        elif self.on_free is not None and not self._stopped:
            self.on_free()

    # -- the optimised copy

    def _build(self, model: InstalledModel) -> None:
        from ..engine.optimised.build import start_building

        config = self._live.config
        self.working = "optimising the model"
        self._child = start_building(
            config.models_folder,
            model.name,
            config.cache_folder,
            Precision(config.precision),
            lambda outcome: self._loop.post(lambda: self._on_built(outcome)),
        )

    def _on_built(self, outcome: child.Report) -> None:
        match outcome:
            case child.Done():
                self._tries = 0
                self._startup.reached_optimised()
                self.copy_problem = ""
                self._log.info("optimised", took_s=outcome.seconds)
                if outcome.value.get("changed") or self._will_stream(outcome.value):
                    # Another sound, times that the original has not, or a unit's first sound
                    # before its last is made: now, and begin() follows.
                    self.working, self._child = "", None
                    self._pool.open_kokoro(anew=True)
                    return
            case child.Failed():
                self._tries += 1
                self.copy_problem = outcome.why
                self._log.warning("not_optimised", why=outcome.why)
            case child.Stopped():
                pass
        self._next()

    def _will_stream(self, built: dict[str, Any]) -> bool:
        """The copy that was built lies in parts, and the package knows the model's norms."""
        from ..engine.norms.guard import due

        known = self._model is not None and due(self._model)
        return bool(built["parts"] and self._live.config.streaming and known)

    def _hash(self, copy: Copy) -> None:
        """Read the copy whole, once in the daemon's life."""
        from ..engine.optimised.recheck import start_rechecking

        self.working = "checking the optimised copy"
        self._hashed.add(copy.key)
        self._child = start_rechecking(
            self._live.config.cache_folder,
            copy.key,
            lambda outcome: self._loop.post(lambda: self._on_hashed(copy, outcome)),
        )

    def _on_hashed(self, copy: Copy, outcome: child.Report) -> None:
        match outcome:
            case child.Done():
                self._log.info("copy_checked", took_s=outcome.seconds)
            case child.Failed(answered=True):
                self.copy_problem = outcome.why
                self._log.warning("copy_damaged", why=outcome.why)
                self._hashed.discard(copy.key)  # the next one has the same key
                if self._copy == copy:
                    self._pool.open_kokoro(anew=True)
            case child.Failed():
                # It could not be read to its end, which says nothing of the copy.
                self._log.warning("copy_not_checked", why=outcome.why)
            case child.Stopped():
                pass
        self._next()

    def _hash_model(self, model: InstalledModel) -> None:
        """Read the model whole, once in the daemon's life."""
        from ..engine.recheck_model import start_rechecking_model

        self.working = "checking the model"
        self._hashed.add(model.model_sha256)
        self._child = start_rechecking_model(
            self._live.config.models_folder,
            model.name,
            lambda outcome: self._loop.post(lambda: self._on_model_hashed(model, outcome)),
        )

    def _on_model_hashed(self, model: InstalledModel, outcome: child.Report) -> None:
        match outcome:
            case child.Done():
                self._log.info("model_checked", took_s=outcome.seconds)
            case child.Failed(answered=True):
                self._log.warning("model_damaged", why=outcome.why)
                self._hashed.discard(model.model_sha256)  # it may be pulled again
                if self._pool.model == model:
                    self._pool.open_kokoro(anew=True)
            case child.Failed():
                self._log.warning("model_not_checked", why=outcome.why)
            case child.Stopped():
                pass
        self._next()

    # -- predicted norms

    def on_spoken(self, voice: str, idle: bool) -> None:
        """A request was spoken in the voice, a name or a blend; idle: no other is in flight."""
        self.guarding.spoken(voice)
        if idle and not self.working and not self._stopped and self.guarding.due():
            self._guard()

    def _guard(self) -> None:
        """Compare the voice that is due, if one is."""
        voice, copy = self.guarding.due(), self._copy
        if not voice or copy is None:
            self._next()
            return
        self.working = "comparing the streamed voice"
        self._child = self.guarding.start(
            voice, lambda outcome: self._loop.post(lambda: self._on_guarded(voice, copy, outcome))
        )

    def _on_guarded(self, voice: str, copy: Copy, outcome: child.Report) -> None:
        if self.guarding.took(voice, copy, outcome) and self._copy == copy:
            self._pool.open_kokoro(anew=True)  # which sets the voice aside
        self._next()

    # -- lanes

    def _choose_lanes(self, model: InstalledModel) -> None:
        """Find out what this machine is: on a thread, since probes run programs."""
        from ..engine.accelerators import hardware, providers

        self.working = "looking at the hardware"
        wanted = self._live.config.lanes

        def look() -> None:
            try:
                choice = providers.choose(wanted, machine := hardware.detect())
            except BaseException as error:  # noqa: BLE001 - whatever it is, the CPU lane speaks
                why = f"{type(error).__name__}: {error}"[:_SHOWN]
                self._loop.post(lambda: self._on_no_hardware(wanted, why))
            else:
                self._loop.post(lambda: self._on_hardware(model, machine, choice))

        threading.Thread(target=look, name="hardware", daemon=True).start()

    def _on_no_hardware(self, wanted: str, why: str) -> None:
        self._log.warning("hardware", why=f"this machine could not be looked at: {why}")
        names = [] if wanted == "auto" else wanted.split(",")
        self._pool.refused = {
            name: f"this machine could not be looked at: {why}"
            for name in names
            if name in ACCELERATORS
        }
        self._open_cpu_lanes(names)
        self._hash_if_due()
        self._next()

    def _on_hardware(
        self, model: InstalledModel, machine: hardware.Hardware, choice: providers.Choice
    ) -> None:
        for warning in machine.warnings:
            self._log.warning("hardware", why=warning)
        self._pool.refused = dict(choice.refused)
        self._open_cpu_lanes(choice.lanes)
        for lane in choice.lanes:
            if lane in ACCELERATORS:
                self._steps.append(partial(self._try, model, machine, lane))
        self._hash_if_due()
        self._next()

    def _open_cpu_lanes(self, names: Sequence[str]) -> None:
        for lane in CPU_LANES[1:]:
            if lane in names:
                self._pool.open_cpu_lane(lane)

    def _hash_if_due(self) -> None:
        """Last of all: it only matters if something is wrong."""
        if self._copy is not None and self._copy.key not in self._hashed:
            self._steps.append(partial(self._hash, self._copy))
        if self._model is not None and self._model.model_sha256 not in self._hashed:
            self._steps.append(partial(self._hash_model, self._model))

    def _try(self, model: InstalledModel, machine: hardware.Hardware, lane: str) -> None:
        from ..engine.accelerators import selftest

        config = self._live.config
        verdicts = selftest.Verdicts(config.cache_folder)
        key = selftest.verdict_key(lane, model, machine)
        known = verdicts.get(key, time.time())
        if known is not None:
            self._on_verdict(lane, key, known, "")
            return

        def on_verdict(verdict: selftest.Verdict | None, why: str) -> None:
            if verdict is not None:
                verdicts.put(key, verdict, time.time())
            self._loop.post(lambda: self._on_verdict(lane, key, verdict, why))

        self.working = f"trying {lane}"
        self._child = selftest.start_selftest(
            config.models_folder,
            model.name,
            config.cache_folder,
            Precision(config.precision),
            config.threads,
            lane,
            on_verdict,
        )

    def _on_verdict(self, lane: str, key: str, verdict: selftest.Verdict | None, why: str) -> None:
        if verdict is None or not verdict.fit:
            problem = verdict.why if verdict else why
        else:
            problem = self._left_open(lane, key)
        if problem:
            self._pool.refused[lane] = problem
            self._log.info("lane_refused", lane=lane, why=problem)
        else:
            self._pool.open_accelerator(lane)
        self._next()

    def _left_open(self, lane: str, key: str) -> str:
        """Why the lane is not trusted although it passed; empty if it is.

        What crashes, crashes the daemon: a supervisor would start it into the next crash.
        """
        from ..engine.accelerators import selftest

        if lane in self._open:  # opened anew, by this daemon
            return ""
        cache = self._live.config.cache_folder
        left = selftest.Verdicts(cache).open(key)
        if left < selftest.MOST_LEFT_OPEN:
            self._open[lane] = key
            return ""
        return (
            f"{left} daemons in a row crashed or were killed while it was open; delete "
            f"{cache / selftest.FILE} to have it tried again"
        )
