# loop: asked by a peer, reads what the daemon knows.
"""The value of a `status` answer: plain maps and lists, ready for the wire.

Each part tells its own section; the names are those of docs/operations.md; a program may rely
on them, and tests/daemon/test_status.py holds them.
"""

from __future__ import annotations

import os
from typing import Any, Final

from .. import __version__
from .. import config as configuration
from ..config import Config
from ..types import Engine
from .attention import attention
from .parts import Parts

#: Of a setting's value: 64 blends are some kilobytes.
_SHOWN: Final = 1_000


def status_value(parts: Parts) -> dict[str, Any]:
    """What `kokoroctl status --json` prints."""
    pool, config, now = parts.pool, parts.live.config, parts.loop.clock()
    available, engine = pool.available, pool.available.engine
    return {
        "state": _state(parts),
        "version": __version__,
        "pid": os.getpid(),
        "uptime_s": round(parts.startup.uptime_s(), 1),
        "engine": engine.value if engine else None,
        "note": available.note,
        "problem": available.problem.value if available.problem else None,
        "attention": attention(parts),
        "voice": available.default_voice(config),
        "voices": len(available.voices),
        "model": pool.model.name if pool.model else None,
        "model_source": pool.model.source if pool.model else None,
        "startup": {
            **parts.startup.value(),
            "not_optimised": parts.after_ready.copy_problem,
            "phase": _phase(parts),
        },
        "memory": parts.maintenance.memory_value(),
        "keep_alive": parts.maintenance.keep_alive_value(),
        "priming": parts.priming.value(),
        "cold_starts": parts.metrics.cold_starts_value(),
        "first_sound_ms": parts.metrics.first_sound_ms(),
        "requests": parts.scheduler.value(),
        "reading": {"contained": parts.metrics.contained_in_reading},
        "contained": parts.metrics.contained,
        "speaker": parts.turns.state(),
        "phrase_cache": parts.phrases.value(),
        "clients": len(parts.server.peers),
        "sessions": pool.sessions_value(),
        "norms": parts.after_ready.guarding.value(),
        "calibration": parts.calibrating.value(),
        "lanes": [*parts.scheduler.lanes_value(now), *_refused(parts)],
        "socket": str(config.socket),
        "home": str(config.home),
        "settings": _settings(config),
    }


def _settings(config: Config) -> dict[str, str]:
    """Those that are not as they are by default."""
    return {
        name: str(value)[:_SHOWN]
        for name, spec in configuration.settings().items()
        if (value := getattr(config, name)) != spec.default
    }


def _state(parts: Parts) -> str:
    if parts.scheduler.draining:
        return "stopping"
    if parts.pool.unloaded:
        return "asleep"
    return "ready" if parts.pool.available.engine else "starting"


def _phase(parts: Parts) -> str:
    """What is being done before ready, or in the background after it; empty: nothing."""
    if parts.pool.available.engine is not None:
        return parts.after_ready.working
    return "loading the model" if parts.startup.session_s is None else "the first inference"


def _refused(parts: Parts) -> list[dict[str, Any]]:
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
            "way": "whole",
            "front_ms": None,
            "chunk_cost": None,
        }
        for name, why in parts.pool.unused.items()
    ]
