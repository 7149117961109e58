# process: runs in a child process, or in a command.
"""Building a model's optimised copy: `python -m kokorod.engine.optimised.build MODELS NAME CACHE`.

onnxruntime writes the graph it would run, its weights beside it; what it leaves undone is
folded (fold.py); then the copy is loaded as the daemon would, speaks, and is compared with
the original. Takes 3 s for 325 MB
[m, one thread] and 0.5 GB of memory: hence a process of its own, of low priority.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...errors import EngineError
from ...models import disk
from ...models.record import InstalledModel
from ...models.store import Store
from .. import child
from ..child import Child
from .copies import GRAPH, WEIGHTS, Copies, Copy, CopyError, loading_options

if TYPE_CHECKING:
    import numpy as np
    import onnxruntime as ort
    from numpy.typing import NDArray

    from ..synthesizer import Styles

#: What both speak: 15 tokens, about a second, enough to tell sounds apart.
PHRASE: Final = "ðə kwˈɪk fˈɑks."

#: A busy machine of one slow core needs five minutes; who takes longer is stuck.
_PATIENCE_S: Final = 600.0

#: The copy by the model: weights, and those that kernels reorder a second time; measured 1.32.
_SIZE: Final = 1.5


@dataclass(frozen=True, slots=True)
class _Recipe:
    """reordered: with the weights as kernels reorder them, which sessions then share
    (docs/decisions/006); folded: with the norms of fold.py.
    """

    reordered: bool
    folded: bool


#: A kernel that cannot share weights fails the build, and so does a graph whose norms only
#: look like Kokoro's; then the copy is made without.
_RECIPES: Final = (
    _Recipe(reordered=True, folded=True),
    _Recipe(reordered=True, folded=False),
    _Recipe(reordered=False, folded=False),
)

Say = Callable[[str], None]


def start_building(
    models_folder: Path, model: str, cache: Path, report: Callable[[child.Report], None]
) -> Child:
    """Build in the background; one report: Done {"bytes", "built"}, Failed or Stopped."""

    def clean_and_report(outcome: child.Report) -> None:
        if not isinstance(outcome, child.Done):
            Copies(cache).clean()
        report(outcome)

    building = Child(
        "kokorod.engine.optimised.build",
        [str(models_folder), model, str(cache)],
        _PATIENCE_S,
        clean_and_report,
    )
    building.start()
    return building


def build(store: Store, model: InstalledModel, copies: Copies, say: Say = lambda _: None) -> Copy:
    """The model's optimised copy, made if there is none; say() gets the steps, for people.

    Raises ModelDamagedError, LockHeldError if another process builds, ModelError if
    the disk is full, CopyError.
    """
    store.check(model)
    try:
        with copies.building(f"optimising {model.name}") as place:
            if (found := copies.find(model).copy) is not None:
                return found
            disk.require_space(copies.folder, int(model.model_bytes * _SIZE))
            problem = ""
            for recipe in _RECIPES:
                try:
                    _build_and_compare(model, place, recipe, say)
                except EngineError as error:
                    problem = problem or str(error)
                    # onnxruntime tells a full disk as any other failure.
                    disk.require_space(copies.folder, 0)
                    _empty(place)
                else:
                    say("writing it to the disk")
                    return copies.publish(place, model)
            raise CopyError(f"no optimised copy of {model.name} can be made: {problem}")
    except OSError as error:
        raise CopyError(disk.explain(error, f"optimising {model.name}")) from None


def _build_and_compare(model: InstalledModel, place: Path, recipe: _Recipe, say: Say) -> None:
    from ..kokoro import open_session, session_options
    from ..shipped_voices import styles_of
    from .fold import fold

    voices = styles_of(model)
    options = session_options(1)
    options.optimized_model_filepath = str(place / GRAPH)
    entries = {
        "session.optimized_model_external_initializers_file_name": WEIGHTS,
        # Smaller ones stay in the graph: a page of memory has four times as much.
        "session.optimized_model_external_initializers_min_size_in_bytes": "1024",
    }
    if recipe.reordered:
        entries["session.save_external_prepacked_constant_initializers"] = "1"
    for name, value in entries.items():
        options.add_session_config_entry(name, value)
    say("optimising the graph")
    session = open_session(model.model, options)
    (place / WEIGHTS).touch()  # there is none if every weight is small
    if recipe.folded:
        fold(place / GRAPH)
    say("speaking with the original")
    runs = (_speak(session, voices), _speak(session, voices))
    del session  # its memory, before the copy takes as much
    say("speaking with the copy")
    compare(place / GRAPH, voices, runs)


def compare(
    graph: Path, voices: Styles, runs: tuple[NDArray[np.float32], NDArray[np.float32]]
) -> None:
    """Load the copy as the daemon would; raises EngineError if it speaks otherwise.

    runs: PHRASE as the original said it, twice.
    """
    from .. import similarity
    from ..kokoro import open_session, session_options

    session = open_session(graph, loading_options(session_options(1)))
    if difference := similarity.difference(runs, _speak(session, voices), similarity.COPY):
        raise EngineError(f"its copy speaks otherwise: {difference}")


def _speak(session: ort.InferenceSession, voices: Styles) -> NDArray[np.float32]:
    from ...types import Segment, Utterance
    from ..kokoro import KokoroSynthesizer
    from ..synthesizer import Run

    synthesizer = KokoroSynthesizer(session, voices)
    phonemes = "".join(symbol for symbol in PHRASE if symbol in synthesizer.vocabulary)
    utterance = Utterance(voices.names[0], 1.0, "en-us")
    run = Run()
    return synthesizer.synthesize(Segment(0, 0, 0, "", phonemes), utterance, run).pcm


def _empty(place: Path) -> None:
    for path in place.iterdir():
        disk.delete(path)


def main(arguments: Sequence[str]) -> int:
    """In the child: models folder, name and cache folder."""

    def work() -> dict[str, Any]:
        models, name, cache = arguments
        store = Store(Path(models))
        copies = Copies(Path(cache))
        copy = build(store, store.get(name), copies)
        return {"bytes": copy.bytes, "key": copy.key}

    return child.answer(work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
