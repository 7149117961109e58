# process: blocking file writes, and `kokoroctl`.
"""On a node: a home for the daemons of its workers, made of a kit once, each file verified.

    <cache>/kokorod/nodes/DIGEST/home    as KOKORO_HOME; DIGEST stands for the kit
    <cache>/kokorod/nodes/DIGEST/ready   written when it is whole
    <cache>/kokorod/nodes/DIGEST.lock    shared by those who use it
    <cache>/kokorod/nodes/making.lock    held while one is made or removed

Invariants: what has `ready` came whole, with the checksums of the kit; a home in use stays.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

from kokoro_client.cli.exits import one_line
from kokoro_client.wire import address

from .kit import LEARNED, MODEL, VOICES, Kit, KitFile

#: Homes that are kept: the model of today, and two that a node may be asked for again. Each has
#: the size of a model.
_KEPT: Final = 3

#: To import a model from a slow disk, and to make its faster copy on a slow processor.
_IMPORT_S: Final = 300.0
_OPTIMIZE_S: Final = 900.0


class Shipped(Protocol):
    """The files of a kit, where this node can get them."""

    def pieces(self, number: int) -> Iterable[bytes]:
        """Of the kit's file of that number."""


class KitError(Exception):
    """A kit that did not come whole, or that this node can do nothing with."""


class NodeHome:
    """In use until close(). Raises KitError and OSError."""

    def __init__(self, kit: Kit, shipped: Shipped, environ: Mapping[str, str]) -> None:
        root = address.xdg_folder(environ, "XDG_CACHE_HOME", ".cache") / "kokorod" / "nodes"
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = -1
        # Who waits for it waits for what it needs; the maker has limits of its own.
        with _locked(root / "making.lock"):
            made = root / kit.digest
            self._lock = os.open(root / f"{kit.digest}.lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_SH)
                if not (made / "ready").exists():
                    _make(made, kit, shipped, environ)
                os.utime(made)
                _clean(root)
            except BaseException:
                self.close()
                raise
        self.path = made / "home"

    def close(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _make(made: Path, kit: Kit, shipped: Shipped, environ: Mapping[str, str]) -> None:
    if made.exists():  # its maker was killed
        shutil.rmtree(made)
    place = Path(tempfile.mkdtemp(prefix=".making-", dir=made.parent))
    try:
        home = place / "home"
        home.mkdir(mode=0o700)
        if kit.lexicon:
            (home / "lexicon.toml").write_text(kit.lexicon, encoding="utf-8")
        for folder in (home / "cache", home / LEARNED):
            folder.mkdir(mode=0o700)
        come = {}
        for number, file in enumerate(kit.files):
            stays = file.name.startswith(f"{LEARNED}/")
            path = home / file.name if stays else place / file.name
            _receive(path, file, shipped.pieces(number))
            if not stays:
                come[file.name] = path
        if kit.model:
            files = [come[name] for name in (MODEL, VOICES) if name in come]
            _kokoroctl(
                home, kit, environ, _IMPORT_S, "models", "import", *files, "--name", kit.model
            )
        for path in come.values():
            path.unlink()  # the store has a copy
        place.rename(made)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    if kit.model:
        # Before any daemon begins: two would make it at once, and one go without.
        with contextlib.suppress(KitError):  # they speak without it, as they do elsewhere
            _kokoroctl(made / "home", kit, environ, _OPTIMIZE_S, "models", "optimize", kit.model)
    (made / "ready").touch()


def _receive(path: Path, file: KitFile, pieces: Iterable[bytes]) -> None:
    digest = hashlib.sha256()
    with path.open("wb") as out:
        for piece in pieces:
            digest.update(piece)
            out.write(piece)
    if digest.hexdigest() != file.sha256:
        raise KitError(
            f"the {file.name} came with sha256 {digest.hexdigest()}, and not {file.sha256}; it is"
            " damaged here or on its way: `kokoroctl models verify`"
        )


def _kokoroctl(
    home: Path, kit: Kit, environ: Mapping[str, str], patience_s: float, *arguments: str | Path
) -> None:
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "kokoro_client", *arguments],
            env={**without_kokoro(environ), **dict(kit.settings), "KOKORO_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=patience_s,
        )
    except subprocess.TimeoutExpired:
        raise KitError(f"`kokoroctl {arguments[1]}` has not ended in {patience_s:g} s") from None
    if ran.returncode:
        said = one_line(ran.stderr.decode("utf-8", "replace"))[-300:]
        raise KitError(f"`kokoroctl models {arguments[1]}` failed: {said}")


def without_kokoro(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without the settings of this machine's own daemon."""
    return {name: value for name, value in environ.items() if not name.startswith("KOKORO_")}


def _clean(root: Path) -> None:
    """Remove what a maker that was killed left, and all but the newest homes that nobody uses."""
    for left in root.glob(".making-*"):
        shutil.rmtree(left, ignore_errors=True)
    homes = [path for path in root.iterdir() if path.is_dir()]
    homes.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for old in homes[_KEPT:]:
        lock = old.with_name(f"{old.name}.lock")
        with lock.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(old, ignore_errors=True)
            lock.unlink()
