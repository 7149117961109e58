"""Daemons for the tests of this folder: with the built-in voice, or with the toy model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support import toy
from support.daemon.copies import with_copy
from support.daemon.homes import speaking, toy_home
from support.daemon.making import MakeDaemon, ToyFiles
from support.daemon.process import DaemonProcess, wait_until
from support.daemon.program import Program
from support.speaker.at_speaker import Say, saying
from support.speaker.null_sink import NullSink, Recording, null_sink

from kokorod.models.store import Store

#: A copy is made by a process of its own, which takes as long as a start: most tests hear what
#: is spoken without one, and so whole, and are spared it.
_WHOLE = {"KOKORO_STREAMING": "false"}


@pytest.fixture(scope="session")
def toy_files(tmp_path_factory: pytest.TempPathFactory) -> ToyFiles:
    """The toy model and its voices, as a user has them before `models import`."""
    folder = tmp_path_factory.mktemp("toy")
    model, voices = folder / "toy.onnx", folder / "toy-voices.bin"
    toy.build(model)
    toy.write_voices(voices)
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
    daemon = make_daemon(_WHOLE, home=with_copy(home)).start().wait_ready()
    assert daemon.ask("status")["engine"] == "kokoro", daemon.log
    return daemon


@pytest.fixture(scope="module")
def _daemon_of_the_file(
    toy_files: ToyFiles, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DaemonProcess]:
    home = tmp_path_factory.mktemp("shared") / "home"
    Store(home / "models").import_files(toy_files.model, toy_files.voices, "toy")
    with speaking(with_copy(home), _WHOLE) as daemon:
        yield daemon


@pytest.fixture
def shared_daemon(_daemon_of_the_file: DaemonProcess) -> Iterator[DaemonProcess]:
    """Ready, with the toy model: one for all tests of a file that leave it as they found it.

    It knows the phrases that earlier tests have said. A daemon takes a second of the processor
    to start; a test that changes it, ends it or counts what it did has `toy_daemon`.
    """
    yield _daemon_of_the_file
    assert _daemon_of_the_file.alive, _daemon_of_the_file.log
    wait_until(
        lambda: _daemon_of_the_file.ask("status")["requests"]["active"] == 0,
        "the end of what the test asked for",
    )


@pytest.fixture(scope="module")
def null_sinks() -> Iterator[NullSink]:
    """Two loudspeakers that are listened to; the first is the default."""
    with null_sink("first", "second") as server:
        yield server


@pytest.fixture(scope="module")
def heard_daemon(
    null_sinks: NullSink, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DaemonProcess]:
    """Speaks with the toy; a program with its environment plays at the null sink."""
    with speaking(toy_home(tmp_path_factory.mktemp("speaker"), copied=True), _WHOLE) as process:
        process.environ.update(null_sinks.environ)
        yield process


@pytest.fixture(scope="module")
def speaker_daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """Speaks with the toy to clients that take turns at the speaker."""
    with speaking(toy_home(tmp_path_factory.mktemp("turns"), copied=True), _WHOLE) as daemon:
        yield daemon
        wait_until(lambda: daemon.ask("queue") == [], "an empty speaker")


@pytest.fixture
def programs(speaker_daemon: DaemonProcess) -> Iterator[list[Program]]:
    """Three of them, connected to the same speaker."""
    with ExitStack() as stack:
        yield [stack.enter_context(Program(speaker_daemon.socket)) for _ in range(3)]


@pytest.fixture
def sink(null_sinks: NullSink, heard_daemon: DaemonProcess) -> Recording:
    """The first null sink, quiet so far."""
    wait_until(lambda: heard_daemon.ask("queue") == [], "the end of the test before")
    null_sinks.sink.wait_more()
    for recording in null_sinks.sinks.values():
        recording.clear()
    return null_sinks.sink


@pytest.fixture
def say(heard_daemon: DaemonProcess) -> Iterator[Say]:
    """say(arguments) runs `kokoroctl say` beside the test."""
    with saying(heard_daemon) as run:
        yield run
