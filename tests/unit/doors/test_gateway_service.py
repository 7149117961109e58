"""The gateway as a login item: what is written, what systemctl is told."""

from __future__ import annotations

import json
import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.fakes import systemctl

from kokoro_client.cli.exits import CommandError
from kokoro_doors.gateway import service


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    config = tmp_path / "config"
    units = config / "systemd" / "user"
    units.mkdir(parents=True)
    binaries = tmp_path / "bin"
    binaries.mkdir()
    systemctl.install_fake(binaries, units)
    return {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(config),
        "XDG_RUNTIME_DIR": str(tmp_path),
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "KOKORO_HOME": str(tmp_path / "a home with 100% $x"),
        "KOKORO_GATEWAY_TOKEN": "not-to-be-written",
    }


def manager(tmp_path: Path) -> dict[str, Any]:
    (state,) = (tmp_path / "bin").glob("*.json")
    return dict(json.loads(state.read_text()))


def test_systemd_gets_a_unit_and_loses_it(environ: dict[str, str], tmp_path: Path) -> None:
    job = service.job_of(["--port", "8881"], environ)
    done = service.install(job, environ, "linux")
    path = tmp_path / "config" / "systemd" / "user" / service.UNIT
    assert done == [f"wrote {path}", "started; it starts at every login"]
    text = path.read_text()
    assert 'kokoroctl" "gateway" "--port" "8881"\n' in text
    assert f'Environment="KOKORO_HOME={tmp_path}/a home with 100%% $x"' in text
    assert "not-to-be-written" not in text
    assert service.UNIT in manager(tmp_path)["enabled"]
    assert service.UNIT in manager(tmp_path)["active"]
    assert "ActiveState=active" in service.supervisor(environ, "linux").state()
    assert service.install(job, environ, "linux") == ["started; it starts at every login"]
    assert service.uninstall(environ, "linux") == [f"stopped, removed {path}"]
    assert not path.exists()
    assert manager(tmp_path)["active"] == {}
    assert service.uninstall(environ, "linux") == ["nothing was installed"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd")
def test_systemd_has_nothing_to_say_about_the_unit(environ: dict[str, str], tmp_path: Path) -> None:
    job = service.job_of(["--voice", "af_heart:0.5,am_adam:0.5"], environ)
    path = tmp_path / service.UNIT
    path.write_bytes(service.Systemd(environ).content(job))
    ended = subprocess.run(
        ["systemd-analyze", "--user", "--man=no", "verify", path],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_launchd_gets_a_property_list(environ: dict[str, str]) -> None:
    job = service.job_of(["--port", "8881"], environ)
    made = plistlib.loads(service.Launchd(environ, uid=501).content(job))
    assert made["Label"] == service.LABEL
    assert made["ProgramArguments"][1:] == ["gateway", "--port", "8881"]
    assert made["EnvironmentVariables"] == {"KOKORO_HOME": environ["KOKORO_HOME"]}
    assert made["KeepAlive"] == {"SuccessfulExit": False}


def test_what_no_file_can_hold_is_refused(environ: dict[str, str]) -> None:
    with pytest.raises(CommandError, match="character"):
        service.job_of(["--voice", "a\nb"], environ)


def test_a_token_of_the_environment_is_not_installed(environ: dict[str, str]) -> None:
    ended = subprocess.run(
        [Path(sys.executable).with_name("kokoroctl"), "gateway", "install"],
        env=environ,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    assert "--token-file" in ended.stderr
