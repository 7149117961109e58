# loop: runs on the one selector thread.
"""What is done once, after ready, beside requests: the optimised copy, more lanes.

Owns:       the child process at work, the steps that are still to come.
Invariants: one step at a time, each in a child of low priority or on its lane's own
            thread; a lane that is not used has its reason in `refused`; nothing here can
            keep the CPU lane from speaking.
Never:      goes on once the daemon stops.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from .config import ACCELERATORS, CPU_LANES, Config
from .engine import child
from .engine.child import Child
from .engines import Engines
from .models.record import InstalledModel
from .watch.log import Log

if TYPE_CHECKING:
    from .engine import hardware, providers, selftest

#: Failures to build a copy in a row after which the original has to do until the next start.
_TRIES: Final = 2


class House(Protocol):
    """What the background needs of the rest of the daemon."""

    config: Config

    def post(self, call: Callable[[], None]) -> None: ...
    def uptime_s(self) -> float: ...


class Background:
    def __init__(self, house: House, engines: Engines, log: Log) -> None:
        self.optimised_s: float | None = None  # from exec until the copy is there
        self.copy_problem = ""
        self.refused: dict[str, str] = {}
        self.working = ""  # what is being done, for `status`
        self._house = house
        self._engines = engines
        self._log = log
        self._child: Child | None = None
        self._steps: deque[Callable[[], None]] = deque()  # a handful, from begin() alone
        self._stopped = False
        self._tries = 0

    def begin(self, model: InstalledModel, *, optimised: bool) -> None:
        """The CPU lane speaks `model`; optimised: from its copy."""
        self._steps.clear()
        if optimised:
            self.copy_problem = ""
            if self.optimised_s is None:
                self.optimised_s = self._house.uptime_s()
        elif self._tries < _TRIES:
            self._steps.append(lambda: self._build(model))
        self._steps.append(lambda: self._choose_lanes(model))
        if not self.working:
            self._next()

    def stop(self) -> None:
        """End the child at work; nothing more is begun."""
        self._stopped = True
        self._steps.clear()
        if self._child is not None:
            self._child.terminate()

    def _next(self) -> None:
        self.working, self._child = "", None
        if self._steps and not self._stopped:
            self._steps.popleft()()

    # -- the optimised copy

    def _build(self, model: InstalledModel) -> None:
        from .engine.optimise import start_building

        config = self._house.config
        self.working = "optimising the model"
        self._child = start_building(
            config.models_folder,
            model.name,
            config.cache_folder,
            lambda outcome: self._house.post(lambda: self._on_built(outcome)),
        )

    def _on_built(self, outcome: child.Report) -> None:
        match outcome:
            case child.Done():
                self.optimised_s = self._house.uptime_s()
                self.copy_problem = ""
                self._log.info("optimised", took_s=outcome.seconds)
            case child.Failed():
                self._tries += 1
                self.copy_problem = outcome.why
                self._log.warning("not_optimised", why=outcome.why)
            case child.Stopped():
                pass
        self._next()

    # -- lanes

    def _choose_lanes(self, model: InstalledModel) -> None:
        """Find out what this machine is: on a thread, since probes run programs."""
        from .engine import hardware, providers

        self.working = "looking at the hardware"
        wanted = self._house.config.lanes

        def look() -> None:
            choice = providers.choose(wanted, machine := hardware.detect())
            self._house.post(lambda: self._on_hardware(model, machine, choice))

        threading.Thread(target=look, name="hardware", daemon=True).start()

    def _on_hardware(
        self, model: InstalledModel, machine: hardware.Hardware, choice: providers.Choice
    ) -> None:
        for warning in machine.warnings:
            self._log.warning("hardware", why=warning)
        self.refused = dict(choice.refused)
        for lane in choice.lanes:
            if lane in CPU_LANES[1:]:
                self._engines.open_cpu_lane(lane)
            elif lane in ACCELERATORS:
                self._steps.append(partial(self._try, model, machine, lane))
        self._next()

    def _try(self, model: InstalledModel, machine: hardware.Hardware, lane: str) -> None:
        from .engine import selftest

        config = self._house.config
        verdicts = selftest.Verdicts(config.cache_folder)
        key = selftest.verdict_key(lane, model, machine)
        known = verdicts.get(key, time.time())
        if known is not None:
            self._on_verdict(lane, known, "")
            return

        def on_verdict(verdict: selftest.Verdict | None, why: str) -> None:
            if verdict is not None:
                verdicts.put(key, verdict, time.time())
            self._house.post(lambda: self._on_verdict(lane, verdict, why))

        self.working = f"trying {lane}"
        self._child = selftest.start_selftest(
            config.models_folder, model.name, config.cache_folder, config.threads, lane, on_verdict
        )

    def _on_verdict(self, lane: str, verdict: selftest.Verdict | None, why: str) -> None:
        if verdict is not None and verdict.fit:
            self._engines.open_accelerator(lane)
        else:
            self.refused[lane] = verdict.why if verdict else why
            self._log.info("lane_refused", lane=lane, why=self.refused[lane])
        self._next()
