"""Homes that have their model's optimised copy, as after a first start.

A copy is made by a process of its own, which takes as much of the processor as the rest of a
start; tests of something else need not wait for it, and hear chunks from the first phrase on.
"""

from __future__ import annotations

import os
from pathlib import Path

from kokorod.engine.optimised.build import build
from kokorod.engine.optimised.copies import Copies, Copy
from kokorod.models.store import Store
from kokorod.safety import own_files
from support.phonemizing import cache_folder

#: sha256 of a model -> the copy made in this process of tests.
_MADE: dict[str, Copy] = {}


def with_copy(home: Path) -> Path:
    """The home, with the copy of its one model. Its files are the copy's own, linked.

    Not for tests that damage a copy: they would damage everybody's.
    """
    store = Store(home / "models")
    (model,) = store.installed()
    copy = _MADE.get(model.model_sha256)
    if copy is None:
        folder = cache_folder() / f"copies-{len(_MADE)}"
        copy = _MADE[model.model_sha256] = build(store, model, Copies(folder))
    place = home / "cache" / "optimised" / copy.key
    if place.exists():
        return home  # a daemon of this home made it
    own_files.make_folders(place)
    # Linked, since a copy whose files are other ones than when it was verified is not used.
    for file in copy.graph.parent.iterdir():
        os.link(file, place / file.name)
    return home
