"""kokoroctl status: what it shows, and how little it loads."""

from __future__ import annotations

import json
import subprocess
import sys

from support.daemon.process import DaemonProcess

#: What has no place in a command that only asks, with the reason.
_HEAVY = {
    "numpy",
    "onnxruntime",
    "sounddevice",
    "kokorod",
    "dataclasses",  # drags in inspect: 8 ms
    "threading",
    "subprocess",
    "kokoro_client.wire.messages",
}

_LIST_MODULES = """
import sys
from kokoro_client.cli.main import main
status = main(["status"])
print("\\n".join(sys.modules), file=sys.stderr)
sys.exit(status)
"""


def test_status_reads_well(toy_daemon: DaemonProcess) -> None:
    ended = subprocess.run(
        ["kokoroctl", "status"], env=toy_daemon.environ, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert len(lines) <= 20
    assert lines[0].split()[:3] == ["daemon", "ready,", "version"]
    assert lines[1].split()[:2] == ["engine", "kokoro,"]


def test_status_as_json_is_all_that_the_daemon_says(toy_daemon: DaemonProcess) -> None:
    ended = subprocess.run(
        ["kokoroctl", "status", "--json"], env=toy_daemon.environ, capture_output=True, text=True
    )
    assert json.loads(ended.stdout).keys() == toy_daemon.ask("status").keys()


def test_status_loads_nothing_heavy(built_in_daemon: DaemonProcess) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _LIST_MODULES],
        # Coverage would measure itself.
        env={k: v for k, v in built_in_daemon.environ.items() if not k.startswith("COV")},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    loaded = set(ended.stderr.split())
    assert "kokoro_client.transport.connection" in loaded
    assert not loaded & _HEAVY
