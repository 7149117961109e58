"""One client does not keep the others from being heard: long documents, reloads."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.daemon.conversation import Conversation, frame
from support.daemon.hearing import hear
from support.daemon.homes import toy_home
from support.daemon.making import MakeDaemon
from support.daemon.process import DaemonProcess, wait_until

SOUND = "ˈOnli ðˈɪs ɪz hˈɜɹd."
FRAME = 60_000


@pytest.mark.parametrize("written", ["<s>a</s>\n", "<p>a</p>"])
def test_a_long_document_is_read_between_the_others(
    shared_daemon: DaemonProcess, written: str
) -> None:
    part = written * (FRAME // len(written))
    with Conversation(shared_daemon.socket) as hog, Conversation(shared_daemon.socket) as other:
        hog.speak(1, "<speak>", final=False, cache=False)
        for _ in range(16):
            hog.send("append", 1, text=part)
        hog.send("append", 1, text="</speak>", final=True)
        hog.send("status", 2)
        hog.end_of(2)
        hear(other.said(1, SOUND, phonemes=True, cache=False), SOUND)
        hog.send("cancel", 1)
        hog.end_of(1)
        assert [answer["type"] for answer in hog.answers[1]] == ["accepted", "done"]


#: Each opening of a model is told in the log, and takes a while.
_TOLD = """
import time
from kokorod.lanes import opening
real = opening.open_kokoro
at_once = []
def told(*given):
    at_once.append(1)
    print(f"OPENING {len(at_once)} AT ONCE", flush=True)
    time.sleep(0.2)
    try:
        return real(*given)
    finally:
        at_once.pop()
opening.open_kokoro = told
"""


def test_of_many_reloads_one_opens_a_model_at_a_time(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    daemon = make_daemon(home=toy_home(tmp_path)).start_after(_TOLD).wait_ready()
    with Conversation(daemon.socket) as conversation:
        conversation.send_bytes(b"".join(frame({"type": "reload", "id": id}) for id in range(300)))
        for id in range(300):
            assert conversation.end_of(id)["value"]["reloaded"] is True
        hear(conversation.said(1000, SOUND, phonemes=True), SOUND)
    (daemon.home / "config.toml").write_text('model = "none"\n')
    with Conversation(daemon.socket) as conversation:
        conversation.send("reload", 1)
        assert conversation.end_of(1)["value"]["reloaded"] is True
    # The last one counts, whatever was asked for before it.
    wait_until(lambda: daemon.ask("status")["engine"] == "built-in", "the other configuration")
    assert "OPENING 1 AT ONCE" in daemon.log
    assert "OPENING 2 AT ONCE" not in daemon.log
    assert daemon.log.count("AT ONCE") < 60
