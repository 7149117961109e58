# loop: runs on the one selector thread.
"""Upkeep: warm-ups and memory, between requests.

Owns:       the one timer of an idle daemon, the warm-up under way.
Invariants: a warm-up runs through the scheduler like a request that anyone may end; a
            request ends it at once; memory is looked at only now and then.
Never:      decides: maintenance/warmup.py and maintenance/memory.py do.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from typing import Final, Protocol

from kokoro_client.wire.choices import AudioFormat

from ..config import Config
from ..engine.lane import Spoken, Stream, Task
from ..lanes.pool import CPU, EXPRESS, Engines
from ..net.loop import Loop, Timer
from ..requests import admission
from ..schedule.actions import Action, Run
from ..schedule.known import WARM_PEER
from ..schedule.scheduler import Scheduler
from ..types import Engine, RequestKey, Segment, Utterance
from ..voices.languages import language_of_voice
from ..watch.log import Log
from .memory import SAMPLE_S, Memory, Step, default_threshold_mb
from .warmup import LENGTHS, Manner, Pattern, Warm, Warmup, slept

#: What a warm-up says, cut to the length of its pattern.
_PHRASE: Final = "ðə kwˈɪk bɹˈaʊn fˈɑks dʒˈʌmps ˈoʊvəɹ ðə lˈeɪzi dˈɔɡ, "


class House(Protocol):
    """What upkeep needs of the rest of the daemon."""

    config: Config

    def now(self) -> float: ...
    def perform(self, actions: list[Action]) -> None: ...
    def trim(self) -> None: ...
    def exit_for_restart(self) -> None: ...
    def touch_weights(self) -> None: ...
    def locked_mb(self) -> float: ...


class Upkeep:
    def __init__(
        self,
        house: House,
        loop: Loop,
        engines: Engines,
        scheduler: Scheduler,
        log: Log,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._house = house
        self._loop = loop
        self._engines = engines
        self._scheduler = scheduler
        self._log = log
        self._wall_clock = wall_clock
        self._timer: Timer | None = None
        self._key: RequestKey | None = None
        self._number = 0
        self._sampled = 0.0
        self._last_request = house.now()
        self._looked = (wall_clock(), house.now())
        self.warmup = Warmup(manner(house.config), house.now())
        self.memory = Memory(float("inf"))  # until the first look: psutil takes 25 ms to load

    # -- what happens

    def reload(self) -> None:
        self.warmup.manner = manner(self._house.config)
        self.look()

    def lane_up(self, lane: str, engine: Engine) -> None:
        if engine is Engine.KOKORO and lane != EXPRESS:
            self._last_request = max(self._last_request, self._house.now())
            # Opening a session ends with its first inference.
            self.warmup.lane_up(lane, first_done=True)

    def lane_down(self, lane: str) -> None:
        self.warmup.lane_down(lane)

    def request_came(self) -> float:
        """End the warm-up under way: the request is to have the lane.

        Returns how long no request came before, in seconds.
        """
        self._look_at_clocks()
        now = self._house.now()
        idle_s = now - self._last_request
        self._last_request = now
        self.warmup.request_came(now)
        self._end_warm_up()
        return idle_s

    def ran(self, lane: str, tokens: int) -> None:
        """A request's segment has run on a lane."""
        self.warmup.ran(lane, tokens)

    def warmed(self, spoken: Spoken) -> None:
        """A warm-up's run is done."""
        if self._key is None or spoken.task.key != self._key:
            return
        self._key = None
        running = self.warmup.running
        self.warmup.warmed(spoken.seconds, self._house.now())
        if running is not None and running.pattern in (Pattern.KEEP_ALIVE, Pattern.WAKE):
            self._house.touch_weights()

    def failed(self, key: RequestKey) -> None:
        """A warm-up's run failed; the lane's next request will tell more."""
        if key == self._key:
            self._key = None
            self.warmup.failed(self._house.now())

    def look(self) -> None:
        """Begin what is due; set the timer for what will be."""
        self._look_at_clocks()
        now = self._house.now()
        idle = self._scheduler.active == 0 and not self._scheduler.draining
        if idle and self._key is None and (warm := self.warmup.decide(now, idle)) is not None:
            self._begin(warm)
        self._let_go_if_unused(now, idle)
        if self._key is None and now - self._sampled >= SAMPLE_S:
            self._look_at_memory(now, idle)
        if self._timer is not None:
            self._timer.cancel()
        wait = min(self.warmup.wait_s(now) or SAMPLE_S, SAMPLE_S)
        if not self._house.config.priming_mode and self._house.config.idle_unload_s:
            wait = min(wait, self._house.config.idle_unload_s)
        self._timer = self._loop.after(max(wait, 1.0), self.look)

    def task(self, run: Run) -> Task:
        """The lane's task for a warm-up's run."""
        voicing, config = self._engines.voicing, self._house.config
        first = next(v.name for v in voicing.voices if v.engine is Engine.KOKORO)
        voice = admission.kokoro_voice(config.voice, config, voicing) or first
        utterance = Utterance(voice, 1.0, language_of_voice(voice))
        return Task(run.key, run.segment, utterance, Stream(), AudioFormat.S16LE)

    # -- what is done

    def _begin(self, warm: Warm) -> None:
        self._number += 1
        self._key = RequestKey(WARM_PEER, self._number)
        length = LENGTHS[warm.pattern]
        phonemes = (_PHRASE * (length // len(_PHRASE) + 1))[: length - 1].rstrip() + "."
        self._log.debug("warm_up", lane=warm.lane, pattern=warm.pattern.value)
        segment = Segment(0, 0, 0, "", phonemes)
        actions = self._scheduler.submit_warm_up(self._key, warm.lane, segment, self._house.now())
        if not actions:
            self._key = None
            self.warmup.ended(self._house.now())
        self._house.perform(actions)

    def _end_warm_up(self) -> None:
        if self._key is None:
            return
        key, self._key = self._key, None
        self.warmup.ended(self._house.now())
        self._house.perform(self._scheduler.drop_warm_up(key))

    def _let_go_if_unused(self, now: float, idle: bool) -> None:
        config = self._house.config
        if config.priming_mode or not config.idle_unload_s or not idle or self._engines.asleep:
            return
        unused_s = now - self._last_request
        if CPU in self._engines.lanes and unused_s >= config.idle_unload_s:
            self._log.info("session_let_go", unused_s=unused_s)
            self._engines.let_go()
            # The lanes' threads end meanwhile, and their session with them.
            self._loop.after(1.0, self._house.trim)

    def _look_at_clocks(self) -> None:
        wall, now = self._wall_clock(), self._house.now()
        if slept(wall - self._looked[0], now - self._looked[1]):
            self._log.info("woke", slept_s=wall - self._looked[0])
            self.warmup.woke(now)
        self._looked = (wall, now)

    def _look_at_memory(self, now: float, idle: bool) -> None:
        self._sampled = now
        self.memory.threshold_mb = threshold_mb(self._house.config)
        # Locked pages count twice, once for the session's mapping and once for ours.
        rss = round(rss_mb() - self._house.locked_mb(), 1)
        match self.memory.sample(rss, peak_mb(), idle, now):
            case Step.TRIM:
                self._log.info("memory_trim", rss_mb=self.memory.rss_mb)
                self._house.trim()
            case Step.RECYCLE:
                self._log.warning("memory_recycle", rss_mb=self.memory.rss_mb)
                self._engines.open_kokoro(anew=True)
            case Step.EXIT:
                self._log.error("memory_exit", rss_mb=self.memory.rss_mb)
                self._house.exit_for_restart()
            case Step.KEEP:
                pass


def manner(config: Config) -> Manner:
    """The settings that concern warm-ups."""
    return Manner(
        keep_alive=config.keep_alive_enabled,
        interval_s=config.keep_alive_interval_seconds,
        extended=not config.skip_extended_warming,
    )


def threshold_mb(config: Config) -> float:
    """The memory allowed at rest: the setting, or what suits this machine's RAM."""
    if config.memory_threshold_mb:
        return config.memory_threshold_mb
    import psutil  # 25 ms, not before the socket is bound

    total: int = psutil.virtual_memory().total
    return default_threshold_mb(total / 2**30)


def rss_mb() -> float:
    """Resident memory of this process."""
    import psutil

    rss: int = psutil.Process().memory_info().rss
    return round(rss / 2**20, 1)


def peak_mb() -> float:
    """The most that was ever resident."""
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20, 1)
