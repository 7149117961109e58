# loop: reads what the daemon knows.
"""What is slow or wrong with the daemon, in lines for people."""

from __future__ import annotations

from typing import Final

from ..maintenance.runner import rss_mb, threshold_mb
from ..voices.names import DEFAULT
from .parts import Parts

#: A first sound is late if it takes so many times what it may.
_LATE: Final = 1.5

#: First sounds before their percentile says anything.
_ENOUGH: Final = 20

#: Work for a second of sound above which a listener may have to wait within a text.
_HARDLY: Final = 0.8


def attention(parts: Parts) -> list[str]:
    """What is slow or wrong, and what to do about it: one line each, the worst first."""
    return [line for line in (*_wrong(parts), *_slow(parts)) if line]


def _wrong(parts: Parts) -> list[str]:
    now = parts.loop.clock()
    lanes = [lane for lane in parts.scheduler.lanes() if lane.benched_until > now]
    lines = [f"lane {lane.name} failed and rests, the CPU speaks: {lane.why}" for lane in lanes]
    if parts.live.config.lanes != "auto":
        lines += [
            f"lane {name} is refused: {why}; take it out of KOKORO_LANES"
            for name, why in parts.pool.unused.items()
        ]
    lines += [
        f"voice {voice} speaks sentence by sentence: streamed it is "
        f"{verdict.distance_db:.1f} dB off on this machine; "
        f"`kokoroctl calibrate {voice}` learns it"
        for voice, verdict in parts.after_ready.guarding.verdicts.items()
        if not verdict.near
    ]
    if problem := parts.metrics.lexicon_problem:
        lines.append(f"{problem}; words are said as before")
    if other := parts.pool.available.instead_of_default(parts.live.config):
        lines.append(f"these voices have no {DEFAULT}, {other} speaks; set KOKORO_VOICE")
    if failed := parts.scheduler.counters.failed:
        lines.append(f"requests that failed: {failed}; see `kokoroctl logs`")
    if parts.live.config.mlock_weights and parts.priming.why:
        lines.append(parts.priming.why)
    if (rss := rss_mb() - parts.priming.locked_mb) > (allowed := threshold_mb(parts.live.config)):
        lines.append(
            f"memory is {rss:.0f} MB, allowed at rest are {allowed:.0f}; it is given back when "
            "idle, or set KOKORO_MEMORY_THRESHOLD_MB"
        )
    return lines


def _slow(parts: Parts) -> list[str]:
    lines = []
    if problem := parts.after_ready.copy_problem:
        lines.append(f"starts take longer without an optimised copy: {problem}")
    p95, may = parts.metrics.first_sound_ms()["p95"], parts.live.config.whole_ttfa_ms
    if p95 is not None and parts.metrics.measured >= _ENOUGH and p95 > _LATE * may:
        lines.append(
            f"the first sound takes {p95:.0f} ms (p95), it may take {may}; end other programs, "
            "or see `kokoroctl bench`"
        )
    slow = [lane for lane in parts.scheduler.lanes() if lane.runs and lane.rtf > _HARDLY]
    lines += [
        f"lane {lane.name} needs {lane.rtf:.2g} s for a second of sound, so long texts may "
        "pause; see `kokoroctl bench`"
        for lane in slow
        if not lane.express
    ]
    if (cold := parts.metrics.cold_starts) and not parts.live.config.keep_alive_enabled:
        lines.append(f"late after a pause: {cold} requests; set KOKORO_KEEP_ALIVE_ENABLED=true")
    return lines
