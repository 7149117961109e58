"""A long document beside short requests: neither must wait for the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from types import TracebackType
from typing import Final, Self

from bench.metric import Metric, ratio_at_least, ratio_at_most
from bench.speaker import REST_S, VOICE
from bench.stage import Stage
from bench.systems.kokorod import Kokorod
from kokoro_client import KokoroError, SegmentInfo
from kokorod.commands.bench.hearing import NothingHeardError

_DOCUMENT_CHARS: Final = 20_000
_SHORT_CHARS: Final = 12

#: A short request comes at any moment of a document that is past its first segments.
_EARLIEST_S: Final = 2.0
_LATEST_S: Final = 8.0

_EVERY_S: Final = 5.0

#: For a document's next segment: the longest on one slow core, ten times over.
_SEGMENT_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Made:
    """At `at`, of time.perf_counter(), `sound_s` seconds of the document had come."""

    at: float
    sound_s: float


class Document:
    """A reader of 20,000 characters, who takes the audio as fast as it comes.

    Owns:       a client of its own, as another program has, and the thread that reads.
    Invariants: when it is left, the document is cancelled and the lanes are idle.
    """

    def __init__(self, daemon: Kokorod, text: str) -> None:
        self._daemon = daemon
        self._text = text
        self._client = daemon.connect()
        self._come = threading.Condition()
        self._made: list[Made] = []
        self._problem = ""
        self._ended = False
        self._thread = threading.Thread(target=self._read, name="document", daemon=True)

    def __enter__(self) -> Self:
        self._speech = self._client.speak(self._text, voice=VOICE, cache=False)
        self._thread.start()
        self.made(lambda made: bool(made))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._speech.cancel()
        self._thread.join()
        self._client.close()
        self._daemon.wait_idle()

    def made(self, enough: Callable[[list[Made]], bool] = lambda made: True) -> list[Made]:
        """What has come, once it is enough. Raises NothingHeardError if it never is."""
        with self._come:
            while not enough(self._made):
                if self._ended or not self._come.wait(_SEGMENT_S):
                    raise NothingHeardError(
                        f"the document ended or stood still: {self._problem or 'too short'}"
                    )
            return list(self._made)

    @property
    def ended(self) -> bool:
        with self._come:
            return self._ended

    def _read(self) -> None:
        try:
            for event in self._speech.events():
                if isinstance(event, SegmentInfo):
                    made = Made(time.perf_counter(), event.start_s + event.duration_s)
                    with self._come:
                        self._made.append(made)
                        self._come.notify_all()
        except KokoroError as error:
            self._problem = str(error)
        with self._come:
            self._ended = True
            self._come.notify_all()


def measure_beside(stage: Stage) -> list[Metric]:
    """First sound of a short request alone and while a document renders, in turns."""
    daemon = stage.kokorod
    alone: list[float] = []
    beside: list[float] = []
    for number in range(stage.effort.trials):
        stage.note(f"beside a document, {number + 1} of {stage.effort.trials}")
        for with_document in (False, True) if number % 2 == 0 else (True, False):
            text = stage.texts.next(_SHORT_CHARS)
            if with_document:
                with Document(daemon, stage.texts.next(_DOCUMENT_CHARS)) as document:
                    time.sleep(stage.random.uniform(_EARLIEST_S, _LATEST_S))
                    beside.append(_first_sound(daemon, text))
                    _require_running(document)
            else:
                alone.append(_first_sound(daemon, text))
            time.sleep(REST_S)
    return [
        Metric(
            name="first sound, 12 characters beside a document",
            unit="s",
            value=median(beside),
            compared=median(alone),
            against="alone",
            asked=(ratio_at_most(1.3),),
            samples={"beside": beside, "alone": alone},
        )
    ]


def measure_pace(stage: Stage) -> list[Metric]:
    """Seconds of sound a second of a document: undisturbed, and with short requests."""
    effort = stage.effort
    pace: dict[str, list[float]] = {"undisturbed": [], "disturbed": []}
    shorts: list[float] = []
    for number in range(effort.pairs):
        stage.note(f"pace of a document, {number + 1} of {effort.pairs}")
        for which in sorted(pace, reverse=number % 2 == 0):
            text = stage.texts.next(_DOCUMENT_CHARS)
            with Document(stage.kokorod, text) as document:
                begin = time.perf_counter() + effort.skip_s
                end = begin + effort.window_s
                if which == "disturbed":
                    shorts += _disturb(stage, end)
                time.sleep(max(0.0, end - time.perf_counter()))
                _require_running(document)
                pace[which].append(pace_of(document.made(), begin, end))
            time.sleep(REST_S)
    return [
        Metric(
            name=f"pace of a document, a short request every {_EVERY_S:g} s",
            unit="s/s",
            value=median(pace["disturbed"]),
            compared=median(pace["undisturbed"]),
            against="undisturbed",
            asked=(ratio_at_least(0.92),),
            samples={**pace, "first sound of the short requests": shorts},
            note=f"{len(shorts)} short requests, first sound {median(shorts):.3f} s (median)",
        )
    ]


def pace_of(made: list[Made], begin: float, end: float) -> float:
    """Seconds of sound a second, between the first and the last segment that came in time.

    From segment to segment, since a window that begins inside of one would count sound
    that was made before it. Raises NothingHeardError if fewer than two came.
    """
    inside = [m for m in made if begin <= m.at <= end]
    if len(inside) < 2:
        raise NothingHeardError(
            f"{len(inside)} segments came in {end - begin:.0f} s; no pace can be told"
        )
    first, last = inside[0], inside[-1]
    return (last.sound_s - first.sound_s) / (last.at - first.at)


def _disturb(stage: Stage, end: float) -> list[float]:
    """A short request every 5 s until `end`; their first sounds."""
    times = []
    due = time.perf_counter()
    while due < end:
        time.sleep(max(0.0, due - time.perf_counter()))
        times.append(_first_sound(stage.kokorod, stage.texts.next(_SHORT_CHARS)))
        due += _EVERY_S
    return times


def _first_sound(daemon: Kokorod, text: str) -> float:
    return daemon.hear(text).first_sound_s


def _require_running(document: Document) -> None:
    if document.ended:
        raise NothingHeardError("the document ended while it was to disturb; make it longer")
