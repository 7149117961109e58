"""`kokoroctl book render`: its pace beside onnxruntime's own, its memory, who speaks meanwhile."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Final

from bench.in_process import open_synthesizer, read
from bench.metric import Metric, at_most, ratio_at_least, ratio_at_most
from bench.speaker import REST_S, VOICE
from bench.stage import Stage
from bench.systems.book_render import BookRender
from kokorod.commands.bench.hearing import NothingHeardError
from kokorod.commands.bench.memory import PeakMemory
from kokorod.engine.synthesizer import Run
from kokorod.schedule.script import Script
from kokorod.schedule.state import CAP
from kokorod.types import TextState, Utterance

#: Of a paragraph.
PARAGRAPH_CHARS: Final = 500

#: Of the texts whose runs are timed, once before the book and once after it.
_RAW_CHARS: Final = 2_500

#: Frames that no segment reaches: each is as long as its tokens may be.
_NO_BUDGET: Final = 100_000

_SHORT_CHARS: Final = 12
_EVERY_S: Final = 20.0


def measure(stage: Stage) -> list[Metric]:
    daemon = stage.kokorod
    chars = stage.effort.book_chars
    raw = [_raw_rate(stage)]
    alone = _short_ones(stage)
    stage.note(f"a book of {chars:,} characters")
    meanwhile: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        book = written(stage, Path(folder), chars // PARAGRAPH_CHARS)
        with (
            BookRender(daemon.socket, book, book.with_suffix(".wav")) as render,
            PeakMemory(daemon.pid) as of_daemon,
            PeakMemory(render.process.pid) as of_renderer,
        ):
            render.wait_begun()
            while render.running:
                time.sleep(min(_EVERY_S, stage.effort.window_s / 4))
                if render.running:
                    meanwhile.append(daemon.hear(stage.texts.next(_SHORT_CHARS)).first_sound_s)
            done = render.end()
    daemon.wait_idle()
    alone += _short_ones(stage)
    raw.append(_raw_rate(stage))
    if not meanwhile:
        raise NothingHeardError("the book was over before anything else was asked for")
    rate = chars / done["work_s"]
    return [
        Metric(
            name=f"book of {chars:,} characters: characters a second of work",
            unit="",
            value=rate,
            compared=median(raw),
            against="whole segments of 150 tokens in onnxruntime",
            asked=(ratio_at_least(1.0),),
            samples={"book": [rate], "whole segments": raw},
            note=f"{done['spoken_s'] / done['work_s']:.2f} s of sound a second, with"
            f" {len(meanwhile)} short requests in between",
        ),
        Metric(
            name="first sound, 12 characters while a book is rendered",
            unit="s",
            value=median(meanwhile),
            compared=median(alone),
            against="alone",
            asked=(ratio_at_most(1.3),),
            samples={"meanwhile": meanwhile, "alone": alone},
        ),
        _memory("daemon", of_daemon.peak_mb, 600.0),
        _memory("renderer", of_renderer.peak_mb, 250.0),
    ]


def written(stage: Stage, folder: Path, paragraphs: int) -> Path:
    """A book of paragraphs that no other text has."""
    book = folder / "book.txt"
    book.write_text("\n\n".join(stage.unique(PARAGRAPH_CHARS, max(2, paragraphs))))
    return book


def _memory(whose: str, peak_mb: float, most_mb: float) -> Metric:
    return Metric(
        name=f"peak RSS of the {whose} while a book is rendered",
        unit="MB",
        value=peak_mb,
        asked=(at_most(most_mb),),
        samples={"MB": [peak_mb]},
    )


def _short_ones(stage: Stage) -> list[float]:
    found = []
    for text in stage.unique(_SHORT_CHARS, stage.effort.trials):
        found.append(stage.kokorod.speak(text).first_sound_s)
        time.sleep(REST_S)
    return found


def _raw_rate(stage: Stage) -> float:
    """Characters a second of runs of whole segments, each as long as a segment may be."""
    stage.note("whole segments in onnxruntime")
    synthesizer = open_synthesizer(stage.files)
    script = Script(sentence_pause_s=0.25)
    with tempfile.TemporaryDirectory() as home:
        for text in stage.unique(PARAGRAPH_CHARS, _RAW_CHARS // PARAGRAPH_CHARS):
            script.add(read(text, "en-us", Path(home)), TextState.MORE)
        script.add([], TextState.END)
    utterance = Utterance(VOICE, 1.0, "en-us")
    seconds = 0.0
    while script.runnable:
        segment = script.next(_NO_BUDGET, CAP)
        began = time.perf_counter()
        synthesizer.synthesize(segment, utterance, Run())
        seconds += time.perf_counter() - began
    return _RAW_CHARS / seconds
