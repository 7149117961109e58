"""Old and new side by side: each says what it is, and what to do."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

import pytest
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until
from support.daemon.unsupervised import unsupervised_place

from kokoro_client.wire.framed_socket import FramedSocket
from kokoro_client.wire.messages import VERSION
from kokorod import __version__

#: kokorod as it was before the upgrade.
_OLD = """
import kokorod
kokorod.__version__ = "0.0.1"
from kokorod.__main__ import main
main()
"""


def _converse(daemon: DaemonProcess, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    """One answer to each request, over one connection."""
    answers = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(PATIENCE_S)
        sock.connect(str(daemon.socket))
        framed = FramedSocket(sock)
        for request in requests:
            framed.send(request)
            answer = framed.receive()
            assert answer is not None, "the daemon hung up"
            answers.append(answer)
    return answers


@pytest.mark.parametrize(
    ("version", "side"), [(VERSION + 1, "daemon"), (2**31, "daemon"), (VERSION - 1, "client")]
)
def test_another_version_is_told_which_side_to_update(
    built_in_daemon: DaemonProcess, version: int, side: str
) -> None:
    hello = {"type": "hello", "id": 7, "version": version, "client": "from another time"}
    refused, answered = _converse(built_in_daemon, hello, {"type": "status", "id": 8})
    assert (refused["type"], refused["id"]) == ("error", 7)
    assert refused["code"] == "unsupported_version"
    for part in (f"version {version}", __version__, f"update the {side}", "service restart"):
        assert part in refused["message"]
    # What both know still works: a newer client can ask what runs here.
    assert answered["value"]["version"] == __version__


def test_our_own_version_is_welcome(built_in_daemon: DaemonProcess) -> None:
    (welcome,) = _converse(built_in_daemon, {"type": "hello", "id": 1, "version": VERSION})
    assert (welcome["type"], welcome["version"]) == ("welcome", VERSION)


def test_a_newer_requests_key_is_refused_with_the_keys_there_are(
    built_in_daemon: DaemonProcess,
) -> None:
    (error,) = _converse(
        built_in_daemon, {"type": "speak", "id": 1, "text": "Hello", "emotion": "joy"}
    )
    assert error["code"] == "bad_request"
    assert "emotion" in error["message"]


def test_install_after_an_upgrade_restarts_the_old_daemon() -> None:
    if sys.platform == "darwin":
        return  # launchd is always there; tools/service_journey.py shows it
    with (
        unsupervised_place() as place,
        subprocess.Popen(
            [sys.executable, "-c", _OLD], env=place.environ, stderr=subprocess.DEVNULL
        ) as old,
    ):
        wait_until(lambda: place.pid, "the old daemon")
        said = place.ctl("service", "install")
        assert f"the daemon that runs is 0.0.1, installed is {__version__}" in said
        assert old.wait(PATIENCE_S) == 0
        assert place.pid not in (None, old.pid)
        assert f"version {__version__}" in place.ctl("service", "status")
