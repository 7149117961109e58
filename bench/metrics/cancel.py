"""Cancel at a random moment of a long text: how long until its lane is free."""

from __future__ import annotations

import time
from typing import Final

from bench.metric import Metric, at_most, percentile
from bench.speaker import VOICE
from bench.stage import Stage

#: Characters: long enough to be under way at any of the moments.
_SHORTEST: Final = 400
_LONGEST: Final = 2_000

#: Seconds after the lane was first seen busy; covers the first segment and the next.
_LATEST_S: Final = 1.5


def measure(stage: Stage) -> list[Metric]:
    stage.note(f"{stage.effort.cancels} cancels")
    free_ms = [_cancel_once(stage) for _ in range(stage.effort.cancels)]
    return [
        Metric(
            name=f"cancel to lane free, {len(free_ms)} cancels, p99",
            unit="ms",
            value=percentile(free_ms, 99),
            asked=(at_most(120.0),),
            samples={stage.kokorod.name: free_ms},
            note=f"median {percentile(free_ms, 50):.1f} ms, most {max(free_ms):.1f} ms",
        )
    ]


def _cancel_once(stage: Stage) -> float:
    daemon = stage.kokorod
    text = stage.texts.next(stage.random.randint(_SHORTEST, _LONGEST))
    with daemon.client.speak(text, voice=VOICE, cache=False) as speech:
        daemon.wait_busy()
        time.sleep(stage.random.uniform(0.0, _LATEST_S))
        began = time.perf_counter()
        speech.cancel()
        daemon.wait_idle()
        return (time.perf_counter() - began) * 1000
