"""What a real daemon tells its service manager, and when."""

from __future__ import annotations

import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.daemon.making import MakeDaemon
from support.daemon.process import PATIENCE_S, DaemonProcess


class Manager:
    """The datagram socket of a service manager, and all that was said to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(PATIENCE_S)

    def next(self) -> dict[str, str]:
        lines = self.socket.recv(4096).decode().split("\n")
        return dict(line.split("=", 1) for line in lines)

    def until(self, key: str) -> list[dict[str, str]]:
        """Everything up to the first message with `key`."""
        heard = [self.next()]
        while key not in heard[-1]:
            heard.append(self.next())
        return heard


@pytest.fixture
def manager() -> Iterator[Manager]:
    with tempfile.TemporaryDirectory(prefix="kk-", dir="/tmp") as folder:
        there = Manager(Path(folder) / "notify")
        yield there
        there.socket.close()


def _start(make_daemon: MakeDaemon, manager: Manager, **environ: str) -> DaemonProcess:
    daemon = make_daemon()
    daemon.environ |= {"NOTIFY_SOCKET": str(manager.path), **environ}
    return daemon.start()


def test_ready_is_said_once_it_is_known_what_speaks(
    make_daemon: MakeDaemon, manager: Manager
) -> None:
    daemon = _start(make_daemon, manager)
    ready = manager.until("READY")[-1]
    assert "built-in voice" in ready["STATUS"]
    assert daemon.ask("status")["state"] == "ready"
    daemon.stop()
    assert manager.until("STOPPING")[-1]["STATUS"] == "stopping"


def test_a_reload_is_announced_and_ended(make_daemon: MakeDaemon, manager: Manager) -> None:
    daemon = _start(make_daemon, manager)
    manager.until("READY")
    assert daemon.process is not None
    daemon.process.send_signal(signal.SIGHUP)
    assert int(manager.until("RELOADING")[-1]["MONOTONIC_USEC"]) > 0
    manager.until("READY")
    daemon.ask("reload")
    manager.until("RELOADING")
    manager.until("READY")


def test_a_refused_reload_is_not_announced(make_daemon: MakeDaemon, manager: Manager) -> None:
    daemon = _start(make_daemon, manager)
    manager.until("READY")
    daemon.home.mkdir(exist_ok=True)
    (daemon.home / "config.toml").write_text("nonsense = 1\n")
    assert daemon.ask("reload")["reloaded"] is False
    daemon.stop()
    assert not any("RELOADING" in heard for heard in manager.until("STOPPING"))


def test_pings_come_for_as_long_as_it_lives(make_daemon: MakeDaemon, manager: Manager) -> None:
    daemon = _start(make_daemon, manager, WATCHDOG_USEC="100000")
    manager.until("READY")
    for _ in range(5):
        manager.until("WATCHDOG")
    assert daemon.alive


def test_pings_for_another_process_are_not_ours(make_daemon: MakeDaemon, manager: Manager) -> None:
    daemon = _start(make_daemon, manager, WATCHDOG_USEC="100000", WATCHDOG_PID="1")
    heard = manager.until("READY")
    daemon.stop()
    heard += manager.until("STOPPING")
    assert not any("WATCHDOG" in each for each in heard)
