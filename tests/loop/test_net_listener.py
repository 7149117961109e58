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


def lock_of(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def test_a_link_at_the_lock_is_not_followed(socket_path: Path) -> None:
    notes = socket_path.parent / "notes"
    notes.write_text("dear diary")
    lock_of(socket_path).symlink_to(notes)
    with pytest.raises(KokorodError, match="symbolic link"):
        bind(socket_path)
    assert notes.read_text() == "dear diary"


def test_a_file_that_is_no_lock_is_not_emptied(socket_path: Path) -> None:
    lock_of(socket_path).write_text("dear diary")
    with pytest.raises(KokorodError, match="something else"):
        bind(socket_path)
    assert lock_of(socket_path).read_text() == "dear diary"


def test_a_fifo_at_the_lock_holds_nobody_up(socket_path: Path) -> None:
    os.mkfifo(lock_of(socket_path))
    with pytest.raises(KokorodError, match="no regular file"):
        bind(socket_path)


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777])
def test_a_folder_that_others_may_write_to_is_refused(socket_path: Path, mode: int) -> None:
    folder = socket_path.parent / "shared"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(KokorodError, match="others may write"):
        bind(folder / "s")
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_belongs_to_another_user_is_refused(socket_path: Path) -> None:
    folder = socket_path.parent / "foreign"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    with pytest.raises(KokorodError, match="another user"):
        bind(folder / "s")
    lock_of(socket_path).touch()
    os.chown(lock_of(socket_path), 65534, 65534)
    with pytest.raises(KokorodError, match="another user"):
        bind(socket_path)


def test_a_link_at_the_socket_is_left_alone(socket_path: Path) -> None:
    socket_path.symlink_to(socket_path.parent / "nowhere")
    with pytest.raises(KokorodError, match="cannot listen"):
        bind(socket_path)
    assert socket_path.is_symlink()


def test_new_folders_are_the_users_alone_whatever_the_umask(socket_path: Path) -> None:
    before = os.umask(0)
    try:
        path = socket_path.parent / "one" / "two" / "s"
        bind(path).close()
        for folder in (path.parent, path.parent.parent):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        os.umask(before)


def test_a_full_disk_under_the_lock_is_no_reason_not_to_listen(
    socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    listener = bind(socket_path)
    connect(socket_path).close()
    listener.close()


def test_a_name_that_is_gone_is_bound_again(socket_path: Path) -> None:
    listener = bind(socket_path)
    assert not listener.bind_again()
    socket_path.unlink()
    assert listener.bind_again()
    assert stat.S_IMODE(socket_path.stat().st_mode) == 0o600
    client = connect(socket_path)
    accepted = listener.accept()
    assert accepted is not None
    accepted.close()
    client.close()
    listener.close()
    assert not socket_path.exists()


def test_a_name_that_another_has_taken_is_left_to_it(socket_path: Path) -> None:
    listener = bind(socket_path)
    socket_path.unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
        other.bind(str(socket_path))
        other.listen()
        with pytest.raises(KokorodError):
            listener.bind_again()
        listener.close()
        assert socket_path.exists()
