# worker: reads files; never on the loop.
"""The models on this machine: one folder each, and which of them is in use.

    <folder>/<name>/model.onnx voices.bin model.json verified.json
    <folder>/.in-use      the name chosen by `models use`
    <folder>/.lock        held while anything changes
    <folder>/.tmp-*       being made, or left by a crash
    <folder>/.downloads/  what pull.py is fetching

Owns:       everything in the folder.
Invariants: a model's folder appears and goes in one rename, whole; its files are never
            written again. What begins with a dot is the store's own: no name does.
Never:      changes anything without the lock, verified.json apart (each writer writes
            the truth, atomically); follows a name out of the folder.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..errors import ModelDamagedError, ModelError, ModelMissingError
from ..safety import own_files
from . import disk, manifest, record, verification
from .disk import Stamp
from .lock import exclusive
from .manifest import Release
from .record import InstalledModel
from .verification import Progress

#: Copying a model to a slow disk takes a minute; who holds the lock longer is stuck.
LOCK_WAIT_S: Final = 60.0

#: The longest name, and a line end.
_NAME_BYTES: Final = 66
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_IN_USE: Final = ".in-use"

#: As a setting: no model at all. No model is called so.
NONE: Final = "none"

_HOW_TO_GET: Final = (
    "run `kokoroctl setup` or `kokoroctl models pull` to download Kokoro, or "
    "`kokoroctl models import FILE VOICES --name N` for files that are here already"
)


def _is_file(path: Path) -> bool:
    """Raises ModelError if the disk does not tell."""
    try:
        return path.is_file()
    except OSError as error:
        raise ModelError(disk.explain(error, "reading the model")) from None


def check_name(name: str) -> str:
    """The name, if it is allowed. Raises ModelError."""
    if not _NAME.fullmatch(name):
        raise ModelError(
            f"{name[:80]!r} is no name for a model; allowed are 1 to 64 of a-z 0-9 . _ - "
            "with a letter or digit first"
        )
    return name


class Store:
    """The store in `folder` (Config.models_folder), which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def installed(self) -> list[InstalledModel]:
        """The models whose record can be read, by name; their files are not looked at."""
        models = []
        for name in self._names():
            with contextlib.suppress(ModelError):
                models.append(self.get(name))
        return models

    def broken(self) -> dict[str, str]:
        """Folders whose record cannot be read: name -> what is wrong and what to do."""
        problems = {}
        for name in self._names():
            try:
                self.get(name)
            except ModelError as error:
                problems[name] = str(error)
        return problems

    def get(self, name: str) -> InstalledModel:
        """The model of that name. Raises ModelMissingError, or ModelDamagedError for its record."""
        check_name(name)
        try:
            return record.load(self.folder / name)
        except FileNotFoundError:
            if name in self._names():
                raise ModelDamagedError(
                    f"{self.folder / name} has no {record.RECORD}; run `kokoroctl models remove "
                    f"{name}`, then pull or import it again"
                ) from None
            raise ModelMissingError(self._missing(f"no model {name!r}")) from None

    def in_use(self) -> str:
        """The name chosen by use(), empty if there is none. It may be gone since."""
        try:
            name = own_files.read(self.folder / _IN_USE, _NAME_BYTES).decode().strip()
        except (OSError, UnicodeDecodeError):
            return ""
        return name if _NAME.fullmatch(name) else ""

    def chosen(self, preferred: str = "") -> InstalledModel:
        """The model to speak with: `preferred`, else the one in use, else the only one.

        Its files are not looked at: check() comes next. Raises ModelMissingError that
        says how to get one, ModelDamagedError for an unreadable record.
        """
        if preferred == NONE:
            raise ModelMissingError(
                f"the setting model is {NONE}; take it away (`kokoroctl config`) for Kokoro"
            )
        if preferred:
            return self.get(preferred)
        if (name := self.in_use()) and name in self._names():
            return self.get(name)
        names = self._names()
        if len(names) == 1:
            return self.get(names[0])
        if names:
            raise ModelMissingError(
                f"no model is in use; run `kokoroctl models use N`, N is one of {', '.join(names)}"
            )
        raise ModelMissingError(self._missing("no model is installed"))

    def use(self, name: str) -> InstalledModel:
        """Choose a model. Raises ModelMissingError."""
        with self.changing(f"choosing {name}"):
            model = self.get(name)
            self._write_in_use(name)
        return model

    def remove(self, name: str) -> None:
        """Delete a model, also a broken one. Raises ModelMissingError."""
        check_name(name)
        with self.changing(f"removing {name}"):
            path = self.folder / name
            if not path.is_dir() and not path.is_symlink():
                raise ModelMissingError(self._missing(f"no model {name!r}"))
            # One rename, so that a crash leaves the whole model or rubbish, never a part.
            doomed = self._temporary() / name
            path.rename(doomed)
            if self.in_use() == name:
                (self.folder / _IN_USE).unlink(missing_ok=True)
            disk.delete(doomed)
            disk.delete(doomed.parent)

    def import_files(
        self, model: Path, voices: Path | None, name: str, progress: Progress | None = None
    ) -> InstalledModel:
        """Copy a model and its voices, if it has its own, into the store; pin their sha256.

        The first model is also put to use. Raises ModelError if a file is not what it
        should be, the name is taken or the disk is full.
        """
        from . import structure  # only here is a graph looked into

        check_name(name)
        if name == NONE:
            raise ModelError(f"{NONE!r} means no model at all; give another name")
        for path in (model, voices):
            if path is not None and not _is_file(path):
                raise ModelError(f"{path} is no file; give the path of the model and the voices")
        structure.check_model(model)
        if voices is not None:
            structure.check_voices(voices)
        with self.changing(f"importing {name}"):
            if (self.folder / name).exists():
                raise ModelError(
                    f"the name {name!r} is taken; choose another, or run "
                    f"`kokoroctl models remove {name}` first"
                )
            total = sum(path.stat().st_size for path in (model, voices) if path is not None)
            disk.require_space(self.folder, total)
            done = 0

            def advance(count: int) -> None:
                nonlocal done
                done += count
                if progress:
                    progress(done, max(done, total))

            place = self._temporary()
            model_sha256 = disk.copy(model, place / record.MODEL, advance)
            voices_sha256 = disk.copy(voices, place / record.VOICES, advance) if voices else ""
            release = manifest.recognize(model_sha256)
            return self._publish(
                place,
                InstalledModel(
                    name=name,
                    model=place / record.MODEL,
                    voices=place / record.VOICES if voices else None,
                    model_bytes=(place / record.MODEL).stat().st_size,
                    model_sha256=model_sha256,
                    voices_bytes=(place / record.VOICES).stat().st_size if voices else 0,
                    voices_sha256=voices_sha256,
                    source=str(model.absolute()),
                    variant=release.variant if release else "",
                ),
            )

    def adopt(
        self, release: Release, model: Path, voices: Path | None, source: str
    ) -> InstalledModel:
        """Move in a release's files, just verified; replaces a model of that name.

        They must be on the store's disk. The first model is also put to use.
        """
        with self.changing(f"installing {release.name}"):
            place = self._temporary()
            model.rename(place / record.MODEL)
            if voices is not None:
                voices.rename(place / record.VOICES)
            return self._publish(
                place,
                InstalledModel(
                    name=release.name,
                    model=place / record.MODEL,
                    voices=place / record.VOICES if voices else None,
                    model_bytes=release.model.bytes,
                    model_sha256=release.model.sha256,
                    voices_bytes=release.voices.bytes if release.voices else 0,
                    voices_sha256=release.voices.sha256 if release.voices else "",
                    source=source,
                    variant=release.variant,
                ),
            )

    def tidy(self) -> None:
        """Remove what a crash left. Raises ModelError."""
        with self.changing("tidying up"):
            pass

    def verify(self, model: InstalledModel, progress: Progress | None = None) -> None:
        """Hash its files whole. Raises ModelDamagedError."""
        verification.verify(model, progress)

    def check(self, model: InstalledModel, progress: Progress | None = None) -> None:
        """At once if the files were not touched since last hashed. Raises ModelDamagedError."""
        verification.check(model, progress)

    @contextlib.contextmanager
    def changing(self, purpose: str) -> Iterator[None]:
        """Hold the store's lock, with what a crash left cleaned away.

        What goes wrong at the disk leaves as a ModelError of one line.
        """
        try:
            disk.make_private(self.folder)
            with exclusive(self.folder / ".lock", purpose, LOCK_WAIT_S):
                self._clean()
                try:
                    yield
                except BaseException:
                    with contextlib.suppress(OSError, ModelError):
                        self._clean()
                    raise
        except OSError as error:
            raise ModelError(disk.explain(error, purpose)) from None

    def _publish(self, place: Path, model: InstalledModel) -> InstalledModel:
        """Make the folder `place` the model of its name."""
        disk.write_atomically(place / record.RECORD, record.dump(model))
        verification.remember(model, {path.name: Stamp.of(path.stat()) for path in model.files})
        target = self.folder / model.name
        first = not self._names()
        if target.exists():
            target.rename(self._temporary() / model.name)
        place.rename(target)
        disk.sync_folder(self.folder)
        if first:
            self._write_in_use(model.name)
        self._clean()
        return record.load(target)

    def _names(self) -> list[str]:
        try:
            return sorted(
                path.name
                for path in self.folder.iterdir()
                if _NAME.fullmatch(path.name) and path.is_dir()
            )
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ModelError(disk.explain(error, "reading the model store")) from None

    def _missing(self, problem: str) -> str:
        names = ", ".join(self._names())
        return (
            f"{problem} in {self.folder}"
            + (f" (there are {names})" if names else "")
            + (f"; {_HOW_TO_GET}")
        )

    def _temporary(self) -> Path:
        return Path(tempfile.mkdtemp(prefix=disk.TEMPORARY, dir=self.folder))

    def _write_in_use(self, name: str) -> None:
        disk.write_atomically(self.folder / _IN_USE, f"{name}\n".encode())

    def _clean(self) -> None:
        disk.clean(self.folder)
        for name in self._names():
            disk.clean(self.folder / name)
