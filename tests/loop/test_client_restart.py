"""A daemon that goes away: what nobody has heard is handed to the one that comes after it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.loop.scripted_peer import Peer

from kokoro_client import Client, errors
from kokoro_client.transport.speech_state import CRASHES, REPEATS
from kokoro_client.wire.choices import Turn

MakePair = Callable[..., Client]
Script = Callable[[Peer], None]


def _speaks(*texts: str) -> Script:
    """A daemon that speaks these texts, in this order, and is told no others."""

    def script(peer: Peer) -> None:
        peer.welcome()
        for text in texts:
            speak = peer.expect("speak")
            assert speak["text"] == text
            peer.accept(speak)
            peer.audio(speak, 0, text.encode())
            peer.done(speak)

    return script


def _hangs_up(peer: Peer) -> None:
    peer.welcome()
    peer.expect("speak")


def _hangs_up_after_accepting(peer: Peer) -> None:
    peer.welcome()
    peer.accept(peer.expect("speak"))


def _is_stopping(peer: Peer) -> None:
    peer.welcome()
    speak = peer.expect("speak")
    peer.accept(speak)
    peer.send({"type": "error", "id": speak["id"], "code": "shutting_down", "message": "stopping"})
    peer.receive()  # it stays until the client or the daemon has gone


@pytest.mark.parametrize("goes", [_hangs_up, _hangs_up_after_accepting])
def test_a_text_nobody_has_heard_is_spoken_by_the_next_daemon(pair: MakePair, goes: Script) -> None:
    with pair(goes, _speaks("Hi")) as client:
        assert list(client.speak("Hi")) == [b"Hi"]


def test_a_daemon_that_is_stopping_is_not_asked_again(pair: MakePair) -> None:
    with pair(_is_stopping, _speaks("Hi")) as client:
        assert list(client.speak("Hi")) == [b"Hi"]


def test_a_caller_that_waits_for_accepted_or_the_end_is_served_too(pair: MakePair) -> None:
    with pair(_hangs_up, _speaks("Hi", "Ho")) as client:
        speech = client.speak("Hi")
        assert speech.voice == "af_heart"
        assert speech.wait() == {}
        assert client.speak("Ho").wait() == {}


def test_a_long_text_is_sent_whole_again(pair: MakePair) -> None:
    text = "A sentence of some length. " * 5_000
    heard: list[str] = []

    def takes_some(peer: Peer) -> None:
        peer.welcome()
        peer.expect("speak")
        peer.expect("append")

    def takes_all(peer: Peer) -> None:
        peer.welcome()
        request = speak = peer.expect("speak")
        heard.append(request["text"])
        while not request.get("final", request["type"] == "speak"):
            request = peer.expect("append")
            heard.append(request["text"])
        peer.done(speak)

    with pair(takes_some, takes_all) as client:
        assert list(client.speak(text)) == []
    assert "".join(heard) == text


def test_what_was_heard_is_not_heard_again(pair: MakePair) -> None:
    def breaks_off(peer: Peer) -> None:
        peer.welcome()
        peer.audio(peer.expect("speak"), 0, b"half")

    with pair(breaks_off) as client:
        frames = iter(client.speak("Hi"))
        assert next(frames) == b"half"
        with pytest.raises(errors.ConnectionLostError):
            next(frames)


def test_a_text_that_brings_daemons_down_brings_down_only_a_few(pair: MakePair) -> None:
    with (
        pair(*[_hangs_up_after_accepting] * (1 + CRASHES)) as client,
        pytest.raises(errors.ConnectionLostError),
    ):
        list(client.speak("poison"))


def test_restarts_are_followed_only_so_often(pair: MakePair) -> None:
    with (
        pair(*[_is_stopping] * (1 + REPEATS)) as client,
        pytest.raises(errors.ShuttingDownError),
    ):
        list(client.speak("Hi"))


def test_text_that_is_still_being_written_is_not_repeated(pair: MakePair) -> None:
    with pair(_hangs_up) as client:
        speech = client.speak("It was", final=False)
        with pytest.raises(errors.ConnectionLostError):
            list(speech)


def _waits_for_its_turn(peer: Peer) -> None:
    peer.welcome()
    speak = peer.expect("speak")
    peer.accept(speak)
    peer.send({"type": "turn", "id": speak["id"], "turn": "wait"})
    peer.audio(speak, 0, b"unheard")


def test_what_waited_for_its_turn_is_handed_on_and_told_the_turns_of_the_next_daemon(
    pair: MakePair,
) -> None:
    def gives_the_turn(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        peer.send({"type": "turn", "id": speak["id"], "turn": "play"})
        peer.audio(speak, 0, b"Hi")
        peer.send({"type": "rendered", "id": speak["id"], "sound_s": 0.1})
        assert peer.expect("played")["final"] is True
        peer.done(speak)

    turns: list[Turn | None] = []
    with pair(_waits_for_its_turn, gives_the_turn) as client:
        speech = client.speak("Hi", output="speaker")
        speech.on_turn(turns.append)
        assert list(speech) == [b"Hi"]
        speech.played(0.1, final=True)
        speech.wait()
    # The second wait is for the daemon that comes next.
    assert turns in ([Turn.WAIT, Turn.WAIT, Turn.PLAY, None], [Turn.WAIT, Turn.PLAY, None])


def test_what_was_taken_to_be_played_is_not_repeated(pair: MakePair) -> None:
    def breaks_off(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.send({"type": "turn", "id": speak["id"], "turn": "play"})
        peer.audio(speak, 0, b"half")

    turns: list[Turn | None] = []
    with pair(breaks_off) as client:
        speech = client.speak("Hi", output="speaker")
        speech.on_turn(turns.append)
        with pytest.raises(errors.ConnectionLostError):
            list(speech)
    assert turns[-1] is not Turn.PLAY


def test_what_was_cancelled_is_not_repeated(pair: MakePair) -> None:
    def goes_on_cancel(peer: Peer) -> None:
        peer.welcome()
        peer.expect("speak")
        peer.expect("cancel")

    with pair(goes_on_cancel) as client:
        speech = client.speak("Hi")
        speech.cancel()
        with pytest.raises(errors.ConnectionLostError):
            speech.wait()


def test_where_no_daemon_comes_after_it_the_first_reason_is_given(pair: MakePair) -> None:
    with pair(_is_stopping) as client:
        with pytest.raises(errors.ShuttingDownError, match="stopping"):
            list(client.speak("Hi"))
        client.close()


def test_others_on_the_connection_are_heard_to_their_end(pair: MakePair) -> None:
    """One waits and is handed on; the other's segment is still finished by the old daemon."""

    def finishes_one(peer: Peer) -> None:
        peer.welcome()
        first, second = peer.expect("speak"), peer.expect("speak")
        stopping = {"type": "error", "code": "shutting_down", "message": "stopping"}
        peer.send({**stopping, "id": second["id"]})
        peer.audio(first, 0, b"to the end")
        peer.done(first)
        peer.receive()

    with pair(finishes_one, _speaks("two")) as client:
        first, second = client.speak("one"), client.speak("two")
        assert list(second) == [b"two"]
        assert list(first) == [b"to the end"]
