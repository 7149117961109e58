"""A text that is still being written: its writer pauses, and what is whole is spoken."""

from __future__ import annotations

import pytest
from support import toy
from support.daemon.conversation import Conversation
from support.daemon.process import DaemonProcess
from support.daemon.texts import without_joins


@pytest.mark.parametrize("markup", ["auto", "plain", "markdown"])
def test_a_whole_sentence_is_heard_without_the_next(
    shared_daemon: DaemonProcess, markup: str
) -> None:
    with Conversation(shared_daemon.socket) as conversation:
        conversation.speak(1, "", final=False, markup=markup)
        for token in ("Hel", "lo", " there", "."):
            conversation.send("append", 1, text=token)
        segment = conversation.until(lambda a: a["type"] == "segment")
        assert (segment["start"], segment["end"]) == (0, 12)
        conversation.first_audio(1)
        conversation.send("append", 1, text=" And so it goes on.", final=True)
        assert conversation.end_of(1)["type"] == "done"
        heard = toy.decode(conversation.pcm(1))
    with Conversation(shared_daemon.socket) as conversation:
        whole = conversation.said(1, "Hello there. And so it goes on.", cache=False)
    assert without_joins(heard.phonemes) == without_joins(toy.decode(whole).phonemes)


def test_phonemes_are_heard_too(shared_daemon: DaemonProcess) -> None:
    with Conversation(shared_daemon.socket) as conversation:
        conversation.speak(1, "həlˈO ðˈɛɹ.", final=False, phonemes=True)
        conversation.first_audio(1)
        conversation.send("append", 1, text="", final=True)
        conversation.end_of(1)
        assert toy.decode(conversation.pcm(1)).phonemes == "həlˈO ðˈɛɹ."


def test_half_a_sentence_waits(shared_daemon: DaemonProcess) -> None:
    with (
        Conversation(shared_daemon.socket) as conversation,
        Conversation(shared_daemon.socket) as other,
    ):
        conversation.speak(1, "Ask Dr.", final=False)
        # Its text stood still for as long as that of one that began later.
        other.speak(1, "Hello there.", final=False)
        other.first_audio(1)
        conversation.send("append", 1, text=" Jones.", final=True)
        conversation.end_of(1)
        segments = [a for a in conversation.answers[1] if a["type"] == "segment"]
        assert [(a["start"], a["end"]) for a in segments] == [(0, 14)]
