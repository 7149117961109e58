"""A speech at the speaker, against a daemon that gives and takes the turn as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.loop.scripted_peer import PATIENCE_S, Peer

from kokoro_client import Client, errors, playing
from kokoro_client.sound.playback import State
from kokoro_client.wakeup import Wakeup
from kokoro_client.wire.choices import Ending

MakePair = Callable[..., Client]

#: 0.2 s, no sample of which is silence.
SOUND = b"\1\2" * 4_800


class Loudspeaker:
    """Takes what it is given at once; what the player needs of a device."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self.closed = False

    @property
    def sound(self) -> bytes:
        return bytes(self.heard).replace(b"\0", b"")

    @property
    def write_available(self) -> int:
        return 2_400

    def start(self) -> None:
        pass

    def write(self, data: bytes) -> bool:
        self.heard += data
        return False

    def abort(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def loudspeaker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loudspeaker]:
    speaker = Loudspeaker()
    real = playing.Player
    monkeypatch.setattr(
        playing,
        "Player",
        lambda rate, device, **rest: real(rate, open_stream=lambda *open: speaker, **rest),
    )
    yield speaker
    assert speaker.closed


def _turn(peer: Peer, speak: dict[str, Any], turn: str) -> None:
    peer.send({"type": "turn", "id": speak["id"], "turn": turn})


def _rendered(peer: Peer, speak: dict[str, Any], sound_s: float) -> None:
    peer.send({"type": "rendered", "id": speak["id"], "sound_s": sound_s})


def _until_final(peer: Peer) -> list[float]:
    """Every position that is told, up to the final one."""
    told = []
    while True:
        played = peer.expect("played")
        told.append(played["at_s"])
        if played.get("final"):
            return told


def _until(condition: Callable[[], object]) -> None:
    assert Wakeup().wait_for(lambda: bool(condition()), PATIENCE_S)


def test_it_is_heard_when_its_turn_comes_and_says_so(
    pair: MakePair, loudspeaker: Loudspeaker
) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        assert speak["output"] == "speaker"
        peer.accept(speak)
        _turn(peer, speak, "wait")
        for seq in range(8):
            peer.audio(speak, seq, SOUND)
        _rendered(peer, speak, 1.6)
        assert loudspeaker.sound == b""
        _turn(peer, speak, "play")
        told = _until_final(peer)
        assert told == sorted(told)
        assert told[-1] == 1.6
        assert any(1.0 <= at_s < 1.6 for at_s in told)
        peer.done(speak, stats={"segments": 1})

    with pair(script) as client:
        with client.play("Hi") as sound:
            assert sound.wait(PATIENCE_S) is Ending.FINISHED
        assert sound.state is State.FINISHED
        assert sound.stats.keys() == {"segments", "played_s", "underruns", "starved"}
        assert sound.stats["played_s"] == 1.6
        assert sound.position == 1.6
    assert loudspeaker.sound == SOUND * 8


def test_a_pause_is_silence_and_then_it_goes_on(pair: MakePair, loudspeaker: Loudspeaker) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        _turn(peer, speak, "play")
        peer.audio(speak, 0, SOUND)
        _until(lambda: loudspeaker.sound == SOUND)
        _turn(peer, speak, "pause")
        assert peer.expect("played")["at_s"] == 0.2
        peer.audio(speak, 1, SOUND)
        _rendered(peer, speak, 0.4)
        _turn(peer, speak, "play")
        assert _until_final(peer)[-1] == 0.4
        peer.done(speak)

    with pair(script) as client:
        assert client.play("Hi").wait(PATIENCE_S) is Ending.FINISHED
    assert loudspeaker.sound == SOUND * 2


def _seek(peer: Peer, speak: dict[str, Any], at_s: float, number: int) -> None:
    peer.send({"type": "seek", "id": speak["id"], "at_s": at_s, "number": number})


def test_a_seek_is_obeyed_and_told_of_with_its_number(
    pair: MakePair, loudspeaker: Loudspeaker
) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        _turn(peer, speak, "play")
        peer.audio(speak, 0, SOUND)
        _until(lambda: loudspeaker.sound == SOUND)
        _seek(peer, speak, 0.1, 1)
        while (played := peer.expect("played")).get("seeks") != 1:
            pass
        assert played["at_s"] == 0.1
        _seek(peer, speak, 0.3, 2)  # which has not come yet
        assert peer.expect("played") == {
            "type": "played", "id": speak["id"], "at_s": 0.3, "seeks": 2,
        }  # fmt: skip
        peer.audio(speak, 1, SOUND)
        _rendered(peer, speak, 0.4)
        assert _until_final(peer)[-1] == 0.4
        peer.done(speak)

    with pair(script) as client:
        assert client.play("Hi").wait(PATIENCE_S) is Ending.FINISHED
    assert loudspeaker.sound.startswith(SOUND)
    assert loudspeaker.sound.endswith(SOUND[: len(SOUND) // 2])


def test_who_cannot_seek_counts_it_all_the_same(pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        _turn(peer, speak, "play")
        _seek(peer, speak, 0.0, 1)
        peer.audio(speak, 0, SOUND)
        _rendered(peer, speak, 0.2)
        played = peer.expect("played")
        assert (played["seeks"], played["final"]) == (1, True)
        peer.done(speak)

    with pair(script) as client:
        speech = client.speak("Hi", output="speaker")
        speech.on_turn(lambda turn: None)
        assert b"".join(speech) == SOUND
        speech.played(0.2, final=True)
        speech.wait()


@pytest.mark.parametrize("ending", [Ending.STOPPED, Ending.REPLACED])
def test_what_others_end_is_silent_while_the_caller_feeds(
    pair: MakePair, loudspeaker: Loudspeaker, ending: Ending
) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        _turn(peer, speak, "play")
        peer.audio(speak, 0, SOUND)
        _until(lambda: loudspeaker.sound == SOUND)
        _turn(peer, speak, "pause")
        for seq in range(100):
            peer.audio(speak, 1 + seq, SOUND)
        peer.done(speak, cancelled=True, ending=ending.value)

    with pair(script) as client:
        sound = client.play("Hi")
        assert sound.wait(PATIENCE_S) is ending
        assert sound.state is State.ABORTED
        assert sound.speech.cancelled
    assert loudspeaker.sound == SOUND


def test_what_had_come_of_a_stopped_speech_is_not_given_out_any_more(pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        _turn(peer, speak, "play")
        peer.audio(speak, 0, SOUND)
        peer.done(speak, cancelled=True, ending="stopped")

    with pair(script) as client:
        speech = client.speak("Hi", output="speaker")
        _until(lambda: speech.ending)
        assert list(speech) == []
        assert speech.ending is Ending.STOPPED


def test_stop_gives_the_turn_back(pair: MakePair, loudspeaker: Loudspeaker) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        _turn(peer, speak, "play")
        peer.audio(speak, 0, SOUND)
        while (request := peer.receive()) is not None and request["type"] == "played":
            pass
        assert request is not None
        assert request["type"] == "cancel"
        peer.done(speak, cancelled=True, ending="cancelled")

    with pair(script) as client:
        sound = client.play("Hi")
        _until(lambda: loudspeaker.sound == SOUND)
        sound.stop()
        assert sound.wait(PATIENCE_S) is Ending.CANCELLED


def test_its_own_pause_holds_it_while_it_has_the_turn(
    pair: MakePair, loudspeaker: Loudspeaker
) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        _turn(peer, speak, "wait")
        peer.audio(speak, 0, SOUND)
        _rendered(peer, speak, 0.2)
        peer.expect("append")
        _turn(peer, speak, "play")
        assert _until_final(peer)[-1] == 0.2
        peer.done(speak)

    with pair(script) as client:
        sound = client.play("Hi", final=False, volume=100)
        sound.pause()
        sound.speech.finish()
        _until(lambda: sound.state is State.PAUSED)
        assert loudspeaker.sound == b""
        sound.resume()
        assert sound.wait(PATIENCE_S) is Ending.FINISHED


def test_nothing_to_say_is_over_before_its_turn(pair: MakePair, loudspeaker: Loudspeaker) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        _turn(peer, speak, "wait")
        _rendered(peer, speak, 0.0)
        assert _until_final(peer) == [0.0]
        peer.done(speak)

    with pair(script) as client:
        assert client.play("?!").wait(PATIENCE_S) is Ending.FINISHED
    assert loudspeaker.sound == b""


def test_what_ends_with_an_error_is_silent_and_raises(
    pair: MakePair, loudspeaker: Loudspeaker
) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        _turn(peer, speak, "play")
        peer.audio(speak, 0, SOUND)
        _until(lambda: loudspeaker.sound == SOUND)
        peer.send(
            {"type": "error", "id": speak["id"], "code": "engine_failed", "message": "it failed"}
        )

    with pair(script) as client:
        sound = client.play("Hi")
        with pytest.raises(errors.EngineFailedError, match="it failed"):
            sound.wait(PATIENCE_S)
        assert sound.state is State.ABORTED


def test_a_device_that_is_not_there_is_raised_and_the_turn_given_back(
    pair: MakePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        assert peer.expect("cancel")["id"] == speak["id"]
        cancelled.set()

    def nothing(*args: Any, **options: Any) -> None:
        raise errors.NoDeviceError("no sound device")

    cancelled = threading.Event()
    monkeypatch.setattr(playing, "Player", nothing)
    with pair(script) as client:
        with pytest.raises(errors.NoDeviceError):
            client.play("Hi")
        assert cancelled.wait(PATIENCE_S)


def test_the_program_says_its_name(socket_path: Path, pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        assert peer.expect("hello")["client"] == "editor"
        peer.done(peer.expect("speak"))

    with pair(script), Client(socket_path, start=False, name="editor") as client:
        client.speak("Hi").wait()
    with pytest.raises(errors.BadRequestError, match="client"):
        Client(socket_path, start=False, name="x" * 65)
