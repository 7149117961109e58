"""`kokoroctl book render`: its pace beside onnxruntime's own, its memory, who speaks meanwhile.

A book of 50,000 characters takes 20 minutes on two cores, in which a machine changes its pace. So
shorter books are rendered in turns with runs of onnxruntime; `--book-chars` makes them longer.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, Final

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

#: Of the text whose runs are timed, before each book and after the last one; and of what is run
#: before any, which allocates.
_RAW_CHARS: Final = 1_250
_FIRST_CHARS: Final = 200

#: Frames that no segment reaches: each is as long as its tokens may be.
_NO_BUDGET: Final = 100_000

_SHORT_CHARS: Final = 12
_EVERY_S: Final = 10.0


def measure(stage: Stage) -> list[Metric]:
    raw, books = [], []
    whole = _WholeSegments(stage)
    with tempfile.TemporaryDirectory() as folder, PeakMemory(stage.kokorod.pid) as of_daemon:
        rendered = _Books(stage, Path(folder))
        for _ in range(stage.effort.pairs):
            raw.append(whole.rate())
            books.append(rendered.rate())
        raw.append(whole.rate())
        alone = _short_ones(stage)
        meanwhile = rendered.first_sounds()
        alone += _short_ones(stage)
    chars = rendered.chars
    return [
        Metric(
            name=f"books of {chars:,} characters: characters a second of work",
            unit="",
            value=median(books),
            compared=median(raw),
            against=f"whole segments of {CAP} tokens in onnxruntime",
            asked=(ratio_at_least(1.0),),
            samples={"book": books, "whole segments": raw},
            note=f"{median(rendered.paces):.2f} s of sound a second",
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
        _memory("renderer", rendered.peak_mb, 250.0),
    ]


def written(stage: Stage, path: Path, paragraphs: int) -> Path:
    """A book of paragraphs that no other text has."""
    path.write_text("\n\n".join(stage.unique(PARAGRAPH_CHARS, max(2, paragraphs))))
    return path


class _Books:
    """Owns: a folder of books that were rendered; their pace, the renderer's memory."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.chars = stage.effort.book_chars
        self.paces: list[float] = []  # seconds of sound a second
        self.peak_mb = 0.0
        self._stage = stage
        self._folder = folder
        self._count = 0

    def rate(self) -> float:
        """Characters a second of work, of a book that nobody disturbs."""
        render, said = self._begin()
        with render, PeakMemory(render.process.pid) as peak:
            done = render.end()
        self.peak_mb = max(self.peak_mb, peak.peak_mb)
        self.paces.append(done["spoken_s"] / done["work_s"])
        self._stage.kokorod.wait_idle()
        return said / done["work_s"]

    def first_sounds(self) -> list[float]:
        """Of short texts while another book is rendered."""
        daemon, stage, found = self._stage.kokorod, self._stage, list[float]()
        render, _ = self._begin()
        with render, PeakMemory(render.process.pid) as peak:
            render.wait_begun()
            while render.running:
                time.sleep(min(_EVERY_S, stage.effort.window_s / 4))
                if render.running:
                    found.append(daemon.hear(stage.texts.next(_SHORT_CHARS)).first_sound_s)
            render.end()
        self.peak_mb = max(self.peak_mb, peak.peak_mb)
        daemon.wait_idle()
        if not found:
            raise NothingHeardError("the book was over before anything else was asked for")
        return found

    def _begin(self) -> tuple[BookRender, int]:
        """And how many characters it will speak."""
        self._count += 1
        self._stage.note(f"a book of {self.chars:,} characters")
        book = self._folder / f"book-{self._count}.txt"
        written(self._stage, book, self.chars // PARAGRAPH_CHARS)
        said = len(book.read_text().replace("\n", ""))
        return BookRender(self._stage.kokorod.socket, book, book.with_suffix(".wav")), said


def _memory(whose: str, peak_mb: float, most_mb: float) -> Metric:
    return Metric(
        name=f"peak RSS of the {whose} while books are rendered",
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


class _WholeSegments:
    """The model as it was released, in a session of this process."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._synthesizer: Any = None
        self._home = tempfile.TemporaryDirectory()

    def rate(self) -> float:
        """Characters a second of runs of whole segments, each as long as a segment may be."""
        self._stage.note("whole segments in onnxruntime")
        if self._synthesizer is None:
            self._synthesizer = open_synthesizer(self._stage.files)
            self._seconds(self._stage.texts.next(_FIRST_CHARS))
        text = self._stage.texts.next(_RAW_CHARS)
        return len(text) / self._seconds(text)

    def _seconds(self, text: str) -> float:
        # The daemon that is measured has these phonemes, too.
        home = Path(self._home.name)
        script = Script(sentence_pause_s=0.25)
        script.add(read(text, "en-us", home, KOKORO_PHONEMES="espeak"), TextState.END)
        seconds = 0.0
        while script.runnable:
            segment = script.next(_NO_BUDGET, CAP)
            began = time.perf_counter()
            self._synthesizer.synthesize(segment, Utterance(VOICE, 1.0, "en-us"), Run())
            seconds += time.perf_counter() - began
        return seconds
