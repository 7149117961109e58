"""Pulls in processes of their own: interrupted, killed, at the same time, on a full disk."""

from __future__ import annotations

import contextlib
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import model_server
from support.model_server import MODEL, QUICK, RELEASE, Fault, FileServer
from support.paths import TESTS
from support.untraced import without_tracer

from kokorod.errors import DownloadError
from kokorod.models.pull import pull_release as pull
from kokorod.models.store import Store

#: Pulls RELEASE from argv[1] into argv[2] with files of at most argv[3] bytes.
_PULLER = """
import resource, signal, sys
from pathlib import Path
from support.model_server import RELEASE
from kokorod.errors import KokorodError
from kokorod.models.pull import pull_release as pull
from kokorod.models.store import Store

signal.signal(signal.SIGINT, signal.default_int_handler)
if limit := int(sys.argv[3]):
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    pull(RELEASE, sys.argv[1], Store(Path(sys.argv[2])))
except KokorodError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""

#: What is here when the server stalls: the voices and this much of the model.
_STALL = 120_000


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    model_server.without_proxy(monkeypatch)


@pytest.fixture
def server() -> Iterator[FileServer]:
    with model_server.serving() as state:
        yield state


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


@contextlib.contextmanager
def _puller(server: FileServer, store: Store, limit: int = 0) -> Iterator[subprocess.Popen[str]]:
    tests = str(TESTS)
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path.insert(0, {tests!r})\n{_PULLER}",
            server.url,
            str(store.folder),
            str(limit),
        ],
        env=without_tracer() if limit else None,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=60)


def _part(store: Store) -> Path:
    return store.folder / ".downloads" / f"{RELEASE.model.sha256[:16]}-toy.onnx.part"


def _wait_until_it_stalls(process: subprocess.Popen[str], store: Store) -> None:
    """Returns once all that the server gave is on the disk."""
    deadline = time.monotonic() + 60
    while not _part(store).exists() or _part(store).stat().st_size < _STALL:
        assert process.poll() is None
        assert time.monotonic() < deadline
        select.select([], [], [], 0.01)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_what_had_come_before_an_end_is_not_fetched_again(
    how: signal.Signals, server: FileServer, store: Store
) -> None:
    server.faults.extend([None, Fault(stall_after=_STALL)])
    with _puller(server, store) as process:
        _wait_until_it_stalls(process, store)
        process.send_signal(how)
        assert process.wait(60) != 0
    assert store.installed() == []
    server.requests.clear()
    assert pull(RELEASE, server.url, store, patience=QUICK).model.read_bytes() == MODEL
    assert [request.start for request in server.requests] == [_STALL]


def test_the_second_of_two_pulls_says_who_is_at_it(server: FileServer, store: Store) -> None:
    server.faults.extend([None, Fault(stall_after=_STALL)])
    with _puller(server, store) as process:
        _wait_until_it_stalls(process, store)
        with pytest.raises(DownloadError, match=f"process {process.pid} is pulling toy-fp32"):
            pull(RELEASE, server.url, store, patience=QUICK)
        assert len(server.requests) == 2
    # The first is dead: nothing is in the way of the next.
    assert pull(RELEASE, server.url, store, patience=QUICK).model.read_bytes() == MODEL


def test_pulls_at_once_leave_one_whole_model(server: FileServer, store: Store) -> None:
    with contextlib.ExitStack() as stack:
        pullers = [stack.enter_context(_puller(server, store)) for _ in range(4)]
        ended = [(process.communicate(timeout=60)[1], process.returncode) for process in pullers]
    assert any(code == 0 for _, code in ended)
    assert all(code == 0 or "one pull at a time" in said for said, code in ended)
    assert server.sent == RELEASE.bytes
    store.verify(store.chosen())


def test_a_disk_that_fills_up_is_one_line_and_keeps_what_came(
    server: FileServer, store: Store
) -> None:
    # The limit on a file's size makes write() fail as a full disk does, for any user.
    with _puller(server, store, limit=_STALL) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.startswith("DownloadError: pulling toy-fp32 failed: ")
    assert "free some space" in said
    assert said.count("\n") == 1
    assert _part(store).stat().st_size == _STALL
    assert store.installed() == []
    assert pull(RELEASE, server.url, store, patience=QUICK).model.read_bytes() == MODEL
    assert server.requests[-1].start == _STALL
