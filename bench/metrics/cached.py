"""A phrase said before: from the request to its first frame at the client."""

from __future__ import annotations

from statistics import median
from typing import Final

from bench.metric import Metric, at_most
from bench.stage import Stage
from kokorod.commands.bench.hearing import NothingHeardError

#: A phrase as programs repeat them: "The build is done."
_CHARS: Final = 30

#: A phrase takes milliseconds, so there may be more of them.
_PER_TRIAL: Final = 3


def measure(stage: Stage) -> list[Metric]:
    daemon = stage.kokorod
    stage.note("cached phrases")
    again_ms: list[float] = []
    phrases = stage.effort.trials * _PER_TRIAL
    for text in stage.unique(_CHARS, phrases):
        daemon.hear(text, cache=True)
        again = daemon.hear(text, cache=True)
        if again.cached:
            again_ms.append(again.first_frame_s * 1000)
    if not again_ms:
        raise NothingHeardError(f"none of {phrases} phrases came from the cache the second time")
    return [
        Metric(
            name="cached phrase, request to first frame",
            unit="ms",
            value=median(again_ms),
            asked=(at_most(5.0),),
            samples={daemon.name: again_ms},
            note=f"{len(again_ms)} of {phrases} came from the cache",
            details={"phrases": phrases},
        )
    ]
