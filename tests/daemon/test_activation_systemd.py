"""Real systemd-socket-activate starts the real kokorod; restarts lose nobody."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.daemon.activated import handing_down
from support.daemon.making import MakeDaemon
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until

from kokoro_client import Client

#: systemd's tools are Linux's (Debian: apt-get install systemd).
__test__ = sys.platform == "linux"

#: `make chaos` asks for twenty.
RESTARTS = int(os.environ.get("KOKORO_RESTARTS", "6"))


class Supervisor:
    """What systemd is to the daemon: it holds the socket, starts it on a connect, and again.

    systemd-socket-activate becomes the daemon, so it is started anew each time; the
    socket stays open here.
    """

    def __init__(self, daemon: DaemonProcess) -> None:
        self.daemon = daemon
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(str(daemon.socket))
        self.socket.listen(128)
        self.starts = 0
        self.statuses: list[int] = []
        self._stopping = False
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="supervisor")
        self._thread.start()

    def _run(self) -> None:
        settings = [f"--setenv={k}={v}" for k, v in self.daemon.environ.items() if "KOKORO_" in k]
        # It passes PATH and HOME on by itself, and with that no variable of coverage.
        settings += [f"--setenv={k}={v}" for k, v in os.environ.items() if k.startswith("COV")]
        kokorod = Path(sys.executable).parent / "kokorod"
        fds = [self.socket.fileno()]
        while not self._stopping:
            with self.daemon.log_path.open("ab") as log:
                self._process = subprocess.Popen(
                    handing_down(fds, "systemd-socket-activate", *settings, kokorod),
                    env=self.daemon.environ,
                    pass_fds=fds,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            self.starts += 1
            self.statuses.append(self._process.wait())

    @property
    def pid(self) -> int:
        """Of the daemon, or of what waits for a connect to become it."""
        assert self._process is not None
        return self._process.pid

    def close(self) -> None:
        self._stopping = True
        while self._thread.is_alive():
            self.signal(signal.SIGTERM)
            self._thread.join(0.2)
        self.socket.close()

    def signal(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)


@pytest.fixture
def supervisor(make_daemon: MakeDaemon) -> Iterator[Supervisor]:
    there = Supervisor(make_daemon())
    yield there
    there.close()


def _pid(supervisor: Supervisor) -> int:
    return int(supervisor.daemon.ask("status")["pid"])


def _restart(supervisor: Supervisor, number: int) -> None:
    """End the daemon that serves; returns when another does."""
    before = _pid(supervisor)
    os.kill(before, number)
    wait_until(lambda: supervisor.pid != before, "the end of the old daemon")
    assert _pid(supervisor) != before


def test_the_first_connect_starts_the_daemon_and_is_answered(supervisor: Supervisor) -> None:
    daemon = supervisor.daemon
    wait_until(lambda: "Listening on" in daemon.log, f"systemd-socket-activate: {daemon.log}")
    assert "bound" not in daemon.log
    status = daemon.ask("status")
    assert status["pid"] == supervisor.pid
    wait_until(lambda: "bound" in daemon.log, "the log")
    assert f"socket={daemon.socket}" in daemon.log


def test_who_waits_before_there_is_a_daemon_is_served(supervisor: Supervisor) -> None:
    with Client(supervisor.daemon.socket, start=False) as client:
        assert b"".join(client.speak("Hello"))


def test_the_socket_outlives_the_daemon(supervisor: Supervisor) -> None:
    before = supervisor.daemon.socket.stat()
    _restart(supervisor, signal.SIGTERM)
    _restart(supervisor, signal.SIGKILL)
    assert supervisor.daemon.socket.stat().st_ino == before.st_ino
    assert supervisor.statuses == [0, -signal.SIGKILL]


def test_say_in_a_loop_loses_nothing_across_restarts(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    _pid(supervisor)
    said: list[Path] = []
    failures: list[str] = []
    done = threading.Event()

    def say_on_and_on(speaker: int) -> None:
        while not done.is_set() and not failures:
            path = tmp_path / f"{speaker}-{len(said)}.wav"
            ended = subprocess.run(
                ["kokoroctl", "say", "--no-start", "-o", path, f"Hello number {len(said)}"],
                env=supervisor.daemon.environ,
                capture_output=True,
                text=True,
            )
            if ended.returncode:
                failures.append(f"{ended.returncode}: {ended.stderr}")
            said.append(path)

    speakers = [threading.Thread(target=say_on_and_on, args=(n,)) for n in range(2)]
    for speaker in speakers:
        speaker.start()
    try:
        for _ in range(RESTARTS):
            before = len(said)
            _restart(supervisor, signal.SIGTERM)
            wait_until(lambda at=before: len(said) > at or failures, "another say")
    finally:
        done.set()
        for speaker in speakers:
            speaker.join(PATIENCE_S)
    assert failures == []
    assert supervisor.starts > RESTARTS
    assert set(supervisor.statuses) == {0}
    for path in said:
        with wave.open(str(path)) as wav:
            assert wav.getnframes() > 0, path


def test_one_client_speaks_on_across_restarts(supervisor: Supervisor) -> None:
    """The same Client: its connection breaks, and it goes on with the next daemon."""
    with Client(supervisor.daemon.socket, start=False) as client:
        for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM):
            assert b"".join(client.speak("Hello"))
            _restart(supervisor, number)
        assert b"".join(client.speak("Hello"))


def test_a_speech_that_waits_is_handed_to_the_next_daemon(supervisor: Supervisor) -> None:
    with Client(supervisor.daemon.socket, start=False) as client:
        long_ones = [client.speak("This is a long sentence, one of many. " * 400) for _ in range(4)]
        waiting = client.speak("Hello")
        assert waiting.accepted is not None
        before = _pid(supervisor)
        os.kill(before, signal.SIGTERM)
        assert b"".join(waiting)
        assert _pid(supervisor) != before
        for speech in long_ones:
            speech.cancel()


def test_a_full_queue_is_somebody_listening(make_daemon: MakeDaemon) -> None:
    daemon = make_daemon()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.bind(str(daemon.socket))
        sock.listen(0)
        waiting = []
        for _ in range(8):
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            client.setblocking(False)
            waiting.append(client)
            try:
                client.connect(str(daemon.socket))
            except BlockingIOError:
                break
        assert daemon.start().stop(signal.SIGCONT) == 0
        assert "already_running" in daemon.log
        for client in waiting:
            client.close()
