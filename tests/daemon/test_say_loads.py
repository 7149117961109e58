"""kokoroctl say: how little it loads before the daemon has its request."""

from __future__ import annotations

import subprocess
import sys

from support.daemon.process import DaemonProcess

#: What a first sound would wait for, with the reason.
_HEAVY = {
    "numpy",
    "kokorod",
    "dataclasses",  # drags in inspect: 8 ms
    "subprocess",
    "sounddevice",  # 60 ms, in which the daemon can work
    "json",
}

_LIST_MODULES = """
import sys
from kokoro_client.cli.main import main
from kokoro_client.client import Client

speak = Client.speak

def listing(*arguments, **options):
    speech = speak(*arguments, **options)
    print("\\n".join(sys.modules), file=sys.stderr)
    return speech

Client.speak = listing
sys.exit(main(["say", "--raw", "Hello."]))
"""


def test_say_loads_nothing_heavy_before_it_asks(toy_daemon: DaemonProcess) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _LIST_MODULES],
        # Coverage would measure itself.
        env={k: v for k, v in toy_daemon.environ.items() if not k.startswith("COV")},
        capture_output=True,
    )
    assert ended.returncode == 0, ended.stderr
    loaded = set(ended.stderr.decode().split())
    assert "kokoro_client.speech" in loaded
    assert not loaded & _HEAVY
