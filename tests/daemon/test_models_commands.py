"""`kokoroctl models`, `setup` and `config` as a user runs them: real processes, real files."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from support import model_files, model_server, package_index
from support.model_server import RELEASE, VOICES_PATH, Fault, FileServer

from kokorod.commands import config as config_command
from kokorod.commands import models as models_command
from kokorod.commands import setup as setup_command
from kokorod.errors import ConfigError, DownloadError, ModelMissingError
from kokorod.models import manifest
from kokorod.models.store import Store


@dataclass
class Person:
    """A Context: what kokoroctl hands over, with the daemon's answers written down."""

    environ: Mapping[str, str]
    interactive: bool = False
    daemon: object = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, request: dict[str, Any]) -> object | None:
        self.asked.append(request)
        if isinstance(self.daemon, Exception):
            raise self.daemon
        return self.daemon


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    model_server.without_proxy(monkeypatch)


@pytest.fixture
def server() -> Iterator[FileServer]:
    with model_server.serving() as state:
        yield state


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("KOKORO_") and not name.lower().endswith("_proxy")
    }
    home = tmp_path / "home"
    # `make say` may have installed the parts of the real model: these tests are to see none.
    package_index.hide_parts(tmp_path / "hidden", manifest.PACKAGED)
    monkeypatch.syspath_prepend(str(tmp_path / "hidden"))
    return kept | {
        "KOKORO_HOME": str(home),
        "KOKORO_SOCKET": str(tmp_path / "s"),
        "PYTHONPATH": str(tmp_path / "hidden"),
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_FIND_LINKS": "",
    }


@pytest.fixture
def store(environ: dict[str, str]) -> Store:
    return Store(Path(environ["KOKORO_HOME"]) / "models")


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    return (
        str(model_files.write_model(tmp_path / "some.onnx")),
        str(model_files.write_voices(tmp_path / "some.bin")),
    )


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small release is the only one there is, and the registry has a small model."""
    monkeypatch.setattr(manifest, "RELEASES", (RELEASE,))
    monkeypatch.setattr(manifest, "PACKAGED", package_index.PACKAGED)
    package_index.point_pip_at(monkeypatch, None)


def _kokoroctl(environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("kokoroctl")), *arguments],
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def _run(command: ModuleType, person: Person, *arguments: str) -> int:
    """The command within this process, so that it sees the small release."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    code: int = command.run(parser.parse_args(arguments), person)
    return code


def test_import_list_use_verify_remove(environ: dict[str, str], files: tuple[str, str]) -> None:
    ended = _kokoroctl(environ, "models", "list")
    assert ended.returncode == 0
    assert "no model is installed" in ended.stdout
    assert "kokoro-v1.1-fp32" in ended.stdout

    ended = _kokoroctl(environ, "models", "import", *files, "--name", "one")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "one is installed" in ended.stdout
    assert "one will speak" in ended.stdout
    assert "its voices have no af_heart: af_toy speaks unless KOKORO_VOICE is set" in ended.stdout
    assert _kokoroctl(environ, "models", "import", *files, "--name", "two").returncode == 0

    ended = _kokoroctl(environ, "models", "use", "two")
    assert (ended.returncode, ended.stdout) == (0, "two is in use\ntwo will speak\n")
    listed = json.loads(_kokoroctl(environ, "models", "list", "--json").stdout)
    assert listed["in_use"] == "two"
    assert [model["name"] for model in listed["installed"]] == ["one", "two"]
    assert len(listed["available"]) == 6
    assert "* two" in _kokoroctl(environ, "models", "list").stdout

    ended = _kokoroctl(environ, "models", "verify")
    assert ended.returncode == 0
    assert ended.stdout.count("is whole") == 2

    ended = _kokoroctl(environ, "models", "remove", "two")
    assert (ended.returncode, ended.stdout) == (0, "two is removed\none will speak\n")
    ended = _kokoroctl(environ, "models", "remove", "one")
    assert ended.returncode == 0
    assert "the built-in voice will speak" in ended.stderr


def test_damage_is_named_and_keeps_a_model_from_use(
    environ: dict[str, str], files: tuple[str, str], store: Store
) -> None:
    _kokoroctl(environ, "models", "import", *files, "--name", "one")
    _kokoroctl(environ, "models", "import", *files, "--name", "two")
    path = store.get("two").model
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    ended = _kokoroctl(environ, "models", "verify")
    assert ended.returncode == 1
    assert "one is whole" in ended.stdout
    assert str(path) in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert _kokoroctl(environ, "models", "verify", "one").returncode == 0
    assert _kokoroctl(environ, "models", "verify", "two").returncode == 1
    ended = _kokoroctl(environ, "models", "use", "two")
    assert ended.returncode == 1
    assert store.in_use() == "one"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("models",), 2),
        (("models", "pull", "fp64"), 2),
        (("models", "pull", "--tag", "model-files-v9"), 2),
        (("models", "import", "a", "b"), 2),
        (("models", "import", "a", "b", "--name", "n"), 1),
        (("models", "use", "../x"), 1),
        (("models", "use", "none"), 1),
        (("models", "remove", "none"), 1),
        (("models", "verify"), 1),
        (("models", "verify", "none"), 1),
        (("models", "pull", "--base-url", "file:///x"), 1),
        (("setup", "now"), 2),
        (("config", "nowhere"), 2),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(
    arguments: tuple[str, ...], code: int, environ: dict[str, str]
) -> None:
    ended = _kokoroctl(environ, *arguments)
    assert ended.returncode == code
    assert "Traceback" not in ended.stderr
    assert ended.stderr.strip()
    if code == 1:
        assert ended.stderr.count("\n") <= 2


def test_pull_without_network_is_one_line(environ: dict[str, str]) -> None:
    ended = _kokoroctl(environ, "models", "pull", "--base-url", "http://127.0.0.1:1")
    assert ended.returncode == 1
    assert "127.0.0.1 cannot be reached" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_pull_from_a_mirror_without_the_file_says_where_it_looked(
    environ: dict[str, str], server: FileServer
) -> None:
    ended = _kokoroctl(environ | {"KOKORO_MODEL_URL": server.url}, "models", "pull", "fp16")
    assert ended.returncode == 1
    assert f"{server.url}/model-files-v1.1/voices-v1.0.bin answered 404" in ended.stderr


@pytest.mark.usefixtures("published")
def test_pull_installs_and_tells_the_daemon(
    environ: dict[str, str],
    server: FileServer,
    store: Store,
    capsys: pytest.CaptureFixture[str],
) -> None:
    person = Person(environ | {"KOKORO_MODEL_URL": server.url}, daemon={"model": "toy-fp32"})
    assert _run(models_command, person, "pull") == 0
    assert person.asked == [{"type": "reload"}]
    out = capsys.readouterr().out
    assert "toy-fp32 is installed and verified" in out
    assert "toy-fp32 will speak" in out
    assert "the running daemon has taken it up" in out
    store.verify(store.chosen())


@pytest.mark.usefixtures("published")
def test_a_base_url_on_the_command_line_goes_first(
    environ: dict[str, str], server: FileServer, store: Store
) -> None:
    person = Person(environ | {"KOKORO_MODEL_URL": "http://127.0.0.1:1"})
    with pytest.raises(DownloadError):
        _run(models_command, person, "pull")
    assert _run(models_command, person, "pull", "--base-url", server.url) == 0
    assert store.chosen().source.startswith(server.url)


def test_every_change_is_told_to_the_daemon(
    environ: dict[str, str], files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    person = Person(environ, daemon=RuntimeError("it is shutting down"))
    for change in (
        ("import", *files, "--name", "one"),
        ("import", *files, "--name", "two"),
        ("use", "two"),
        ("remove", "two"),
    ):
        person.asked.clear()
        assert _run(models_command, person, *change) == 0
        assert person.asked == [{"type": "reload"}]
        assert "did not take it up: it is shutting down" in capsys.readouterr().err
    person.asked.clear()
    _run(models_command, person, "list")
    _run(models_command, person, "verify")
    assert person.asked == []


def test_a_setting_that_goes_before_the_choice_is_pointed_out(
    environ: dict[str, str], files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    person = Person(environ)
    _run(models_command, person, "import", *files, "--name", "one")
    _run(models_command, person, "import", *files, "--name", "two")
    capsys.readouterr()
    person = Person(environ | {"KOKORO_MODEL": "one"})
    _run(models_command, person, "use", "two")
    captured = capsys.readouterr()
    assert "model = one goes before" in captured.err
    assert "will speak" not in captured.out
    person = Person(environ | {"KOKORO_MODEL": "gone"})
    _run(models_command, person, "list")
    assert "no model 'gone'" in capsys.readouterr().out


def test_setup_off_a_terminal_neither_asks_nor_downloads(
    environ: dict[str, str],
    server: FileServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    environ = environ | {"KOKORO_MODEL_URL": server.url}
    ended = _kokoroctl(environ, "setup")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "kokoroctl setup --yes" in ended.stderr
    # A line that happens to be on standard input is no answer.
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert _run(setup_command, Person(environ, interactive=False)) == 0
    assert capsys.readouterr().err == ended.stderr
    assert server.requests == []


def test_setup_without_network_goes_on_with_the_built_in_voice(environ: dict[str, str]) -> None:
    ended = _kokoroctl(environ | {"KOKORO_MODEL_URL": "http://127.0.0.1:1"}, "setup", "--yes")
    assert ended.returncode == 0
    last = ended.stderr.splitlines()[-1]
    assert "127.0.0.1 cannot be reached" in last
    assert "going on with the built-in voice" in last


def test_setup_with_a_model_says_so(
    environ: dict[str, str], files: tuple[str, str], server: FileServer
) -> None:
    _kokoroctl(environ, "models", "import", *files, "--name", "mine")
    ended = _kokoroctl(environ | {"KOKORO_MODEL_URL": server.url}, "setup", "--yes")
    assert ended.returncode == 0
    assert ended.stderr.startswith("Kokoro is here: mine in ")
    assert server.requests == []


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("answer", "installs"), [("2\n", True), ("n\n", False), ("3\n", False), ("", False)]
)
def test_setup_asks_and_says_what_and_where_to(
    answer: str,
    installs: bool,
    environ: dict[str, str],
    server: FileServer,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    person = Person(environ | {"KOKORO_MODEL_URL": server.url}, interactive=True, daemon={})
    assert _run(setup_command, person) == 0
    said = capsys.readouterr().err
    for part in (server.url + VOICES_PATH, "0.5 MB", str(store.folder), "[1/2/n]"):
        assert part in said
    assert [model.name for model in store.installed()] == (["toy-fp32"] if installs else [])
    assert person.asked == ([{"type": "reload"}] if installs else [])
    if not installs:
        assert "going on with the built-in voice" in said
        assert server.requests == []


@pytest.mark.usefixtures("published")
def test_setup_mends_a_damaged_model(
    environ: dict[str, str],
    server: FileServer,
    store: Store,
    capsys: pytest.CaptureFixture[str],
) -> None:
    person = Person(environ | {"KOKORO_MODEL_URL": server.url})
    _run(setup_command, person, "--yes")
    store.chosen().model.write_bytes(b"damaged")
    capsys.readouterr()
    assert _run(setup_command, person, "--yes") == 0
    assert "has 7 bytes" in capsys.readouterr().err
    store.verify(store.chosen())


@pytest.mark.usefixtures("published")
def test_setup_puts_a_whole_model_in_the_place_of_a_damaged_one(
    environ: dict[str, str], files: tuple[str, str], server: FileServer, store: Store
) -> None:
    person = Person(environ | {"KOKORO_MODEL_URL": server.url})
    _run(models_command, person, "import", *files, "--name", "mine")
    store.get("mine").voices.unlink()
    _run(setup_command, person, "--yes")
    assert store.chosen().name == "toy-fp32"


def test_setup_leaves_a_choice_to_the_user(
    environ: dict[str, str], files: tuple[str, str], store: Store
) -> None:
    person = Person(environ)
    for name in ("one", "two", "three"):
        _run(models_command, person, "import", *files, "--name", name)
    store.remove("one")
    with pytest.raises(ModelMissingError, match="models use N"):
        _run(setup_command, person, "--yes")


def test_ctrl_c_on_a_terminal_goes_on_with_the_built_in_voice(
    environ: dict[str, str], server: FileServer, store: Store
) -> None:
    # The real release from a server that stalls: 28 MB of voices of which 1 kB come.
    server.files[f"/{manifest.DEFAULT_TAG}/voices-v1.0.bin"] = bytes(5_000)
    server.faults.append(Fault(stall_after=1_000, no_length=True))
    with _on_a_terminal(environ | {"KOKORO_MODEL_URL": server.url}, "setup") as (process, terminal):
        said = _read_until(terminal, "[1/2/n]")
        assert "353.7 MB" in said
        os.write(terminal, b"2\n")
        _read_until(terminal, "voices-v1.0.bin  [")
        downloads = store.folder / ".downloads"
        _wait_for(lambda: sum(path.stat().st_size for path in downloads.iterdir()) == 1_000)
        process.send_signal(signal.SIGINT)
        said = _read_until(terminal, "going on with the built-in voice")
        assert process.wait(60) == 0
    assert "Traceback" not in said
    (part,) = downloads.iterdir()
    assert part.stat().st_size == 1_000


def test_ctrl_c_at_the_question_goes_on_with_the_built_in_voice(environ: dict[str, str]) -> None:
    with _on_a_terminal(environ, "setup") as (process, terminal):
        _read_until(terminal, "[1/2/n]")
        process.send_signal(signal.SIGINT)
        _read_until(terminal, "going on with the built-in voice")
        assert process.wait(60) == 0


@contextlib.contextmanager
def _on_a_terminal(
    environ: Mapping[str, str], *arguments: str
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    ours, theirs = pty.openpty()
    # A shell may have started the tests with SIGINT ignored, which would be inherited.
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from kokoro_client.cli.main import entry; sys.exit(entry())"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=dict(environ),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait(60)
        os.close(ours)


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        select.select([], [], [], 0.01)


def _read_until(terminal: int, wanted: str) -> str:
    said = ""
    deadline = time.monotonic() + 60
    while wanted not in said:
        assert time.monotonic() < deadline, said
        if select.select([terminal], [], [], 1.0)[0]:
            said += os.read(terminal, 4096).decode()
    return said


def test_config_shows_each_value_and_where_it_came_from(environ: dict[str, str]) -> None:
    home = Path(environ["KOKORO_HOME"])
    home.mkdir()
    (home / "config.toml").write_text("threads = 3\n")
    shown = _kokoroctl(environ | {"KOKORO_TTFA_MS": "700"}, "config", "--json")
    assert shown.returncode == 0
    by_name = {setting["name"]: setting for setting in json.loads(shown.stdout)}
    assert by_name["ttfa_ms"] == {
        "name": "ttfa_ms",
        "value": 700,
        "unit": "ms",
        "source": "KOKORO_TTFA_MS",
        "why": by_name["ttfa_ms"]["why"],
    }
    assert by_name["threads"]["source"] == str(home / "config.toml")
    assert by_name["voice"]["source"] == "default"
    assert by_name["home"] == by_name["home"] | {"value": str(home), "source": "KOKORO_HOME"}
    lines = _kokoroctl(environ, "config").stdout.splitlines()
    for name in by_name:
        assert any(line.startswith(f"{name} ") for line in lines)


def test_config_path_is_known_also_where_the_file_is_wrong(environ: dict[str, str]) -> None:
    home = Path(environ["KOKORO_HOME"])
    home.mkdir()
    (home / "config.toml").write_text("threds = 3\n")
    ended = _kokoroctl(environ, "config", "path")
    assert (ended.returncode, ended.stdout) == (0, f"{home / 'config.toml'}\n")
    ended = _kokoroctl(environ, "config")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "no setting threds" in ended.stderr
    assert ended.stderr.count("\n") == 1
    with pytest.raises(ConfigError):
        _run(config_command, Person(environ))
