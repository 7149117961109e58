"""launch_activate_socket through ctypes, against a small library that offers it."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.daemon.process import DaemonProcess, wait_until

from kokoro_client.transport import connection
from kokorod.errors import KokorodError
from kokorod.net import activation

#: As launch(3) says: an array the caller frees, and an errno value as the result.
_SOURCE = r"""
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int launch_activate_socket(const char *name, int **fds, size_t *count) {
    const char *list = getenv("FAKE_LAUNCHD_FDS"), *failure = getenv("FAKE_LAUNCHD_ERRNO");
    if (failure) return atoi(failure);
    if (strcmp(name, "Listener") != 0) return ENOENT;
    *fds = malloc(64 * sizeof(int));
    *count = 0;
    for (char *rest = (char *)list; *rest; ) {
        (*fds)[(*count)++] = (int)strtol(rest, &rest, 10);
        if (*rest == ',') rest++;
    }
    return 0;
}
"""

#: kokorod as launchd would start it; its activation asks the library.
_UNDER_LAUNCHD = """
import functools, sys
from pathlib import Path
from kokorod import __main__
from kokorod.net import activation
activation.inherited = functools.partial(
    activation.inherited, platform="darwin", library=Path(sys.argv.pop(1))
)
__main__.main()
"""


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("launchd")
    source, built = folder / "launch.c", folder / "liblaunch.so"
    source.write_text(_SOURCE)
    subprocess.run(["cc", "-shared", "-fPIC", "-Wall", "-o", built, source], check=True)
    return built


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with (
        tempfile.TemporaryDirectory(prefix="kk-", dir="/tmp") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock,
    ):
        sock.bind(f"{folder}/s")
        sock.listen(16)
        yield sock


def test_the_socket_is_taken(
    library: Path, listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    fd = os.dup(listening.fileno())
    os.set_inheritable(fd, True)
    monkeypatch.setenv("FAKE_LAUNCHD_FDS", str(fd))
    listener = activation.inherited({}, "darwin", library)
    assert listener is not None
    assert listener.fileno() == fd
    assert listener.path == Path(listening.getsockname())
    assert listener.inherited
    assert not os.get_inheritable(fd)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(listening.getsockname())
        connection = listener.accept()
        assert connection is not None
        connection.close()
    listener.close()
    assert Path(listening.getsockname()).is_socket()


@pytest.mark.parametrize("number", [errno.ESRCH, errno.ENOENT])
def test_without_launchd_there_is_none(
    library: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setenv("FAKE_LAUNCHD_ERRNO", str(number))
    assert activation.inherited({}, "darwin", library) is None


def test_what_launchd_refuses_is_said(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_LAUNCHD_ERRNO", str(errno.EALREADY))
    with pytest.raises(KokorodError, match="service restart"):
        activation.inherited({}, "darwin", library)


@pytest.mark.parametrize(("count", "why"), [(2, "2 sockets, one is needed"), (17, "17 sockets")])
def test_more_than_one_is_refused(
    library: Path,
    listening: socket.socket,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    why: str,
) -> None:
    fds = [os.dup(listening.fileno()) for _ in range(count)]
    monkeypatch.setenv("FAKE_LAUNCHD_FDS", ",".join(map(str, fds)))
    with pytest.raises(KokorodError, match=why):
        activation.inherited({}, "darwin", library)
    for fd in fds:
        os.close(fd)


def test_none_at_all_is_none(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_LAUNCHD_FDS", "")
    assert activation.inherited({}, "darwin", library) is None


def test_a_daemon_serves_the_socket_launchd_holds(
    library: Path, listening: socket.socket, tmp_path: Path
) -> None:
    path = Path(listening.getsockname())
    environ = {
        **os.environ,
        "KOKORO_HOME": str(tmp_path),
        "KOKORO_SOCKET": str(path),
        "FAKE_LAUNCHD_FDS": str(listening.fileno()),
    }
    pids = set()
    for _ in range(2):  # the socket outlives the daemon
        # Connected before there is a daemon: it waits in the kernel's queue.
        early = connection.open_socket(path)
        daemon = subprocess.Popen(
            [sys.executable, "-c", _UNDER_LAUNCHD, library],
            env=environ,
            pass_fds=[listening.fileno()],
            stderr=subprocess.DEVNULL,
        )
        try:
            status = connection.ask(path, {"type": "status"})
            assert status["pid"] == daemon.pid
            pids.add(status["pid"])
            early.close()
        finally:
            daemon.terminate()
            assert daemon.wait(60) == 0
        assert path.is_socket()
    assert len(pids) == 2


def test_this_process_is_not_launchds(built_in_daemon: DaemonProcess) -> None:
    """Whatever the platform: a daemon started by a test binds for itself."""
    wait_until(lambda: "bound" in built_in_daemon.log, "bound")
    assert built_in_daemon.socket.with_name("s.lock").read_text().strip().isdigit()
