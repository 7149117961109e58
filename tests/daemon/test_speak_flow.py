"""Several at once: interleaved, cancelled, left, stalled; none disturbs another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pytest
from support import toy
from support.daemon.conversation import Conversation, frame
from support.daemon.hearing import hear
from support.daemon.homes import speaking, toy_home
from support.daemon.process import DaemonProcess, wait_until

SHORT = "ˈOnli ðˈɪs ɪz hˈɜɹd."
SENTENCE = "ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˈOvəɹ ðə lˈAzi dˈɔɡ, ænd slˈips."


def long(sentences: int) -> str:
    """Over 4 s of sound each: from 15 on more than is made for a client that does not read it."""
    return " ".join([SENTENCE] * sentences)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """A run takes some 1 ms for each token: long enough to be met in the middle."""
    with speaking(toy_home(tmp_path_factory.mktemp("flow"), cost=50)) as daemon:
        yield daemon


def lanes_are_free(daemon: DaemonProcess) -> None:
    def free() -> bool:
        status = daemon.ask("status")
        idle = all(lane["state"] == "idle" for lane in status["lanes"])
        return bool(idle and status["requests"]["active"] == 0)

    wait_until(free, "free lanes")


def kinds(conversation: Conversation, id: int) -> list[str]:
    return [answer["type"] for answer in conversation.answers[id]]


def test_ten_in_flight_are_interleaved_and_each_is_heard_whole(daemon: DaemonProcess) -> None:
    texts = {id: " ".join([SENTENCE, *[SHORT] * id]) for id in range(10)}
    with Conversation(daemon.socket) as conversation:
        for id, text in texts.items():
            conversation.speak(id, text, phonemes=True, cache=False)
        for id in texts:
            assert conversation.end_of(id)["type"] == "done"
        for id, text in texts.items():
            hear(conversation.pcm(id), text)
            assert kinds(conversation, id)[0] == "accepted"
            assert kinds(conversation, id)[-1] == "done"
        order = [a["id"] for a in conversation.in_order if a["type"] == "audio"]
        turns = [id for id, _ in groupby(order)]
        # Each came more than once: nobody waited for the end of another.
        assert len(turns) > 15
    lanes_are_free(daemon)


def test_two_clients_are_heard_at_once(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as one, Conversation(daemon.socket) as two:
        one.speak(1, long(16), phonemes=True)
        two.speak(1, SHORT, phonemes=True, cache=False)
        assert two.end_of(1)["type"] == "done"
        assert daemon.ask("status")["requests"]["active"] == 1
        assert one.end_of(1)["type"] == "done"
        hear(two.pcm(1), SHORT)
        hear(one.pcm(1), long(16))


def test_a_short_request_does_not_wait_for_a_document(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as reader, Conversation(daemon.socket) as asker:
        reader.speak(1, long(20), phonemes=True)
        reader.first_audio(1)
        for id in range(3):
            heard = asker.said(id, SHORT, phonemes=True, cache=False)
            assert toy.decode(heard).phonemes == SHORT
        assert daemon.ask("status")["requests"]["active"] == 1
        assert reader.end_of(1)["type"] == "done"
        hear(reader.pcm(1), long(20))


def test_after_a_cancel_nothing_comes_and_the_lane_is_free(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        for id in range(12):
            conversation.speak(id, long(30), phonemes=True, cache=False)
            if id % 3:
                conversation.first_audio(id)
            conversation.send("cancel", id)
            end = conversation.end_of(id)
            assert (end["type"], end["cancelled"]) == ("done", True)
        conversation.send("cancel", 3)  # it has ended: nothing to say
        conversation.send("cancel", 999)
        heard = conversation.said(100, SHORT, phonemes=True, cache=False)
        assert toy.decode(heard).phonemes == SHORT
        for id in range(12):
            assert kinds(conversation, id)[-1] == "done"
            assert kinds(conversation, id).count("done") == 1
        assert conversation.answers[999] == []
    lanes_are_free(daemon)


def test_of_many_in_flight_only_the_cancelled_one_ends(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        for id in range(5):
            conversation.speak(id, long(3), phonemes=True, cache=False)
        conversation.first_audio(2)
        conversation.send("cancel", 2)
        ends = {id: conversation.end_of(id) for id in range(5)}
        assert [id for id, end in ends.items() if end.get("cancelled")] == [2]
        for id in (0, 1, 3, 4):
            hear(conversation.pcm(id), long(3))


def test_a_client_that_dies_in_the_middle_frees_the_lane(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as bystander:
        bystander.speak(1, long(10), phonemes=True)
        for begun in (False, True, True):
            with Conversation(daemon.socket) as dying:
                dying.speak(1, long(200), phonemes=True)
                dying.speak(2, long(200), phonemes=True)
                if begun:
                    dying.first_audio(1)
        assert bystander.end_of(1)["type"] == "done"
        hear(bystander.pcm(1), long(10))
    lanes_are_free(daemon)
    assert daemon.alive


def test_who_stops_sending_still_hears_the_end(daemon: DaemonProcess) -> None:
    """A half-closed connection: what was asked is spoken, then it is closed."""
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, long(2), phonemes=True)
        conversation.speak(2, SHORT, phonemes=True, final=False)
        conversation.end_of_input()
        assert conversation.end_of(1)["type"] == "done"
        assert conversation.end_of(2)["type"] == "done"
        assert conversation.rest() == []
        hear(conversation.pcm(1), long(2))
        hear(conversation.pcm(2), SHORT)


def test_a_burst_of_requests_in_one_write_is_answered_whole(daemon: DaemonProcess) -> None:
    """Some end while others of the same write still wait for their turn."""
    with Conversation(daemon.socket) as conversation:
        requests: list[dict[str, Any]] = []
        for id in range(300):
            if id % 10:
                requests.append({"type": "status", "id": id})
            else:
                requests.append({"type": "speak", "id": id, "text": ""})
        conversation.send_bytes(b"".join(frame(request) for request in requests))
        for request in requests:
            wanted = "done" if request["type"] == "speak" else "result"
            assert conversation.end_of(request["id"])["type"] == wanted


def test_a_reader_that_stalls_pauses_its_own_synthesis_alone(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as stalled, Conversation(daemon.socket) as reading:
        stalled.speak(1, long(24), phonemes=True, cache=False)
        stalled.first_audio(1)

        def paused() -> bool:
            """Asked to speak on, the daemon has nothing more to do for it."""
            status = daemon.ask("status")
            busy = any(lane["state"] == "busy" for lane in status["lanes"])
            return not busy and status["requests"]["active"] == 1

        wait_until(paused, "the pause")
        # More of the same waits too, and nobody else does.
        stalled.speak(2, SHORT, phonemes=True, cache=False)
        for id in range(3):
            hear(reading.said(id, SHORT, phonemes=True, cache=False), SHORT)
        assert daemon.ask("status")["requests"]["active"] == 2
        assert stalled.end_of(1)["type"] == "done"
        assert stalled.end_of(2)["type"] == "done"
        hear(stalled.pcm(1), long(24))
        hear(stalled.pcm(2), SHORT)
    lanes_are_free(daemon)


def test_too_many_requests_of_one_client_are_told_when_to_try_again(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        for id in range(33):
            conversation.speak(id, long(2), phonemes=True)
        busy = conversation.end_of(32)
        assert busy["code"] == "busy"
        assert 0 < busy["retry_after_ms"] <= 60_000
        for id in range(32):
            conversation.send("cancel", id)
        for id in range(32):
            assert conversation.end_of(id)["type"] == "done"
        hear(conversation.said(50, SHORT, phonemes=True), SHORT)


def test_the_more_urgent_is_heard_first(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, long(20), phonemes=True, priority="progress")
        conversation.speak(2, long(4), phonemes=True, priority="notification")
        conversation.speak(3, long(4), phonemes=True, priority="important")
        ends: list[int] = []
        while len(ends) < 3:
            ends.append(conversation.until(lambda a: a["type"] == "done")["id"])
        assert ends == [3, 2, 1]
        for id, sentences in ((1, 20), (2, 4), (3, 4)):
            hear(conversation.pcm(id), long(sentences))
