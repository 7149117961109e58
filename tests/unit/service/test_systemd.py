"""The user units and what systemctl is asked, against one that records it."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from support.fakes.systemctl import install_fake

from kokoro_service.detect import supervisor_here, supervisor_in_force
from kokoro_service.job import Job, ServiceError
from kokoro_service.systemd import Systemd
from kokoro_service.units import SERVICE, SOCKET, service_file, socket_file

_CHANGING = ("enable", "disable", "start", "stop", "restart", "daemon-reload", "reset-failed")


class Linux:
    """A home with blanks and umlauts, and a manager of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        home = folder / "Jürgen & Söhne"
        self.units = home / ".config" / "systemd" / "user"
        self.state_path = install_fake(folder / "bin", self.units)
        self.environ = {
            "HOME": str(home),
            "PATH": f"{folder / 'bin'}:/bin:/usr/bin",
            "XDG_RUNTIME_DIR": str(folder),
            "KOKORO_SOCKET": "/tmp/s",
        }
        self.job = Job(home / "bin" / "kokorod", home / "data", home / "s", (("KOKORO_X", "1"),))

    @property
    def systemd(self) -> Systemd:
        return Systemd(self.environ)

    def change(self, **changes: Any) -> None:
        self.state_path.write_text(json.dumps({**self.state, **changes}))

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.state_path.read_text())
        return state

    def calls(self) -> list[list[str]]:
        """What was asked so far and changes something; forgets all."""
        found = [call for call in self.state["calls"] if call[0] in _CHANGING]
        self.change(calls=[])
        return found


@pytest.fixture
def linux(tmp_path: Path) -> Linux:
    return Linux(tmp_path)


def test_install_writes_enables_and_starts_both_units(linux: Linux) -> None:
    linux.systemd.install(linux.job)
    assert linux.calls() == [
        ["stop", SOCKET, SERVICE],
        ["daemon-reload"],
        ["enable", SOCKET, SERVICE],
        ["reset-failed", SOCKET, SERVICE],
        ["start", SOCKET],
        ["restart", SERVICE],
    ]
    assert (linux.units / SERVICE).read_text() == service_file(linux.job)
    assert (linux.units / SOCKET).read_text() == socket_file(linux.job)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in linux.units.iterdir()]
    assert modes == [0o644, 0o644]
    state = linux.systemd.state()
    assert (state.pid, state.installed, state.switched_off, state.failed) == (601, True, "", False)
    assert "kokoro speaks = fine" in state.detail


def test_installing_again_changes_nothing(linux: Linux) -> None:
    linux.systemd.install(linux.job)
    linux.calls()
    (line,) = linux.systemd.install(linux.job)
    assert "already" in line
    assert linux.calls() == []


def test_a_new_service_keeps_the_socket_so_that_nobody_is_turned_away(linux: Linux) -> None:
    linux.systemd.install(linux.job)
    linux.calls()
    linux.systemd.install(
        Job(linux.job.program, linux.job.home, linux.job.socket, (("KOKORO_X", "2"),))
    )
    calls = linux.calls()
    assert ["stop", SOCKET, SERVICE] not in calls
    assert calls[-2:] == [["start", SOCKET], ["restart", SERVICE]]
    assert linux.state["active"] == {SOCKET: 0, SERVICE: 602}


def test_a_new_socket_replaces_the_old_one(linux: Linux) -> None:
    linux.systemd.install(linux.job)
    linux.calls()
    other = Job(linux.job.program, linux.job.home, linux.folder / "t", linux.job.environment)
    linux.systemd.install(other)
    assert linux.calls()[0] == ["stop", SOCKET, SERVICE]
    assert f"ListenStream={linux.folder / 't'}\n" in linux.state["units"][SOCKET]


def test_disabled_units_are_said_and_install_enables_them(linux: Linux) -> None:
    linux.systemd.install(linux.job)
    linux.change(enabled=[])
    assert "disabled" in linux.systemd.state().switched_off
    linux.systemd.install(linux.job)
    assert linux.state["enabled"] == [SERVICE, SOCKET]


def test_masked_units_are_left_masked(linux: Linux) -> None:
    linux.change(masked=[SERVICE])
    with pytest.raises(ServiceError, match="unmask"):
        linux.systemd.install(linux.job)
    assert not linux.units.exists()
    assert linux.calls() == []


def test_stop_stops_the_socket_too(linux: Linux) -> None:
    linux.systemd.install(linux.job)
    linux.calls()
    linux.systemd.stop()
    assert linux.calls() == [["stop", SOCKET, SERVICE]]
    assert linux.systemd.state().pid is None
    linux.systemd.start()
    assert linux.systemd.state().pid == 602


def test_restart_leaves_the_socket_alone(linux: Linux) -> None:
    linux.systemd.install(linux.job)
    linux.calls()
    linux.systemd.restart()
    assert ["restart", SERVICE] in linux.calls()
    assert linux.state["active"] == {SOCKET: 0, SERVICE: 602}


def test_a_service_that_does_not_start_is_said(linux: Linux) -> None:
    linux.change(failing=[SERVICE])
    with pytest.raises(ServiceError, match=r"Job for kokorod\.service failed.*kokoroctl logs"):
        linux.systemd.install(linux.job)
    state = linux.systemd.state()
    assert (state.failed, state.pid) == (True, None)
    assert "exit-code" in state.detail


def test_uninstall_leaves_no_trace(linux: Linux) -> None:
    linux.systemd.install(linux.job)
    links = [
        linux.units / "default.target.wants" / SERVICE,
        linux.units / "sockets.target.wants" / SOCKET,
    ]
    for link in links:
        link.parent.mkdir()
        link.symlink_to("gone")
    linux.systemd.uninstall()
    assert linux.state["active"] == {}
    assert linux.state["enabled"] == []
    assert linux.state["units"] == {}
    assert [path for path in linux.units.rglob("*") if not path.is_dir()] == []
    assert linux.systemd.uninstall() == []


def test_uninstall_works_where_no_manager_can_be_asked(linux: Linux) -> None:
    linux.systemd.install(linux.job)
    linux.change(reachable=False)
    linux.systemd.uninstall()
    assert linux.systemd.installed() == ()


def test_which_supervisor_it_is(linux: Linux) -> None:
    assert supervisor_here(linux.environ, "linux").name == "systemd"
    assert supervisor_in_force(linux.environ, "linux").name == "background"
    linux.systemd.install(linux.job)
    assert supervisor_in_force(linux.environ, "linux").name == "systemd"
    linux.change(reachable=False)
    assert supervisor_here(linux.environ, "linux").name == "background"
    linux.environ["PATH"] = str(linux.folder)
    assert supervisor_here(linux.environ, "linux").name == "background"


def test_another_config_folder(linux: Linux) -> None:
    linux.environ["XDG_CONFIG_HOME"] = str(linux.folder / "cfg")
    assert linux.systemd.files(linux.job).keys() == {
        linux.folder / "cfg" / "systemd" / "user" / SERVICE,
        linux.folder / "cfg" / "systemd" / "user" / SOCKET,
    }
