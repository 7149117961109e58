"""The output module of speech-dispatcher: how soon it gives out a sound, and that it does not grow.

Of the module alone first, then (speechd_server.py) with a real server, at a null sink, if both are
installed.
"""

from __future__ import annotations

from statistics import median
from typing import Final

import numpy as np

from bench.metric import Metric, at_most
from bench.metrics import speechd_server
from bench.screen_reader import BEFORE_S, kept_keys, marked
from bench.sink.recording import loud
from bench.sink.server import missing_packages
from bench.stage import Stage
from bench.systems import speech_dispatcher
from bench.systems.kokorod import Kokorod
from bench.systems.speechd_module import SpeechdModule
from kokorod.types import SAMPLE_RATE

#: Characters of a short line, as a screen reader says them; and how many of them in a trial.
_LINE: Final = 12
_LINES: Final = 4

#: Characters spoken before anything is measured.
_WARM_UP: Final = 60

_BURST: Final = 500

_GROWN_MB: Final = 10.0


def measure(stage: Stage) -> list[Metric]:
    # With its own phonemes: those of kokoro-onnx, which the other metrics compare, have no marks.
    stage.note("starting kokorod as a reader has it")
    kokorod = Kokorod(stage.files, phonemes="kokoro")
    try:
        kokorod.speak(stage.texts.next(_WARM_UP))
        metrics = _of_module(stage, kokorod)
        if lacking := [*filter(None, [speech_dispatcher.missing()]), *missing_packages()]:
            stage.note(f"not measured with a real server; missing: {', '.join(lacking)}")
            return metrics
        return metrics + speechd_server.measure(stage, kokorod.socket)
    finally:
        kokorod.close()


def _of_module(stage: Stage, kokorod: Kokorod) -> list[Metric]:
    module = SpeechdModule(kokorod.socket)
    try:
        return [
            _beyond(stage, kokorod, module),
            _marks(stage, module),
            _echo(stage, module),
            _burst(stage, module),
        ]
    finally:
        module.close()


def _beyond(stage: Stage, kokorod: Kokorod, module: SpeechdModule) -> Metric:
    """What the module adds to the daemon's first sound: each side has words of its own.

    With the same words the second one might be answered from a cache, and what is left early is
    still being worked at when the next one comes.
    """
    daemons: list[float] = []
    modules: list[float] = []
    stage.note("short texts that are not in the table")
    sides = [
        (daemons, lambda text: kokorod.speak(text).first_sound_s),
        (modules, lambda text: module.seconds_to_sound("SPEAK", text)),
    ]
    for number in range(stage.effort.trials * _LINES):
        for taken, speak in sides[:: 1 if number % 2 else -1]:
            taken.append(speak(stage.texts.next(_LINE)) * 1000)
            kokorod.wait_idle()
    return Metric(
        name="speechd: SPEAK to its first sound, beyond the daemon's",
        unit="ms",
        value=median(modules) - median(daemons),
        asked=(at_most(15.0),),
        samples={"module, ms": modules, "daemon, ms": daemons},
    )


def _marks(stage: Stage, module: SpeechdModule) -> Metric:
    """Where they lie in the sound, beside the onset of the word behind them, after a pause."""
    stage.note("marks in the sound")
    errors: list[float] = []
    for number in range(stage.effort.trials):
        pcm, marks = module.heard(marked(number))
        sounds = np.flatnonzero(loud(np.frombuffer(pcm, "<i2")))
        for sample in marks:
            behind = sounds[sounds > sample - BEFORE_S * SAMPLE_RATE]
            errors.append((sample - int(behind[0])) / SAMPLE_RATE * 1000)
    return Metric(
        name="speechd: marks against the sound, median error",
        unit="ms",
        value=median(map(abs, errors)),
        asked=(at_most(25.0),),
        samples={"mark after its word's onset, ms": errors},
        note=f"{min(errors):.0f} to {max(errors):.0f} ms",
    )


def _echo(stage: Stage, module: SpeechdModule) -> Metric:
    times = max(100, stage.effort.trials * 20)
    keys = kept_keys(stage, module.echoes, lambda key: module.seconds_to_sound("KEY", key), times)
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
