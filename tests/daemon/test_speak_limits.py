"""What one client, and all of them, may ask for at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.daemon.conversation import Conversation
from support.daemon.hearing import hear
from support.daemon.homes import speaking, toy_home
from support.daemon.making import MakeDaemon
from support.daemon.process import DaemonProcess, wait_until
from support.paths import TESTS

#: Says in a process of its own, whose requests are not the test's, and tells how each ended.
_ELSEWHERE = """
import sys
from support.daemon.conversation import Conversation
path, priority = sys.argv[1:]
with Conversation(path) as conversation:
    conversation.speak(1, "a b.", phonemes=True, priority=priority, cache=False)
    end = conversation.end_of(1)
    print(end.get("code", end["type"]))
"""

SAID = "ˈOnli ðˈɪs ɪz hˈɜɹd."


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    settings = {"KOKORO_MAX_TEXT_CHARS": "1000", "KOKORO_MAX_REQUESTS": "3"}
    with speaking(toy_home(tmp_path_factory.mktemp("limits")), settings) as daemon:
        yield daemon


def test_the_limits_are_told_in_the_welcome(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.send("hello", 0, version=1, client="a test")
        limits = conversation.end_of(0)["limits"]
    assert limits["text_chars"] == 1000
    assert limits["frame_bytes"] == 65536
    assert limits["requests_per_client"] == 32


def test_text_over_the_limit_ends_its_request_alone(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, "x" * 1001)
        assert conversation.end_of(1)["code"] == "too_large"
        conversation.speak(2, "Some text. ", final=False)
        conversation.speak(3, SAID, phonemes=True)
        for _ in range(20):
            conversation.send("append", 2, text="y" * 100)
        assert conversation.end_of(2)["code"] == "too_large"
        assert "1000" in conversation.end_of(2)["message"]
        assert conversation.end_of(3)["type"] == "done"
        hear(conversation.pcm(3), SAID)
        assert [a["type"] for a in conversation.answers[2]].count("error") >= 1
        conversation.speak(4, "x " * 500)
        assert conversation.end_of(4)["type"] == "done"


def test_what_cannot_be_appended_to_is_refused(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.send("append", 7, text="more")
        assert conversation.end_of(7)["code"] == "bad_request"
        conversation.answers.clear()
        conversation.said(7, SAID, phonemes=True)
        conversation.answers.clear()
        conversation.send("append", 7, text="more")
        assert conversation.end_of(7)["code"] == "bad_request"


def test_more_requests_than_allowed_in_all_are_told_when_to_try_again(
    daemon: DaemonProcess,
) -> None:
    with Conversation(daemon.socket) as one, Conversation(daemon.socket) as two:
        for id in range(2):
            one.speak(id, "And then", final=False)
        two.speak(1, "And then", final=False)
        two.until(lambda a: a["type"] == "accepted")
        wait_until(lambda: daemon.ask("status")["requests"]["active"] == 3, "three requests")
        two.speak(2, SAID, phonemes=True)
        busy = two.end_of(2)
        assert busy["code"] == "busy"
        assert busy["retry_after_ms"] > 0
        one.send("cancel", 0)
        one.end_of(0)
        two.answers.clear()
        hear(two.said(3, SAID, phonemes=True), SAID)
    wait_until(lambda: daemon.ask("status")["requests"]["active"] == 0, "nothing is left")


def elsewhere(daemon: DaemonProcess, priority: str = "text") -> str:
    """How a request of another process ends."""
    command = [sys.executable, "-c", _ELSEWHERE, str(daemon.socket), priority]
    environ = {**os.environ, "PYTHONPATH": str(TESTS)}
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_a_program_is_one_client_whatever_it_connects(
    tmp_path: Path, make_daemon: MakeDaemon
) -> None:
    settings = {"KOKORO_MAX_REQUESTS_PER_CLIENT": "4", "KOKORO_MAX_REQUESTS": "5"}
    daemon = make_daemon(settings, home=toy_home(tmp_path)).start().wait_ready()
    with ExitStack() as stack:
        mine = [stack.enter_context(Conversation(daemon.socket)) for _ in range(8)]
        for one in mine[:4]:
            one.speak(1, "And then", final=False)
            one.until(lambda a: a["type"] == "accepted")
        for one in mine[4:]:
            one.speak(1, "And then", final=False)
            assert one.end_of(1)["code"] == "busy"
            assert one.end_of(1)["retry_after_ms"] > 0
        # Another program is none the worse for it.
        assert elsewhere(daemon) == "done"
        for id, one in enumerate(mine[4:6], 2):
            one.speak(id, "And then", final=False, priority="important")
            one.until(lambda a, id=id: a["id"] == id and a["type"] == "accepted")
        assert elsewhere(daemon) == "busy"
        assert elsewhere(daemon, "important") == "done"
        mine[7].speak(9, "And then", final=False, priority="important")
        assert mine[7].end_of(9)["code"] == "busy"


def test_appends_without_text_count(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, "And then", final=False)
        for _ in range(200):
            conversation.send("append", 1, text="")
        assert conversation.end_of(1)["code"] == "too_large"
