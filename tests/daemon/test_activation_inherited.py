"""Sockets handed down by systemd's protocol: taken if they are ours, checked, never unlinked."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.daemon.activated import handing_down
from support.daemon.making import MakeDaemon
from support.daemon.process import DaemonProcess, wait_until

#: Prints what it makes of what it was handed: the path, `none`, or the error.
_TAKER = """
import os
from kokorod.errors import KokorodError
from kokorod.net import activation
try:
    listener = activation.inherited(os.environ, "linux")
except KokorodError as error:
    print("error", error)
else:
    if listener is None:
        print("none")
    else:
        assert not os.get_inheritable(listener.fileno())
        assert listener.inherited
        print(listener.path)
        listener.close()
assert not [name for name in os.environ if name.startswith("LISTEN_")], os.environ
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kk-", dir="/tmp") as name:
        yield Path(name)


def _listening(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.bind(str(path))
    sock.listen(16)
    return sock


def _take(*fds: int, **environ: str) -> str:
    """Run _TAKER with `fds` from 3 on. LISTEN_PID is its own unless given."""
    ended = subprocess.run(
        handing_down(fds, sys.executable, "-c", _TAKER),
        env={**os.environ, **environ},
        pass_fds=fds,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_a_listening_socket_is_taken_and_its_name_left(folder: Path) -> None:
    with _listening(folder / "s") as sock:
        assert _take(sock.fileno()) == str(folder / "s")
        assert (folder / "s").is_socket()


@pytest.mark.parametrize("pid", ["", "0", "1", "-1", "x", " $$", "99999999999999999999", "ours"])
def test_what_is_meant_for_another_process_is_left_alone(folder: Path, pid: str) -> None:
    # The number of this process is no part of the test's name, which is the same each time.
    pid = str(os.getpid()) if pid == "ours" else pid
    with _listening(folder / "s") as sock:
        assert _take(sock.fileno(), LISTEN_PID=pid) == "none"


@pytest.mark.parametrize("count", ["", "0", "-1", "x", "1.0", "17", "١", "9" * 30])
def test_a_count_that_is_none_is_refused(folder: Path, count: str) -> None:
    with _listening(folder / "s") as sock:
        assert _take(sock.fileno(), LISTEN_FDS=count).startswith("error LISTEN_FDS is")


def test_names_are_counted(folder: Path) -> None:
    with _listening(folder / "s") as sock:
        fd = sock.fileno()
        assert "2 names for 1 sockets" in _take(fd, LISTEN_FDNAMES="kokorod:other")
        for name in ("kokorod", "kokorod.socket", "unknown", ""):
            assert _take(fd, LISTEN_FDNAMES=name) == str(folder / "s")


def test_of_several_the_one_with_our_name_is_taken(folder: Path) -> None:
    with _listening(folder / "a") as a, _listening(folder / "b") as b:
        both = (a.fileno(), b.fileno())
        assert _take(*both, LISTEN_FDNAMES="x:kokorod") == str(folder / "b")
        assert _take(*both, LISTEN_FDNAMES="x:y").startswith("error systemd handed down 2")
        assert _take(*both, LISTEN_FDNAMES="kokorod:kokorod").startswith("error systemd handed")
        assert _take(*both).startswith("error systemd handed down 2")


def test_what_is_no_listening_unix_socket_is_refused(folder: Path) -> None:
    with (
        (folder / "file").open("w") as file,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams,
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as internet,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as deaf,
    ):
        deaf.bind(str(folder / "deaf"))
        internet.listen(1)
        for fd, why in (
            (file.fileno(), "is no socket"),
            (datagrams.fileno(), "no Unix stream socket"),
            (internet.fileno(), "no Unix stream socket"),
            (deaf.fileno(), "does not listen"),
        ):
            said = _take(fd)
            assert said.startswith("error ")
            assert why in said
            assert said.endswith("run `kokoroctl service install` again")


def test_a_daemon_started_by_hand_leaves_a_supervisors_socket(make_daemon: MakeDaemon) -> None:
    daemon = make_daemon()
    with _listening(daemon.socket) as sock:
        before = daemon.socket.stat()
        assert daemon.start().stop(signal.SIGCONT) == 0
        assert "already_running" in daemon.log
        assert daemon.socket.stat().st_ino == before.st_ino
        sock.setblocking(False)
        sock.accept()[0].close()  # it has looked whether somebody is there


def test_a_stale_socket_is_taken_over(make_daemon: MakeDaemon) -> None:
    daemon = make_daemon()
    _listening(daemon.socket).close()
    assert daemon.socket.is_socket()
    daemon.start().wait_ready()


def test_a_socket_put_in_our_place_is_not_unlinked(built_in_daemon: DaemonProcess) -> None:
    built_in_daemon.socket.unlink()
    with _listening(built_in_daemon.socket):
        assert built_in_daemon.stop() == 0
        assert built_in_daemon.socket.is_socket()


def test_our_own_socket_is_unlinked(built_in_daemon: DaemonProcess) -> None:
    assert built_in_daemon.stop() == 0
    assert not built_in_daemon.socket.exists()
    wait_until(lambda: not built_in_daemon.alive, "the end")
