"""Texts to their end: pace; and of 2,000 characters a player that must not starve, memory."""

from __future__ import annotations

import time
from statistics import median
from typing import Final

from bench.metric import Metric, at_most, ratio_at_most
from bench.speaker import REST_S, alternate
from bench.stage import Stage
from kokorod.commands.bench.hearing import Heard, play
from kokorod.commands.bench.memory import PeakMemory, rss_mb
from kokorod.commands.bench.survey import AFTER_S

_CHARS: Final = 2_000

#: Characters -> what must be reached beside kokoro-onnx, a second of sound.
ASKED: Final = {60: 1.0, 400: 0.97, _CHARS: 0.95}


def measure(stage: Stage) -> list[Metric]:
    ours, theirs = stage.kokorod, stage.baseline
    shorter = []
    for chars in ASKED:
        if chars != _CHARS:
            stage.note(f"{chars} characters to the end")
            said = alternate(stage.systems, stage.unique(chars, stage.effort.trials))
            shorter.append(_last_sample(chars, said, ours.name, theirs.name))
    heard: dict[str, list[Heard]] = {ours.name: [], theirs.name: []}
    peak: dict[str, list[float]] = {ours.name: [], theirs.name: []}
    after: dict[str, list[float]] = {ours.name: [], theirs.name: []}
    for number in range(stage.effort.long_runs):
        stage.note(f"{_CHARS:,} characters to the end, {number + 1} of {stage.effort.long_runs}")
        systems = stage.systems if number % 2 == 0 else stage.systems[::-1]
        text = stage.texts.next(_CHARS)
        for system in systems:
            if system is not ours and number >= stage.effort.trials:
                continue  # only the player needs so many
            with PeakMemory(system.pid) as memory:
                heard[system.name].append(system.speak(text))
            peak[system.name].append(memory.peak_mb)
            time.sleep(AFTER_S)
            after[system.name].append(rss_mb(system.pid))
            time.sleep(REST_S)
    # Only runs that had their counterpart.
    paired = {system: of[: stage.effort.trials] for system, of in heard.items()}
    return [
        *shorter,
        _last_sample(_CHARS, paired, ours.name, theirs.name),
        *_underruns(heard, ours.name, theirs.name),
        _memory("peak server RSS, 2,000 characters", peak, ours.name, theirs.name, (0.35, 560)),
        _memory("server RSS 2 s after", after, ours.name, theirs.name, (None, 560)),
    ]


def _last_sample(chars: int, heard: dict[str, list[Heard]], ours: str, theirs: str) -> Metric:
    # A second of sound: the two make other pauses.
    paces = {system: [h.last_sample_s / h.sound_s for h in of] for system, of in heard.items()}
    whole = {system: median(h.last_sample_s for h in of) for system, of in heard.items()}
    return Metric(
        name=f"last sample, {chars:,} characters, a second of sound",
        unit="s",
        value=median(paces[ours]),
        compared=median(paces[theirs]),
        against=theirs,
        asked=(ratio_at_most(ASKED[chars]),),
        samples=paces,
        note=f"after {whole[ours]:.2f} s and {whole[theirs]:.2f} s",
        details={
            "sound_s": {
                system: round(median(h.sound_s for h in of), 2) for system, of in heard.items()
            }
        },
    )


def _underruns(heard: dict[str, list[Heard]], ours: str, theirs: str) -> list[Metric]:
    played = {system: [play(h.frames) for h in of] for system, of in heard.items()}
    counts = {system: [float(p.count) for p in of] for system, of in played.items()}
    return [
        Metric(
            name=f"underruns, 2,000 characters, {len(counts[ours])} runs",
            unit="",
            value=sum(counts[ours]),
            asked=(at_most(0),),
            samples=counts,
            details={
                "total_ms": {
                    system: round(sum(p.total_s for p in of) * 1000, 1)
                    for system, of in played.items()
                },
            },
            note=f"silent for {sum(p.total_s for p in played[ours]) * 1000:.0f} ms in all; "
            f"{theirs}: {sum(counts[theirs]):.0f} in {len(counts[theirs])} runs",
        )
    ]


def _memory(
    name: str,
    samples: dict[str, list[float]],
    ours: str,
    theirs: str,
    bounds: tuple[float | None, float],
) -> Metric:
    ratio, megabytes = bounds
    limits = [] if ratio is None else [ratio_at_most(ratio)]
    return Metric(
        name=name,
        unit="MB",
        # The worst of all runs: a peak that comes once is still needed.
        value=max(samples[ours]),
        compared=max(samples[theirs]),
        against=theirs,
        asked=(*limits, at_most(megabytes)),
        samples=samples,
    )
