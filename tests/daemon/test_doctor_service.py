"""What `kokoroctl doctor` says of the service, with a manager that can be told what to say."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from support.daemon.examined import environ_in, examine
from support.daemon.process import DaemonProcess
from support.fakes.systemctl import install_fake

from kokoro_service.job import job_from
from kokoro_service.systemd import Systemd
from kokoro_service.units import SERVICE

#: What is looked at is systemd's.
__test__ = sys.platform == "linux"


def test_a_service_switched_off_failed_or_made_for_another_home(
    built_in_daemon: DaemonProcess,
) -> None:
    with tempfile.TemporaryDirectory(prefix="kk-", dir="/tmp") as name:
        folder = Path(name)
        environ = environ_in(folder, KOKORO_SOCKET=str(built_in_daemon.socket))
        state = install_fake(folder / "bin", folder / ".config" / "systemd" / "user")
        assert "not installed" in examine(environ, status=0)["service"]["found"]
        Systemd(environ).install(job_from(environ))
        assert examine(environ, status=0)["service"]["outcome"] == "ok"

        moved = {**environ, "KOKORO_VOICE": "bf_emma"}
        assert "installed for another" in examine(moved, status=0)["service"]["found"]

        unit = folder / ".config" / "systemd" / "user" / SERVICE
        written = unit.read_text()
        unit.write_text(written.replace('ExecStart=:"', 'ExecStart=:"/moved'))
        gone = examine(environ, status=1)["service"]
        assert "/moved" in gone["found"]
        assert "is missing" in gone["found"]
        unit.write_text(written)

        right = json.loads(state.read_text())
        state.write_text(json.dumps({**right, "enabled": []}))
        assert "enables them" in examine(environ, status=0)["service"]["todo"]
        state.write_text(json.dumps({**right, "active": {}}))
        assert "service start" in examine(environ, status=0)["service"]["todo"]
        state.write_text(json.dumps({**right, "active": {}, "results": {SERVICE: "watchdog"}}))
        failed = examine(environ, status=1)["service"]
        assert failed["outcome"] == "fail"
        assert "watchdog" in failed["found"]
