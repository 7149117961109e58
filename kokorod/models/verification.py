# worker: reads files; never on the loop.
"""Is a stored model still what it was? By its stamps at once, or by hashing every byte.

Damaged graphs often still load and run (135 of 300 tried did), so only size and
sha256 tell. Hashing 350 MB takes about a second; the daemon does it once, then trusts
files whose size, time of change and inode are those it hashed.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from ..errors import ModelDamagedError
from . import disk, manifest, record
from .disk import Stamp
from .record import InstalledModel

#: Called with (bytes done, bytes in all).
Progress = Callable[[int, int], None]


class _Expected(NamedTuple):
    path: Path
    bytes: int
    sha256: str


def check(model: InstalledModel, progress: Progress | None = None) -> None:
    """The quick one: trusts files that were not touched since they were last hashed.

    Others are hashed whole. Raises ModelDamagedError.
    """
    seen = record.load_seen(model.folder)
    for expected in _files(model):
        now = _look(model, expected)
        if seen.get(expected.path.name) != (expected.sha256, now):
            verify(model, progress)
            return


def verify(model: InstalledModel, progress: Progress | None = None) -> None:
    """Hash its files whole and record that they were right.

    Raises ModelDamagedError with the file, what was expected and what was found.
    """
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress(done, model.bytes)

    stamps = {}
    for expected in _files(model):
        _look(model, expected)
        try:
            found, stamp = disk.digest(expected.path, advance)
        except OSError as error:
            raise _damaged(model, expected, f"cannot be read ({error.strerror})") from None
        if found != expected.sha256:
            raise _damaged(
                model, expected, f"has the sha256 {found}, expected is {expected.sha256}"
            )
        stamps[expected.path.name] = stamp
    remember(model, stamps)


def remember(model: InstalledModel, stamps: Mapping[str, Stamp]) -> None:
    """Record that the files with these stamps, by name, have the model's sha256."""
    seen = {
        expected.path.name: (expected.sha256, stamps[expected.path.name])
        for expected in _files(model)
    }
    # On a disk that takes no writing the model is good all the same; it is hashed again.
    with contextlib.suppress(OSError):
        disk.write_atomically(model.folder / record.VERIFIED, record.dump_seen(seen))


def distrust(model: InstalledModel) -> None:
    """Forget that its files were right: the next check hashes them whole."""
    with contextlib.suppress(OSError):
        (model.folder / record.VERIFIED).unlink()


def _files(model: InstalledModel) -> list[_Expected]:
    expected = [_Expected(model.model, model.model_bytes, model.model_sha256)]
    if model.voices is not None:
        expected.append(_Expected(model.voices, model.voices_bytes, model.voices_sha256))
    return expected


def _look(model: InstalledModel, expected: _Expected) -> Stamp:
    """The file's stamp now; its size is the expected one, and nobody else may write it."""
    try:
        status = expected.path.lstat()
    except FileNotFoundError:
        raise _damaged(model, expected, "is missing") from None
    except OSError as error:
        raise _damaged(model, expected, f"cannot be read ({error.strerror})") from None
    if problem := _untrusted(status):
        raise _damaged(model, expected, problem)
    stamp = Stamp.of(status)
    if stamp.size != expected.bytes:
        raise _damaged(
            model, expected, f"has {stamp.size:,} bytes, expected are {expected.bytes:,}"
        )
    return stamp


def _untrusted(status: os.stat_result) -> str:
    """Why what has the file's name is not what was stored; empty if it may be."""
    if stat.S_ISLNK(status.st_mode):
        return "is a symbolic link"
    if not stat.S_ISREG(status.st_mode):
        return "is no regular file"
    if status.st_uid not in (os.geteuid(), 0):
        return f"belongs to another user ({status.st_uid})"
    if status.st_mode & stat.S_IWOTH:
        return f"may be written to by everybody (its mode is {stat.S_IMODE(status.st_mode):o})"
    return ""


def _damaged(model: InstalledModel, expected: _Expected, problem: str) -> ModelDamagedError:
    release = manifest.recognize(model.model_sha256)
    if release is None:
        todo = f"run `kokoroctl models remove {model.name}`, then import it again"
    elif release.tag == manifest.DEFAULT_TAG:
        todo = f"run `kokoroctl models pull {release.variant}` to fetch it again"
    else:
        todo = (
            f"run `kokoroctl models pull {release.variant} --tag {release.tag}` to fetch it again"
        )
    return ModelDamagedError(f"{expected.path} {problem}; {todo}")
