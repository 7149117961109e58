# pure: no socket, thread, clock or onnxruntime.
"""From the sounds of single runs to one gapless stream.

Owns:       for one request: the end of the last segment that is still to be faded into
            the next, and how much has been given out.
Invariants: a join inside a sentence is a cross-fade of two takes of the same phonemes,
            without pause or click; a join between sentences is silence of the wanted
            length; what push() and finish() return, joined, is the request's sound.
Never:      changes what was given out already.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kokoro_client.wire.choices import AudioFormat

from ..types import SAMPLE_RATE, Segment
from .plan import Plan, plan
from .synthesizer import Front, Sound

Pcm = NDArray[np.float32]

#: The sound of a segment that is only a pause.
SILENT: Final = Sound(np.zeros(0, np.float32), None)

#: Bytes of PCM in one audio message: 0.3 s, small enough to interleave requests.
SLICE: Final = 16 * 1024

#: Silence is 60 dB under the loudest sample, as kokoro-onnx trims it.
_SILENCE: Final = 10 ** (-60 / 20)

#: Silence kept around the sound, so that a soft onset is not cut off; at most half the pause.
_MARGIN: Final = SAMPLE_RATE * 20 // 1000

#: Kept instead when no pause is wanted.
_TIGHT_MARGIN: Final = SAMPLE_RATE * 5 // 1000

#: Fade of the kept silence, against a step at which the model's noise is cut.
_FADE: Final = SAMPLE_RATE * 4 // 1000

#: Cross-fade of a join inside a sentence.
_CROSS_FADE: Final = SAMPLE_RATE * 20 // 1000

#: Where around the edge between two words the cross-fade may lie, and the window in which
#: loudness is compared. What gap there is lies before the edge: on Kokoro the quietest place is
#: 10 ms before it inside a phrase and 35 ms at a clause (medians of 300 gaps), 2 and 40 dB
#: quieter than what 40 ms before and 10 ms after the frames' own edges had.
_SEARCH_BEFORE: Final = SAMPLE_RATE * 60 // 1000
_SEARCH_AFTER: Final = SAMPLE_RATE * 10 // 1000
_WINDOW: Final = SAMPLE_RATE * 5 // 1000


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one segment adds to the stream.

    pcm       float32 [samples]; a few ms of a join may come with the next chunk
    start     sample of the request's stream where the segment's first phoneme begins
    samples   length of the segment's own sound, pauses inside it included
    edges     int64 [phonemes + 1], samples of the request's stream; None: not known
    """

    pcm: Pcm
    start: int
    samples: int
    edges: NDArray[np.int64] | None


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit in the stream, before its sound is made.

    start  sample of the request's stream where it begins
    before samples of silence that it begins with
    left   float32 [samples]: the end of what came before, to be heard first
    """

    front: Front
    plan: Plan
    start: int
    before: int
    left: Pcm

    def anew(self, front: Front, segment: Segment) -> Unit:
        """The same unit with the front of another lane."""
        planned = plan(front, segment, self.before, fill=self.start > 0)
        return replace(self, front=front, plan=planned)


class Joiner:
    def __init__(self) -> None:
        self._given = 0  # samples returned so far
        self._tail: Pcm | None = None  # of the last take, from where the fade begins
        self._shift = 0  # of the fade against the token's edge
        self._margin = _MARGIN  # silence to keep before the next segment's sound

    def push(self, sound: Sound, segment: Segment) -> Chunk:
        """The next segment's sound, joined to what came before."""
        pcm, edges = sound.pcm, sound.edges
        begin, faded = self._begin(pcm, edges, segment)
        stop, tail = self._stop(pcm, edges, segment, begin)
        body = pcm[begin:stop].copy()
        own = None
        if edges is not None:
            own = edges[len(segment.before) : len(segment.before) + len(segment.phonemes) + 1]
            own = np.clip(own - begin, 0, len(body))
        if faded is not None:
            body = _cross_fade(faded, body)
        else:
            _fade_in(body)
        if tail is None:
            _fade_out(body)
        body, own = _insert_breaks(body, own, segment)
        left = self.finish()  # nothing, unless this segment lacks the context it was promised
        start = self._given
        samples = len(body)
        self._tail = tail
        self._margin = _margin_beside(segment.pause_s)
        if segment.pause_s > 0 and tail is None:
            quiet = 2 * self._margin if samples else 0
            body = np.concatenate([body, _silence(segment.pause_s, quiet)])
        self._given += len(body)
        return Chunk(
            np.concatenate([left, body]), start, samples, None if own is None else own + start
        )

    def unit(self, front: Front, segment: Segment) -> Unit:
        """A unit's place behind what came before; its sound is made later, in chunks."""
        left = self.finish()
        planned = plan(front, segment, self._margin_of_unit, fill=self._given > 0)
        unit = Unit(front, planned, self._given, self._margin_of_unit, left)
        self._given += planned.samples
        self._margin = planned.promise
        return unit

    @property
    def _margin_of_unit(self) -> int:
        """Samples of silence that a unit begins with.

        None before a request's first sound, for which somebody waits. The frame before any that
        may hold speech is no silence (onsets.py): `make bench ARGS=edges` finds -50 dB of the peak
        52 ms later (median of 400 takes), and sooner in one, a creak in am_michael's silence.
        """
        return self._margin if self._given else 0

    def finish(self) -> Pcm:
        """What is still held back, when no further segment comes."""
        tail, self._tail = self._tail, None
        if tail is None:
            return np.zeros(0, np.float32)
        rest = tail.copy()
        _fade_out(rest, len(rest))
        self._given += len(rest)
        return rest

    def _begin(
        self, pcm: Pcm, edges: NDArray[np.int64] | None, segment: Segment
    ) -> tuple[int, Pcm | None]:
        """First sample to keep, and the earlier take to fade from."""
        if edges is not None and segment.before and self._tail is not None:
            faded, self._tail = self._tail, None
            edge = int(edges[len(segment.before)]) + self._shift
            return min(max(edge, 0), len(pcm)), faded
        onset = _first_loud(pcm)
        if edges is not None:
            edge = int(edges[len(segment.before)])
            onset = edge if segment.before else min(onset, edge)
        return max(0, onset - self._margin), None

    def _stop(
        self, pcm: Pcm, edges: NDArray[np.int64] | None, segment: Segment, begin: int
    ) -> tuple[int, Pcm | None]:
        """End of what is kept now, and the take to fade from at the next join."""
        if edges is not None and segment.after:
            edge = int(edges[len(segment.before) + len(segment.phonemes)])
            self._shift = _quietest(pcm, edge, begin) - edge
            stop = max(begin, edge + self._shift)
            return stop, pcm[stop : stop + _CROSS_FADE]
        margin = _margin_beside(segment.pause_s)
        return max(begin, min(len(pcm), _last_loud(pcm) + margin)), None


def _margin_beside(pause_s: float) -> int:
    """Samples of silence to keep on each side of a pause."""
    return min(max(round(pause_s * SAMPLE_RATE / 2), _TIGHT_MARGIN), _MARGIN)


def _first_loud(pcm: Pcm) -> int:
    loud = _loud(pcm)
    return int(loud.argmax()) if loud.any() else len(pcm)


def _last_loud(pcm: Pcm) -> int:
    """One past the last sample that is not silence; 0 if all is."""
    loud = _loud(pcm)
    return len(pcm) - int(loud[::-1].argmax()) if loud.any() else 0


def _loud(pcm: Pcm) -> NDArray[np.bool_]:
    level = np.abs(pcm)
    peak = float(level.max()) if len(level) else 0.0
    return np.asarray(level > max(peak * _SILENCE, 1e-5))


def _quietest(pcm: Pcm, edge: int, begin: int) -> int:
    """The quietest place around a token's edge; the edge itself among equals."""
    low = max(edge - _SEARCH_BEFORE, begin)
    high = min(edge + _SEARCH_AFTER, len(pcm) - _CROSS_FADE)
    if high <= low:
        return min(edge, len(pcm))
    squares = np.concatenate([[0.0], np.cumsum(pcm.astype(np.float64) ** 2)])
    centres = np.arange(low, high)
    left = np.maximum(centres, 0)
    right = np.minimum(centres + _WINDOW, len(pcm))
    energy = squares[right] - squares[left]
    quiet = centres[energy <= energy.min() * 1.1 + 1e-12]
    return int(quiet[np.abs(quiet - edge).argmin()])


def _cross_fade(old: Pcm, new: Pcm) -> Pcm:
    """`new` with its beginning faded in over `old`."""
    length = min(len(old), len(new))
    ramp = np.linspace(0, 1, length, dtype=np.float32)
    new[:length] = old[:length] * (1 - ramp) + new[:length] * ramp
    return new


def _fade_in(pcm: Pcm) -> None:
    length = min(_FADE, len(pcm))
    pcm[:length] *= np.linspace(0, 1, length, dtype=np.float32)


def _fade_out(pcm: Pcm, samples: int = _FADE) -> None:
    length = min(samples, len(pcm))
    if length:
        pcm[-length:] *= np.linspace(1, 0, length, dtype=np.float32)


def _silence(seconds: float, less: int) -> Pcm:
    return np.zeros(max(0, round(seconds * SAMPLE_RATE) - less), np.float32)


def _insert_breaks(
    pcm: Pcm, edges: NDArray[np.int64] | None, segment: Segment
) -> tuple[Pcm, NDArray[np.int64] | None]:
    """Lengthen the silence at sentence ends inside the segment to the wanted pause."""
    if edges is None or not segment.breaks:
        return pcm, edges
    parts: list[Pcm] = []
    edges = edges.copy()
    done = 0
    for pause in segment.breaks:
        at, quiet = _quiet_run(pcm, int(edges[pause.at] - _added(parts, done)))
        silence = _silence(pause.pause_s, quiet)
        # If the model goes on without a breath, the cut itself must not be heard.
        _fade_out(pcm[done:at])
        _fade_in(pcm[at:])
        parts += [pcm[done:at], silence]
        done = at
        edges[pause.at :] += len(silence)
    return np.concatenate([*parts, pcm[done:]]), edges


def _added(parts: list[Pcm], done: int) -> int:
    """Samples of silence inserted so far: what the edges have moved by."""
    return sum(len(part) for part in parts) - done


def _quiet_run(pcm: Pcm, edge: int) -> tuple[int, int]:
    """Middle and length of the silence around `edge`; (edge, 0) if there is none."""
    reach = SAMPLE_RATE * 400 // 1000
    low, high = max(0, edge - reach), min(len(pcm), edge + reach)
    loud = _loud(pcm)[low:high]
    at = min(max(edge - low, 0), max(len(loud) - 1, 0))
    if not len(loud) or loud[at]:
        return edge, 0
    before = np.flatnonzero(loud[:at])
    after = np.flatnonzero(loud[at:])
    first = int(before[-1]) + 1 if len(before) else 0
    last = at + int(after[0]) if len(after) else len(loud)
    return low + (first + last) // 2, last - first


def padded(pcm: Pcm, samples: int) -> Pcm:
    """`pcm` with so much silence behind it."""
    return np.concatenate([pcm, np.zeros(samples, np.float32)])


def slices(pcm: Pcm, format: AudioFormat) -> list[bytes]:
    """PCM in a wire format, cut into messages."""
    if format is AudioFormat.F32LE:
        data = pcm.astype("<f4").tobytes()
    else:
        data = (np.clip(pcm, -1.0, 1.0) * 32767).astype("<i2").tobytes()
    return [data[at : at + SLICE] for at in range(0, len(data), SLICE)]
