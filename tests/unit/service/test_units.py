"""The units as systemd itself reads them: nothing unknown, every path as it was meant."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kokoro_service.job import Job, ServiceError
from kokoro_service.units import SERVICE, SOCKET, service_file, socket_file

#: systemd's tools are Linux's (Debian: apt-get install systemd).
__test__ = sys.platform == "linux"

_ODD = "Jürgen & Söhne %h 100% $HOME ~x"


def _verify(folder: Path, job: Job) -> str:
    """What systemd-analyze has against the units of `job`."""
    (folder / SERVICE).write_text(service_file(job))
    (folder / SOCKET).write_text(socket_file(job))
    ended = subprocess.run(
        ["systemd-analyze", "--user", "--man=no", "verify", folder / SERVICE, folder / SOCKET],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder), "LC_ALL": "C"},
    )
    return ended.stdout + ended.stderr


def _job(folder: Path, name: str = _ODD) -> Job:
    place = folder / name
    place.mkdir()
    program = place / "kokorod"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    environment = (
        ("KOKORO_HOME", str(place)),
        ("KOKORO_VOICE", "quotes \" and ' and \\ and \\n, = and %%"),
    )
    return Job(program, place, place / "s", environment)


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    assert _verify(tmp_path, _job(tmp_path)) == ""


def test_systemd_reads_the_program_as_it_was_meant(tmp_path: Path) -> None:
    job = _job(tmp_path)
    job.program.unlink()
    # It names what it would have started.
    assert f"Command {job.program} is not executable" in _verify(tmp_path, job)


def test_verification_finds_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = service_file
    monkeypatch.setitem(
        globals(), "service_file", lambda job: right(job).replace("WatchdogSec", "WatchDogSec")
    )
    assert "Unknown key" in _verify(tmp_path, _job(tmp_path))


def test_the_environment_survives_quoting(tmp_path: Path) -> None:
    job = _job(tmp_path)
    lines = re.findall(r'^Environment="(.*)"$', service_file(job), re.MULTILINE)
    # systemd.syntax(7): a backslash escapes; systemd.unit(5): %% is a per cent sign.
    read = [re.sub(r"\\(.)", r"\1", line).replace("%%", "%") for line in lines]
    assert read == [f"{name}={value}" for name, value in job.environment]


@pytest.mark.parametrize("bad", ['"', "'", "\\"])
def test_a_program_that_systemd_would_not_start_is_refused(tmp_path: Path, bad: str) -> None:
    job = _job(tmp_path, f"a{bad}b")
    with pytest.raises(ServiceError, match="another folder"):
        service_file(job)
    # No empty promise: this is what systemd says of it.
    text = service_file(_job(tmp_path)).replace(
        f"{tmp_path}/{_ODD.replace('%', '%%')}/kokorod", f"{tmp_path}/a{bad}b/kokorod"
    )
    (tmp_path / SERVICE).write_text(text)
    ended = subprocess.run(
        ["systemd-analyze", "--user", "--man=no", "verify", tmp_path / SERVICE],
        capture_output=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert ended.returncode != 0


def test_what_makes_it_a_login_item_that_is_always_there(tmp_path: Path) -> None:
    job = _job(tmp_path, "plain")
    service, socket = service_file(job).splitlines(), socket_file(job).splitlines()
    for line in (
        "Type=notify",
        "Restart=on-failure",
        "WatchdogSec=60",
        "MemoryHigh=2G",
        "NoNewPrivileges=yes",
        "RestrictAddressFamilies=AF_UNIX",
        "WantedBy=default.target",
        f"Requires={SOCKET}",
        f'ExecStart=:"{job.program}"',
    ):
        assert line in service
    for line in (
        f"ListenStream={job.socket}",
        "SocketMode=0600",
        "FileDescriptorName=kokorod",
        "WantedBy=sockets.target",
    ):
        assert line in socket
