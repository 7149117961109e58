"""First sound of unique texts, beside kokoro-onnx, and the daemon's own part in it."""

from __future__ import annotations

from statistics import median
from typing import Final

from bench.metric import Metric, at_most, ratio_at_most
from bench.speaker import alternate
from bench.stage import Stage

#: Characters -> what must be reached beside kokoro-onnx.
ASKED: Final = {12: 0.50, 60: 0.25, 400: 0.04, 2_000: 0.04}

_OWN_COST_MS: Final = 25.0


def measure(stage: Stage) -> list[Metric]:
    metrics = []
    own_ms: dict[str, list[float]] = {}
    ours, theirs = stage.kokorod.name, stage.baseline.name
    for chars, bound in ASKED.items():
        stage.note(f"first sound of {chars:,} characters")
        texts = stage.unique(chars, stage.effort.trials)
        heard = alternate(stage.systems, texts, to_end=False)
        times = {system: [h.first_sound_s for h in of] for system, of in heard.items()}
        metrics.append(
            Metric(
                name=f"first sound, {chars:,} characters",
                unit="s",
                value=median(times[ours]),
                compared=median(times[theirs]),
                against=theirs,
                asked=(ratio_at_most(bound),),
                samples=times,
            )
        )
        own = [h.own_cost_s for h in heard[ours]]
        own_ms[f"{chars} characters"] = [s * 1000 for s in own if s is not None]
    metrics.append(
        Metric(
            name="daemon's own cost of a first sound",
            unit="ms",
            value=median(ms for of in own_ms.values() for ms in of),
            asked=(at_most(_OWN_COST_MS),),
            samples=own_ms,
            details={"medians_ms": {of: round(median(ms), 2) for of, ms in own_ms.items()}},
        )
    )
    return metrics
