# worker: called by worker threads.
"""An onnxruntime session as a synthesizer.

Owns:       one InferenceSession and its voices.
Invariants: input names and types are read from the graph, so that v1.0 exports (tokens
            -> audio) and v1.1 exports (input_ids -> waveform, duration) both work; the
            memory of runs is kept for the next few at most, and for none after rest().
Never:      assumes a provider: the session's own list is checked against what was asked.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from ..errors import EngineError
from ..safety import limits
from ..types import MAX_TOKENS, Engine, Segment, Utterance
from ..vocabulary import embedded_vocabulary, fitted
from . import plausible
from .edges import EDGES_KEY, EXACT, heard
from .synthesizer import Run, Sound, Styles, TerminatedError, WholeOnly

_TYPES: Final[Mapping[str, type[np.generic]]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}
_CPU: Final = "CPUExecutionProvider"

#: The arena keeps the memory of so many runs in a row: to have it from the system anew for
#: each costs a run of 150 tokens 52,000 page faults, 2 to 4 % of its time. Kept for good it
#: is never less than the longest run's, 2 GB after 510 tokens, and comes in ever more pieces.
_KEPT_RUNS: Final = 4


def _threads() -> int:
    """0, one a physical core, unless a mask or a quota leaves fewer processors than that."""
    allowed = limits.read().threads(os.cpu_count() or 1)
    if not allowed:
        return 0
    import psutil  # 25 ms, which most need not spend

    return min(allowed, psutil.cpu_count(logical=False) or allowed)


def session_options(threads: int) -> ort.SessionOptions:
    """Options of every session: `threads` per inference, 0 for as many as can run at once."""
    options = ort.SessionOptions()
    # onnxruntime's own choice, 0, would bind threads to processors outside a mask.
    options.intra_op_num_threads = threads or _threads()
    options.log_severity_level = 3
    # The plan is made per input shape and every segment has another: it only keeps memory.
    options.enable_mem_pattern = False
    # A thread that waits for its part of the next node goes round for so many us before it sleeps:
    # fronts take 0.88 of their time, first chunks 0.92, chunks of 64 frames 0.97 (two cores), and
    # no more of the processor's. Between runs none does, or an idle daemon would burn a core.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    options.add_session_config_entry("session.intra_op.spin_duration_us", "100")
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return options


def open_session(
    model: Path, options: ort.SessionOptions, providers: Sequence[Any] = (_CPU,)
) -> ort.InferenceSession:
    """A session on exactly these providers. Raises EngineError."""
    try:
        session = ort.InferenceSession(str(model), options, providers=list(providers))
    except Exception as error:  # noqa: BLE001 - onnxruntime raises its own types, unrelated
        first_line = str(error).splitlines()[0][:300]
        raise EngineError(f"{model.name} cannot be loaded: {first_line}") from None
    wanted = [p if isinstance(p, str) else p[0] for p in providers]
    missing = [name for name in wanted if name not in session.get_providers()]
    if missing:
        raise EngineError(f"onnxruntime ignored the provider {', '.join(missing)}")
    return session


def _run_options(give_back: bool) -> ort.RunOptions:
    """give_back: the arena's free memory when the run ends, terminated or not."""
    options = ort.RunOptions()
    if give_back:
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options


def _terminate(options: ort.RunOptions) -> None:
    options.terminate = True


class KokoroSynthesizer(WholeOnly):
    engine = Engine.KOKORO

    def __init__(self, session: ort.InferenceSession, voices: Styles) -> None:
        self._session = session
        self._voices = voices
        self._has_arena = session.get_providers() == [_CPU]  # the CPU's
        #: Whose memory it has kept. Lanes share it: one more or less is no harm.
        self._runs_kept = 0
        inputs = {item.name: _TYPES.get(item.type, np.float32) for item in session.get_inputs()}
        outputs = [item.name for item in session.get_outputs()]
        self._tokens_name = next((n for n in ("input_ids", "tokens") if n in inputs), "")
        if not self._tokens_name or not {"style", "speed"} <= inputs.keys():
            raise EngineError(
                f"the model's inputs are {', '.join(inputs)}; a Kokoro export has "
                "input_ids or tokens, style and speed"
            )
        self._types = inputs
        self._audio_name = next((n for n in ("waveform", "audio") if n in outputs), outputs[0])
        self.has_edges = "duration" in outputs
        metadata = session.get_modelmeta().custom_metadata_map
        self._exact = metadata.get(EDGES_KEY) == EXACT
        own = embedded_vocabulary(metadata)
        #: Tokens by symbol, and the symbols that the model itself has none for.
        self.vocabulary, self.lacks = fitted(own)
        self._symbols = {token: symbol for symbol, token in own.items()}

    def voices(self) -> Sequence[str]:
        return self._voices.names

    def tokens(self, phonemes: str) -> list[int]:
        """Token ids. Raises EngineError for a symbol the model does not have."""
        try:
            return [self.vocabulary[symbol] for symbol in phonemes]
        except KeyError as error:
            raise EngineError(f"the model has no token for {error.args[0]!r}") from None

    def phonemes(self, tokens: list[int]) -> str:
        """What tokens() was given."""
        return "".join(self._symbols[token] for token in tokens)

    def synthesize(self, segment: Segment, utterance: Utterance, run: Run) -> Sound:
        pcm, frames = self.infer(self.tokens_of(segment), utterance, run)
        if frames is None:
            return Sound(pcm, None)
        phonemes = segment.before + segment.phonemes + segment.after
        plausible.check_agreement(pcm, frames, phonemes)
        edges = self._edges(frames, len(pcm))
        return Sound(pcm, edges if self._exact else heard(edges, phonemes, pcm))

    def tokens_of(self, segment: Segment) -> list[int]:
        """Token ids, context included. Raises EngineError."""
        tokens = self.tokens(segment.before + segment.phonemes + segment.after)
        if not 0 < len(tokens) <= MAX_TOKENS:
            raise EngineError(f"a segment of {len(tokens)} tokens; 1 to {MAX_TOKENS} are possible")
        return tokens

    def infer(
        self, tokens: list[int], utterance: Utterance, run: Run
    ) -> tuple[NDArray[np.float32], NDArray[np.int64] | None]:
        """One run of the graph: float32 [samples], and int64 [tokens + 2], the frames of each
        token and of the pads; None if the graph does not say. Raises as synthesize() does.
        """
        names = [self._audio_name, "duration"] if self.has_edges else [self._audio_name]
        feed = self._feed(tokens, utterance)
        outputs = self._run(self._session, names, feed, run, keep=self._keeps_memory())
        pcm = self._sound(outputs[0])
        return pcm, self._frames(outputs[1], len(tokens) + 2) if self.has_edges else None

    def _keeps_memory(self) -> bool:
        """Whether the run that begins now leaves its memory to the next."""
        self._runs_kept += 1
        if self._has_arena and self._runs_kept < _KEPT_RUNS:
            return True
        self._runs_kept = 0
        return False

    @staticmethod
    def _run(
        session: ort.InferenceSession,
        names: Sequence[str],
        feed: Mapping[str, Any],
        run: Run,
        *,
        keep: bool,
    ) -> list[Any]:
        options = _run_options(not keep)
        # "At the graph's next node": onnxruntime looks before each.
        run.on_terminate(lambda: _terminate(options))
        try:
            outputs: list[Any] = session.run(names, feed, options)
        except Exception as error:  # noqa: BLE001 - onnxruntime raises its own types, unrelated
            if run.terminated:
                raise TerminatedError from None
            raise EngineError(f"inference failed: {str(error).splitlines()[0][:300]}") from None
        return outputs

    @staticmethod
    def _sound(output: Any) -> NDArray[np.float32]:
        pcm = np.asarray(output, dtype=np.float32).ravel()
        if not len(pcm) or not np.isfinite(pcm).all():
            raise EngineError("inference gave no sound, or sound that is not a number")
        return pcm

    @staticmethod
    def _frames(output: Any, count: int) -> NDArray[np.int64]:
        """int64 [count]. Raises EngineError for what cannot be durations of so many tokens."""
        frames = np.asarray(output).ravel()
        if len(frames) != count or not np.isfinite(frames).all() or (frames < 0).any():
            raise EngineError(f"the model's durations are none of {count} tokens")
        return frames.astype(np.int64)

    def rest(self) -> None:
        """Runs that have ended before their first node: the arenas shrink all the same."""
        if not self._has_arena:
            return
        self._runs_kept = 0
        for session, feed in self._resting():
            options = _run_options(give_back=True)
            _terminate(options)
            # onnxruntime says that the run was terminated, by an exception of its own.
            with contextlib.suppress(Exception):
                session.run(None, feed, options)

    def _resting(self) -> Iterable[tuple[ort.InferenceSession, Mapping[str, Any]]]:
        """Each session, and something that it takes."""
        utterance = Utterance(self._voices.names[0], 1.0, "")
        yield self._session, self._feed([0], utterance)

    def _feed(self, tokens: list[int], utterance: Utterance) -> dict[str, NDArray[np.generic]]:
        style = self._voices.style(utterance.voice, len(tokens))
        return {
            self._tokens_name: np.array([[0, *tokens, 0]], self._types[self._tokens_name]),
            "style": style.astype(self._types["style"]),
            "speed": self._speed(utterance.speed),
        }

    def _speed(self, speed: float) -> NDArray[np.generic]:
        kind = np.dtype(self._types["speed"])
        # v1.1-zh takes an integer speed: the nearest one it can do.
        value = max(1, round(speed)) if kind.kind in "iu" else speed
        return np.array([value], kind)

    @staticmethod
    def _edges(frames: NDArray[np.int64], samples: int) -> NDArray[np.int64]:
        """Sample offsets of the tokens, the pads at both ends left out."""
        ends = np.concatenate([[0], np.cumsum(frames)])
        scale = samples / max(int(ends[-1]), 1)
        return np.round(ends * scale).astype(np.int64)[1:-1]
