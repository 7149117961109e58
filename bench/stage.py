"""What a metric is given: both systems, warm; texts; how often to try.

Owns:       the systems, made when a metric first asks for them.
Invariants: a system is warmed by the same texts as the other before anything is measured.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, TypeVar

from bench.model import ModelFiles
from bench.sink.room import AtSink, Sink
from bench.speaker import Speaker
from bench.systems.kokoro_onnx import KokoroOnnx
from bench.systems.kokoroctl import Kokoroctl
from bench.systems.kokorod import Kokorod
from bench.systems.stackvox import Stackvox
from kokorod.commands.bench.texts import Texts

_S = TypeVar("_S", bound=Speaker)
_AtSink = TypeVar("_AtSink", bound=AtSink)

#: Characters spoken before anything is measured: both allocate, kokorod learns its pace.
_WARM_UP: Final = (12, 60, 400)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured.

    trials       of each system, if two are compared
    long_runs    of 2,000 characters, for the player that must not starve
    cancels      at random moments
    window_s     seconds for which the pace of a document is taken, after skip_s
    pairs        of such windows, disturbed and not
    clients, requests   of the crowd
    spoken_out   texts of 60, 400 and 2,000 characters that are heard to their end
    controls     of stop, and of pause and resume, each
    clicks       for the delay of the sound's own path
    followed     texts of the toy, whose words are highlighted
    idle_s, idle_cpu_s  the long rest, and the part of it whose processor time is taken
    many, several       requests over which memory must not grow: toy, the model
    cost_texts   cut into runs whose time is predicted
    edge_sentences  whose words' onsets are looked for
    distance_phrases  whose norms no phrase like them was learned from
    asked        requests of a list over HTTP
    book_chars   of each book that is rendered
    cluster_parts  paragraphs of a book that one worker of a cluster speaks
    """

    trials: int
    long_runs: int
    cancels: int
    window_s: float
    skip_s: float
    pairs: int
    clients: int = 8
    requests: int = 40
    spoken_out: tuple[int, int, int] = (3, 1, 1)
    controls: int = 8
    clicks: int = 15
    followed: int = 3
    idle_s: float = 600.0
    idle_cpu_s: float = 60.0
    many: int = 2_000
    cost_texts: int = 18
    edge_sentences: int = 200
    distance_phrases: int = 60
    asked: int = 10_000
    several: int = 60
    book_chars: int = 5_000
    cluster_parts: int = 6

    @classmethod
    def full(cls, trials: int, long_runs: int = 20, book_chars: int = 5_000) -> Effort:
        return cls(
            trials,
            long_runs=max(long_runs, trials),
            cancels=100,
            window_s=45.0,
            skip_s=15.0,
            pairs=3,
            book_chars=book_chars,
        )

    @classmethod
    def quick(cls) -> Effort:
        """Enough to see that it works; no metric to be quoted."""
        return cls(
            1,
            long_runs=1,
            cancels=3,
            window_s=12.0,
            skip_s=3.0,
            pairs=1,
            requests=3,
            spoken_out=(1, 0, 0),
            controls=1,
            clicks=3,
            followed=1,
            idle_s=10.0,
            idle_cpu_s=3.0,
            many=80,
            cost_texts=3,
            edge_sentences=9,
            distance_phrases=2,
            asked=300,
            several=8,
            book_chars=3_000,
            cluster_parts=3,
        )


class Stage:
    def __init__(self, find_files: Callable[[], ModelFiles], effort: Effort, seed: int) -> None:
        """find_files is asked when a system first needs the model."""
        self.effort = effort
        self.texts = Texts(seed)
        self.random = random.Random(seed)
        self._find_files = find_files
        self._files: ModelFiles | None = None
        self._kokorod: Kokorod | None = None
        self._baseline: KokoroOnnx | None = None
        self._sink: Sink | None = None
        self._kokoroctl: Kokoroctl | None = None
        self._stackvox: Stackvox | None = None
        self._exit = ExitStack()
        # Spoken by each system once; drawn now, so that they do not depend on the order.
        self._warm_up = [self.texts.next(chars) for chars in _WARM_UP]

    @property
    def files(self) -> ModelFiles:
        if self._files is None:
            self._files = self._find_files()
        return self._files

    @property
    def kokorod(self) -> Kokorod:
        if self._kokorod is None:
            self.note("starting kokorod")
            self._kokorod = self._warm(Kokorod(self.files))
        return self._kokorod

    @property
    def baseline(self) -> KokoroOnnx:
        if self._baseline is None:
            self.note("starting kokoro-onnx")
            self._baseline = self._warm(KokoroOnnx(self.files))
        return self._baseline

    @property
    def systems(self) -> list[Speaker]:
        return [self.baseline, self.kokorod]

    @property
    def sink(self) -> Sink:
        if self._sink is None:
            self.note("starting a sound server")
            self._sink = Sink()
            self._exit.callback(self._sink.close)
        return self._sink

    @property
    def kokoroctl(self) -> Kokoroctl:
        if self._kokoroctl is None:
            self._kokoroctl = self._warm_at_sink(Kokoroctl(self.kokorod, self.sink.server))
        return self._kokoroctl

    @property
    def stackvox(self) -> Stackvox:
        if self._stackvox is None:
            self.note("starting stackvox")
            self._stackvox = self._warm_at_sink(Stackvox(self.files, self.sink.server))
        return self._stackvox

    def unique(self, chars: int, count: int) -> Iterator[str]:
        """`count` texts of `chars` characters."""
        return (self.texts.next(chars) for _ in range(count))

    def note(self, line: str) -> None:
        """Progress, for a person who waits."""
        print(f"  {line}", file=sys.stderr, flush=True)

    def kokorod_log_end(self) -> str:
        return self._kokorod.log_end() if self._kokorod is not None else ""

    def _warm(self, system: _S) -> _S:
        self._exit.callback(system.close)
        for text in self._warm_up:
            system.speak(text)
        return system

    def _warm_at_sink(self, system: _AtSink) -> _AtSink:
        self._exit.callback(system.close)
        for text in self._warm_up:
            self.sink.seconds_to_sound(system, text)
        return system

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._exit.close()
