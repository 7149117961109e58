"""What many clients, pieces, speeds, formats and voices make heard; pauses, timings, the cache."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import phonemizer
import pytest
from kokoro_onnx import Kokoro
from kokoro_onnx.tokenizer import Tokenizer
from support import toy
from support.daemon.conversation import Conversation
from support.daemon.hearing import hear
from support.daemon.homes import speaking, toy_home, wait_for_changed_copy
from support.daemon.process import DaemonProcess
from support.daemon.texts import phonemes, prose, without_joins

IN_FLIGHT = 8


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """It reads text as kokoro-onnx does, so that the two can be compared."""
    home = toy_home(tmp_path_factory.mktemp("heard"))
    # All clients of a test are one program, which may have 32 requests in flight by default.
    settings = {"KOKORO_PHONEMES": "espeak", "KOKORO_MAX_REQUESTS_PER_CLIENT": "256"}
    with speaking(home, settings) as daemon:
        yield daemon


def read_by_kokoro_onnx(texts: list[str]) -> list[str]:
    """What kokoro-onnx's tokenizer makes of each, with one espeak-ng for all."""
    tokenizer = Tokenizer()
    read = phonemizer.phonemize(
        [tokenizer.normalize_text(text) for text in texts],
        "en-us",
        preserve_punctuation=True,
        with_stress=True,
    )
    known = (tokenizer.known(said).strip() for said in read)
    return [" ".join(said.split()) for said in known]


def speak_and_hear(
    daemon: DaemonProcess, texts: list[str], expected: list[str], as_phonemes: bool
) -> None:
    """All of them over one connection, several in flight."""
    with Conversation(daemon.socket) as conversation:
        for id, text in enumerate(texts[:IN_FLIGHT]):
            conversation.speak(id, text, cache=False, phonemes=as_phonemes)
        for id, said in enumerate(expected):
            end = conversation.end_of(id)
            assert end["type"] == "done", end
            if id + IN_FLIGHT < len(texts):
                upcoming = id + IN_FLIGHT
                conversation.speak(upcoming, texts[upcoming], cache=False, phonemes=as_phonemes)
            hear(conversation.pcm(id), said)
            assert end["stats"]["tokens"] >= len(without_joins(said))
            del conversation.answers[id]
            conversation.in_order.clear()


@pytest.mark.parametrize("as_phonemes", [False, True], ids=["text", "phonemes"])
def test_many_clients_at_once_hear_each_their_own(daemon: DaemonProcess, as_phonemes: bool) -> None:
    source = random.Random(82 + as_phonemes)
    clients = 8
    if as_phonemes:  # forty requests each
        expected = texts = [phonemes(source, 1) for _ in range(40 * clients)]
    else:
        texts = [prose(source, source.choice([1, 1, 2, 5])) for _ in range(6 * clients)]
        expected = read_by_kokoro_onnx(texts)
    with ThreadPoolExecutor(clients) as pool:
        parts = [
            pool.submit(
                speak_and_hear, daemon, texts[n::clients], expected[n::clients], as_phonemes
            )
            for n in range(clients)
        ]
        for part in parts:
            part.result()
    status = daemon.ask("status")
    assert status["requests"]["active"] == 0
    assert status["requests"]["failed"] == 0


def test_kokoro_onnx_itself_says_the_same(daemon: DaemonProcess) -> None:
    """Not only its tokenizer: its whole pipeline on the same model, heard."""
    model = daemon.home / "models" / "toy"
    kokoro = Kokoro(str(model / "model.onnx"), str(model / "voices.bin"))
    source = random.Random(11)
    for id in range(12):
        text = prose(source, source.choice([1, 2, 6]))
        theirs, _ = kokoro.create(text, "af_heart", trim=False)
        with Conversation(daemon.socket) as conversation:
            ours = conversation.said(id, text)
        said = toy.decode(np.asarray(theirs)).phonemes
        assert without_joins(toy.decode(ours).phonemes) == without_joins(said)


def test_a_long_text_is_heard_whole(daemon: DaemonProcess) -> None:
    text = prose(random.Random(5), 60)
    (expected,) = read_by_kokoro_onnx([text])
    with Conversation(daemon.socket) as conversation:
        heard = hear(conversation.said(1, text), expected)
        segments = [a for a in conversation.answers[1] if a["type"] == "segment"]
    assert len(heard.tokens) > 2_000
    assert [s["index"] for s in segments] == list(range(len(segments)))
    assert segments[0]["start"] == 0
    assert segments[-1]["end"] == len(text)
    assert all(a["end"] <= b["start"] + 1 for a, b in pairwise(segments))


@pytest.mark.parametrize("size", [1, 7])
def test_text_that_arrives_in_pieces_says_the_same(daemon: DaemonProcess, size: int) -> None:
    """As an LLM writes it: word by word, or in pieces that part words."""
    text = prose(random.Random(size), 12)
    (expected,) = read_by_kokoro_onnx([text])
    words = text.split(" ")
    pieces = (
        [" ".join(words[:1]), *(f" {word}" for word in words[1:])]
        if size == 1
        else [text[at : at + size] for at in range(0, len(text), size)]
    )
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, pieces[0], final=False)
        for piece in pieces[1:]:
            conversation.send("append", 1, text=piece)
        conversation.send("append", 1, text="", final=True)
        assert conversation.end_of(1)["type"] == "done"
        hear(conversation.pcm(1), expected)


def test_what_has_arrived_is_spoken_before_the_rest_is_written(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, "This is the first sentence. And this", final=False)
        conversation.first_audio(1)
        assert not [a for a in conversation.in_order if a["type"] == "done"]
        conversation.send("append", 1, text=" is the second one.", final=True)
        conversation.end_of(1)
        (expected,) = read_by_kokoro_onnx(
            ["This is the first sentence. And this is the second one."]
        )
        hear(conversation.pcm(1), expected)


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.3, 2.0])
def test_every_speed_is_heard(daemon: DaemonProcess, speed: float) -> None:
    said = phonemes(random.Random(3), 4)
    with Conversation(daemon.socket) as conversation:
        hear(conversation.said(1, said, phonemes=True, speed=speed), said, speed=speed)


def test_floats_say_the_same_as_integers(daemon: DaemonProcess) -> None:
    said = phonemes(random.Random(4), 3)
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, said, phonemes=True, format="f32le")
        conversation.end_of(1)
        audio = [a["pcm"] for a in conversation.answers[1] if a["type"] == "audio"]
        hear(np.frombuffer(b"".join(audio), "<f4"), said)


@pytest.mark.parametrize("voice", sorted(toy.VOICES))
def test_each_voice_sounds_like_itself(daemon: DaemonProcess, voice: str) -> None:
    said = phonemes(random.Random(6), 1)
    with Conversation(daemon.socket) as conversation:
        heard = hear(conversation.said(1, said, phonemes=True, voice=voice), said)
    assert conversation.answers[1][0]["voice"] == voice
    for sound in heard.sounds:
        assert sound.loudness == pytest.approx(toy.loudness_of(voice), abs=0.05)


def test_a_phrase_from_the_cache_is_the_same_sound(daemon: DaemonProcess) -> None:
    said = "ðə bˈOt ɪz hˈɪɹ."
    with Conversation(daemon.socket) as conversation:
        first = conversation.said(1, said, phonemes=True)
        again = conversation.said(2, said, phonemes=True)
        assert conversation.end_of(2)["stats"]["cached"]
        assert (first == again).all()
        hear(again, said)
        conversation.said(3, said, phonemes=True, cache=False)
        assert not conversation.end_of(3)["stats"]["cached"]


@pytest.fixture(scope="module")
def old_daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """It speaks with a v1.0 model, whose durations only its copy shows."""
    # Spoken whole: tests/daemon/test_streaming.py has the words of what is spoken in chunks.
    home = toy_home(tmp_path_factory.mktemp("old"), "1.0")
    with speaking(home, {"KOKORO_STREAMING": "false"}) as daemon:
        wait_for_changed_copy(daemon)
        yield daemon


@pytest.mark.parametrize("of", ["daemon", "old_daemon"])
def test_words_are_heard_when_the_timings_say(of: str, request: pytest.FixtureRequest) -> None:
    said = phonemes(random.Random(8), 6)
    with Conversation(request.getfixturevalue(of).socket) as conversation:
        pcm = conversation.said(1, said, phonemes=True, timings=True)
        heard = hear(pcm, said)
        segments = [a for a in conversation.answers[1] if a["type"] == "segment"]
    assert all(segment["exact"] for segment in segments)
    words = [word for segment in segments for word in segment["words"]]
    assert [said[w["start"] : w["end"]] for w in words] == said.replace(" — ", " ").split()
    for word in words:
        inside = [
            s
            for s in heard.sounds
            if s.start >= word["start_s"] * 24_000 - 480 and s.end <= word["end_s"] * 24_000 + 480
        ]
        spoken = toy.phonemes_of([s.token for s in inside])
        # A neighbour may reach in by a few ms, never a whole token be missing.
        assert said[word["start"] : word["end"]] in spoken
    times = [word["start_s"] for word in words]
    assert times == sorted(times)
