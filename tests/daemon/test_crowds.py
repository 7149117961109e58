"""Clients by the thousand that come and go leave nothing behind."""

from __future__ import annotations

import socket
from pathlib import Path

import psutil
from support.daemon.conversation import Conversation, frame
from support.daemon.process import DaemonProcess, wait_until

CONNECTIONS = 10_000


def hit_and_run(path: Path, number: int) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.connect(str(path))
        if number % 3 == 1:
            sock.send(frame({"type": "status", "id": 1})[:6])
        elif number % 3 == 2:
            sock.send(frame({"type": "speak", "id": 1, "text": "", "final": False}))


def test_ten_thousand_that_connect_and_close_leave_nothing(built_in_daemon: DaemonProcess) -> None:
    assert built_in_daemon.process is not None
    daemon = psutil.Process(built_in_daemon.process.pid)
    with Conversation(built_in_daemon.socket) as conversation:
        assert len(conversation.said(1, "All that speaking needs is open."))
    for number in range(500):
        hit_and_run(built_in_daemon.socket, number)
    wait_until(lambda: built_in_daemon.ask("status")["clients"] == 1, "the first to be gone")
    before = daemon.num_fds(), daemon.num_threads(), daemon.memory_info().rss
    for number in range(CONNECTIONS):
        hit_and_run(built_in_daemon.socket, number)
    wait_until(lambda: built_in_daemon.ask("status")["clients"] == 1, "all to be gone")
    # The one that asked is still there, now and then.
    wait_until(lambda: daemon.num_fds() <= before[0], "the descriptors of before")
    assert daemon.num_threads() == before[1]
    assert daemon.memory_info().rss - before[2] < 8 * 2**20
    with Conversation(built_in_daemon.socket) as conversation:
        assert len(conversation.said(1, "Still here."))
