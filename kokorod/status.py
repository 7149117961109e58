# loop: asked by a peer, reads what the daemon knows.
"""The value of a `status` answer: plain maps and lists, ready for the wire."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from . import __version__
from .types import Engine
from .upkeep import peak_mb, rss_mb, threshold_mb

if TYPE_CHECKING:
    from .app import App


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
    phrases = app.requests.phrases
    memory, keep_alive = app.upkeep.memory, app.upkeep.warmup.keep_alive
    config, sessions = app.config, app.engines.sessions
    counters = app.scheduler.counters
    return {
        "state": state,
        "version": __version__,
        "pid": os.getpid(),
        "socket": str(config.socket),
        "home": str(config.home),
        "uptime_s": round(app.uptime_s(), 1),
        "engine": engine.value if engine else None,
        "note": voicing.note,
        "problem": voicing.problem.value if voicing.problem else None,
        "voice": config.voice,
        "voices": len(voicing.voices),
        "model": app.engines.model.name if app.engines.model else None,
        "startup": {
            "bound_ms": _ms(app.bound_s),
            "session_ms": _ms(app.session_s),
            "ready_ms": _ms(app.ready_s),
            "optimised_ms": _ms(app.background.optimised_s),
            "not_optimised": app.background.copy_problem,
            "now": app.background.working,
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
        "cold_starts": app.metrics.cold_starts,
        "cold_extra_ms": round(app.metrics.cold_extra_ms, 1),
        "first_sound_ms": app.metrics.first_sound_ms(),
        "requests": {
            "total": counters.total,
            "active": app.scheduler.active,
            "queued": app.scheduler.queued,
            "cancelled": counters.cancelled,
            "failed": counters.failed,
            "terminated_runs": counters.terminated_runs,
        },
        "phrase_cache": {
            "phrases": len(phrases),
            "mb": round(phrases.bytes / 2**20, 2),
            "capacity_mb": round(phrases.capacity / 2**20, 2),
            "hits": phrases.hits,
            "misses": phrases.misses,
        },
        "clients": len(app.peers),
        "sessions": {
            "created": sessions.created,
            "hits": sessions.hits,
            "misses": sessions.misses,
        },
        "lanes": [*_lanes(app), *_refused(app)],
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
                "a_s": round(lane.cost.a, 5),
                "b_s": round(lane.cost.b, 6),
            }
        )
    return lanes


def _refused(app: App) -> list[dict[str, Any]]:
    return [
        {"name": name, "provider": name, "state": "refused", "why": why}
        for name, why in app.background.refused.items()
    ]


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)
