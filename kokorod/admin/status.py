# loop: asked by a peer, reads what the daemon knows.
"""The value of a `status` answer: plain maps and lists, ready for the wire.

The names are those of docs/operations.md; a program may rely on them, and
tests/daemon/test_status.py holds them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from .. import __version__
from ..maintenance.runner import peak_mb, rss_mb, threshold_mb
from ..types import Engine

if TYPE_CHECKING:
    from ..app import App

#: A first sound is late where it takes so many times what it may.
_LATE: Final = 1.5

#: First sounds before their percentile says anything.
_ENOUGH: Final = 20

#: Work for a second of sound above which a listener may have to wait within a text.
_HARDLY: Final = 0.8


def status_value(app: App) -> dict[str, Any]:
    """What `kokoroctl status --json` prints."""
    voicing = app.engines.voicing
    engine = voicing.engine
    state = (
        "stopping"
        if app.draining
        else "asleep"
        if app.engines.asleep
        else "ready"
        if engine
        else "starting"
    )
    phrases = app.in_flight.phrases
    memory, keep_alive = app.upkeep.memory, app.upkeep.warmup.keep_alive
    config, sessions = app.config, app.engines.sessions
    counters = app.scheduler.counters
    return {
        "state": state,
        "version": __version__,
        "pid": os.getpid(),
        "uptime_s": round(app.uptime_s(), 1),
        "engine": engine.value if engine else None,
        "note": voicing.note,
        "problem": voicing.problem.value if voicing.problem else None,
        "attention": attention(app),
        "voice": config.voice,
        "voices": len(voicing.voices),
        "model": app.engines.model.name if app.engines.model else None,
        "startup": {
            "bound_ms": _ms(app.bound_s),
            "session_ms": _ms(app.session_s),
            "ready_ms": _ms(app.ready_s),
            "optimised_ms": _ms(app.background.optimised_s),
            "not_optimised": app.background.copy_problem,
            "phase": _phase(app),
        },
        "memory": {
            "baseline_mb": memory.baseline_mb,
            "rss_mb": rss_mb(),
            "peak_mb": peak_mb(),
            "threshold_mb": threshold_mb(config),
            "trims": memory.trims,
            "recycles": memory.recycles,
        },
        "keep_alive": {
            "enabled": config.keep_alive_enabled,
            "interval_s": config.keep_alive_interval_seconds,
            "runs": keep_alive.runs,
            "skipped": keep_alive.skipped,
            "terminated": keep_alive.terminated,
            "last_ms": keep_alive.last_ms,
        },
        "priming": app.priming.value(),
        "cold_starts": {
            "count": app.metrics.cold_starts,
            "extra_ms": round(app.metrics.cold_extra_ms, 1),
        },
        "first_sound_ms": app.metrics.first_sound_ms(),
        "requests": {
            "total": counters.total,
            "active": app.scheduler.active,
            "queued": app.scheduler.queued,
            "cancelled": counters.cancelled,
            "failed": counters.failed,
            "terminated_runs": counters.terminated_runs,
        },
        "speaker": app.in_flight.turns.state(),
        "phrase_cache": {
            "phrases": len(phrases),
            "mb": round(phrases.bytes / 2**20, 2),
            "capacity_mb": round(phrases.capacity / 2**20, 2),
            "hits": phrases.hits,
            "misses": phrases.misses,
        },
        "clients": len(app.clients.peers),
        "sessions": {
            "created": sessions.created,
            "hits": sessions.hits,
            "misses": sessions.misses,
        },
        "lanes": [*_lanes(app), *_refused(app)],
        "socket": str(config.socket),
        "home": str(config.home),
    }


def _lanes(app: App) -> list[dict[str, Any]]:
    """Each open lane: what it runs on, how it does, what it costs."""
    now = app.now()
    lanes = []
    for lane in app.scheduler.lanes():
        busy = "busy" if lane.segment else "idle"
        if lane.engine is Engine.BUILT_IN:
            provider = "espeak-ng"
        else:
            provider = lane.name if lane.accelerator else "cpu"
        lanes.append(
            {
                "name": lane.name,
                "provider": provider,
                "engine": lane.engine.value,
                "state": "benched" if lane.benched_until > now else busy,
                "why": lane.why,
                "runs": lane.runs,
                "failures": lane.failures,
                "rtf": round(lane.cost.rtf, 4),
                "cost": {"a": round(lane.cost.a, 5), "b": round(lane.cost.b, 6)},
            }
        )
    return lanes


def _refused(app: App) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "provider": name,
            "engine": Engine.KOKORO.value,
            "state": "refused",
            "why": why,
            "runs": 0,
            "failures": 0,
            "rtf": None,
            "cost": None,
        }
        for name, why in app.background.refused.items()
        if name not in app.engines.lanes
    ]


def _phase(app: App) -> str:
    """What is being done before ready, or in the background after it; empty: nothing."""
    if app.engines.voicing.engine is not None:
        return app.background.working
    return "loading the model" if app.session_s is None else "the first inference"


def attention(app: App) -> list[str]:
    """What is slow or wrong, and what to do about it: one line each, the worst first."""
    return [line for line in (*_wrong(app), *_slow(app)) if line]


def _wrong(app: App) -> list[str]:
    lanes = [lane for lane in app.scheduler.lanes() if lane.benched_until > app.now()]
    lines = [f"lane {lane.name} failed and rests, the CPU speaks: {lane.why}" for lane in lanes]
    if app.config.lanes != "auto":
        lines += [
            f"lane {name} is refused: {why}; take it out of KOKORO_LANES"
            for name, why in app.background.refused.items()
            if name not in app.engines.lanes
        ]
    if failed := app.scheduler.counters.failed:
        lines.append(f"requests that failed: {failed}; see `kokoroctl logs`")
    if app.config.mlock_weights and app.priming.why:
        lines.append(app.priming.why)
    if (rss := rss_mb() - app.locked_mb()) > (allowed := threshold_mb(app.config)):
        lines.append(
            f"memory is {rss:.0f} MB, allowed at rest are {allowed:.0f}; it is given back when "
            "idle, or set KOKORO_MEMORY_THRESHOLD_MB"
        )
    return lines


def _slow(app: App) -> list[str]:
    lines = []
    if problem := app.background.copy_problem:
        lines.append(f"starts take longer without an optimised copy: {problem}")
    p95, may = app.metrics.first_sound_ms()["p95"], app.config.ttfa_ms
    if p95 is not None and app.metrics.measured >= _ENOUGH and p95 > _LATE * may:
        lines.append(
            f"the first sound takes {p95:.0f} ms (p95), it may take {may}; end other programs, "
            "or see `kokoroctl bench`"
        )
    slow = [lane for lane in app.scheduler.lanes() if lane.fit.runs and lane.cost.rtf > _HARDLY]
    lines += [
        f"lane {lane.name} needs {lane.cost.rtf:.2g} s for a second of sound, so long texts may "
        "pause; see `kokoroctl bench`"
        for lane in slow
        if not lane.express
    ]
    if (cold := app.metrics.cold_starts) and not app.config.keep_alive_enabled:
        lines.append(f"late after a pause: {cold} requests; set KOKORO_KEEP_ALIVE_ENABLED=true")
    return lines


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)
