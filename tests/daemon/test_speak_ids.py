"""Ids belong to the client: in flight one request has one; after its end it is free again."""

from __future__ import annotations

from support import toy
from support.daemon.conversation import Conversation, frame
from support.daemon.process import DaemonProcess

A = "wˈʌn tˈu θɹˈi fˈɔɹ fˈIv sˈɪks."
B = "ˈOnli ðˈɪs ɪz hˈɜɹd."


def speak(id: int, phonemes: str, **fields: object) -> bytes:
    return frame({"type": "speak", "id": id, "text": phonemes, "phonemes": True, **fields})


def test_an_id_is_free_again_at_once_after_a_cancel(toy_daemon: DaemonProcess) -> None:
    """Nothing of the cancelled request is heard in the next one of its id."""
    cancel = frame({"type": "cancel", "id": 1})
    for _ in range(10):
        with Conversation(toy_daemon.socket) as conversation:
            burst = (speak(1, A, cache=False) + cancel) * 5 + speak(1, B, cache=False)
            conversation.send_bytes(burst)
            ends = [conversation.until(lambda a: a["type"] == "done") for _ in range(6)]
            assert [end.get("cancelled", False) for end in ends] == [True] * 5 + [False]
            kinds = [a["type"] for a in conversation.in_order]
            last = len(kinds) - kinds[::-1].index("accepted")
            assert "audio" not in kinds[:last]
            assert [kind for kind in kinds[last:] if kind != "audio"] == ["segment", "done"]
            assert toy.decode(conversation.pcm(1)).phonemes == B


def test_an_id_in_use_is_refused_and_its_request_ends(toy_daemon: DaemonProcess) -> None:
    """One answer ends a request; an error that has its id is that answer."""
    with Conversation(toy_daemon.socket) as conversation:
        conversation.send("speak", 7, text="An unfinished", final=False)
        conversation.speak(7, "Another.")
        assert conversation.end_of(7)["code"] == "bad_request"
        assert "in use" in conversation.end_of(7)["message"]
        conversation.answers.clear()
        heard = conversation.said(7, B, phonemes=True)
        assert toy.decode(heard).phonemes == B


def test_ids_of_two_clients_do_not_meet(toy_daemon: DaemonProcess) -> None:
    with Conversation(toy_daemon.socket) as one, Conversation(toy_daemon.socket) as two:
        one.speak(1, A, phonemes=True)
        two.speak(1, B, phonemes=True)
        two.send("cancel", 2)
        assert (one.end_of(1)["type"], two.end_of(1)["type"]) == ("done", "done")
        assert toy.decode(one.pcm(1)).phonemes == A
        assert toy.decode(two.pcm(1)).phonemes == B
