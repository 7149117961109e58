"""The thread that speaks: whatever the client does, each message has its last event."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kokoro_client.errors import UnknownVoiceError
from kokoro_client.wire.choices import Turn
from kokoro_client.wire.messages import Audio
from kokoro_doors.speechd.echo_cache import EchoCache
from kokoro_doors.speechd.settings import Settings
from kokoro_doors.speechd.speaking import Message, Speaking
from kokoro_doors.speechd.stream import Stream
from kokoro_doors.speechd.wording import Kind


class Broken:
    """A client with a fault that nobody has thought of."""

    def status(self) -> Any:
        raise ZeroDivisionError("status")

    def speak(self, text: str, **fields: Any) -> Any:
        raise ZeroDivisionError("speak")

    def close(self) -> None:
        pass


class OneSound:
    """A speech of 0.1 s that has the turn at once."""

    ending = "finished"

    def on_turn(self, told: Callable[[Turn | None], None]) -> None:
        told(Turn.PLAY)

    def events(self) -> Iterator[Audio]:
        yield Audio(id=1, seq=0, pcm=b"\1\1" * 2_400)

    def played(self, at_s: float, final: bool = False) -> None:
        pass

    def cancel(self) -> None:
        pass

    def __enter__(self) -> OneSound:
        return self

    def __exit__(self, *raised: object) -> None:
        pass


class Forgetful(Broken):
    """A daemon whose voices are gone as soon as they are listed."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def status(self) -> Any:
        self.asked.append("status")
        return {"voice": "af_heart"}

    def voices(self) -> Any:
        return [{"name": "af_heart", "lang": "en-us", "gender": "female", "grade": "A"}]

    def speak(self, text: str, **fields: Any) -> Any:
        self.asked.append(fields["voice"])
        if fields["voice"]:
            raise UnknownVoiceError(f"no voice {fields['voice']}")
        return OneSound()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    read, write = os.pipe()
    yield read, write
    os.close(read)
    os.close(write)


def test_a_fault_of_any_kind_is_an_event_and_the_next_message_is_taken(
    pipe: tuple[int, int], tmp_path: Path
) -> None:
    read, write = pipe
    stream = Stream(write)
    speaking = Speaking(stream, Broken(), EchoCache(tmp_path))  # type: ignore[arg-type]
    speaking.start()
    with os.fdopen(os.dup(read), "rb") as lines:
        for text in ("one", "two"):
            number = stream.open("200 OK SPEAKING\n")
            speaking.begin(Message(number, Kind.SPEAK, text, Settings()))
            told = [lines.readline() for _ in range(3)]
            assert told == [b"200 OK SPEAKING\n", b"701 BEGIN\n", b"703 STOP\n"]
    speaking.close()


def test_a_voice_that_is_gone_is_another_one_and_they_are_asked_for_anew(
    pipe: tuple[int, int], tmp_path: Path
) -> None:
    read, write = pipe
    stream, client = Stream(write), Forgetful()
    speaking = Speaking(stream, client, EchoCache(tmp_path))  # type: ignore[arg-type]
    speaking.start()
    with os.fdopen(os.dup(read), "rb") as lines:
        for text in ("one", "two"):
            number = stream.open("200 OK SPEAKING\n")
            speaking.begin(Message(number, Kind.SPEAK, text, Settings()))
            assert [lines.readline() for _ in range(2)] == [b"200 OK SPEAKING\n", b"701 BEGIN\n"]
            sounded = False
            while (line := lines.readline()) != b"702 END\n":
                assert line[:3] == b"705", line
                sounded = sounded or b"AUDIO\0" in line
            assert sounded
    speaking.close()
    assert client.asked == ["status", "af_heart", "", "status", "af_heart", ""]


def test_nothing_of_a_message_that_is_over_is_written(pipe: tuple[int, int]) -> None:
    read, write = pipe
    stream = Stream(write)
    first = stream.open("200 OK SPEAKING\n")
    assert stream.break_off(b"703 STOP\n")
    assert not stream.break_off(b"703 STOP\n")
    second = stream.open("200 OK SPEAKING\n")
    assert not stream.event(first, b"705 AUDIO\n")
    assert not stream.finish(first, b"702 END\n")
    assert stream.finish(second, b"702 END\n")
    assert os.read(read, 1_000).splitlines() == [
        b"200 OK SPEAKING", b"701 BEGIN", b"703 STOP", b"200 OK SPEAKING", b"701 BEGIN", b"702 END",
    ]  # fmt: skip
