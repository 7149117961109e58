# worker: called by a lane's thread.
"""The built-in voice: espeak-ng as a synthesizer, for when there is no Kokoro model.

Owns:       the process that has the library (espeak_library.py): it writes beyond its buffers
            at some texts that anybody may send, which then ends that process and one run.
Invariants: one call at a time (a lock).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np

from ..errors import EngineError
from ..safety.isolated import DiedError, Isolated
from ..types import SAMPLE_RATE, Engine, Segment, Utterance
from ..voices.names import BUILT_IN
from .espeak_library import RATE
from .synthesizer import Run, Sound, TerminatedError, WholeOnly

#: Words a minute at speed 1, espeak-ng's own default, and its limits.
_WORDS_A_MINUTE: Final = 175
_SLOWEST: Final = 80
_FASTEST: Final = 450

#: A sentence takes milliseconds; a machine that sleeps or swaps may take long.
_PATIENCE_S: Final = 30.0


class EspeakSynthesizer(WholeOnly):
    engine = Engine.BUILT_IN
    has_edges = False

    def __init__(self) -> None:
        """Raises EngineError if espeak-ng cannot be loaded."""
        self._lock = threading.Lock()
        self._isolated = Isolated("kokorod.engine.espeak_library")
        self._ask("", "en-us", _WORDS_A_MINUTE)

    def voices(self) -> Sequence[str]:
        return [BUILT_IN]

    def rest(self) -> None:
        """Nothing is kept."""

    def synthesize(self, segment: Segment, utterance: Utterance, run: Run) -> Sound:
        import soxr  # 70 ms, and only this voice needs it

        words_a_minute = round(_WORDS_A_MINUTE * utterance.speed)
        words_a_minute = min(max(words_a_minute, _SLOWEST), _FASTEST)
        with self._lock:
            run.on_terminate(partial(self._isolated.cancel, self._isolated.number + 1))
            if run.terminated:
                raise TerminatedError
            answer = self._ask(segment.spoken, utterance.lang, words_a_minute)
        if run.terminated:
            raise TerminatedError
        (rate,) = RATE.unpack_from(answer)
        pcm = np.frombuffer(answer, np.int16, offset=RATE.size).astype(np.float32) / 32768
        return Sound(soxr.resample(pcm, rate, SAMPLE_RATE).astype(np.float32), None)

    def _ask(self, text: str, lang: str, words_a_minute: int) -> bytes:
        try:
            question = json.dumps([text, lang, words_a_minute]).encode()
            return self._isolated.ask(question, _PATIENCE_S)
        except DiedError as error:
            raise EngineError(f"the built-in voice could not say it: {error}") from None
