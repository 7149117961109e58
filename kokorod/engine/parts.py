# worker: called by worker threads.
"""Kokoro's graph in four parts: a unit's front first, then its sound in chunks.

Owns:       a session for each part and the voices.
Invariants: a chunk is the same samples however the unit is divided: its norms are the unit's,
            predicted before its first sample, and it is computed with what the generator
            reaches on both sides; synthesize() is the exact run, the parts joined.
Never:      has the whole graph open beside the parts: a mapped weight counts twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from ..errors import EngineError
from ..types import Segment, Utterance
from . import plausible
from .kokoro import KokoroSynthesizer, open_session
from .norms.features import features
from .norms.layout import Layout
from .norms.learned import LearnedFiles, LearnedPredictors
from .norms.predictors import predictors_for
from .onsets import expected, pads, silence, speech
from .optimised.names import AUDIO, ENCODER, FRONT, GENERATOR, LAYOUT, SOURCE
from .synthesizer import FRAME, Front, Run, Styles

#: Frames before and after a chunk that its sound depends on. With 5 and 5 it is the whole's to
#: 2e-6, beside silence to 5e-5; with 5 and 4 to 5e-5 and 4e-4, with 3 to 2e-2, on consonants. At
#: the sound's ends there is nothing to know.
BEFORE: Final = 5
AFTER: Final = 5

#: Of the front's output, of the source's and of the first stage's to a frame.
_X: Final = 2
_HAR: Final = 120
_STEPS: Final = 20

#: Steps of the first stage around a chunk that its last stage reaches, 30 ms: with 18 the sound
#: is the same, with 14 it is not.
_LAST_STAGE: Final = 24


@dataclass(frozen=True, slots=True)
class Parts:
    """One session each."""

    encoder: ort.InferenceSession
    source: ort.InferenceSession
    front: ort.InferenceSession
    generator: ort.InferenceSession


def open_parts(folder: Path, options: ort.SessionOptions) -> Parts:
    """The parts of the copy in `folder`. Raises EngineError."""
    return Parts(*(open_session(folder / n, options) for n in (ENCODER, SOURCE, FRONT, GENERATOR)))


@dataclass(frozen=True, slots=True)
class _Decoded:
    """What the generator makes sound of.

    x       float32 [1, channels, 2 * frames]
    har     float32 [1, harmonics, 120 * frames + 1]
    style   float32 [1, 256]
    frames  int64 [tokens + 2], of each token and the pads
    """

    x: NDArray[np.float32]
    har: NDArray[np.float32]
    style: NDArray[np.generic]
    f0: NDArray[np.float32]
    energy: NDArray[np.float32]
    frames: NDArray[np.int64]

    def features(self) -> NDArray[np.float32]:
        """float32 [n]: what its norms are predicted from."""
        return features(self.f0, self.energy, self.x, self.har)


@dataclass(frozen=True, slots=True)
class _State:
    """Front.state: norms, float32 [all channels], are told to every chunk."""

    decoded: _Decoded
    norms: NDArray[np.float32]


def _state_of(front: Front) -> _State:
    assert isinstance(front.state, _State), "a front of another synthesizer"
    return front.state


def _reach(front: Front, first: int, last: int) -> tuple[int, int]:
    """The frames that a chunk is computed with. Silence at its ends needs less around it, unless
    there is sound right before or after, which reaches into it.
    """
    sounding = np.flatnonzero(~front.silent[first:last])
    low, high = max(0, first - BEFORE), min(front.frames, last + AFTER)
    if not len(sounding):
        return low, high
    if front.silent[low:first].all():
        low = max(low, min(first, first + int(sounding[0]) - BEFORE - 1))
    if front.silent[last:high].all():
        high = min(high, max(last, first + int(sounding[-1]) + 1 + AFTER))
    return low, high


def _last_stage(first: int, last: int, frames: int) -> tuple[int, int]:
    """The steps of `frames` that the last stage takes for the sound of first to last."""
    begin, end = _STEPS * first - _LAST_STAGE, _STEPS * last + _LAST_STAGE
    return max(0, begin), min(_STEPS * frames, end)


class PartsSynthesizer(KokoroSynthesizer):
    def __init__(
        self,
        parts: Parts,
        voices: Styles,
        model_sha256: str = "",
        learned: LearnedFiles | None = None,
    ) -> None:
        """learned: on this machine, of this model; None: nothing of it is used."""
        super().__init__(parts.encoder, voices)
        self._parts = parts
        metadata = parts.generator.get_modelmeta().custom_metadata_map
        self.layout = Layout.parse(metadata.get(LAYOUT, ""))
        self._no_norms = np.zeros(self.layout.size, np.float32)
        self.predictors = predictors_for(model_sha256, metadata, self.layout)
        if learned is not None:
            self.predictors = LearnedPredictors(learned, self.layout, self.predictors)

    # -- whole

    def infer(
        self, tokens: list[int], utterance: Utterance, run: Run
    ) -> tuple[NDArray[np.float32], NDArray[np.int64] | None]:
        decoded = self._decode(tokens, utterance, run)
        pcm, _ = self._generate(decoded.x, decoded.har, decoded.style, None, run)
        return pcm, decoded.frames

    # -- in chunks

    def streams(self, utterance: Utterance) -> bool:
        return self.predictors.has(utterance.voice)

    def take_up(self, voice: str) -> bool:
        return self.predictors.take_up(voice)

    def front(self, segment: Segment, utterance: Utterance, run: Run) -> Front:
        phonemes = segment.before + segment.phonemes + segment.after
        decoded = self._decode(self.tokens_of(segment), utterance, run)
        try:
            norms = self.predictors.predict(utterance.voice, decoded.features())
        except EngineError:
            # A file went or rotted meanwhile: this unit takes as long as a whole run.
            self.predictors.set_aside(utterance.voice)
            _, norms = self._generate(decoded.x, decoded.har, decoded.style, None, run)
        return self._front(phonemes, decoded, norms)

    def exact(
        self, segment: Segment, utterance: Utterance, run: Run
    ) -> tuple[Front, NDArray[np.float32]]:
        """A front with the unit's own norms, for which it was spoken whole; and the sound."""
        phonemes = segment.before + segment.phonemes + segment.after
        decoded = self._decode(self.tokens_of(segment), utterance, run)
        pcm, norms = self._generate(decoded.x, decoded.har, decoded.style, None, run)
        return self._front(phonemes, decoded, norms), pcm

    def told(self, front: Front, norms: NDArray[np.float32]) -> Front:
        """The same unit with other norms, float32 [layout.size]."""
        state = replace(_state_of(front), norms=norms.astype(np.float32))
        return replace(front, state=state)

    @staticmethod
    def norms_of(front: Front) -> NDArray[np.float32]:
        """float32 [layout.size]: what its chunks are told."""
        return _state_of(front).norms

    @staticmethod
    def features_of(front: Front) -> NDArray[np.float32]:
        """float32 [n]: what its norms are predicted from."""
        return _state_of(front).decoded.features()

    def chunk(self, front: Front, first: int, last: int, run: Run) -> NDArray[np.float32]:
        state = _state_of(front)
        assert 0 <= first < last <= front.frames, (first, last, front.frames)
        low, high = _reach(front, first, last)
        x = state.decoded.x[:, :, _X * low : _X * high]
        har = state.decoded.har[:, :, _HAR * low : _HAR * high + 1]
        steps = _last_stage(first - low, last - low, high - low)
        pcm, _ = self._generate(x, har, state.decoded.style, (state.norms, steps), run)
        begin = FRAME * (first - low) - FRAME // _STEPS * steps[0]
        return pcm[begin : begin + FRAME * (last - first)]

    def _front(self, phonemes: str, decoded: _Decoded, norms: NDArray[np.float32]) -> Front:
        frames = int(decoded.frames.sum())
        edges = self._edges(decoded.frames, FRAME * frames)
        if self._exact:
            silent = pads(decoded.frames)
            return Front(frames, edges, silent, _State(decoded, norms))
        silent = silence(decoded.frames, decoded.energy)
        edges = expected(edges, phonemes, decoded.energy)
        return Front(frames, edges, silent, _State(decoded, norms), speech(decoded.energy))

    # -- the sessions

    def _decode(self, tokens: list[int], utterance: Utterance, run: Run) -> _Decoded:
        # Unlike a whole run's, a front's memory is given back: while it is kept the chunks' comes
        # on top, 50 MB at the peak of a long text, and it saves nothing that can be measured.
        parts = self._parts
        tokens_feed = self._feed(tokens, utterance)
        asr, f0, energy, frames = self._run(
            parts.encoder, ("asr", "f0", "energy", "duration"), tokens_feed, run, keep=False
        )
        frames = np.asarray(frames, np.int64).ravel()
        # Before the rest is made of it, whose memory goes by the frames.
        plausible.check_durations(frames, self.phonemes(tokens), utterance.speed)
        (har,) = self._run(parts.source, ("har",), {"f0": f0}, run, keep=False)
        style = tokens_feed["style"]
        feed = {"asr": asr, "f0": f0, "energy": energy, "style": style}
        (x,) = self._run(parts.front, ("x",), feed, run, keep=False)
        return _Decoded(x, har, style, f0, energy, frames)

    def _generate(
        self,
        x: NDArray[np.float32],
        har: NDArray[np.float32],
        style: NDArray[np.generic],
        chunk: tuple[NDArray[np.float32], tuple[int, int]] | None,
        run: Run,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The sound, and the norms that it has.

        chunk: the norms that it is told, and the steps of its last stage. Without, the norms
        are computed, over all of it.
        """
        norms, steps = chunk or (self._no_norms, (0, _STEPS * x.shape[2] // _X))
        feed = {"x": x, "har": har, "style": style, "told": np.array(chunk is not None)}
        feed |= {"norms": norms, "steps": np.array(steps, np.int64)}
        # A chunk's memory is the next one's; a whole unit's may be much.
        keep = chunk is not None or self._keeps_memory()
        generator = self._parts.generator
        pcm, found = self._run(generator, (AUDIO, "norms_found"), feed, run, keep=keep)
        return self._sound(pcm), found

    def _resting(self) -> Iterable[tuple[ort.InferenceSession, Mapping[str, Any]]]:
        yield from super()._resting()
        none = np.zeros((1, 1, 1), np.float32)
        parts, style = self._parts, np.zeros((1, 256), np.float32)
        yield parts.source, {"f0": none}
        yield parts.front, {"asr": none, "f0": none, "energy": none, "style": style}
        told = {"told": np.array(True), "norms": self._no_norms, "steps": np.array([0, 10])}
        yield parts.generator, {"x": none, "har": none, "style": style, **told}
