# pure: no socket, thread or clock.
"""One speak request: what it asked for, its state, its counters, and its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from kokoro_client.wire.choices import Ending
from kokoro_client.wire.messages import (
    Answer,
    Audio,
    Done,
    MarkTiming,
    SegmentInfo,
    Speak,
    WordTiming,
)

from ..engine.lane import Stream
from ..types import SAMPLE_RATE, Engine, RequestKey, Segment, Utterance
from .phrase_cache import MAX_PHRASE_S, CachedSegment, Phrase
from .state import RequestState

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..engine.lane import Chunked, Fronted, Synthesized


#: Samples before the edge of a sentence's first phoneme at which it is begun again: a soft onset
#: is heard up to 75 ms before its edge (engine/plan.py).
_ONSET: Final = SAMPLE_RATE * 75 // 1000


@dataclass(frozen=True, slots=True)
class Heard:
    """Where a segment is heard, in samples of the request's stream; edges as Chunk's."""

    start: int
    samples: int
    edges: NDArray[np.int64] | None


@dataclass(slots=True)
class SpeakRequest:
    key: RequestKey
    speak: Speak
    utterance: Utterance
    engine: Engine
    received: float
    state: RequestState = RequestState.ACCEPTED
    idle_s: float = 0.0  # how long nothing was asked before it came
    stream: Stream = field(default_factory=Stream)
    ending: Ending = Ending.CANCELLED  # if it is not spoken to its end
    characters: int = 0
    charged: int = 0  # the same as the limits count them
    final: bool = False
    note: str = ""
    seq: int = 0
    segments: int = 0
    tokens: int = 0
    samples: int = 0
    work_s: float = 0.0
    first_run_s: float | None = None
    first_sound_s: float | None = None
    lanes: set[str] = field(default_factory=set)
    cache_key: bytes | None = None
    cached: bool = False
    counted: bool = False  # its first sound, by the metrics
    held: list[bytes] = field(default_factory=list)  # sound that is not given out yet
    held_samples: int = 0
    begins: list[float] = field(default_factory=list)  # of sentences, not told at the speaker yet
    planned_s: float = 0.0  # the end of the last segment, whose sound may still be to come
    cold: bool = False  # the session had been let go and was opened for it
    record: list[CachedSegment] | None = None  # what goes into the phrase cache

    def answers(self, spoken: Synthesized, lane: str, now: float) -> list[Answer]:
        """A segment that was spoken whole, and its audio; counts them."""
        segment, chunk = spoken.task.segment, spoken.chunk
        if self.first_sound_s is None and spoken.pcm:
            self.first_sound_s = now - self.received
            self.first_run_s = spoken.seconds
        self._count(segment, spoken.seconds, lane)
        self.samples += len(chunk.pcm)
        return self._segment(segment, Heard(chunk.start, chunk.samples, chunk.edges), spoken.pcm)

    def unit_answers(self, fronted: Fronted, lane: str) -> list[Answer]:
        """A unit whose sound comes in chunks; counts it."""
        segment, unit = fronted.task.segment, fronted.unit
        self._count(segment, fronted.seconds, lane)
        self.first_run_s = self.first_run_s or fronted.seconds
        self.samples += fronted.samples
        edges = unit.plan.edges + unit.start
        return self._segment(segment, Heard(unit.start, unit.plan.spoken, edges), fronted.pcm)

    def chunk_answers(self, chunked: Chunked, lane: str, now: float) -> list[Answer]:
        """The sound of some frames, and what was held back, unless it is to be held back too."""
        self.work_s += chunked.seconds
        self.lanes.add(lane)
        if self.first_sound_s is None:
            self.first_run_s = (self.first_run_s or 0.0) + chunked.seconds
        self.held += chunked.pcm
        self.held_samples += chunked.samples
        if not chunked.task.give:
            return []
        pcm, self.held = self.held, []
        self.samples += self.held_samples
        self.held_samples = 0
        if self.first_sound_s is None and pcm:
            self.first_sound_s = now - self.received
        self._remember_more(pcm)
        return self._audio(pcm)

    def replay(self, phrase: Phrase, now: float) -> list[Answer]:
        """The answers of a phrase from the cache."""
        self.cached = True
        self.first_sound_s = now - self.received
        self.samples = phrase.samples
        self.segments = len(phrase.segments)
        self.planned_s = phrase.samples / SAMPLE_RATE
        answers: list[Answer] = []
        for segment in phrase.segments:
            self.begins += segment.begins
            answers += self._answers({**segment.info, "cached": True}, segment.pcm)
        return answers

    def phrase(self) -> Phrase | None:
        """What the phrase cache is to keep, after the last segment."""
        return Phrase(tuple(self.record), self.samples) if self.record else None

    def _segment(self, segment: Segment, heard: Heard, pcm: list[bytes]) -> list[Answer]:
        """A segment, and its audio as far as it is there."""
        info, begins = self._info(segment, heard), _begins(segment, heard)
        self.begins += begins
        self.planned_s = (heard.start + heard.samples) / SAMPLE_RATE
        self._remember(info, pcm, begins)
        return self._answers(info, pcm)

    def _answers(self, info: dict[str, Any], pcm: Sequence[bytes]) -> list[Answer]:
        return [SegmentInfo(id=self.key.id, **info), *self._audio(pcm)]

    def _audio(self, pcm: Sequence[bytes]) -> list[Answer]:
        answers: list[Answer] = []
        for piece in pcm:
            answers.append(Audio(id=self.key.id, seq=self.seq, pcm=piece))
            self.seq += 1
        return answers

    def _count(self, segment: Segment, seconds: float, lane: str) -> None:
        self.segments += 1
        self.tokens += len(segment.phonemes)
        self.work_s += seconds
        self.lanes.add(lane)

    def _info(self, segment: Segment, heard: Heard) -> dict[str, Any]:
        """The fields of its `segment` answer."""
        words, exact = _words(segment, heard) if self.speak.timings else ((), False)
        return {
            "index": segment.index,
            "start": max(segment.start, 0),
            "end": max(segment.end, 0),
            "start_s": heard.start / SAMPLE_RATE,
            "duration_s": heard.samples / SAMPLE_RATE,
            "exact": exact,
            "words": words,
            "marks": _marks(segment, heard),
        }

    def _remember(self, info: dict[str, Any], pcm: list[bytes], begins: Sequence[float]) -> None:
        if self.record is None:
            return
        if self.samples > MAX_PHRASE_S * SAMPLE_RATE:
            self.record = None
        else:
            self.record.append(CachedSegment(info, tuple(pcm), tuple(begins)))

    def _remember_more(self, pcm: list[bytes]) -> None:
        """Sound of the segment that was remembered last."""
        if self.record is None:
            return
        if self.samples > MAX_PHRASE_S * SAMPLE_RATE:
            self.record = None
        else:
            last = self.record[-1]
            self.record[-1] = replace(last, pcm=(*last.pcm, *pcm))

    def done(self, cancelled: bool) -> Done:
        return Done(
            id=self.key.id,
            cancelled=cancelled,
            ending=self.ending if cancelled else Ending.FINISHED,
            stats={
                "engine": self.engine.value,
                "voice": self.utterance.voice,
                "characters": self.characters,
                "segments": self.segments,
                "tokens": self.tokens,
                "sound_s": round(self.samples / SAMPLE_RATE, 4),
                "work_s": round(self.work_s, 4),
                "first_run_ms": _ms(self.first_run_s),
                "first_sound_ms": _ms(self.first_sound_s),
                "lanes": ", ".join(sorted(self.lanes)),
                "cached": self.cached,
                "cold_start": self.cold,
            },
        )


def _words(segment: Segment, heard: Heard) -> tuple[tuple[WordTiming, ...], bool]:
    """When each word is heard: exact from the model's edges, else by its share."""
    if (edges := heard.edges) is None:
        return _estimated(segment, heard.start, heard.samples), False
    return tuple(
        WordTiming(
            w.start,
            w.end,
            float(edges[w.first]) / SAMPLE_RATE,
            float(edges[w.last]) / SAMPLE_RATE,
        )
        for w in segment.words
    ), True


def _estimated(segment: Segment, start: int, samples: int) -> tuple[WordTiming, ...]:
    """Word times in proportion to the phonemes, or to the letters where there are none."""
    if not segment.words:
        return ()
    last = len(segment.phonemes) or max(word.last for word in segment.words) or 1

    def at(place: int) -> float:
        return (start + samples * min(place, last) / last) / SAMPLE_RATE

    return tuple(WordTiming(w.start, w.end, at(w.first), at(w.last)) for w in segment.words)


def _marks(segment: Segment, heard: Heard) -> tuple[MarkTiming, ...]:
    """When each mark of the markup is reached: exact from the edges, else by its share."""
    timings = []
    for mark in segment.marks:
        if heard.edges is not None:
            at = float(heard.edges[min(mark.at, len(segment.phonemes))])
        else:
            at = heard.start + heard.samples * mark.at / max(len(segment.phonemes), mark.at, 1)
        timings.append(MarkTiming(mark.name, at / SAMPLE_RATE))
    return tuple(timings)


def _begins(segment: Segment, heard: Heard) -> list[float]:
    """Where its sentences begin, in seconds: from the edges, else by their share."""
    if not segment.phonemes and not segment.spoken:
        return []  # a pause
    begins = [heard.start] if segment.begins else []
    for pause in segment.breaks:
        first = pause.at + 1
        if heard.edges is not None:
            begins.append(max(heard.start, int(heard.edges[first]) - _ONSET))
        else:
            begins.append(heard.start + heard.samples * first // len(segment.phonemes))
    return [sample / SAMPLE_RATE for sample in begins]


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)
