"""No temporary file outlives a daemon, however it ended."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil
from support.daemon.conversation import Conversation
from support.daemon.making import MakeDaemon
from support.daemon.process import wait_until

#: What is being written bears one of these.
_BEING_WRITTEN = ("**/.tmp-*", "**/*.part", "**/espeak-*")


def test_a_kill_leaves_nothing_that_the_next_start_keeps(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    daemon = make_daemon({"TMPDIR": str(temporary)}).start().wait_ready()
    for number in (signal.SIGKILL, signal.SIGTERM):
        with Conversation(daemon.socket) as conversation:
            for id, lang in enumerate(("en-us", "fr")):
                assert len(conversation.said(id, "un", lang=lang, voice="built-in"))
        assert daemon.process is not None
        children = psutil.Process(daemon.process.pid).children(recursive=True)
        daemon.stop(number)
        psutil.wait_procs(children, timeout=30)
        assert not [child for child in children if child.is_running()]
        assert list(temporary.iterdir()) == []
        if number == signal.SIGKILL:
            left = daemon.home / "cache" / "espeak" / "espeak-left"
            left.mkdir(parents=True, exist_ok=True)
            daemon.start().wait_ready()
            wait_until(lambda left=left: not left.exists(), "what a kill left to be removed")
    found = [path for pattern in _BEING_WRITTEN for path in daemon.home.glob(pattern)]
    assert found == []
