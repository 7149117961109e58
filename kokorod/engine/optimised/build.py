# process: runs in a child process, or in a command.
"""Building a model's optimised copy: `python -m kokorod.engine.optimised.build ARGUMENTS`.

The graph is rewritten if that makes more of the model (rewrite.py); onnxruntime writes the
graph it would run, its weights beside it; what it leaves undone is folded (fold.py); then the
copy is loaded as the daemon would, speaks, and is compared with the original; then it is taken
to parts (parts.py), which are compared with the whole. Takes 3 s for
325 MB [m, one thread] and 0.5 GB of memory, 15 s for an int8 model of 92 MB that becomes
float: hence a process of its own, of low priority.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...errors import EngineError
from ...models import disk
from ...models.record import InstalledModel
from ...models.store import Store
from ...types import Precision
from .. import child
from ..child import Child
from . import rewrite
from .comparison import UnlikeError, check_durations, compare, compare_float, speak
from .copies import GRAPH, WEIGHTS, Changes, Copies, Copy, CopyError
from .names import PARTS

if TYPE_CHECKING:
    from ..synthesizer import Styles

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

#: In the folder of the copy that is being made: the graph it is made from.
_REWRITTEN: Final = "rewritten-"

Say = Callable[[str], None]


def start_building(
    models_folder: Path,
    model: str,
    cache: Path,
    precision: Precision,
    report: Callable[[child.Report], None],
) -> Child:
    """Build in the background; one report: Done {"bytes", "key", "changed", "parts"}, Failed or
    Stopped.

    changed: the copy is heard or timed otherwise than the original (rewrite.Changes).
    parts: it lies in parts, too, so it can stream.
    """

    def clean_and_report(outcome: child.Report) -> None:
        if not isinstance(outcome, child.Done):
            Copies(cache).clean()
        report(outcome)

    building = Child(
        "kokorod.engine.optimised.build",
        [str(models_folder), model, str(cache), precision.value],
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
            changes = _make(model, copies, place, say)
            say("writing it to the disk")
            return copies.publish(place, model, changes)
    except OSError as error:
        raise CopyError(disk.explain(error, f"optimising {model.name}")) from None


def _make(model: InstalledModel, copies: Copies, place: Path, say: Say) -> Changes:
    """Make the copy in `place`, with as many changes as come out well. Raises CopyError."""
    problem = ""
    with tempfile.TemporaryDirectory(prefix=_REWRITTEN, dir=place) as folder:
        for original in _originals(model, copies.precision, Path(folder), say):
            for recipe in _RECIPES:
                try:
                    _build_and_compare(original, place, recipe, say)
                except EngineError as error:
                    problem = problem or str(error)
                    # onnxruntime tells a full disk as any other failure.
                    disk.require_space(copies.folder, 0)
                    _empty(place)
                    if isinstance(error, UnlikeError):
                        break
                else:
                    return original.changes
    raise CopyError(f"no optimised copy of {model.name} can be made: {problem}")


@dataclass(frozen=True, slots=True)
class _Original:
    """graph: what is optimised, the model's own or that rewritten."""

    model: InstalledModel
    graph: Path
    changes: Changes


def _originals(
    model: InstalledModel, precision: Precision, folder: Path, say: Say
) -> Iterator[_Original]:
    """The graphs to try, the most changed first; each is gone once the next is asked for."""
    tried = set()
    floating = precision is Precision.FLOAT
    for floated, durations in ((floating, True), (floating, False), (False, True), (False, False)):
        changes = _rewritten(model, folder, floated, durations, say)
        if changes not in tried:
            tried.add(changes)
            yield _Original(model, folder / rewrite.GRAPH if changes else model.model, changes)


def _rewritten(
    model: InstalledModel, folder: Path, floating: bool, durations: bool, say: Say
) -> Changes:
    if not (floating or durations):
        return Changes()
    say("reading the graph")
    try:
        changes = rewrite.rewrite(model.model, folder, floating=floating, durations=durations)
    except EngineError:
        return Changes()  # onnxruntime may know better, or says what is wrong
    size = sum(path.stat().st_size for path in folder.iterdir())
    disk.require_space(folder, int(size * _SIZE) if changes else 0)
    return changes


def _build_and_compare(original: _Original, place: Path, recipe: _Recipe, say: Say) -> None:
    from ..kokoro import open_session, session_options
    from ..shipped_voices import styles_of
    from .boundaries import NoPartsError
    from .fold import fold
    from .spectrum import convolve

    voices = styles_of(original.model)
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
    session = open_session(original.graph, options)
    (place / WEIGHTS).touch()  # there is none if every weight is small
    if recipe.folded:
        fold(place / GRAPH)
        with contextlib.suppress(NoPartsError):
            convolve(place / GRAPH)
    say("speaking with the original")
    runs = (speak(session, voices), speak(session, voices))
    if original.changes.durations:
        check_durations(session, voices)
    del session  # its memory, before the copy takes as much
    if original.changes.floated:
        compare_float(original.model.model, voices, runs)
    say("speaking with the copy")
    compare(place / GRAPH, voices, runs)
    say("taking the graph to parts")
    _take_to_parts(place, voices)


def _take_to_parts(place: Path, voices: Styles) -> None:
    """Put the graph's parts beside it, if they speak as it does; else the copy has none."""
    from .joined import compare_parts
    from .parts import split

    try:
        if split(place / GRAPH):
            compare_parts(place, voices)
    except EngineError:
        for name in PARTS:
            (place / name).unlink(missing_ok=True)


def _empty(place: Path) -> None:
    """Of all but the rewritten graph."""
    for path in place.iterdir():
        if not path.name.startswith(_REWRITTEN):
            disk.delete(path)


def main(arguments: Sequence[str]) -> int:
    """In the child: models folder, name, cache folder and precision."""

    def work() -> dict[str, Any]:
        models, name, cache, precision = arguments
        store = Store(Path(models))
        copies = Copies(Path(cache), Precision(precision))
        copy = build(store, store.get(name), copies)
        changed = bool(copy.changes)
        return {"bytes": copy.bytes, "key": copy.key, "changed": changed, "parts": copy.parts}

    return child.answer(work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
