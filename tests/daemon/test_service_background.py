"""`kokoroctl service` and `kokoroctl logs` without a supervisor: real processes, real files."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest
from support.daemon.process import PATIENCE_S, wait_until
from support.daemon.unsupervised import Place, unsupervised_place

from kokoro_service import lock_owner
from kokoro_service.units import SERVICE

#: On macOS launchd is always there.
__test__ = sys.platform == "linux"


@pytest.fixture
def place() -> Iterator[Place]:
    with unsupervised_place() as there:
        yield there


def test_install_starts_one_and_says_that_it_will_not_come_back(place: Place) -> None:
    said = place.ctl("service", "install")
    assert "not started at login" in said
    pid = place.pid
    assert pid is not None
    assert f"process {pid}" in said
    assert not place.units.exists()
    assert "not started at login" in place.ctl("service", "install")
    assert place.pid == pid
    place.ctl("say", "--no-start", "-o", str(place.folder / "a.wav"), "Hello")


def test_status_start_restart_stop(place: Place) -> None:
    assert "not running" in place.ctl("service", "status", status=3)
    assert "not started at login" in place.ctl("service", "start")
    first = place.pid
    place.ctl("service", "start")
    assert place.pid == first
    assert "ready" in place.ctl("service", "status")
    # A promise that `install` could not keep here.
    assert "service install" not in place.ctl("service", "restart")
    assert place.pid not in (None, first)
    shown = json.loads(place.ctl("service", "status", "--json"))
    assert (shown["supervisor"], shown["installed"], shown["pid"]) == (
        "background",
        False,
        place.pid,
    )
    assert shown["daemon"]["pid"] == place.pid
    place.ctl("service", "stop")
    assert _gone(shown["pid"])
    assert json.loads(place.ctl("service", "status", "--json", status=3))["daemon"] is None


def test_uninstall_leaves_the_home_and_says_so(place: Place) -> None:
    place.ctl("service", "start")
    said = place.ctl("service", "uninstall")
    assert str(place.home) in said
    assert not place.socket.exists()
    assert not lock_owner.lock_path(place.socket).exists()
    assert "nothing was installed" in place.ctl("service", "uninstall")


def test_dry_run_and_print_change_nothing(place: Place) -> None:
    assert "nothing would be written" in place.ctl("service", "install", "--dry-run")
    place.systemd.write_text(place.systemd.read_text().replace("false", "true"))
    for arguments in (("install", "--dry-run"), ("print",)):
        said = place.ctl("service", *arguments)
        assert f"ListenStream={place.socket}" in said
        assert str(place.units / SERVICE) in said
    assert not place.home.exists()
    assert not place.units.exists()
    assert place.pid is None


def test_what_install_would_trip_over_is_said_before_it_writes(place: Place) -> None:
    place.environ["KOKORO_TTFA_MS"] = "soon"
    assert "ttfa_ms" in place.ctl("service", "install", status=1)
    assert place.pid is None
    assert not place.home.exists()


def test_a_supervised_daemon_takes_the_place_of_one_started_by_hand(place: Place) -> None:
    place.ctl("service", "start")
    by_hand = place.pid
    place.systemd.write_text(place.systemd.read_text().replace("false", "true"))
    with subprocess.Popen(
        ["kokoroctl", "service", "install"], env=place.environ, stdout=subprocess.PIPE, text=True
    ) as installing:
        # The fake starts nothing: what it is told to start is started here.
        wait_until(lambda: ["restart", SERVICE] in _calls(place), "the start")
        assert place.pid is None
        with subprocess.Popen(["kokorod"], env=place.environ, stderr=subprocess.DEVNULL) as started:
            said, _ = installing.communicate(timeout=PATIENCE_S)
            assert installing.returncode == 0
            assert f"stopping process {by_hand}" in said
            assert f"ready, process {started.pid}" in said
            started.terminate()


def test_a_foreign_pid_in_the_lock_is_left_alone(place: Place) -> None:
    lock = lock_owner.lock_path(place.socket)
    with subprocess.Popen(["sleep", "600"]) as innocent:
        lock.write_text(f"{innocent.pid}\n")
        assert "not running" in place.ctl("service", "status", status=3)
        place.ctl("service", "stop")
        assert innocent.poll() is None
        innocent.kill()
    for nonsense in ("", "x", "-1", "0", "99999999999999999999", "\udcff"):
        lock.write_bytes(nonsense.encode("utf-8", "surrogateescape"))
        assert "not running" in place.ctl("service", "status", status=3)


def test_a_daemon_that_ignores_sigterm_is_killed(place: Place) -> None:
    program = "import signal, sys; signal.signal(15, signal.SIG_IGN); print(1, flush=True)\n"
    with subprocess.Popen(
        [sys.executable, "-c", program + "signal.pause()"], stdout=subprocess.PIPE
    ) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()
        lock_owner.end(psutil.Process(stubborn.pid), patience_s=0.3)
        assert stubborn.wait(PATIENCE_S) == -signal.SIGKILL


def test_logs_shows_the_last_lines_through_rotations(place: Place) -> None:
    assert "there is no log" in place.ctl("logs", status=1)
    place.ctl("service", "start")
    assert " ready " in place.ctl("logs")
    assert place.ctl("service", "logs", "-n", "1").count("\n") == 1
    place.ctl("service", "stop")
    place.log.with_name("kokorod.log.1").write_text("older 1\nolder 2\n")
    place.log.write_text("newer\n")
    assert place.ctl("logs", "-n", "2") == "older 2\nnewer\n"
    assert place.ctl("logs", "-n", "0") == ""
    assert "allowed" in place.ctl("logs", "-n", "-1", status=2)


def test_logs_follows_through_a_rotation(place: Place) -> None:
    place.log.parent.mkdir(parents=True)
    place.log.write_text("before\n")
    with subprocess.Popen(
        ["kokoroctl", "logs", "-f", "-n", "1"],
        env=place.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as following:
        assert following.stdout is not None
        assert following.stdout.readline() == "before\n"
        with place.log.open("a") as log:
            log.write("one\n")
            log.flush()
            assert following.stdout.readline() == "one\n"
            log.write("last\n")
        place.log.rename(place.log.with_name("kokorod.log.1"))
        place.log.write_text("fresh\n")
        assert following.stdout.readline() == "last\n"
        assert following.stdout.readline() == "fresh\n"
        place.log.write_text("cut\n")  # shorter than what was read
        assert following.stdout.readline() == "cut\n"
        following.send_signal(signal.SIGINT)
        assert following.wait(PATIENCE_S) == 130


def test_a_daemon_in_the_background_rotates_its_log(place: Place) -> None:
    place.log.parent.mkdir(parents=True)
    place.log.write_text("x" * (1024 * 1024 - 10) + "\n")
    # A client that starts a daemon cuts a log over 1 MiB; this one is just under.
    place.ctl("service", "start")
    wait_until(lambda: " ready " in place.log.read_text(), "ready")
    assert place.log.stat().st_size < 10_000
    assert place.log.with_name("kokorod.log.1").stat().st_size >= 1024 * 1024 - 10


def test_under_systemd_logs_are_the_journals(place: Place) -> None:
    place.units.mkdir(parents=True)
    (place.units / SERVICE).touch()
    journalctl = place.folder / "bin" / "journalctl"
    journalctl.write_text('#!/bin/sh\necho "journalctl $*"\n')
    journalctl.chmod(0o755)
    try:
        assert place.ctl("logs", "-n", "7") == (
            f"journalctl --quiet --user-unit {SERVICE} --output cat --lines 7 --no-pager\n"
        )
        assert place.ctl("service", "logs", "-f").endswith("--lines 50 --follow\n")
    finally:
        (place.units / SERVICE).unlink()


def _gone(pid: int) -> bool:
    """It has ended; its parent may not have done so yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _calls(place: Place) -> list[list[str]]:
    try:
        calls: list[list[str]] = json.loads(place.systemd.read_text())["calls"]
    except ValueError:  # just being written
        return []
    return calls
