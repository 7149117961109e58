# worker: a lane's thread.
"""From the model store to a synthesizer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import EngineError, KokorodError
from ..models.record import InstalledModel
from ..models.store import Store
from ..types import Precision
from . import heap, starts

if TYPE_CHECKING:
    import onnxruntime as ort

    from .espeak import EspeakSynthesizer
    from .kokoro import KokoroSynthesizer
    from .norms.learned import LearnedFiles
    from .optimised.copies import Copy
    from .sessions import Sessions

#: What the first inference speaks: it allocates what every later one needs.
FIRST_PHONEMES = "hˈI."


class ModelUnchangedError(KokorodError):
    """The chosen model is the one that is open."""


@dataclass(frozen=True, slots=True)
class KokoroPlan:
    """Which model to open and how."""

    models_folder: Path
    model: str
    threads: int
    current: InstalledModel | None = None  # is open already
    cache_folder: Path | None = None  # where optimised copies lie; None: use none
    precision: Precision = Precision.FLOAT
    streaming: bool = True  # the copy's parts are opened, if it has some
    learned: bool = True  # what was learned on this machine of voices' norms is used


@dataclass(frozen=True, slots=True)
class Opened:
    """A warm synthesizer. copy: of the model, which it runs; note: why it runs none."""

    model: InstalledModel
    synthesizer: KokoroSynthesizer
    copy: Copy | None
    note: str

    @property
    def optimised(self) -> bool:
        return self.copy is not None


def open_kokoro(
    plan: KokoroPlan,
    sessions: Sessions[KokoroSynthesizer] | None = None,
    on_session: Callable[[float], None] = lambda _: None,
    on_libraries: Callable[[], None] = lambda: None,
) -> Opened:
    """Raises ModelMissingError, ModelDamagedError, ModelUnchangedError or EngineError.

    With `sessions`, lanes that ask for the same get the same. On this thread on_libraries
    is called once numpy and onnxruntime are loaded, and on_session with the monotonic time
    at which the session was there, before its first inference.
    """
    if plan.cache_folder is None:
        return open_here(plan, sessions, on_session, on_libraries)
    with starts.noted(plan.cache_folder) as ended:
        starts.check(plan, ended)
        return open_here(plan, sessions, on_session, on_libraries)


def open_here(
    plan: KokoroPlan,
    sessions: Sessions[KokoroSynthesizer] | None = None,
    on_session: Callable[[float], None] = lambda _: None,
    on_libraries: Callable[[], None] = lambda: None,
) -> Opened:
    """The same, whatever became of the starts before: in a child, whose end is no start's."""
    store = Store(plan.models_folder)
    model = store.chosen(plan.model)
    store.check(model)
    if model == plan.current:
        raise ModelUnchangedError(f"{model.name} is open already")
    # Only here: numpy and onnxruntime would hold up the binding of the socket.
    from .kokoro import session_options
    from .optimised.copies import Copies, loading_options

    on_libraries()
    note = ""
    if plan.cache_folder is not None:
        copies = Copies(plan.cache_folder, plan.precision)
        found = copies.find(model)
        note = found.why
        if (copy := found.copy) is not None:
            options = loading_options(session_options(plan.threads))
            in_parts = copy.parts and plan.streaming
            graph = copy.graph.parent if in_parts else copy.graph
            kind = f"{copy.key} in parts" if in_parts else copy.key
            try:
                synthesizer = _open(model, graph, options, (), kind, plan, sessions, on_session)
                if in_parts:
                    _set_aside(synthesizer, plan.cache_folder, copy.key)
                return Opened(model, synthesizer, copy, "")
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 - a rotten file may raise anything
                copies.discard(copy)
                told = str(error) if isinstance(error, EngineError) else type(error).__name__
                note = f"the optimised copy cannot be used and is made anew: {told}"
    options = session_options(plan.threads)
    synthesizer = _open(model, model.model, options, (), "", plan, sessions, on_session)
    return Opened(model, synthesizer, None, note)


def _set_aside(synthesizer: KokoroSynthesizer, cache: Path, key: str) -> None:
    """The voices whose predicted norms were too far off on this machine speak whole."""
    from .norms.verdicts import Verdicts
    from .parts import PartsSynthesizer

    assert isinstance(synthesizer, PartsSynthesizer)
    for voice, verdict in Verdicts(cache).of(key).items():
        if not verdict.near:
            synthesizer.predictors.set_aside(voice)


def _learned(plan: KokoroPlan, model: InstalledModel) -> LearnedFiles | None:
    from .norms.learned import LearnedFiles

    if plan.cache_folder is None or not plan.learned:
        return None
    return LearnedFiles(plan.cache_folder, model)


def open_accelerator(
    plan: KokoroPlan, lane: str, sessions: Sessions[KokoroSynthesizer] | None = None
) -> KokoroSynthesizer:
    """A warm synthesizer on an accelerator; its own session, beside the CPU's.

    Raises ModelMissingError, ModelDamagedError, or EngineError also if onnxruntime
    does not give the accelerator any of the graph.
    """
    from .accelerators import providers
    from .kokoro import session_options

    store = Store(plan.models_folder)
    model = store.chosen(plan.model)
    store.check(model)
    asked = providers.prepare(lane, plan.cache_folder, model)
    # Not the copy: its fused nodes are the CPU's own, and no accelerator has them.
    options = providers.watched(session_options(plan.threads))
    return _open(model, model.model, options, asked, lane, plan, sessions)


def _open(
    model: InstalledModel,
    graph: Path,
    options: ort.SessionOptions,
    asked: Sequence[Any],
    kind: str,
    plan: KokoroPlan,
    sessions: Sessions[KokoroSynthesizer] | None,
    on_session: Callable[[float], None] = lambda _: None,
) -> KokoroSynthesizer:
    """graph: a file, or the folder of a copy's parts; asked: providers, the CPU's alone if
    empty; kind: tells sessions apart.
    """
    from ..types import Segment, Utterance
    from . import plausible
    from .accelerators import providers
    from .kokoro import KokoroSynthesizer, open_session
    from .parts import PartsSynthesizer, open_parts
    from .shipped_voices import styles_of
    from .synthesizer import Run

    def make() -> KokoroSynthesizer:
        voices = styles_of(model)
        in_parts = graph.is_dir()
        if in_parts:
            parts = open_parts(graph, options)
        elif asked:
            session = open_session(graph, options, asked)
        else:
            session = open_session(graph, options)
        # Not before: loading takes and frees big blocks by the hundred, and would be slower
        # by 150 ms were each the system's own.
        heap.keep_big_blocks_apart()
        if asked:
            providers.require_share(session, asked[0][0])
        on_session(time.monotonic())
        synthesizer = (
            PartsSynthesizer(parts, voices, model.model_sha256, _learned(plan, model))
            if in_parts
            else KokoroSynthesizer(session, voices)
        )
        first = Segment(0, 0, 0, "", FIRST_PHONEMES)
        utterance = Utterance(voices.names[0], 1.0, "en-us")
        sound = synthesizer.synthesize(first, utterance, Run())
        plausible.check_run(sound, first, 1.0, synthesizer.engine)
        return synthesizer

    if sessions is None:
        return make()
    return sessions.get((model.model_sha256, model.voices_sha256, plan.threads, kind), make)


def open_built_in() -> EspeakSynthesizer:
    """The voice that needs no model. Raises EngineError."""
    from .espeak import EspeakSynthesizer

    return EspeakSynthesizer()
