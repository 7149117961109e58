# loop: asked by a peer, answered at once.
"""What is asked of the daemon itself: one table, message type -> the value of the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kokoro_client.wire.messages import (
    Calibrate,
    Metrics,
    Reload,
    Request,
    Status,
    Voices,
    Warm,
)

from ..watch.metrics import prometheus
from .parts import Parts
from .status import status_value
from .voice_list import voices_value


def questions(
    parts: Parts, reload: Callable[[], Any]
) -> Mapping[type[Request], Callable[[Any], Any]]:
    """The functions that answer, each given the message."""
    return {
        Status: lambda _: status_value(parts),
        Metrics: lambda _: _metrics(parts),
        Voices: lambda _: voices_value(parts.pool.available, parts.live.config),
        Warm: lambda _: _warm(parts),
        Reload: lambda _: reload(),
        Calibrate: lambda asked: parts.calibrating.answer(asked.voice, asked.step),
    }


def _metrics(parts: Parts) -> str:
    return prometheus({**status_value(parts), "speaker": parts.turns.counters()})


def _warm(parts: Parts) -> dict[str, Any]:
    parts.maintenance.look()
    return {"lanes": list(parts.pool.lanes)}
