# process: a part of the commands that fetch or copy.
"""A release from the web into the store: both files, resumable, one pull at a time."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import DownloadError, ModelError
from . import disk, fetch, web
from .lock import LockHeldError, exclusive
from .manifest import Release, RemoteFile
from .record import InstalledModel
from .store import Store
from .web import Patience

#: Progress is told at most this often: a terminal shows no more.
_TELL_EVERY_S: Final = 0.1

#: Speed is the mean of this long: steady to read, and it notices a line that got slow.
_WINDOW_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pull is: bytes of all files, bytes a second, seconds left (None: unknown)."""

    file: str
    done: int
    total: int
    speed: float
    left_s: float | None


def pull(
    release: Release,
    base_url: str,
    store: Store,
    progress: Callable[[Progress], None] | None = None,
    note: Callable[[str], None] | None = None,
    patience: Patience | None = None,
) -> InstalledModel:
    """Download `release` from <base_url>/<tag>/ into the store and verify it.

    A model of that name which is whole is returned as it is, a damaged one replaced. An
    interrupted pull goes on where it stopped, of the release pulled last. The first model
    of the store is also put to use.

    Raises DownloadError (UnreachableError where there is no network, within
    patience.connect_s), also where another process is pulling; ModelError on a full disk.
    """
    base_url = web.check_base_url(base_url)
    note = note or (lambda _: None)
    downloads = store.folder / ".downloads"
    try:
        disk.make_private(store.folder)
        downloads.mkdir(mode=0o700, exist_ok=True)
        with exclusive(store.folder / ".pull.lock", f"pulling {release.name}", wait_s=0):
            if whole := installed_whole(store, release):
                note(f"{release.name} is here already, and whole")
                return whole
            tell = progress or (lambda _: None)
            return _pull(release, base_url, store, downloads, tell, note, patience or Patience())
    except LockHeldError as error:
        raise DownloadError(f"one pull at a time: {error}") from None
    except OSError as error:
        raise DownloadError(disk.explain(error, f"pulling {release.name}")) from None


def installed_whole(store: Store, release: Release) -> InstalledModel | None:
    """The release as the store has it, hashed whole; None where it is missing or damaged."""
    try:
        model = store.get(release.name)
        if (model.model_sha256, model.voices_sha256) != (
            release.model.sha256,
            release.voices.sha256,
        ):
            return None
        store.verify(model)
    except ModelError:
        return None
    return model


class Meter:
    """Speed and time left from how far a transfer was when; the clock is an argument."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._samples: deque[tuple[float, int]] = deque(maxlen=256)

    def at(self, done: int, now: float) -> tuple[float, float | None]:
        """Bytes a second over the last seconds, and seconds left (None: unknown)."""
        if self._samples and done < self._samples[-1][1]:
            self._samples.clear()
        self._samples.append((now, done))
        while len(self._samples) > 2 and self._samples[0][0] < now - _WINDOW_S:
            self._samples.popleft()
        then, before = self._samples[0]
        speed = (done - before) / (now - then) if now > then else 0.0
        return speed, (self._total - done) / speed if speed > 0 else None


def _pull(
    release: Release,
    base_url: str,
    store: Store,
    downloads: Path,
    tell: Callable[[Progress], None],
    note: Callable[[str], None],
    patience: Patience,
) -> InstalledModel:
    # Small first: what is wrong with a mirror shows before 300 MB have come.
    targets = {file: downloads / f"{file.sha256[:16]}-{file.file}" for file in _files(release)}
    _keep_only(downloads, targets)
    _borrow(store, release.voices, targets[release.voices])
    missing = sum(fetch.missing_bytes(target, file) for file, target in targets.items())
    disk.require_space(downloads, missing)
    meter = Meter(release.bytes)
    finished = 0
    told = -_TELL_EVERY_S

    for file, target in targets.items():

        def at(done: int, file: RemoteFile = file, finished: int = finished) -> None:
            nonlocal told
            now = time.monotonic()
            if now - told < _TELL_EVERY_S and finished + done < release.bytes:
                return
            told = now
            speed, left = meter.at(finished + done, now)
            tell(Progress(file.file, finished + done, release.bytes, speed, left))

        url = f"{base_url}/{release.tag}/{file.file}"
        fetch.fetch(url, target, file, patience, at, note)
        finished += file.bytes
    return store.adopt(
        release,
        targets[release.model],
        targets[release.voices],
        source=f"{base_url}/{release.tag}/{release.model.file}",
    )


def _files(release: Release) -> tuple[RemoteFile, RemoteFile]:
    return release.voices, release.model


def _keep_only(downloads: Path, targets: dict[RemoteFile, Path]) -> None:
    """Drop what pulls of other releases left, so that at most one is ever kept."""
    wanted = {path for target in targets.values() for path in (target, fetch.part_of(target))}
    for path in downloads.iterdir():
        if path not in wanted:
            disk.delete(path)


def _borrow(store: Store, file: RemoteFile, target: Path) -> None:
    """Take the voices from another model of the store: nearly all share one file."""
    for model in store.installed():
        if model.voices_sha256 != file.sha256 or target.exists():
            continue
        with contextlib.suppress(OSError):
            try:
                os.link(model.voices, target)
            except OSError:
                disk.copy(model.voices, target)
