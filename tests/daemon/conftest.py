"""Daemons for the tests of this folder: with the built-in voice, or with the toy model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import toy_kokoro
from daemon.daemon_process import DaemonProcess

from kokorod.models.store import Store

MakeDaemon = Callable[..., DaemonProcess]


class ToyFiles(NamedTuple):
    model: Path
    voices: Path


@pytest.fixture(scope="session")
def toy_files(tmp_path_factory: pytest.TempPathFactory) -> ToyFiles:
    """The toy model and its voices, as a user has them before `models import`."""
    folder = tmp_path_factory.mktemp("toy")
    model, voices = folder / "toy.onnx", folder / "toy-voices.bin"
    toy_kokoro.build(model)
    toy_kokoro.write_voices(voices)
    return ToyFiles(model, voices)


@pytest.fixture
def make_daemon(tmp_path: Path) -> Iterator[MakeDaemon]:
    """make_daemon(settings, home=...) gives one that is not started; all are ended."""
    made: list[DaemonProcess] = []

    def make(settings: dict[str, str] | None = None, home: Path | None = None) -> DaemonProcess:
        daemon = DaemonProcess(home or tmp_path / f"home-{len(made)}", settings)
        made.append(daemon)
        return daemon

    yield make
    for daemon in made:
        daemon.clean_up()


@pytest.fixture
def built_in_daemon(make_daemon: MakeDaemon) -> DaemonProcess:
    """Ready, without a model: the built-in voice speaks."""
    return make_daemon().start().wait_ready()


@pytest.fixture
def toy_daemon(make_daemon: MakeDaemon, toy_files: ToyFiles, tmp_path: Path) -> DaemonProcess:
    """Ready, with the toy model."""
    home = tmp_path / "toy-home"
    Store(home / "models").import_files(toy_files.model, toy_files.voices, "toy")
    daemon = make_daemon(home=home).start().wait_ready()
    assert daemon.ask("status")["engine"] == "kokoro", daemon.log
    return daemon
