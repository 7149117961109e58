"""The toy on a real session, spoken in chunks: its front is a whole run that keeps its sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kokorod.engine.kokoro import KokoroSynthesizer
from kokorod.engine.synthesizer import FRAME, Front, Run
from kokorod.types import Segment, Utterance


class Streaming(KokoroSynthesizer):
    """Its chunks are the whole run's own samples, so that a test hears what is lost or doubled."""

    def streams(self, utterance: Utterance) -> bool:
        return True

    def front(self, segment: Segment, utterance: Utterance, run: Run) -> Front:
        sound = self.synthesize(segment, utterance, run)
        assert sound.edges is not None
        frames = sound.pcm.reshape(-1, FRAME)
        loudest = np.abs(frames).max(axis=1)
        silent: NDArray[np.bool_] = loudest < max(float(loudest.max()) / 100, 1e-4)
        return Front(len(frames), sound.edges, silent, sound.pcm)

    def chunk(self, front: Front, first: int, last: int, run: Run) -> NDArray[np.float32]:
        assert isinstance(front.state, np.ndarray)
        pcm: NDArray[np.float32] = front.state[first * FRAME : last * FRAME]
        return pcm
