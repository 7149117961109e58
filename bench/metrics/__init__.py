"""The metrics, by the name they are asked for on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bench.metric import Metric
from bench.metrics import (
    at_rest,
    book,
    cached,
    cancel,
    cluster,
    control,
    crowd,
    distance,
    document,
    edges,
    enter,
    first_sound,
    follow,
    gateway,
    hook,
    long_text,
    memory,
    run_time,
    speechd,
    spoken_out,
    start,
    status,
    text,
)
from bench.stage import Stage

Measure = Callable[[Stage], list[Metric]]

#: In the order they are measured.
ALL: Final[dict[str, Measure]] = {
    "first-sound": first_sound.measure,
    "long": long_text.measure,
    "cached": cached.measure,
    "cancel": cancel.measure,
    "beside": document.measure_beside,
    "pace": document.measure_pace,
    "crowd": crowd.measure,
    "text": text.measure,
    "cost": run_time.measure,
    "edges": edges.measure,
    "distance": distance.measure,
    "status": status.measure,
    "start": start.measure_start,
    "optimised": start.measure_optimised,
    "keep-alive": at_rest.measure_keep_alive,
    "lanes": memory.measure_lanes,
    "slope": memory.measure_slope,
    "idle": at_rest.measure_idle,
    "hook": hook.measure,
    "speechd": speechd.measure,
    "first-byte": gateway.measure_first_byte,
    "gateway": gateway.measure,
    "book": book.measure,
    "cluster": cluster.measure,
    "enter": enter.measure,
    "make-say": enter.measure_make_say,
    "stop": control.measure_stop,
    "pause": control.measure_pause,
    "follow": follow.measure,
    "spoken-out": spoken_out.measure,
}

#: Names for several. What needs a sound server, half an hour or Ray is measured if asked for.
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "speaker": ("enter", "make-say", "stop", "pause", "follow", "spoken-out"),
    "books": ("book", "cluster"),
}
