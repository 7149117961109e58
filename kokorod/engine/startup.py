# lane: runs on a lane's thread.
"""From the model store to a synthesizer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import KokorodError
from ..models.record import InstalledModel
from ..models.store import Store

if TYPE_CHECKING:
    from .espeak import EspeakSynthesizer
    from .kokoro import KokoroSynthesizer

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


def open_kokoro(plan: KokoroPlan) -> tuple[InstalledModel, KokoroSynthesizer]:
    """A warm synthesizer. Raises ModelMissingError, ModelDamagedError or EngineError."""
    store = Store(plan.models_folder)
    model = store.chosen(plan.model)
    store.check(model)
    if model == plan.current:
        raise ModelUnchangedError(f"{model.name} is open already")
    # Only here: numpy and onnxruntime would hold up the binding of the socket.
    from ..types import Segment, Utterance
    from .kokoro import KokoroSynthesizer, open_session, session_options
    from .voices import Voices

    voices = Voices(model.voices)
    session = open_session(model.model, session_options(plan.threads))
    synthesizer = KokoroSynthesizer(session, voices)
    first = Segment(0, 0, 0, "", FIRST_PHONEMES)
    utterance = Utterance(voices.names[0], 1.0, "en-us")
    synthesizer.synthesize(first, utterance, synthesizer.new_run())
    return model, synthesizer


def open_built_in() -> EspeakSynthesizer:
    """The voice that needs no model. Raises EngineError."""
    from .espeak import EspeakSynthesizer

    return EspeakSynthesizer()
