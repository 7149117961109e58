"""sd_notify over a real datagram socket: what a manager reads, and that none is needed."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kokorod.watch.notify import Notifier, from_environment


class Manager:
    """A service manager's end."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.settimeout(30)

    def heard(self) -> list[str]:
        return self.socket.recv(4096).decode().split("\n")

    @property
    def silent(self) -> bool:
        self.socket.setblocking(False)
        try:
            return not self.socket.recv(4096)
        except BlockingIOError:
            return True


_ADDRESSES = ["path", "abstract"] if os.uname().sysname == "Linux" else ["path"]


@pytest.fixture(params=_ADDRESSES)
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    name = f"@kokorod-{uuid.uuid4()}" if request.param == "abstract" else str(tmp_path / "n")
    there = Manager(name)
    yield there
    there.socket.close()


def test_the_manager_hears_each_state(manager: Manager) -> None:
    environ = {"NOTIFY_SOCKET": manager.address}
    notifier = from_environment(environ)
    assert environ == {}
    notifier.status("loading")
    assert manager.heard() == ["STATUS=loading"]
    notifier.ready("kokoro\nspeaks")
    assert manager.heard() == ["READY=1", "STATUS=kokoro speaks"]
    notifier.reloading()
    first, stamp, _ = manager.heard()
    assert (first, stamp.split("=")[0]) == ("RELOADING=1", "MONOTONIC_USEC")
    assert int(stamp.split("=")[1]) > 0
    notifier.stopping()
    assert manager.heard() == ["STOPPING=1", "STATUS=stopping"]
    notifier.close()
    notifier.ready("gone")
    assert manager.silent


def test_a_status_is_one_bounded_line(manager: Manager) -> None:
    notifier = Notifier(manager.address)
    notifier.status("x" * 5_000)
    (line,) = manager.heard()
    assert len(line) < 300
    notifier.close()


def test_pings_are_twice_as_many_as_needed_and_timers_of_the_loop(manager: Manager) -> None:
    notifier = from_environment(
        {
            "NOTIFY_SOCKET": manager.address,
            "WATCHDOG_USEC": "60000000",
            "WATCHDOG_PID": str(os.getpid()),
        }
    )
    timers: list[tuple[float, Callable[[], None]]] = []
    notifier.keep_pinging(lambda seconds, call: timers.append((seconds, call)))
    assert manager.heard() == ["WATCHDOG=1"]
    assert manager.silent
    (seconds, call) = timers.pop()
    assert seconds == 30
    manager.socket.settimeout(30)
    call()
    assert manager.heard() == ["WATCHDOG=1"]
    assert len(timers) == 1
    notifier.close()


@pytest.mark.parametrize(
    "watchdog",
    [
        {},
        {"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"},
        {"WATCHDOG_USEC": ""},
        {"WATCHDOG_USEC": "-5"},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "١٢"},
    ],
)
def test_no_pings_where_none_are_wanted(manager: Manager, watchdog: dict[str, str]) -> None:
    notifier = from_environment({"NOTIFY_SOCKET": manager.address, **watchdog})
    notifier.keep_pinging(lambda seconds, call: pytest.fail("a timer was set"))
    assert notifier.ping_s == 0
    assert manager.silent
    notifier.close()


@pytest.mark.parametrize("address", ["", "@", "relative", "vsock:2:1234", "/nobody/is/here"])
def test_nobody_to_tell_is_no_failure(address: str) -> None:
    notifier = from_environment({"NOTIFY_SOCKET": address})
    notifier.ready("ready")
    notifier.stopping()
    notifier.close()


def test_a_manager_that_does_not_read_holds_nobody_up(tmp_path: Path) -> None:
    manager = Manager(str(tmp_path / "n"))
    notifier = Notifier(manager.address)
    for _ in range(2_000):
        notifier.status("still here")
    notifier.close()
    manager.socket.close()
