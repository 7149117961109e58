"""The output module of speech-dispatcher: how soon it gives out a sound, and that it does not grow.

What a server and a sound card add is not in these figures.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Final

from bench.metric import Metric, at_most
from bench.stage import Stage
from bench.systems.speechd_module import SpeechdModule
from kokorod.errors import EngineError

_KEYS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"

#: The table is made while nothing is asked: some 150 sounds of the model.
_TABLE_S: Final = 600.0
_TABLE: Final = 100

#: As long as "button": as a screen reader says them, and not in the table.
_SHORT: Final = ("buttons", "linked", "headline", "twelve chars")

_BURST: Final = 500

_GROWN_MB: Final = 10.0


def measure(stage: Stage) -> list[Metric]:
    module = SpeechdModule(stage.kokorod.socket)
    try:
        return [_beyond(stage, module), _echo(stage, module), _burst(stage, module)]
    finally:
        module.close()


def _beyond(stage: Stage, module: SpeechdModule) -> Metric:
    """What the module adds to the daemon's first sound, the phrase cache aside."""
    added: list[float] = []
    stage.note("short texts that are not in the table")
    for number in range(stage.effort.trials):
        for words in _SHORT:
            # Another text each time: no cache knows it.
            text = f"{words} {number}{stage.random.randrange(10_000)}"
            daemon = stage.kokorod.speak(f"{text}.", to_end=False).first_sound_s
            stage.kokorod.wait_idle()
            added.append((module.seconds_to_sound("SPEAK", text) - daemon) * 1000)
    return Metric(
        name="speechd: SPEAK to its first sound, beyond the daemon's",
        unit="ms",
        value=median(added),
        asked=(at_most(15.0),),
        samples={"beyond the daemon's first sound, ms": added},
    )


def _echo(stage: Stage, module: SpeechdModule) -> Metric:
    stage.note("the table of keys is made")
    module.seconds_to_sound("KEY", "a")
    deadline = time.monotonic() + _TABLE_S
    while module.echoes() < _TABLE:
        if time.monotonic() > deadline:
            raise EngineError(f"{module.echoes()} of {_TABLE} sounds were made in {_TABLE_S:g} s")
        time.sleep(0.5)
    keys = [stage.random.choice(_KEYS) for _ in range(max(100, stage.effort.trials * 20))]
    taken = sorted(module.seconds_to_sound("KEY", key) * 1000 for key in keys)
    return Metric(
        name="speechd: KEY to its first sound, kept, p95",
        unit="ms",
        value=taken[int(len(taken) * 0.95)],
        asked=(at_most(10.0),),
        samples={"KEY to 705, ms": taken},
    )


def _burst(stage: Stage, module: SpeechdModule) -> Metric:
    stage.note(f"{_BURST} messages, each stopped by the next")
    before = module.memory_mb
    for number in range(_BURST):
        module.begin("SPEAK", f"<speak>Line {number} of the text.</speak>")
        module.stop()
    module.seconds_to_sound("SPEAK", "The last one is heard.")
    grown = module.memory_mb - before
    return Metric(
        name=f"speechd: memory after {_BURST} messages that were stopped",
        unit="MB",
        value=grown,
        asked=(at_most(_GROWN_MB),),
        samples={"grown, MB": [grown]},
    )
