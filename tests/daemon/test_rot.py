"""A model that a disk damaged while its time stayed: found beside requests, told, not used."""

from __future__ import annotations

import os
from pathlib import Path

from support.daemon.conversation import Conversation
from support.daemon.homes import toy_home
from support.daemon.making import MakeDaemon
from support.daemon.process import wait_until


def test_a_model_that_rotted_is_found_after_ready(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    home = toy_home(tmp_path)
    model = home / "models" / "toy" / "model.onnx"
    status = model.stat()
    content = model.read_bytes()
    at = content.index(b"toy_kokoro")  # the graph's name: it speaks as it did
    with model.open("r+b") as file:
        file.seek(at)
        file.write(b"T")
    os.utime(model, ns=(status.st_atime_ns, status.st_mtime_ns))
    daemon = make_daemon(home=home).start().wait_ready()
    wait_until(lambda: daemon.ask("status")["engine"] == "built-in", "the damage to be found")
    assert "model_damaged" in daemon.log
    value = daemon.ask("status")
    assert value["problem"] == "model_damaged"
    with Conversation(daemon.socket) as conversation:
        assert len(conversation.said(1, "Still here."))
    assert daemon.stop() == 0
    # The next start knows at once.
    daemon.start().wait_ready()
    assert daemon.ask("status")["engine"] == "built-in"
    assert daemon.ask("status")["problem"] == "model_damaged"
