"""The phrase cache in the daemon: what is said again comes from it, unless it would differ."""

from __future__ import annotations

import numpy as np
from support import toy
from support.daemon.conversation import Conversation
from support.daemon.process import DaemonProcess


def cached(conversation: Conversation, id: int) -> bool:
    return bool(conversation.end_of(id)["stats"]["cached"])


def test_a_phrase_said_again_is_the_same_sound_from_the_cache(toy_daemon: DaemonProcess) -> None:
    with Conversation(toy_daemon.socket) as conversation:
        first = conversation.said(1, "Good morning.")
        again = conversation.said(2, "Good morning.")
        assert (cached(conversation, 1), cached(conversation, 2)) == (False, True)
        assert np.array_equal(first, again)
        assert all(a["cached"] for a in conversation.answers[2] if a["type"] == "segment")
    status = toy_daemon.ask("status")
    assert status["requests"]["total"] == 2
    assert (status["phrase_cache"]["hits"], status["phrase_cache"]["misses"]) == (1, 1)


def test_cache_false_neither_reads_nor_writes(toy_daemon: DaemonProcess) -> None:
    with Conversation(toy_daemon.socket) as conversation:
        conversation.said(1, "Good evening.", cache=False)
        conversation.said(2, "Good evening.")
        conversation.said(3, "Good evening.", cache=False)
        assert [cached(conversation, id) for id in (1, 2, 3)] == [False, False, False]


def test_what_changes_the_sound_is_no_hit(toy_daemon: DaemonProcess) -> None:
    with Conversation(toy_daemon.socket) as conversation:
        conversation.said(1, "Good night.")
        changes = [{"voice": "am_adam"}, {"speed": 1.5}, {"lang": "en-gb"}, {"timings": True}]
        for id, change in enumerate(changes, 2):
            conversation.said(id, "Good night.", **change)
            assert not cached(conversation, id), change


def test_a_changed_lexicon_is_heard_at_once(toy_daemon: DaemonProcess) -> None:
    with Conversation(toy_daemon.socket) as conversation:
        before = toy.decode(conversation.said(1, "Nguyen.")).phonemes
        lexicon = toy_daemon.home / "lexicon.toml"
        lexicon.write_text('[en]\nNguyen = "ˈOvəɹ"\n', encoding="utf-8")
        after = toy.decode(conversation.said(2, "Nguyen.")).phonemes
        assert before != after == "ˈOvəɹ."
