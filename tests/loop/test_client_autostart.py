"""Starting a daemon: what it is given, how long it is waited for, what is said if it fails.

The daemons are small shell scripts; tests/daemon starts the real one.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from support.loop.scripted_peer import PATIENCE_S

from kokoro_client import Client, autostart, errors
from kokoro_client.autostart import LOG_BYTES, find_daemon, start

MakeProgram = Callable[[str], Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeProgram:
    """program(script) is what `kokorod` beside this Python is."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))

    def make(script: str) -> Path:
        path = tmp_path / "bin" / "kokorod"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        return path

    return make


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "KOKORO_HOME": str(tmp_path / "home")}


def _serve(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    return listener


def test_it_is_found_beside_python_before_the_path(program: MakeProgram, tmp_path: Path) -> None:
    beside = program("")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kokorod").write_text("#!/bin/sh\n")
    (elsewhere / "kokorod").chmod(0o700)
    assert find_daemon({"PATH": str(elsewhere)}) == str(beside)
    beside.unlink()
    assert find_daemon({"PATH": str(elsewhere)}) == str(elsewhere / "kokorod")
    assert find_daemon({"PATH": "/nonexistent"}) is None


def test_one_that_is_not_installed(
    program: MakeProgram, socket_path: Path, environ: dict[str, str]
) -> None:
    with pytest.raises(errors.NoDaemonError, match="install the package kokorod"):
        start(socket_path, {**environ, "PATH": "/nonexistent"})


def test_one_that_ends_says_why(
    program: MakeProgram, socket_path: Path, environ: dict[str, str]
) -> None:
    program("echo one; echo 'kokorod: the disk is full' >&2; echo; exit 7")
    with pytest.raises(errors.NoDaemonError, match=r"status 7: kokorod: the disk is full$"):
        start(socket_path, environ)


@pytest.mark.parametrize("variable", ["KOKORO_HOME", "KOKORO_SOCKET"])
def test_a_folder_that_cannot_be_made_is_named(
    program: MakeProgram, socket_path: Path, tmp_path: Path, variable: str
) -> None:
    program("exit 1")
    file = tmp_path / "file"
    file.touch()
    home, path = tmp_path / "home", socket_path
    if variable == "KOKORO_HOME":
        home = file / "home"
    else:
        path = file / "socket"
    with pytest.raises(errors.NoDaemonError, match=rf"{file}.* cannot be used: .*; set {variable}"):
        start(path, {"PATH": "/usr/bin:/bin", "KOKORO_HOME": str(home)})


def test_a_folder_that_may_not_be_written_is_named(
    program: MakeProgram,
    socket_path: Path,
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program("exit 1")
    # Root may write everywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: mode == os.X_OK)
    with pytest.raises(errors.NoDaemonError, match="may not be written; set KOKORO_HOME"):
        start(socket_path, environ)


def test_one_that_ends_says_nothing_of_the_one_before(
    program: MakeProgram, socket_path: Path, environ: dict[str, str]
) -> None:
    program("echo 'an old story' >&2; exit 1")
    with pytest.raises(errors.NoDaemonError, match="an old story"):
        start(socket_path, environ)
    program("exit 1")
    with pytest.raises(errors.NoDaemonError, match="it said nothing"):
        start(socket_path, environ)


def test_one_that_cannot_be_run(
    program: MakeProgram, socket_path: Path, environ: dict[str, str]
) -> None:
    program("").write_text("#!/nonexistent/python\n")
    with pytest.raises(errors.NoDaemonError, match=r"cannot start .*/kokorod: No such file"):
        start(socket_path, environ)


def test_one_that_does_not_bind_is_waited_for_so_long(
    program: MakeProgram, socket_path: Path, environ: dict[str, str]
) -> None:
    program("exit 0")
    with pytest.raises(errors.NoDaemonError, match=r"does not answer at .* after 0\.1 s"):
        start(socket_path, environ, timeout=0.1)


def test_the_loser_of_a_race_waits_for_the_winner(
    program: MakeProgram, socket_path: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    lost = tmp_path / "lost"
    program(f"echo > {lost}; exit 0")

    def win() -> None:
        while not lost.exists():
            threading.Event().wait(0.001)
        winner.append(_serve(socket_path))

    winner: list[socket.socket] = []
    thread = threading.Thread(target=win)
    thread.start()
    start(socket_path, environ)
    thread.join(PATIENCE_S)
    winner[0].close()


def test_it_gets_absolute_paths_a_session_of_its_own_and_no_folder(
    program: MakeProgram,
    socket_path: Path,
    environ: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = tmp_path / "seen"
    program(
        f"exec > {seen}.new; echo $KOKORO_HOME; echo $KOKORO_SOCKET; pwd; echo $MINE; "
        f"ps -o sess= -p $$; test -t 0 || echo no terminal; mv {seen}.new {seen}; exit 1"
    )
    monkeypatch.chdir(tmp_path)
    relative = {**environ, "KOKORO_HOME": "home", "MINE": "kept"}
    with pytest.raises(errors.NoDaemonError):
        start(Path(os.path.relpath(socket_path, tmp_path)), relative)
    home, sock, folder, mine, session, terminal = seen.read_text().splitlines()
    assert home == str(tmp_path / "home")
    assert Path(sock).is_absolute()
    assert Path(sock).resolve() == socket_path.resolve()
    assert (folder, mine, terminal) == ("/", "kept", "no terminal")
    assert int(session) != os.getsid(0)


def test_the_log_is_begun_anew_when_it_has_grown(
    program: MakeProgram, socket_path: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "home" / "logs" / "kokorod.log"
    program("echo short >&2; exit 1")
    for size in (LOG_BYTES - 10, LOG_BYTES + 10):
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"x" * size)
        with pytest.raises(errors.NoDaemonError, match="short"):
            start(socket_path, environ)
        assert log.stat().st_size == (size + 6 if size < LOG_BYTES else 6)


def test_a_daemon_without_a_log_is_better_than_none(
    program: MakeProgram, socket_path: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "logs").write_text("in the way")
    program("exit 1")
    with pytest.raises(errors.NoDaemonError, match="log could not be opened"):
        start(socket_path, environ)


def test_a_client_starts_one_only_where_nobody_listens(
    program: MakeProgram, socket_path: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    started = tmp_path / "started"
    program(f"echo > {started}; exit 1")
    with (
        _serve(socket_path),
        Client(socket_path, environ=environ, timeout=0.05) as client,
        pytest.raises(errors.AnswerTimeoutError),
    ):
        client.status()
    assert not started.exists()
    socket_path.unlink()
    socket_path.write_text("not a socket")
    with Client(socket_path, environ=environ) as client, pytest.raises(errors.AddressError):
        client.status()
    assert not started.exists()
    socket_path.unlink()
    with Client(socket_path, environ=environ) as client, pytest.raises(errors.NoDaemonError):
        client.status()
    assert started.exists()


def test_waiting_ends_where_the_socket_turns_out_to_be_another_users(
    program: MakeProgram,
    socket_path: Path,
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program("exit 0")
    uid = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: uid + 1)
    with _serve(socket_path), pytest.raises(errors.WrongOwnerError):
        autostart.start(socket_path, environ)
