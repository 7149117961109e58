"""How well a lane knows beforehand what a run will take."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Final

from bench.in_process import open_synthesizer, read, turn
from bench.metric import Metric, at_most, percentile
from bench.stage import Stage
from kokorod.engine.synthesizer import Run
from kokorod.schedule import frames
from kokorod.schedule.cost import CostFit
from kokorod.schedule.script import Script
from kokorod.schedule.state import CAP
from kokorod.types import TextState, Utterance

#: Frames of the budgets that texts are cut by, in turn: the ramp's first segments and later ones.
_BUDGETS: Final = (60, 90, 140, 220, 330)

#: A lane's first runs teach it; what it says after them counts.
_LEARNT: Final = 5

#: Characters of each text: three or four sentences.
_CHARS: Final = 240


def measure(stage: Stage) -> list[Metric]:
    """Runs of segments as the ramp cuts them, in several voices and at several speeds."""
    stage.note("predicted and real time of runs")
    synthesizer = open_synthesizer(stage.files)
    fit, off, lengths = CostFit(), [], []
    with tempfile.TemporaryDirectory() as home:
        for number, text in enumerate(stage.unique(_CHARS, stage.effort.cost_texts)):
            lang, voice, speed = turn(number)
            script = Script(sentence_pause_s=0.25)
            script.add(read(text, lang, Path(home)), TextState.END)
            while script.runnable:
                segment = script.next(_BUDGETS[fit.runs % len(_BUDGETS)], CAP)
                expected = frames.of(segment) / speed
                began = time.perf_counter()
                sound = synthesizer.synthesize(segment, Utterance(voice, speed, lang), Run())
                seconds = time.perf_counter() - began
                if fit.runs >= _LEARNT:
                    off.append(100 * abs(fit.cost.seconds(expected) / seconds - 1))
                    lengths.append(100 * abs(expected * 600 / len(sound.pcm) - 1))
                fit.add(expected, seconds)
    return [
        Metric(
            name="predicted time of a run: median error",
            unit="%",
            value=percentile(off, 50),
            asked=(at_most(10),),
            samples={"time": off, "frames": lengths},
            note=f"frames alone {percentile(lengths, 50):.1f} %, time of the worst tenth "
            f"{percentile(off, 90):.0f} %; {len(off)} runs, three voices, three speeds",
            details={"a_s": fit.cost.a, "b_s": fit.cost.b},
        )
    ]
