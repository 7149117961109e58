"""A daemon whose voice streams: units in chunks, through socket, process and onnxruntime."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import toy
from support.daemon.conversation import Conversation
from support.daemon.homes import speaking, toy_home
from support.daemon.process import DaemonProcess, wait_until

from kokorod.types import SAMPLE_RATE

SENTENCES = ("wˈʌn tˈu θɹˈi fˈoːɹ.", "fˈaɪv, sˈɪks sˈɛvən?", "ˈeɪt nˈaɪn tˈɛn!")
TEXT = " ".join(SENTENCES * 4)
LONG = " ".join(SENTENCES * 40)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """One that found a copy when it began: it streams."""
    with speaking(toy_home(tmp_path_factory.mktemp("s"), copied=True)) as made:
        yield made


def lane(daemon: DaemonProcess) -> dict[str, Any]:
    value = daemon.ask("status")
    return next(lane for lane in value["lanes"] if lane["name"] == "cpu")


def expected(phonemes: str) -> list[int]:
    """Without the spaces that a pause stands for between two units: the toy sounds each token."""
    return toy.tokens_of(phonemes)


def without_spaces(tokens: list[int]) -> list[int]:
    (space,) = toy.tokens_of(" ")
    return [token for token in tokens if token != space]


def test_what_is_said_in_chunks_is_the_text_without_a_click(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        sound = conversation.said(1, TEXT, phonemes=True, cache=False)
        audio = [a for a in conversation.answers[1] if a["type"] == "audio"]
    heard = toy.decode(sound)
    assert without_spaces(heard.tokens) == without_spaces(expected(TEXT))
    assert not heard.cut
    assert not heard.unclear
    assert toy.clicks(sound) == []
    assert len(audio) > 1
    state = lane(daemon)
    assert state["way"] == "chunks"
    assert state["front_ms"] > 0
    assert state["chunk_cost"].keys() == {"a", "b"}


def test_words_come_before_the_sound_and_are_heard_then(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        sound = conversation.said(1, TEXT, phonemes=True, timings=True, cache=False)
        answers = conversation.answers[1]
    assert [a["type"] for a in answers[:3]] == ["accepted", "segment", "audio"]
    segments = [a for a in answers if a["type"] == "segment"]
    starts = [s.start / SAMPLE_RATE for s in toy.decode(sound).sounds]
    words = [word for segment in segments for word in segment["words"]]
    assert all(segment["exact"] for segment in segments)
    for word in words:
        assert min(abs(word["start_s"] - start) for start in starts) < 0.005
    assert all(a["end_s"] <= b["start_s"] + 0.005 for a, b in pairwise(words))
    ends = [segment["start_s"] + segment["duration_s"] for segment in segments]
    assert ends[-1] == pytest.approx(len(sound) / SAMPLE_RATE, abs=0.001)


def test_sound_of_a_unit_comes_while_it_is_made(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, TEXT, phonemes=True, cache=False)
        first = conversation.first_audio(1)
        segment = next(a for a in conversation.answers[1] if a["type"] == "segment")
        conversation.end_of(1)
    assert len(first["pcm"]) / 2 / SAMPLE_RATE < segment["duration_s"] / 2


def test_a_cancel_ends_it_inside_a_unit_and_the_next_is_heard_whole(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, LONG, phonemes=True, cache=False)
        conversation.first_audio(1)
        conversation.send("cancel", 1)
        assert conversation.end_of(1)["cancelled"]
        heard = toy.decode(conversation.said(2, TEXT, phonemes=True, cache=False))
    assert without_spaces(heard.tokens) == without_spaces(expected(TEXT))


def test_two_clients_are_both_heard_whole_and_in_order(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as one, Conversation(daemon.socket) as other:
        for number in range(4):
            one.speak(number, TEXT, phonemes=True, cache=False)
            other.speak(number, TEXT, phonemes=True, cache=False)
        for conversation in (one, other):
            for number in range(4):
                assert conversation.end_of(number)["type"] == "done"
                heard = toy.decode(conversation.pcm(number))
                assert without_spaces(heard.tokens) == without_spaces(expected(TEXT))
                segments = [a for a in conversation.answers[number] if a["type"] == "segment"]
                assert [s["index"] for s in segments] == list(range(len(segments)))


def test_a_phrase_from_the_cache_is_the_same_sound(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        first = conversation.said(1, SENTENCES[0], phonemes=True, timings=True)
        again = conversation.said(2, SENTENCES[0], phonemes=True, timings=True)
        kept = [a for a in conversation.answers[2] if a["type"] == "segment"]
        made = [a for a in conversation.answers[1] if a["type"] == "segment"]
    assert np.array_equal(first, again)
    assert [s["cached"] for s in kept] == [True]
    assert [s["words"] for s in kept] == [s["words"] for s in made]


def test_a_text_goes_on_when_its_lane_is_made_anew(daemon: DaemonProcess) -> None:
    created = daemon.ask("status")["sessions"]["created"]
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, LONG, phonemes=True, cache=False)
        conversation.first_audio(1)
        daemon.ask("reload")
        assert conversation.end_of(1)["type"] == "done"
        heard = toy.decode(conversation.pcm(1))
    assert without_spaces(heard.tokens) == without_spaces(expected(LONG))
    assert daemon.ask("status")["sessions"]["created"] >= created


def test_streaming_may_be_turned_off(tmp_path: Path) -> None:
    with speaking(toy_home(tmp_path, copied=True), {"KOKORO_STREAMING": "false"}) as made:
        wait_until(lambda: made.ask("status")["startup"]["optimised_ms"], "the copy is there")
        with Conversation(made.socket) as conversation:
            heard = toy.decode(conversation.said(1, TEXT, phonemes=True, cache=False))
        assert without_spaces(heard.tokens) == without_spaces(expected(TEXT))
        assert lane(made)["way"] == "whole"
