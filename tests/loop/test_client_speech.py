"""Speeches over one connection, against a daemon that does what the test tells it."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.loop.scripted_peer import PATIENCE_S, Peer, ScriptedDaemon

from kokoro_client import Client, errors
from kokoro_client.transport import inbox, io_thread, speech_state
from kokoro_client.wire.errors import ErrorCode
from kokoro_client.wire.messages import Audio, SegmentInfo

MakePair = Callable[..., Client]

SEGMENT = {"type": "segment", "start": 0, "end": 2, "start_s": 0.0, "duration_s": 0.1}


def _until_hung_up(peer: Peer) -> None:
    while peer.receive() is not None:
        pass


def test_audio_comes_in_order_with_what_was_accepted_and_the_stats(pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak, engine="built-in", note="no model")
        peer.send({**SEGMENT, "id": speak["id"], "index": 0})
        for seq in range(3):
            peer.audio(speak, seq, bytes([seq]) * 4)
        peer.done(speak, stats={"segments": 1})

    with pair(script) as client:
        speech = client.speak("Hi")
        assert list(speech) == [b"\0" * 4, b"\1" * 4, b"\2" * 4]
        assert speech.stats == {"segments": 1}
        assert not speech.cancelled
        assert (speech.voice, speech.engine, speech.note) == ("af_heart", "built-in", "no model")
        assert speech.sample_rate == 24_000
        assert list(speech) == []


def test_events_are_segments_and_audio_interleaved(pair: MakePair) -> None:
    word = {"start": 0, "end": 2, "start_s": 0.0, "end_s": 0.1}

    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        assert speak["timings"] is True
        peer.accept(speak)
        for index in range(2):
            peer.send({**SEGMENT, "id": speak["id"], "index": index, "words": [word]})
            peer.audio(speak, index, b"ab")
        peer.done(speak)

    with pair(script) as client:
        events = list(client.speak("Hi", timings=True).events())
    assert [type(event) for event in events] == [SegmentInfo, Audio] * 2
    assert isinstance(events[0], SegmentInfo)
    assert events[0].words[0].end_s == 0.1


def test_what_is_asked_for_is_what_is_sent(pair: MakePair) -> None:
    seen: list[dict[str, Any] | None] = []

    def script(peer: Peer) -> None:
        peer.welcome()
        for _ in range(2):
            seen.append(speak := peer.expect("speak"))
            peer.done(speak)

    with pair(script) as client:
        options: dict[str, Any] = {
            "voice": "bf_emma", "speed": 1.5, "lang": "en-gb", "format": "f32le",
            "priority": "message", "phonemes": True, "timings": True, "cache": False,
            "ttfa_ms": 300, "output": "speaker",
        }  # fmt: skip
        client.speak("Hi", **options).wait()
        client.speak("Hi").wait()
    assert seen[0] == {"type": "speak", "id": 1, "text": "Hi", **options}
    assert seen[1] == {"type": "speak", "id": 2, "text": "Hi"}


def test_ten_speeches_interleaved_each_get_their_own(pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speaks = [peer.expect("speak") for _ in range(10)]
        for speak in speaks:
            peer.accept(speak)
        for seq in range(5):
            for speak in reversed(speaks):
                peer.audio(speak, seq, speak["text"].encode() + bytes([seq]))
        for speak in speaks:
            peer.done(speak)

    with pair(script) as client:
        speeches = [client.speak(f"text {n}") for n in range(10)]
        for n, speech in enumerate(speeches):
            assert list(speech) == [f"text {n}".encode() + bytes([seq]) for seq in range(5)]


def test_many_threads_share_one_connection(pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        for _ in range(24):
            speak = peer.expect("speak")
            peer.accept(speak)
            peer.audio(speak, 0, speak["text"].encode())
            peer.done(speak)

    heard: list[tuple[str, bytes]] = []
    with pair(script) as client:

        def talk(name: str) -> None:
            for n in range(4):
                text = f"{name} {n}"
                heard.append((text, b"".join(client.speak(text))))

        threads = [threading.Thread(target=talk, args=(f"thread {n}",)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
    assert len(heard) == 24
    assert all(text.encode() == audio for text, audio in heard)


def test_a_text_of_any_length_and_its_audio_pass_each_other(pair: MakePair) -> None:
    # Both sides have more to say than their sockets hold, and this one says all its
    # audio before it reads another word: a client that only wrote would hang.
    text = "".join(f"Satz {n}: Grüße, 世界 🙂. " for n in range(40_000))
    audio = bytes(4 * 1024)

    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        for seq in range(1_000):
            peer.audio(speak, seq, audio)
        got, final = [speak["text"]], speak["final"]
        while not final:
            append = peer.expect("append")
            assert append["id"] == speak["id"]
            got.append(append["text"])
            final = append.get("final", False)
        peer.done(speak, stats={"same": "".join(got) == text})

    with pair(script) as client:
        speech = client.speak(text)
        assert sum(map(len, speech)) == 1_000 * len(audio)
        assert speech.stats == {"same": True}


def test_appended_text_arrives_as_it_is_written(pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        assert (speak["text"], speak["final"]) == ("", False)
        peer.accept(speak)
        for seq in range(3):
            append = peer.expect("append")
            peer.audio(speak, seq, append["text"].encode())
        assert peer.expect("append") == {
            "type": "append", "id": speak["id"], "text": "", "final": True,
        }  # fmt: skip
        peer.done(speak)

    with pair(script) as client:
        speech = client.speak("", final=False)
        frames = iter(speech)
        for piece in ("One. ", "Two. ", "Three."):
            speech.append(piece)
            assert next(frames) == piece.encode()
        speech.finish()
        speech.finish()
        assert list(frames) == []
        with pytest.raises(errors.BadRequestError, match="finish"):
            speech.append("Four.")


def test_after_cancel_no_audio_comes_and_the_connection_goes_on(pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        peer.audio(speak, 0, b"heard")
        assert peer.expect("cancel")["id"] == speak["id"]
        peer.audio(speak, 1, b"crossed with the cancel")
        peer.done(speak, cancelled=True, stats={"segments": 1})
        peer.audio(speak, 2, b"after the end")
        second = peer.expect("speak")
        assert second["id"] != speak["id"]
        peer.audio(second, 0, b"second")
        peer.done(second)

    with pair(script) as client:
        speech = client.speak("Hi")
        frames = iter(speech)
        assert next(frames) == b"heard"
        speech.cancel()
        speech.cancel()
        assert list(frames) == []
        assert speech.wait() == {"segments": 1}
        assert speech.cancelled
        assert list(client.speak("again")) == [b"second"]


def test_cancel_overtakes_the_text_that_has_not_been_sent(pair: MakePair) -> None:
    sent = threading.Event()

    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        assert sent.wait(PATIENCE_S)
        chars = 0
        while (request := peer.receive()) is not None and request["type"] == "append":
            chars += len(request["text"])
        assert request is not None
        assert request["type"] == "cancel"
        assert chars < 5_000_000
        peer.done(speak, cancelled=True)

    with pair(script) as client:
        speech = client.speak("x" * 10_000_000)
        speech.cancel()
        sent.set()
        speech.wait()


def test_leaving_the_with_cancels(pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.audio(speak, 0, b"a")
        assert peer.expect("cancel")["id"] == speak["id"]
        peer.done(speak, cancelled=True)

    with pair(script) as client:
        with client.speak("Hi") as speech:
            assert next(iter(speech)) == b"a"
        speech.wait()


def test_a_speech_that_nobody_keeps_is_cancelled(pair: MakePair) -> None:
    cancelled = threading.Event()

    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.audio(speak, 0, b"a")
        assert peer.expect("cancel")["id"] == speak["id"]
        cancelled.set()
        _until_hung_up(peer)

    with pair(script) as client:
        for _ in client.speak("Hi"):
            break
        gc.collect()
        assert cancelled.wait(PATIENCE_S)


def test_ctrl_c_leaves_a_connection_that_can_still_cancel(pair: MakePair) -> None:
    main = threading.main_thread().ident
    assert main is not None
    listening = threading.Event()

    def script(peer: Peer) -> None:
        peer.welcome()
        for n in range(20):
            speak = peer.expect("speak")
            peer.accept(speak)
            for seq in range(n):
                peer.audio(speak, seq, bytes(3_000))
            assert listening.wait(PATIENCE_S)
            listening.clear()
            signal.pthread_kill(main, signal.SIGINT)
            assert peer.expect("cancel")["id"] == speak["id"]
            peer.done(speak, cancelled=True)
        speak = peer.expect("speak")
        peer.audio(speak, 0, b"fine")
        peer.done(speak)

    with pair(script) as client:
        for _ in range(20):
            speech = client.speak("Hi")
            with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - it may come in either
                listening.set()
                list(speech)
            speech.cancel()
            speech.wait()
        assert list(client.speak("Hi")) == [b"fine"]


@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_error_has_its_class(pair: MakePair, code: ErrorCode) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.send(
            {
                "type": "error",
                "id": speak["id"],
                "code": code.value,
                "message": "said so",
                "retry_after_ms": 700,
            }
        )

    with pair(script) as client:
        # More text could follow: such a speech is not handed to another daemon.
        speech = client.speak("Hi", final=False)
        with pytest.raises(errors.KokoroError) as caught:
            list(speech)
        assert str(caught.value) == "said so"
        assert caught.value.code is code
        assert caught.value.retry_after_ms == 700
        assert caught.type is errors._BY_CODE[code]
        for ask in (lambda: speech.voice, lambda: list(speech), speech.wait):
            with pytest.raises(caught.type):
                ask()
        assert speech.stats == {}


def test_audio_that_came_before_a_failure_is_not_lost(pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.audio(speak, 0, b"first")
        peer.send({"type": "error", "id": speak["id"], "code": "engine_failed", "message": "oh"})

    with pair(script) as client:
        frames = iter(client.speak("Hi"))
        assert next(frames) == b"first"
        with pytest.raises(errors.EngineFailedError):
            next(frames)


def test_a_connection_that_breaks_ends_what_has_begun_and_the_next_gets_a_new_one(
    pair: MakePair,
) -> None:
    def breaks(peer: Peer) -> None:
        peer.welcome()
        for text in ("one", "two"):
            peer.audio(peer.expect("speak"), 0, text.encode())

    def works(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        assert speak["text"] == "three"
        peer.audio(speak, 0, b"b")
        peer.done(speak)

    with pair(breaks, works) as client:
        first, second = client.speak("one"), client.speak("two")
        for speech, heard in ((first, b"one"), (second, b"two")):
            frames = iter(speech)
            assert next(frames) == heard
            with pytest.raises(errors.ConnectionLostError):
                next(frames)
        first.cancel()
        first.finish()
        assert list(client.speak("three")) == [b"b"]


@pytest.mark.parametrize("how", ["shutting_down", "hangs up"])
def test_what_has_not_begun_is_said_whole_by_the_next_daemon(pair: MakePair, how: str) -> None:
    text = "x" * 100_000

    def goes(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        if how == "shutting_down":
            peer.send({"type": "error", "id": speak["id"], "code": how, "message": "bye"})
            _until_hung_up(peer)

    def stays(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        got, final = speak["text"], speak["final"]
        while not final:
            append = peer.expect("append")
            got += append["text"]
            final = append.get("final", False)
        assert got == text
        peer.accept(speak, voice="bf_emma")
        peer.audio(speak, 0, b"whole")
        peer.done(speak)

    with pair(goes, stays) as client:
        speech = client.speak(text)
        assert list(speech) == [b"whole"]
        assert speech.voice == "bf_emma"


def test_a_text_that_brings_daemons_down_does_not_bring_down_many(pair: MakePair) -> None:
    def falls(peer: Peer) -> None:
        peer.welcome()
        peer.expect("speak")

    with (
        pair(*[falls] * (speech_state.CRASHES + 1)) as client,
        pytest.raises(errors.ConnectionLostError),
    ):
        list(client.speak("Hi"))


def test_what_the_daemon_says_before_it_hangs_up_is_heard(pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        peer.sock.sendall(b"")
        peer.send({"type": "error", "code": "busy", "message": "64 clients are connected"})

    with pair(script) as client, pytest.raises(errors.BusyError, match="64 clients"):
        list(client.speak("x" * 5_000_000))


def test_another_version_is_a_version_error(pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        hello = peer.expect("hello")
        peer.send(
            {
                "type": "error",
                "id": hello["id"],
                "code": "unsupported_version",
                "message": "update the client",
            }
        )
        _until_hung_up(peer)

    with pair(script) as client, pytest.raises(errors.VersionError, match="update"):
        list(client.speak("Hi"))


def test_welcome_tells_the_daemons_limits(pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        hello = peer.expect("hello")
        assert hello["client"].startswith("kokoro-client ")
        peer.send(
            {
                "type": "welcome",
                "id": hello["id"],
                "version": 1,
                "daemon": "9.9",
                "sample_rate": 24_000,
                "limits": {"text_chars": 5},
            }
        )
        _until_hung_up(peer)

    with pair(script) as client:
        assert client.welcome.daemon == "9.9"
        assert client.welcome.limits == {"text_chars": 5}


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x01\xc1",
        b"\x00\x00\x00\x0d\x82\xa4type\xa3odd\xa2id\x01",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
)
def test_rubbish_is_a_protocol_error(pair: MakePair, rubbish: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        peer.expect("speak")
        peer.sock.sendall(rubbish)
        _until_hung_up(peer)

    with pair(script) as client, pytest.raises(errors.ProtocolError, match="broken"):
        list(client.speak("Hi"))


def test_who_answers_nothing_of_the_protocol_is_named(socket_path: Path, pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        peer.expect("hello")
        peer.sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        _until_hung_up(peer)

    with (
        pair(script) as client,
        pytest.raises(errors.ProtocolError, match=f"what listens at {socket_path} is not kokorod"),
    ):
        list(client.speak("Hi"))


@pytest.mark.parametrize(
    "wait",
    [
        lambda speech: list(speech),
        lambda speech: speech.accepted,
        lambda speech: speech.wait(),
        lambda speech: speech.append("x" * 1_000_000, final=True) or list(speech),
    ],
    ids=["audio", "accepted", "end", "append"],
)
def test_who_answers_nothing_at_all_is_not_waited_for(
    socket_path: Path, wait: Callable[[Any], Any]
) -> None:
    with (
        ScriptedDaemon(socket_path, _until_hung_up),
        Client(socket_path, start=False, timeout=0.05) as client,
    ):
        speech = client.speak("Hi", final=False)
        with pytest.raises(errors.AnswerTimeoutError, match=r"is there, but .* within 0\.05 s"):
            wait(speech)
        client.close()


@pytest.mark.parametrize(
    "bad",
    [
        {"speed": float("nan")},
        {"speed": 9},
        {"format": "mp3"},
        {"ttfa_ms": 1},
        {"priority": "shout"},
        {"voice": "v\ud800"},
        {"text": "half \ud83d a character"},
        {"text": "x" * 99_999 + "\udc00"},
    ],
)
def test_what_is_not_allowed_is_refused_without_a_daemon(
    socket_path: Path, bad: dict[str, Any]
) -> None:
    with (
        Client(socket_path, start=False) as client,
        pytest.raises(errors.BadRequestError, match=r"allowed|valid Unicode"),
    ):
        client.speak(**{"text": "Hi", **bad})


def test_a_closed_client_says_so(pair: MakePair) -> None:
    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        _until_hung_up(peer)

    client = pair(script)
    speech = client.speak("Hi")
    assert speech.voice == "af_heart"
    client.close()
    client.close()
    with pytest.raises(errors.KokoroError, match="closed"):
        list(speech)
    with pytest.raises(errors.KokoroError, match="closed"):
        client.speak("Hi")


def test_unread_audio_stays_within_its_bound_and_none_is_lost(pair: MakePair) -> None:
    audio = bytes(200_000)
    count = 100

    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        for seq in range(count):
            peer.audio(speak, seq, audio)
        peer.done(speak)

    with pair(script) as client:
        speech = client.speak("Hi")
        box = speech._inbox
        assert box.room_for_text.wait_for(lambda: box.full, PATIENCE_S)
        most = 0
        got = 0
        for frame in speech:
            got += len(frame)
            most = max(most, box.queued - box.taken)
        assert got == count * len(audio)
        # One read of the socket may hold the ends of a few frames.
        assert most <= inbox.INBOX_BYTES + 2 * len(audio)


def test_who_does_not_read_holds_up_the_others_for_a_while_only(
    pair: MakePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(io_thread, "STALL_S", 0.05)

    def script(peer: Peer) -> None:
        peer.welcome()
        unread, waiting = peer.expect("speak"), peer.expect("speak")
        for seq in range(100):
            peer.audio(unread, seq, bytes(200_000))
        assert peer.expect("cancel")["id"] == unread["id"]
        peer.audio(waiting, 0, b"at last")
        peer.done(waiting)
        _until_hung_up(peer)

    with pair(script) as client:
        unread, waiting = client.speak("one"), client.speak("two")
        assert list(waiting) == [b"at last"]
        with pytest.raises(errors.NotReadError):
            list(unread)


def test_append_waits_for_a_daemon_that_takes_no_text_and_then_says_so(
    pair: MakePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_state, "SILENCE_S", 0.2)
    over = threading.Event()

    def script(peer: Peer) -> None:
        peer.welcome()
        peer.expect("speak")
        assert over.wait(PATIENCE_S)

    with pair(script) as client:
        talk = client.speak("", final=False)
        with pytest.raises(errors.AnswerTimeoutError, match="took no text"):  # noqa: PT012
            for _ in range(100):
                talk.append("x" * 100_000)
        assert talk._inbox.unsent < inbox.OUTBOX_CHARS + 100_000
        over.set()


def test_a_silent_daemon_is_a_timeout(pair: MakePair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech_state, "SILENCE_S", 0.05)

    def script(peer: Peer) -> None:
        peer.welcome()
        peer.expect("speak")
        _until_hung_up(peer)

    with pair(script) as client, pytest.raises(errors.AnswerTimeoutError, match=r"0\.05 s"):
        list(client.speak("Hi"))
