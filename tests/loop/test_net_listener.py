"""The listening socket: one owner, whatever was left behind and however many come at once."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.loop import bind_race
from support.loop.turning import PATIENCE_S

from kokorod.errors import KokorodError
from kokorod.net.listener import AlreadyRunningError, Listener, bind, peer_uid

RACE = Path(bind_race.__file__)


@pytest.fixture
def listener(socket_path: Path) -> Iterator[Listener]:
    listener = bind(socket_path)
    yield listener
    listener.close()


def connect(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.connect(str(path))
    except OSError:
        sock.close()
        raise
    return sock


def test_clients_queue_from_the_moment_it_is_bound(listener: Listener) -> None:
    clients = [connect(listener.path) for _ in range(20)]
    accepted = [listener.accept() for _ in range(20)]
    assert all(accepted)
    assert listener.accept() is None
    for one in [*clients, *accepted]:
        assert one is not None
        one.close()


def test_only_the_user_may_connect(listener: Listener) -> None:
    assert stat.S_IMODE(listener.path.stat().st_mode) == 0o600
    lock = listener.path.with_name(listener.path.name + ".lock")
    assert stat.S_IMODE(lock.stat().st_mode) == 0o600
    assert lock.read_text() == f"{os.getpid()}\n"


def test_the_lock_names_nobody_but_its_owner(socket_path: Path) -> None:
    lock = socket_path.with_name(socket_path.name + ".lock")
    lock.write_text("12345678901234567890\n")
    listener = bind(socket_path)
    assert lock.read_text() == f"{os.getpid()}\n"
    listener.close()


def test_a_new_folder_is_the_users_alone(socket_path: Path) -> None:
    path = socket_path.parent / "new" / "s"
    listener = bind(path)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    listener.close()


def test_the_umask_is_as_before(socket_path: Path) -> None:
    before = os.umask(0o027)
    try:
        bind(socket_path).close()
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)


def test_the_second_is_told_who_serves(listener: Listener) -> None:
    with pytest.raises(AlreadyRunningError) as second:
        bind(listener.path)
    assert second.value.pid == os.getpid()
    assert str(os.getpid()) in str(second.value)
    connect(listener.path).close()  # the first one's socket is untouched


def test_a_pid_that_a_dead_daemon_left_is_not_named(listener: Listener) -> None:
    """A winner that has the lock may not have written its own pid yet."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    listener.path.with_name(listener.path.name + ".lock").write_text(f"{ended.pid}\n")
    with pytest.raises(AlreadyRunningError, match="another process already serves") as second:
        bind(listener.path)
    assert second.value.pid is None


def test_a_stale_socket_is_taken_over(socket_path: Path) -> None:
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    dead.bind(str(socket_path))
    dead.close()
    with pytest.raises(ConnectionRefusedError):
        connect(socket_path)
    listener = bind(socket_path)
    connect(socket_path).close()
    listener.close()


def test_closing_leaves_nothing_but_the_lock(socket_path: Path) -> None:
    bind(socket_path).close()
    assert not socket_path.exists()
    again = bind(socket_path)
    again.close()
    again.close()


def test_what_is_no_socket_is_left_alone(socket_path: Path) -> None:
    socket_path.write_text("a user's file")
    with pytest.raises(KokorodError, match="remove what is there or set KOKORO_SOCKET"):
        bind(socket_path)
    assert socket_path.read_text() == "a user's file"
    socket_path.unlink()
    bind(socket_path).close()  # the lock was given back


def test_a_folder_that_cannot_be_made_is_one_line(socket_path: Path) -> None:
    socket_path.write_text("")
    with pytest.raises(KokorodError, match="set KOKORO_SOCKET to a path you may write"):
        bind(socket_path / "s")


def test_the_user_at_the_other_end_is_known(listener: Listener) -> None:
    client = connect(listener.path)
    accepted = listener.accept()
    assert accepted is not None
    assert peer_uid(accepted) == os.getuid()
    client.close()
    accepted.close()
    assert peer_uid(accepted) is None


def test_a_client_that_is_gone_before_it_is_accepted_does_no_harm(listener: Listener) -> None:
    connect(listener.path).close()
    accepted = listener.accept()
    if accepted is not None:
        assert accepted.recv(1) == b""
        accepted.close()
    assert listener.accept() is None


def test_of_racing_processes_exactly_one_listens_every_time(socket_path: Path) -> None:
    """All are killed after each round, so that the next one finds what they left."""
    rounds = 25
    ended = subprocess.run(
        [sys.executable, RACE, socket_path, "8", str(rounds)],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
        check=True,
    )
    lines = ended.stdout.splitlines()
    assert len(lines) == rounds
    for line in lines:
        said = json.loads(line)
        (winner,) = [one["listens"] for one in said if "listens" in one]
        told = [one["told"] for one in said if "told" in one]
        assert len(told) == 7
        assert set(told) <= {winner, None}
