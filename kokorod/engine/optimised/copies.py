# worker: called by worker threads, and in child processes.
"""Optimised copies of models: where they lie, and which may be trusted.

    <cache>/optimised/<key>/model.onnx    the graph as onnxruntime left it, 0.6 MB
    <cache>/optimised/<key>/weights.bin   its weights, to be mapped into memory
    <cache>/optimised/<key>/encoder.onnx  and source, front, generator: the graph in parts, with
                                          the same weights, if it falls into parts
    <cache>/optimised/<key>/verified.json sha256 and stamp of them, once they were compared
    <cache>/optimised/<key>/changes.json  what it has that the original has not
    <cache>/optimised/.lock  .tmp-*       held by who builds; being made, or left by a crash

A copy is good for one model, one onnxruntime, one kind of processor and one way to make it:
its key has them all. It loads in a third of the original's time, and what it maps is shared
between sessions and given back to the system when memory is short.

Owns:       everything in that folder.
Invariants: a copy appears and goes in one rename, whole, and only after its sound was
            compared with the original's; one that changed since is not used.
Never:      keeps two copies of one model, or more than _MOST in all.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ...errors import KokorodError
from ...models import disk, record
from ...models.disk import Stamp
from ...models.lock import exclusive
from ...models.record import InstalledModel
from ...types import Precision
from ..accelerators import hardware
from .names import PARTS

if TYPE_CHECKING:
    import onnxruntime as ort

GRAPH: Final = "model.onnx"
WEIGHTS: Final = "weights.bin"
CHANGES: Final = "changes.json"

#: A copy has 430 MB; who switches between more models than this waits for the original.
_MOST: Final = 3

#: Bytes; it has forty.
_MAX_CHANGES: Final = 1024

#: Of how the copy is made; another number is another key.
_RECIPE: Final = "8 all external-1024 prepacked folded spectrum durations parts narrowed"


class CopyError(KokorodError):
    """No optimised copy could be made or used; the original speaks."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a copy has that its original has not.

    floated    how many operators compute in float that are quantized in the file
    durations  the graph shows how long each token sounds: word times are exact
    """

    floated: int = 0
    durations: bool = False

    def __bool__(self) -> bool:
        return self.floated > 0 or self.durations


@dataclass(frozen=True, slots=True)
class Copy:
    """An optimised copy that was compared with its original and not touched since.

    parts: the graph lies beside it in parts too (names.PARTS).
    """

    key: str
    graph: Path
    bytes: int
    changes: Changes = Changes()
    parts: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """copy: to be used, or None; why: there is none, for people."""

    copy: Copy | None
    why: str = ""


def copy_key(model: InstalledModel, precision: Precision) -> str:
    """The name of the model's copy on this machine: <16 of its sha256>-<16 of the rest>."""
    import onnxruntime

    rest = [_RECIPE, precision.value, onnxruntime.__version__, *hardware.instruction_sets()]
    digest = hashlib.sha256("\0".join([model.model_sha256, *rest]).encode())
    return f"{_of_model(model)}-{digest.hexdigest()[:16]}"


def loading_options(options: ort.SessionOptions) -> ort.SessionOptions:
    """The options for a copy: what could be optimised is."""
    import onnxruntime

    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return options


def _load_changes(place: Path) -> Changes:
    """None if they cannot be read: they are for people, and for who opens the copy."""
    try:
        with (place / CHANGES).open("rb") as file:
            found = json.loads(file.read(_MAX_CHANGES))
        return Changes(int(found["floated"]), bool(found["durations"]))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return Changes()


def _parts_of(seen: Iterable[str]) -> tuple[str, ...]:
    """All of the parts, or none: some alone speak nothing."""
    return PARTS if set(PARTS) <= set(seen) else ()


def _of_model(model: InstalledModel) -> str:
    return model.model_sha256[:16]


class Copies:
    """The copies below `cache` (Config.cache_folder), which need not exist yet."""

    def __init__(self, cache: Path, precision: Precision = Precision.FLOAT) -> None:
        self.folder = cache / "optimised"
        self.precision = precision

    def find(self, model: InstalledModel) -> Search:
        """The model's copy, by its stamps; one that changed is removed."""
        key = copy_key(model, self.precision)
        place = self.folder / key
        try:
            if not place.is_dir():
                return Search(None, "there is no optimised copy yet")
        except OSError as error:
            return Search(None, f"the optimised copy cannot be read ({error.strerror or error})")
        copy = Copy(key, place / GRAPH, 0)
        seen = record.load_seen(place)
        size = 0
        for name in (GRAPH, WEIGHTS, *_parts_of(seen)):
            try:
                stamp = Stamp.of((place / name).stat())
            except OSError:
                stamp = None
            if name not in seen or seen[name][1] != stamp:
                self.discard(copy)
                return Search(None, "the optimised copy was changed or damaged, and is made anew")
            size += stamp.size
        # The time of last use, by which the oldest goes; not worth a failure.
        with contextlib.suppress(OSError):
            os.utime(place)
        parts = bool(_parts_of(seen))
        return Search(Copy(key, place / GRAPH, size, _load_changes(place), parts))

    def verify(self, copy: Copy, advance: Callable[[int], None] | None = None) -> None:
        """Hash the copy whole; raises CopyError if it is damaged, and removes it then.

        advance is called with the number of bytes of each piece.
        """
        place = copy.graph.parent
        seen = record.load_seen(place)
        for name in (GRAPH, WEIGHTS, *_parts_of(seen)):
            try:
                found, _ = disk.digest(place / name, advance)
                problem = "" if name in seen and seen[name][0] == found else "other bytes"
            except OSError as error:
                problem = error.strerror or str(error)
            if problem:
                self.discard(copy)
                raise CopyError(f"{place / name} was damaged ({problem}), and is removed")

    def discard(self, copy: Copy) -> None:
        """Remove a copy; who has it mapped keeps it until its session goes."""
        place = copy.graph.parent
        # What cannot be removed now is removed by the next who builds.
        with contextlib.suppress(OSError):
            if place.is_dir():
                doomed = Path(tempfile.mkdtemp(prefix=disk.TEMPORARY, dir=self.folder))
                # One rename, so that no half of it can be found.
                place.rename(doomed / copy.key)
                disk.delete(doomed)

    @contextlib.contextmanager
    def building(self, purpose: str) -> Iterator[Path]:
        """An empty folder to build in, gone afterwards; one process at a time.

        Raises LockHeldError at once if another builds, OSError.
        """
        disk.make_private(self.folder)
        with exclusive(self.folder / ".lock", purpose, 0):
            disk.clean(self.folder)
            place = Path(tempfile.mkdtemp(prefix=disk.TEMPORARY, dir=self.folder))
            try:
                yield place
            finally:
                if place.exists():
                    disk.delete(place)

    def publish(self, place: Path, model: InstalledModel, changes: Changes = Changes()) -> Copy:
        """Make what building() built the model's copy. The caller holds the lock."""
        seen = {}
        parts = tuple(name for name in PARTS if (place / name).exists())
        for name in (GRAPH, WEIGHTS, *parts):
            with (place / name).open("rb+") as file:
                os.fsync(file.fileno())
            seen[name] = disk.digest(place / name)
        disk.write_atomically(place / record.VERIFIED, record.dump_seen(seen))
        disk.write_atomically(place / CHANGES, json.dumps(asdict(changes)).encode() + b"\n")
        key = copy_key(model, self.precision)
        target = self.folder / key
        self.discard(Copy(key, target / GRAPH, 0))
        place.rename(target)
        disk.sync_folder(self.folder)
        self._remove_old(model, key)
        size = sum(stamp.size for _, stamp in seen.values())
        return Copy(key, target / GRAPH, size, changes, bool(parts))

    def clean(self) -> None:
        """Remove what a crashed build left, unless another builds now. Raises nothing."""
        with contextlib.suppress(OSError, KokorodError):
            if self.folder.is_dir():
                with exclusive(self.folder / ".lock", "cleaning", 0):
                    disk.clean(self.folder)

    def _remove_old(self, model: InstalledModel, key: str) -> None:
        """The model's copies for another onnxruntime, and those not used for longest."""
        places = [path for path in self.folder.iterdir() if path.is_dir() and path.name != key]
        places.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        kept = 1
        for place in places:
            if place.name.startswith((disk.TEMPORARY, ".")):
                continue
            if place.name.startswith(f"{_of_model(model)}-") or kept >= _MOST:
                self.discard(Copy(place.name, place / GRAPH, 0))
            else:
                kept += 1
