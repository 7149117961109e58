"""Bad input: a clear typed error or a `done` without sound; the daemon lives on, undisturbed."""

from __future__ import annotations

import struct

import msgpack
import pytest
from support import toy
from support.daemon.conversation import Conversation, frame, raw_frame
from support.daemon.process import DaemonProcess, wait_until

SECRET = "Zanzibar"  # spoken, and so never to be found in the log


@pytest.fixture
def daemon(shared_daemon: DaemonProcess) -> DaemonProcess:
    """Ready, with the toy model."""
    return shared_daemon


def speaks_still(daemon: DaemonProcess) -> None:
    """The daemon answers a new client, says what it is told, and holds nothing back."""
    with Conversation(daemon.socket) as conversation:
        heard = toy.decode(conversation.said(1, "wˈʌn tˈu.", phonemes=True))
        assert heard.phonemes == "wˈʌn tˈu."
    assert daemon.alive
    wait_until(lambda: daemon.ask("status")["requests"]["active"] == 0, "nothing is left")


@pytest.mark.parametrize(
    "text", ["", " \n\t ", "...", "?!", "— ; :", "\x00", "\u200b\u200d\ufeff", "\n\n\n"]
)
def test_nothing_to_say_is_done_without_sound(daemon: DaemonProcess, text: str) -> None:
    with Conversation(daemon.socket) as conversation:
        assert len(conversation.said(1, text)) == 0
    speaks_still(daemon)


def test_emoji_are_named_or_silent_but_never_an_error(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.said(1, "😀 👩‍👩‍👧‍👦 🏳️‍🌈 ☃")
    speaks_still(daemon)


def test_a_nul_is_a_gap(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        heard = toy.decode(conversation.said(1, "one\x00two"))
        assert heard.phonemes.count(" ") == 1
    speaks_still(daemon)


def test_a_megabyte_of_text_begins_at_once_and_can_be_ended(daemon: DaemonProcess) -> None:
    sentence = f"The word is {SECRET}, and it goes on for a while. "
    with Conversation(daemon.socket) as conversation:
        conversation.send("speak", 1, text="", final=False)
        sent = 0
        while sent < 1_000_000:
            conversation.send("append", 1, text=sentence * 1_000)
            sent += 1_000 * len(sentence)
        conversation.first_audio(1)
        conversation.send("cancel", 1)
        assert conversation.end_of(1)["cancelled"] is True
    speaks_still(daemon)


def test_a_word_of_5000_characters_is_spoken(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        heard = toy.decode(conversation.said(1, "ab" * 2_500))
        assert len(heard.tokens) > 1_000
        assert not heard.cut
    speaks_still(daemon)


@pytest.mark.parametrize(
    ("field", "value", "code", "says"),
    [
        ("voice", "nobody", "unknown_voice", "voices"),
        ("lang", "tlh", "unknown_language", "en-us"),
        ("speed", 0, "bad_request", "0.5 to 2"),
        ("speed", 9, "bad_request", "0.5 to 2"),
        ("speed", float("nan"), "bad_request", "0.5 to 2"),
        ("speed", float("inf"), "bad_request", "0.5 to 2"),
        ("speed", "fast", "bad_request", "number"),
        ("text", 5, "bad_request", "string"),
        ("text", b"bytes", "bad_request", "string"),
        ("final", 1, "bad_request", "true or false"),
        ("format", "mp3", "bad_request", "s16le"),
        ("priority", "now", "bad_request", "important"),
        ("ttfa_ms", -1, "bad_request", "50"),
        ("sped", 1.0, "bad_request", "speed"),
        ("output", "loud", "bad_request", "speaker"),
    ],
)
def test_a_value_that_is_not_allowed_says_what_is(
    daemon: DaemonProcess, field: str, value: object, code: str, says: str
) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.send_bytes(frame({"type": "speak", "id": 7, "text": "Hello.", field: value}))
        error = conversation.end_of(7)
        assert (error["type"], error["code"]) == ("error", code)
        assert says in error["message"]
        # The connection is none the worse for it.
        heard = toy.decode(conversation.said(8, "wˈʌn.", phonemes=True))
        assert heard.phonemes == "wˈʌn."
    speaks_still(daemon)


def test_lone_surrogates_are_refused_with_the_id(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.send_bytes(frame({"type": "speak", "id": 3, "text": "a\ud800b"}))
        error = conversation.end_of(3)
        assert error["code"] == "bad_request"
        assert "Unicode" in error["message"]
    speaks_still(daemon)


@pytest.mark.parametrize("payload", [{"type": "sing", "id": 4}, {"id": 4}, {"type": 5, "id": 4}])
def test_an_unknown_type_is_refused_and_the_connection_lives(
    daemon: DaemonProcess, payload: dict[str, object]
) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.send_bytes(frame(payload))
        error = conversation.end_of(4)
        assert error["code"] == "bad_request"
        assert "speak" in error["message"]
        conversation.send("status", 5)
        assert conversation.end_of(5)["type"] == "result"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (struct.pack(">I", 70_000) + b"x", "too_large"),
        (b"\xff\xff\xff\xff", "too_large"),
        (raw_frame(b"\xc1"), "bad_request"),
        (raw_frame(b""), "bad_request"),
        (raw_frame(msgpack.packb([1, 2])), "bad_request"),
        (raw_frame(b"\x81\xa4type"), "bad_request"),
        (raw_frame(b"\x91" * 5_000), "bad_request"),
    ],
)
def test_a_broken_frame_is_answered_and_ends_the_connection_alone(
    daemon: DaemonProcess, data: bytes, code: str
) -> None:
    with Conversation(daemon.socket) as bystander, Conversation(daemon.socket) as conversation:
        bystander.send("speak", 1, text="wˈʌn ", phonemes=True, final=False)
        conversation.send_bytes(data)
        (error,) = conversation.rest()
        assert (error["type"], error["code"]) == ("error", code)
        bystander.send("append", 1, text="tˈu.", final=True)
        assert bystander.end_of(1)["type"] == "done"
        assert toy.decode(bystander.pcm(1)).phonemes == "wˈʌn tˈu."
    speaks_still(daemon)


def test_clients_that_leave_in_the_middle_leave_nothing_behind(daemon: DaemonProcess) -> None:
    text = f"{SECRET} is said again and again. " * 200
    for begun in (False, True) * 5:
        with Conversation(daemon.socket) as conversation:
            conversation.speak(1, text, cache=False)
            if begun:
                conversation.first_audio(1)
    with Conversation(daemon.socket) as conversation:
        conversation.send_bytes(frame({"type": "speak", "id": 1, "text": "Hello."})[:-3])
    speaks_still(daemon)


def test_what_is_spoken_is_never_logged(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.said(1, f"The word is {SECRET}.")
        conversation.speak(2, f"The word is {SECRET}.", voice="nobody")
        conversation.end_of(2)
        conversation.speak(3, f"<speak>{SECRET}<b></speak>")
        assert conversation.end_of(3)["code"] == "bad_request"
    speaks_still(daemon)
    assert "speak" in daemon.log
    assert SECRET not in daemon.log


@pytest.mark.parametrize(
    ("kind", "fields", "says"),
    [
        ("control", {"action": "louder"}, "pause"),
        ("control", {"action": "stop", "all": 1}, "true or false"),
        ("played", {"at_s": -1.0}, "0 to"),
        ("queue", {"whose": "mine"}, "id"),
    ],
)
def test_a_word_about_the_speaker_that_is_not_allowed_is_refused(
    daemon: DaemonProcess, kind: str, fields: dict[str, object], says: str
) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.send(kind, 1, **fields)
        error = conversation.end_of(1)
        assert (error["type"], error["code"]) == ("error", "bad_request")
        assert says in error["message"]
    speaks_still(daemon)
