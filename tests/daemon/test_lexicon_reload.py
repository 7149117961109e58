"""A lexicon that is wrong: reload refuses, the status tells, the words are said as before."""

from __future__ import annotations

import subprocess

from support.daemon.conversation import Conversation
from support.daemon.process import DaemonProcess, wait_until


def told(daemon: DaemonProcess) -> bool:
    return any("lexicon.toml" in line for line in daemon.ask("status")["attention"])


def test_a_wrong_lexicon_is_told(toy_daemon: DaemonProcess) -> None:
    lexicon = toy_daemon.home / "lexicon.toml"
    with Conversation(toy_daemon.socket) as conversation:
        try:
            lexicon.write_text("[en]\nFoo = \n")
            ended = subprocess.run(
                ["kokoroctl", "reload"], env=toy_daemon.environ, capture_output=True, text=True
            )
            assert ended.returncode == 1
            assert "lexicon.toml cannot be read" in ended.stderr
            conversation.said(1, "One word.")
            wait_until(lambda: told(toy_daemon), "the lexicon is told of")
        finally:
            lexicon.unlink()
        conversation.said(2, "Another word.")
        wait_until(lambda: not told(toy_daemon), "it is right again")
    assert toy_daemon.ask("reload")["reloaded"]
