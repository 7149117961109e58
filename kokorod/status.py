# loop: asked by a peer, reads what the daemon knows.
"""The value of a `status` answer: plain maps and lists, ready for the wire."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from . import __version__
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
    config = app.config
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
            "bound_ms": round(app.bound_s * 1000, 1),
            "ready_ms": round(app.ready_s * 1000, 1) if app.ready_s else None,
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
        "lanes": [
            {
                "name": lane.name,
                "engine": lane.engine.value,
                "state": "busy" if lane.segment else "idle",
                "runs": lane.fit.runs,
                "a_s": round(lane.cost.a, 5),
                "b_s": round(lane.cost.b, 6),
                "rtf": round(lane.cost.rtf, 4),
            }
            for lane in app.scheduler.lanes()
        ],
    }
