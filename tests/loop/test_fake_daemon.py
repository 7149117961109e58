"""kokoro_client.testing, as a program's tests use it."""

from __future__ import annotations

import queue
from array import array
from collections.abc import Iterator

import pytest

from kokoro_client import Client, SegmentInfo, errors
from kokoro_client.testing import CHARACTER_S, FakeDaemon, Spoken, pcm_of


@pytest.fixture
def daemon() -> Iterator[FakeDaemon]:
    with FakeDaemon() as daemon:
        yield daemon


@pytest.fixture
def client(daemon: FakeDaemon) -> Iterator[Client]:
    with Client(daemon.socket, start=False, name="a test") as client:
        yield client


def test_it_says_what_was_asked_and_keeps_it(daemon: FakeDaemon, client: Client) -> None:
    text = "Hello. How are you?"
    assert b"".join(client.speak(text, voice="am_adam", speed=2.0)) == pcm_of(text, 2.0)
    (spoken,) = daemon.spoken
    assert spoken == Spoken(
        text, "am_adam", 2.0, "", "text", "auto", "stream", "a test", spoken.ending
    )
    assert spoken.ending == "finished"


def test_letters_sound_and_spaces_do_not() -> None:
    letter, space = (array("h", pcm_of(char)) for char in "a ")
    assert len(letter) == len(space) == round(CHARACTER_S * 24_000)
    assert max(letter) > 7_000
    assert not any(space)
    assert pcm_of("a") != pcm_of("b")
    floats = array("f", pcm_of("a", format="f32le"))
    assert max(floats) == pytest.approx(max(letter) / 32_768)


def test_it_fails_as_it_is_told(daemon: FakeDaemon, client: Client) -> None:
    daemon.refuse("engine_failed", "broken")
    with pytest.raises(errors.EngineFailedError, match="broken"):
        list(client.speak("Hi."))
    assert list(client.speak("Hi."))
    daemon.hold()
    speech = client.speak("Hi.", final=False)
    assert speech.voice == "af_heart"
    daemon.drop()
    with pytest.raises(errors.ConnectionLostError):
        list(speech)


def test_turns_at_the_speaker(daemon: FakeDaemon, client: Client) -> None:
    first = client.speak("First.", output="speaker")
    second = client.speak("Second.", output="speaker")
    assert (first.voice, second.voice) == ("af_heart", "af_heart")
    assert [entry["turn"] for entry in client.queue()] == ["play", "wait"]
    client.control("pause")
    assert [entry["turn"] for entry in client.queue()] == ["pause", "wait"]
    client.control("resume")
    assert client.control("stop", all=True)["stopped"] == 2
    assert [speech.wait()["segments"] for speech in (first, second)] == [1, 1]
    assert {spoken.ending for spoken in daemon.spoken} == {"stopped"}


def test_ended_twice_is_ended_once() -> None:
    daemon = FakeDaemon()
    with daemon:
        pass
    daemon.close()
    assert not daemon.socket.exists()


def test_back_and_forward_by_a_sentence(client: Client) -> None:
    text = "One man looked for land all night. Two men looked, too. The third one did not."
    speech = client.speak(text, output="speaker")
    seeks: queue.SimpleQueue[tuple[float, int]] = queue.SimpleQueue()
    speech.on_turn(lambda turn: None, lambda at_s, number: seeks.put((at_s, number)))
    begins = [event.start_s for event in speech.events() if isinstance(event, SegmentInfo)]
    assert client.forward()["moved"] is True
    assert seeks.get(timeout=30) == (begins[1], 1)
    client.forward()
    assert seeks.get(timeout=30) == (begins[2], 2)
    client.back()  # it has just begun
    assert seeks.get(timeout=30) == (begins[1], 3)
    speech.played(begins[2] - 0.01, seeks=2)  # it crossed the third
    client.back()
    assert seeks.get(timeout=30) == (begins[0], 4)
    speech.played(begins[0] + 1.2, seeks=4)
    client.back()
    assert seeks.get(timeout=30) == (begins[0], 5)
