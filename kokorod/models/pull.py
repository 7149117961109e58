# process: a part of the commands that fetch or copy.
"""A release from the web into the store: its files, resumable, one pull at a time."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import DownloadError, ModelError
from . import disk, download, web
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


#: Called with how far it is.
Tell = Callable[[Progress], None]
#: Called with a line for people.
Note = Callable[[str], None]


def pull_release(
    release: Release,
    base_url: str,
    store: Store,
    tell: Tell | None = None,
    note: Note | None = None,
    patience: Patience | None = None,
) -> InstalledModel:
    """Download `release` from <base_url>/<tag>/ into the store and verify it.

    A model of that name which is whole is returned as it is, a damaged one replaced. An
    interrupted pull goes on where it stopped, of the release pulled last. The first model
    of the store is also put to use.

    Raises DownloadError (UnreachableError if there is no network, within
    patience.connect_s), also where another process is pulling; ModelError on a full disk.
    """
    base_url = web.check_base_url(base_url)
    note = note or (lambda _: None)
    with one_pull(store, release.name) as downloads:
        if whole := already_whole(store, release, note):
            return whole
        targets = {file: target_of(downloads, file) for file in release.files}
        keep_only(downloads, [p for t in targets.values() for p in (t, download.part_of(t))])
        for file, target in targets.items():
            _borrow(store, file, target)
        disk.require_space(downloads, _missing(downloads, release))
        meter = Meter(release.bytes, tell)
        for file, target in targets.items():
            url = f"{base_url}/{release.tag}/{file.file}"
            download.download(
                url, target, file, patience or Patience(), meter.file(file.file), note
            )
            meter.finish(file.bytes)
        return store.adopt(
            release,
            targets[release.model],
            targets[release.voices] if release.voices else None,
            source=f"{base_url}/{release.tag}/{release.model.file}",
        )


def nothing_came(store: Store, release: Release) -> bool:
    """No byte of the release is kept from a pull that was interrupted."""
    return _missing(_downloads(store), release) == release.bytes


@contextlib.contextmanager
def one_pull(store: Store, name: str) -> Iterator[Path]:
    """Hold the lock of pulls; the folder for what comes. A second pull is a DownloadError.

    What goes wrong at the disk leaves as a DownloadError of one line.
    """
    downloads = _downloads(store)
    try:
        disk.make_private(store.folder)
        downloads.mkdir(mode=0o700, exist_ok=True)
        with exclusive(store.folder / ".pull.lock", f"pulling {name}", wait_s=0):
            yield downloads
    except LockHeldError as error:
        raise DownloadError(f"one pull at a time: {error}") from None
    except OSError as error:
        raise DownloadError(disk.explain(error, f"pulling {name}")) from None


def already_whole(store: Store, release: Release, note: Note) -> InstalledModel | None:
    """The release as the store has it, hashed whole; None if it is missing or damaged.

    Voices that the release does not ask for are no fault. What a pull left that was killed
    just after it had stored the model goes.
    """
    try:
        model = store.get(release.name)
        if model.model_sha256 != release.model.sha256:
            return None
        if release.voices and model.voices_sha256 != release.voices.sha256:
            return None
        store.verify(model)
    except ModelError:
        return None
    store.tidy()
    note(f"{release.name} is here already, and whole")
    return model


def target_of(downloads: Path, file: RemoteFile) -> Path:
    """Where a file is kept, once it is whole, until the store has it."""
    return downloads / f"{file.sha256[:16]}-{file.file}"


def keep_only(downloads: Path, wanted: Iterable[Path]) -> None:
    """Drop what pulls of other releases left, so that at most one is ever kept."""
    kept = set(wanted)
    for path in downloads.iterdir():
        if path not in kept:
            disk.delete(path)


class Meter:
    """Tells how far a transfer of several files is, not too often."""

    def __init__(self, total: int, tell: Tell | None = None) -> None:
        self._total = total
        self._tell = tell or (lambda _: None)
        self._finished = 0
        self._told = -_TELL_EVERY_S
        self._samples: deque[tuple[float, int]] = deque(maxlen=256)

    def file(self, name: str) -> Callable[[int], None]:
        """To be called with the bytes of that file that are here."""

        def at(done: int) -> None:
            now = time.monotonic()
            done = min(self._finished + done, self._total)
            if now - self._told < _TELL_EVERY_S and done < self._total:
                return
            self._told = now
            speed, left_s = self.at(done, now)
            self._tell(Progress(name, done, self._total, speed, left_s))

        return at

    def finish(self, count: int) -> None:
        """A file of so many bytes is here; the next one counts from there."""
        self._finished += count

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


def _downloads(store: Store) -> Path:
    return store.folder / ".downloads"


def _missing(downloads: Path, release: Release) -> int:
    files = release.files
    return sum(download.missing_bytes(target_of(downloads, file), file) for file in files)


def _borrow(store: Store, file: RemoteFile, target: Path) -> None:
    """Take a file that another model of the store has: nearly all share their voices."""
    for model in store.installed():
        shas = {model.model: model.model_sha256, model.voices: model.voices_sha256}
        source = next((path for path, sha256 in shas.items() if sha256 == file.sha256), None)
        if source is None or target.exists():
            continue
        with contextlib.suppress(OSError):
            try:
                os.link(source, target)
            except OSError:
                disk.copy(source, target)
