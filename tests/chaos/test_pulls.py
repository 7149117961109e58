"""Pulls of a model killed at every step at the disk: whole or resumable, never half.

Not among the default tests: `make chaos`. At least 100 kills, which take some minutes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support import killed_pull, model_server, package_index
from support.model_server import MODEL, RELEASE
from support.package_index import CONTENT, PACKAGED, PARTS, PIECES

from kokorod.models.pull import pull_release
from kokorod.models.registry import pull_packages
from kokorod.models.store import Store

#: More than a pull has: the kills end where one comes through.
_STEPS = range(1, 1_000)


@pytest.mark.timeout(1800)
def test_a_pull_may_be_killed_at_any_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model_server.without_proxy(monkeypatch)
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def kill_packages(name: str) -> int:
        def resume(store: Store) -> None:
            assert pull_packages(PACKAGED, store).model.read_bytes() == CONTENT

        what = killed_pull.PACKAGES
        return killed_pull.kill_at(_STEPS, tmp_path / name, what, str(site), resume)

    def kill_release(url: str) -> int:
        def resume(store: Store) -> None:
            assert pull_release(RELEASE, url, store).model.read_bytes() == MODEL

        return killed_pull.kill_at(_STEPS, tmp_path / "release", killed_pull.RELEASE, url, resume)

    kills = {}
    with model_server.serving() as server:
        kills["release"] = kill_release(server.url)
    with package_index.serving() as server:
        package_index.point_pip_at(monkeypatch, server)
        for name, numbers in (("one by pip", (0, 1, 2)), ("none by pip", (3,))):
            for number in numbers:
                package_index.install(site, PARTS[number], PIECES[number])
            kills[name] = kill_packages(name)
    print(kills)
    assert sum(kills.values()) >= 100, kills
