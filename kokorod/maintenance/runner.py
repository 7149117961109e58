# loop: runs on the one selector thread.
"""Maintenance between requests: warm-ups and memory.

Owns:       the one timer of an idle daemon, the warm-up under way.
Invariants: a warm-up runs through the scheduler like a request that anyone may end; a
            request ends it at once; memory is looked at only now and then.
Never:      decides: warmup.py and memory.py do.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from kokoro_client.wire.choices import AudioFormat

from ..config import Config, LiveConfig
from ..engine import heap
from ..engine.lane import Stream, Task
from ..lanes.pool import CPU, EXPRESS, Pool
from ..net.loop import Loop, Timer
from ..safety import limits
from ..schedule.actions import Perform
from ..schedule.scheduler import Scheduler
from ..schedule.state import WARM_PEER
from ..types import Engine, RequestKey, Segment, Utterance
from ..voices.languages import language_of_voice
from ..watch.log import Log
from .memory import SAMPLE_S, Memory, Step, default_threshold_mb
from .priming import Priming
from .warmup import LENGTHS, Pattern, Warm, Warmup, WarmupSettings, slept

#: What a warm-up says, cut to the length of its pattern.
_PHRASE: Final = "ðə kwˈɪk bɹˈaʊn fˈɑks dʒˈʌmps ˈoʊvəɹ ðə lˈeɪzi dˈɔɡ, "


class Maintenance:
    def __init__(
        self,
        loop: Loop,
        live: LiveConfig,
        pool: Pool,
        scheduler: Scheduler,
        priming: Priming,
        perform: Perform,
        log: Log,
        *,
        clear_caches: Callable[[], None],
        exit_for_restart: Callable[[], None],
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._loop = loop
        self._live = live
        self._pool = pool
        self._scheduler = scheduler
        self._priming = priming
        self._perform = perform
        self._log = log
        self._clear_caches = clear_caches
        self._exit_for_restart = exit_for_restart
        self._wall_clock = wall_clock
        self._timer: Timer | None = None
        self._look_posted = False
        self._key: RequestKey | None = None
        self._stream = Stream()  # of the warm-up under way
        self._worked_s = 0.0
        self._number = 0
        self._sampled = 0.0
        self._last_request = loop.clock()
        self._looked = (wall_clock(), loop.clock())
        self.warmup = Warmup(warmup_settings(live.config), loop.clock())
        self.memory = Memory(float("inf"))  # until the first look: psutil takes 25 ms to load

    # -- what happens

    def reload(self) -> None:
        self.warmup.settings = warmup_settings(self._live.config)
        self.look()

    def lane_up(self, lane: str, engine: Engine) -> None:
        if engine is Engine.KOKORO and lane != EXPRESS:
            self._last_request = max(self._last_request, self._loop.clock())
            # Opening a session ends with its first inference.
            self.warmup.lane_up(lane, first_done=True)

    def lane_down(self, lane: str) -> None:
        self.warmup.lane_down(lane)

    def request_came(self) -> float:
        """End the warm-up under way: the request is to have the lane.

        Returns how long no request came before, in seconds.
        """
        self._priming.make_way()
        self._look_at_clocks()
        now = self._loop.clock()
        idle_s = now - self._last_request
        self._last_request = now
        self.warmup.request_came(now)
        self._end_warm_up()
        return idle_s

    def ran(self, lane: str, tokens: int) -> None:
        """A request's segment has run on a lane."""
        self.warmup.ran(lane, tokens)

    def warmed(self, key: RequestKey, seconds: float, *, whole: bool = True) -> None:
        """A warm-up's run is done, or not whole: a chunk of it."""
        self._worked_s += seconds
        if not whole:
            return
        self.look_soon()
        if self._key is None or key != self._key:
            return
        self._key = None
        running = self.warmup.running
        self.warmup.warmed(self._worked_s, self._loop.clock())
        if running is not None and running.pattern in (Pattern.KEEP_ALIVE, Pattern.WAKE):
            self._priming.touch()

    def failed(self, key: RequestKey) -> None:
        """A warm-up's run failed; the lane's next request will tell more."""
        if key == self._key:
            self._key = None
            self.warmup.failed(self._loop.clock())

    def look_soon(self) -> None:
        """Look once all that is known now is dealt with."""
        if not self._look_posted:
            self._look_posted = True
            self._loop.post(self._posted_look)

    def _posted_look(self) -> None:
        self._look_posted = False
        self.look()

    def look(self) -> None:
        """Begin what is due; set the timer for what will be."""
        self._look_at_clocks()
        now = self._loop.clock()
        idle = self._scheduler.active == 0 and not self._scheduler.draining
        if idle and self._key is None and (warm := self.warmup.decide(now, idle)) is not None:
            self._begin(warm)
        self._unload_if_unused(now, idle)
        if self._key is None and now - self._sampled >= SAMPLE_S:
            self._look_at_memory(now, idle)
        if self._timer is not None:
            self._timer.cancel()
        wait = min(self.warmup.wait_s(now) or SAMPLE_S, SAMPLE_S)
        if not self._live.config.priming_mode and self._live.config.idle_unload_s:
            wait = min(wait, self._live.config.idle_unload_s)
        self._timer = self._loop.after(max(wait, 1.0), self.look)

    def task(self, key: RequestKey, segment: Segment) -> Task:
        """The lane's task for a step of a warm-up."""
        return Task(key, segment, self._utterance(), self._stream, AudioFormat.S16LE)

    def _utterance(self) -> Utterance:
        available, config = self._pool.available, self._live.config
        first = next(v.name for v in available.voices if v.engine is Engine.KOKORO)
        voice = available.kokoro_voice(config.voice, config) or first
        return Utterance(voice, 1.0, language_of_voice(voice))

    def _streams(self, lane: str, _: str) -> bool:
        return self._pool.streams(lane, self._utterance())

    def memory_value(self) -> dict[str, Any]:
        """For `status`."""
        return {
            "baseline_mb": self.memory.baseline_mb,
            "rss_mb": rss_mb(),
            "peak_mb": peak_mb(),
            "threshold_mb": threshold_mb(self._live.config),
            "trims": self.memory.trims,
            "recycles": self.memory.recycles,
        }

    def keep_alive_value(self) -> dict[str, Any]:
        """For `status`."""
        config, keep_alive = self._live.config, self.warmup.keep_alive
        return {
            "enabled": config.keep_alive_enabled,
            "interval_s": config.keep_alive_interval_seconds,
            "runs": keep_alive.runs,
            "skipped": keep_alive.skipped,
            "terminated": keep_alive.terminated,
            "last_ms": keep_alive.last_ms,
        }

    # -- what is done

    def _begin(self, warm: Warm) -> None:
        self._number += 1
        self._key = RequestKey(WARM_PEER, self._number)
        length = LENGTHS[warm.pattern]
        phonemes = (_PHRASE * (length // len(_PHRASE) + 1))[: length - 1].rstrip() + "."
        self._log.debug("warm_up", lane=warm.lane, pattern=warm.pattern.value)
        segment = Segment(0, 0, 0, "", phonemes)
        self._stream, self._worked_s = Stream(), 0.0
        now = self._loop.clock()
        actions = self._scheduler.submit_warm_up(self._key, warm.lane, segment, now, self._streams)
        if not actions:
            self._key = None
            self.warmup.ended(self._loop.clock())
        self._perform(actions)

    def _end_warm_up(self) -> None:
        if self._key is None:
            return
        key, self._key = self._key, None
        self.warmup.ended(self._loop.clock())
        self._perform(self._scheduler.drop_warm_up(key))

    def _unload_if_unused(self, now: float, idle: bool) -> None:
        config = self._live.config
        if config.priming_mode or not config.idle_unload_s or not idle or self._pool.unloaded:
            return
        unused_s = now - self._last_request
        if CPU in self._pool.lanes and unused_s >= config.idle_unload_s:
            self._log.info("session_let_go", unused_s=unused_s)
            self._pool.unload()
            # The lanes' threads end meanwhile, and their session with them.
            self._loop.after(1.0, self._trim)

    def _look_at_clocks(self) -> None:
        wall, now = self._wall_clock(), self._loop.clock()
        if slept(wall - self._looked[0], now - self._looked[1]):
            self._log.info("woke", slept_s=wall - self._looked[0])
            self.warmup.woke(now)
        self._looked = (wall, now)

    def _trim(self) -> None:
        self._clear_caches()
        heap.give_back_memory()

    def _look_at_memory(self, now: float, idle: bool) -> None:
        self._sampled = now
        self.memory.threshold_mb = threshold_mb(self._live.config)
        # Locked pages count twice, once for the session's mapping and once for ours.
        rss = round(rss_mb() - self._priming.locked_mb, 1)
        match self.memory.sample(rss, peak_mb(), idle, now):
            case Step.TRIM:
                self._log.info("memory_trim", rss_mb=self.memory.rss_mb)
                self._trim()
            case Step.RECYCLE:
                self._log.warning("memory_recycle", rss_mb=self.memory.rss_mb)
                self._pool.open_kokoro(anew=True)
            case Step.EXIT:
                self._log.error("memory_exit", rss_mb=self.memory.rss_mb)
                self._exit_for_restart()
            case Step.KEEP:
                pass


def warmup_settings(config: Config) -> WarmupSettings:
    """The settings that concern warm-ups."""
    return WarmupSettings(
        keep_alive=config.keep_alive_enabled,
        interval_s=config.keep_alive_interval_seconds,
        extended=not config.skip_extended_warming,
    )


def threshold_mb(config: Config) -> float:
    """The memory allowed at rest: the setting, or what suits this machine's RAM, or as much of
    it as this process may have."""
    if config.memory_threshold_mb:
        return config.memory_threshold_mb
    return default_threshold_mb(_ram_mb() / 1024)


@cache
def _ram_mb() -> float:
    """Read once: a limit is set before a process begins, and status asks often."""
    import psutil  # 25 ms, not before the socket is bound

    total: int = psutil.virtual_memory().total
    limit = limits.read().memory
    return (min(total, limit) if limit else total) / 2**20


def rss_mb() -> float:
    """Resident memory of this process."""
    import psutil

    rss: int = psutil.Process().memory_info().rss
    return round(rss / 2**20, 1)


def peak_mb() -> float:
    """The most that was ever resident."""
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20, 1)
