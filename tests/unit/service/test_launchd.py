"""The LaunchAgent and what launchctl is asked, against a launchctl that knows its quirks."""

from __future__ import annotations

import json
import plistlib
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.fakes.launchctl import install_fake

from kokoro_service.detect import supervisor_here, supervisor_in_force
from kokoro_service.job import Job, ServiceError, job_from
from kokoro_service.launch_agent import LABEL, launch_agent_file
from kokoro_service.launchd import Launchd
from kokoro_service.tool import Ran

UID = 501
GUI, USER = f"gui/{UID}", f"user/{UID}"
TARGET = f"{GUI}/{LABEL}"


class Mac:
    """A home with blanks, & and umlauts, and a launchd of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "Jürgen & Söhne"
        self.home.mkdir()
        self.bin = folder / "bin"
        self.state_path = install_fake(self.bin)
        self.environ = {"HOME": str(self.home), "PATH": f"{self.bin}:/bin:/usr/bin"}
        self.job = Job(
            program=self.home / "Python venv" / "bin" / "kokorod",
            home=self.home / "Library" / "Application Support" / "kokorod",
            socket=self.home / "s",
            environment=(("KOKORO_HOME", "a & b"), ("KOKORO_VOICE", "<ü>")),
        )
        self.plist = self.home / "Library" / "LaunchAgents" / f"{LABEL}.plist"

    def launchd(self, settle_s: float = 30.0) -> Launchd:
        return Launchd(self.environ, UID, settle_s, poll_s=0.01)

    def change(self, **changes: Any) -> None:
        self.state_path.write_text(json.dumps({**self.state, **changes}))

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.state_path.read_text())
        return state

    def calls(self, *commands: str) -> list[list[str]]:
        """What was asked so far, of those commands; forgets all."""
        state = self.state
        found = [call for call in state["calls"] if call[0] in commands]
        self.change(calls=[])
        return found


@pytest.fixture
def mac() -> Iterator[Mac]:
    # pytest's own folders are too long for a socket's path.
    with tempfile.TemporaryDirectory(prefix="kk-", dir="/tmp") as folder:
        yield Mac(Path(folder))


_CHANGING = ("bootstrap", "bootout", "kickstart", "kill", "enable", "disable", "load", "unload")


def test_the_property_list_key_by_key(mac: Mac) -> None:
    log = str(mac.job.home / "logs" / "kokorod.log")
    assert plistlib.loads(launch_agent_file(mac.job)) == {
        "Label": LABEL,
        "ProgramArguments": [str(mac.job.program)],
        "EnvironmentVariables": {"KOKORO_HOME": "a & b", "KOKORO_VOICE": "<ü>"},
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 10,
        "ExitTimeOut": 20,
        "ProcessType": "Interactive",
        "LimitLoadToSessionType": ["Aqua", "Background"],
        "StandardOutPath": log,
        "StandardErrorPath": log,
        "Sockets": {"Listener": {"SockPathName": str(mac.job.socket), "SockPathMode": 384}},
    }


def test_install_writes_the_file_and_bootstraps_it(mac: Mac) -> None:
    done = mac.launchd().install(mac.job)
    assert any(GUI in line for line in done)
    assert mac.calls(*_CHANGING) == [["bootstrap", GUI, str(mac.plist)]]
    assert stat.S_IMODE(mac.plist.stat().st_mode) == 0o644
    assert [path.name for path in mac.plist.parent.iterdir()] == [mac.plist.name]
    assert mac.plist.read_bytes() == launch_agent_file(mac.job)
    # launchd opens the log but makes no folder for it.
    assert stat.S_IMODE(mac.job.log.parent.stat().st_mode) == 0o700
    state = mac.launchd().state()
    assert (state.installed, state.pid, state.switched_off, state.failed) == (True, 501, "", False)


def test_a_socket_in_a_new_folder_finds_it(mac: Mac) -> None:
    """launchd makes no folder, and the daemon would bind a socket that nobody holds."""
    elsewhere = Job(mac.job.program, mac.job.home, mac.home / "new" / "s", ())
    mac.launchd().install(elsewhere)
    assert stat.S_IMODE((mac.home / "new").stat().st_mode) == 0o700
    (mac.home / "file").touch()
    nowhere = Job(mac.job.program, mac.job.home, mac.home / "file" / "s", ())
    with pytest.raises(ServiceError, match="set KOKORO_SOCKET"):
        mac.launchd().install(nowhere)


def test_over_ssh_there_is_no_gui_domain(mac: Mac) -> None:
    mac.change(gui=False)
    mac.launchd().install(mac.job)
    assert mac.calls(*_CHANGING) == [
        ["bootstrap", GUI, str(mac.plist)],
        ["bootstrap", USER, str(mac.plist)],
    ]
    assert mac.launchd().state().pid == 501
    mac.launchd().restart()
    mac.launchd().stop()
    assert mac.launchd().state().pid is None


def test_installing_again_changes_nothing(mac: Mac) -> None:
    mac.launchd().install(mac.job)
    mac.calls()
    before = mac.plist.stat()
    (line,) = mac.launchd().install(mac.job)
    assert "already" in line
    assert mac.calls(*_CHANGING) == []
    assert mac.plist.stat() == before


def test_another_job_replaces_it_once_launchd_has_let_go(mac: Mac) -> None:
    mac.launchd().install(mac.job)
    mac.calls()
    # What users met: still printed for a while, then EIO and EALREADY for a while.
    mac.change(linger=3, settle=[5, 37, 5])
    other = Job(mac.job.program, mac.job.home, mac.home / "other", ())
    mac.launchd().install(other)
    calls = mac.calls("bootout", "bootstrap", "print")
    out = calls.index(["bootout", TARGET])
    first_in = calls.index(["bootstrap", GUI, str(mac.plist)])
    assert calls[out + 1 : first_in].count(["print", TARGET]) == 4
    assert [call[0] for call in calls].count("bootstrap") == 4
    assert plistlib.loads(mac.plist.read_bytes())["Sockets"]["Listener"]["SockPathName"] == str(
        other.socket
    )
    assert mac.launchd().state().pid == 502


def test_a_file_left_without_its_job_is_bootstrapped(mac: Mac) -> None:
    mac.launchd().install(mac.job)
    mac.launchd().stop()
    mac.calls()
    mac.launchd().install(mac.job)
    assert mac.calls(*_CHANGING) == [["bootstrap", GUI, str(mac.plist)]]


def test_a_job_that_never_goes_is_given_up(mac: Mac) -> None:
    mac.launchd().install(mac.job)
    mac.change(linger=10**6)
    with pytest.raises(ServiceError, match="has not let go"):
        mac.launchd(settle_s=0.3).stop()


def test_a_bootstrap_that_keeps_failing_says_what_launchctl_said(mac: Mac) -> None:
    mac.change(settle=[5] * 1000)
    with pytest.raises(ServiceError, match=r"ended with 5 \(Bootstrap failed: 5.*; look at"):
        mac.launchd(settle_s=0.3).install(mac.job)
    mac.change(settle=[], refuse={"bootstrap": [1, "Operation\nnot permitted"]})
    with pytest.raises(ServiceError, match=r"ended with 1 \(Operation not permitted\)"):
        mac.launchd().install(mac.job)


@pytest.mark.parametrize("word", ["disabled", "true"])
def test_what_the_user_switched_off_stays_off(mac: Mac, word: str) -> None:
    mac.change(disabled={"org.other": "disabled", LABEL: word})
    with pytest.raises(ServiceError, match=r"switched off.*Login Items.*launchctl enable"):
        mac.launchd().install(mac.job)
    assert not mac.plist.exists()
    assert mac.calls(*_CHANGING) == []
    assert "switched off" in mac.launchd().state().switched_off


def test_switched_off_after_it_was_installed(mac: Mac) -> None:
    mac.launchd().install(mac.job)
    mac.launchd().stop()
    mac.change(disabled={LABEL: "disabled"})
    mac.calls()
    with pytest.raises(ServiceError, match="switched off"):
        mac.launchd().start()
    assert mac.calls(*_CHANGING) == []
    # A user who wants it gone does not care.
    mac.launchd().uninstall()
    assert not mac.plist.exists()


@pytest.mark.parametrize(
    "disabled", [{LABEL: "enabled"}, {LABEL: "false"}, {f"{LABEL}.other": "disabled"}, {}]
)
def test_what_is_not_switched_off(mac: Mac, disabled: dict[str, str]) -> None:
    mac.change(disabled=disabled)
    assert mac.launchd().state().switched_off == ""


def test_stop_unloads_it_so_that_no_connect_starts_it_again(mac: Mac) -> None:
    mac.launchd().install(mac.job)
    mac.change(linger=2)
    mac.calls()
    mac.launchd().stop()
    assert mac.calls(*_CHANGING) == [["bootout", TARGET]]
    mac.launchd().stop()
    assert mac.calls(*_CHANGING) == []
    assert mac.launchd().state().detail == "not loaded"
    mac.launchd().start()
    assert mac.launchd().state().pid == 502


def test_start_of_a_loaded_job_kicks_it(mac: Mac) -> None:
    mac.launchd().install(mac.job)
    mac.calls()
    mac.launchd().start()
    assert mac.calls(*_CHANGING) == [["kickstart", TARGET]]
    assert mac.launchd().state().pid == 501


def test_restart_lets_the_daemon_finish_its_word(mac: Mac) -> None:
    mac.launchd().install(mac.job)
    mac.calls()
    mac.launchd().restart()
    assert mac.calls(*_CHANGING) == [["kill", "SIGTERM", TARGET], ["kickstart", TARGET]]
    assert mac.launchd().state().pid == 502


def test_restart_of_a_daemon_that_does_not_end(mac: Mac) -> None:
    mac.launchd().install(mac.job)
    mac.change(stubborn=True)
    mac.calls()
    mac.launchd(settle_s=0.3).restart()
    assert mac.calls(*_CHANGING)[-1] == ["kickstart", "-k", TARGET]
    assert mac.launchd().state().pid == 502


def test_restart_of_what_was_stopped_starts_it(mac: Mac) -> None:
    mac.launchd().install(mac.job)
    mac.launchd().stop()
    mac.launchd().restart()
    assert mac.launchd().state().pid == 502


def test_start_and_restart_need_the_file(mac: Mac) -> None:
    for act in (mac.launchd().start, mac.launchd().restart):
        with pytest.raises(ServiceError, match="kokoroctl service install"):
            act()


@pytest.mark.parametrize("missing", [3, 5, 113])
def test_a_bootout_that_comes_too_late_is_no_failure(mac: Mac, missing: int) -> None:
    mac.launchd().install(mac.job)
    mac.change(refuse={"bootout": [missing, "Boot-out failed"]}, loaded={}, going={TARGET: 1})
    mac.launchd().stop()


def test_a_bootout_that_is_refused_is_said(mac: Mac) -> None:
    mac.launchd().install(mac.job)
    mac.change(refuse={"bootout": [1, "Boot-out failed: 1: Operation not permitted"]})
    with pytest.raises(ServiceError, match="not permitted"):
        mac.launchd().stop()


def test_uninstall_leaves_no_trace(mac: Mac) -> None:
    mac.launchd().install(mac.job)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(mac.job.socket))  # launchd's, which it does not unlink
    done = mac.launchd().uninstall()
    assert len(done) == 3
    assert mac.state["loaded"] == {}
    assert not mac.job.socket.exists()
    assert not mac.plist.exists()
    assert mac.launchd().installed() == ()
    assert mac.launchd().uninstall() == []


def test_a_crash_is_told_from_a_stop(mac: Mac) -> None:
    mac.launchd().install(mac.job)
    for code, failed in (("1", True), ("9: Killed", True), ("0", False), ("(never exited)", False)):
        mac.change(loaded={TARGET: {"pid": None, "exit": code}})
        state = mac.launchd().state()
        assert (state.failed, state.pid) == (failed, None), code
        assert code in state.detail


def test_without_launchctl_it_is_said(mac: Mac) -> None:
    mac.environ["PATH"] = str(mac.folder)
    with pytest.raises(ServiceError, match="no command `launchctl`"):
        mac.launchd().install(mac.job)


def test_launchd_is_the_choice_on_macos(mac: Mac) -> None:
    assert supervisor_here(mac.environ, "darwin").name == "launchd"
    assert supervisor_in_force(mac.environ, "darwin").name == "background"
    mac.launchd().install(mac.job)
    assert supervisor_in_force(mac.environ, "darwin").name == "launchd"
    assert mac.launchd().files(mac.job) == {mac.plist: launch_agent_file(mac.job)}


def test_a_folder_that_cannot_be_written_is_said(mac: Mac) -> None:
    mac.plist.parent.parent.mkdir(parents=True)
    mac.plist.parent.touch()
    with pytest.raises(ServiceError, match="cannot write"):
        mac.launchd().install(mac.job)


def test_the_job_holds_what_the_shell_has_set(tmp_path: Path) -> None:
    environ = {
        "HOME": str(tmp_path),
        "KOKORO_VOICE": "bf_emma",
        "KOKORO_NO_START": "1",
        "KOKORO_TTFA_MS": "300",
        "OTHER": "x",
    }
    job = job_from(environ)
    settings = dict(job.environment)
    # Always: a supervisor does not have the shell's XDG_DATA_HOME.
    assert settings.pop("KOKORO_HOME") == str(job.home)
    assert settings.pop("KOKORO_SOCKET") == str(job.socket)
    assert settings == {"KOKORO_VOICE": "bf_emma", "KOKORO_TTFA_MS": "300"}
    assert job.program.is_absolute()
    assert job.program.name == "kokorod"
    assert job.home.is_relative_to(tmp_path)


@pytest.mark.parametrize(
    "bad",
    [
        {"KOKORO_VOICE": "a\nb"},
        {"KOKORO_VOICE": "a\x1bb"},
        {"KOKORO_VOICE": "half \ud800"},
        {"KOKORO_VOICE": "x" * 5_000},
        {"KOKORO_HOME": "/tmp/ends in a blank "},
        {"KOKORO_SOCKET": "/tmp/" + "x" * 200},
    ],
)
def test_what_no_file_can_hold_is_refused(tmp_path: Path, bad: dict[str, str]) -> None:
    with pytest.raises(ServiceError):
        job_from({"HOME": str(tmp_path), **bad})


def test_what_a_tool_said_is_one_bounded_line() -> None:
    error = Ran("tool", 7, "", "bad\n\nnews " * 200).failure("doing", "do")
    assert str(error).startswith("doing failed: `tool` ended with 7 (bad news bad")
    assert len(str(error)) < 400
