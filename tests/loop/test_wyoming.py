"""`kokoroctl wyoming`, asked by the package wyoming's own client."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from support.daemon.process import PATIENCE_S, wait_until
from support.gateway import Gateway, gateway

from kokoro_client.testing import FakeDaemon, pcm_of
from kokoro_doors.stretching import available

pytest.importorskip("wyoming", reason="the extra kokoro-doors[wyoming] is not installed")

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeVoice,
)

TEXT = "Hello, world. How are you?"


@pytest.fixture(scope="module")
def daemon() -> Iterator[FakeDaemon]:
    with FakeDaemon() as daemon:
        yield daemon


@pytest.fixture(scope="module")
def door(daemon: FakeDaemon) -> Iterator[Gateway]:
    with gateway(daemon.environ, command="wyoming") as door:
        yield door


def asked(door: Gateway, task: Callable[[AsyncTcpClient], Awaitable[None]]) -> None:
    host, _, port = door.url.removeprefix("tcp://").rpartition(":")

    async def run() -> None:
        async with asyncio.timeout(PATIENCE_S), AsyncTcpClient(host, int(port)) as client:
            await task(client)

    asyncio.run(run())


async def until(client: AsyncTcpClient, kind: Any) -> list[Event]:
    """What comes up to the first event of a kind."""
    came: list[Event] = []
    while not came or not kind.is_type(came[-1].type):
        event = await client.read_event()
        assert event is not None, came
        came.append(event)
    return came


def sound_of(events: list[Event]) -> bytes:
    assert AudioStart.is_type(events[0].type)
    start = AudioStart.from_event(events[0])
    assert (start.rate, start.width, start.channels) == (24_000, 2, 1)
    return b"".join(AudioChunk.from_event(event).audio for event in events[1:-1])


def test_it_describes_itself(door: Gateway) -> None:
    async def task(client: AsyncTcpClient) -> None:
        await client.write_event(Describe().event())
        event = await client.read_event()
        assert event is not None
        (program,) = Info.from_event(event).tts
        assert program.supports_synthesize_streaming
        assert [voice.name for voice in program.voices] == ["af_heart", "am_adam", "bf_emma"]
        assert [voice.languages for voice in program.voices] == [["en_US"], ["en_US"], ["en_GB"]]

    asked(door, task)


def test_a_text_is_spoken_and_the_next_one_after_it(door: Gateway, daemon: FakeDaemon) -> None:
    async def task(client: AsyncTcpClient) -> None:
        await client.write_event(Synthesize(TEXT, SynthesizeVoice(name="bf_emma")).event())
        await client.write_event(Synthesize("Next.").event())
        assert sound_of(await until(client, AudioStop)) == pcm_of(TEXT)
        assert sound_of(await until(client, AudioStop)) == pcm_of("Next.")
        assert [spoken.voice for spoken in daemon.spoken[-2:]] == ["bf_emma", "af_heart"]

    asked(door, task)


def test_a_text_is_spoken_while_it_is_written(door: Gateway) -> None:
    async def task(client: AsyncTcpClient) -> None:
        await client.write_event(SynthesizeStart().event())
        await client.write_event(SynthesizeChunk("One sentence. And").event())
        first = await until(client, AudioChunk)  # before the text has ended
        await client.write_event(SynthesizeChunk(" another.").event())
        # Clients send the whole text again, for servers that do not stream.
        await client.write_event(Synthesize("One sentence. And another.").event())
        await client.write_event(SynthesizeStop().event())
        events = first + await until(client, SynthesizeStopped)
        assert AudioStop.is_type(events[-2].type)
        assert sound_of(events[:-1]) == pcm_of("One sentence. And another.")

    asked(door, task)


def test_a_failure_is_told_and_the_connection_lives_on(door: Gateway, daemon: FakeDaemon) -> None:
    async def task(client: AsyncTcpClient) -> None:
        await client.write_event(Synthesize(TEXT, SynthesizeVoice(name="nobody")).event())
        (event,) = await until(client, Error)
        assert "nobody" in Error.from_event(event).text
        daemon.refuse("engine_failed", "broken")
        await client.write_event(SynthesizeStart().event())
        await client.write_event(SynthesizeChunk("Lost.").event())
        await client.write_event(SynthesizeStop().event())
        events = await until(client, SynthesizeStopped)
        assert [Error.is_type(event.type) for event in events] == [True, False]
        await client.write_event(Synthesize(TEXT).event())
        assert sound_of(await until(client, AudioStop)) == pcm_of(TEXT)

    asked(door, task)


@pytest.mark.parametrize("begun", [True, False])
def test_a_client_that_leaves_ends_its_speech(
    door: Gateway, daemon: FakeDaemon, begun: bool
) -> None:
    async def task(client: AsyncTcpClient) -> None:
        if not begun:
            daemon.hold()
        before = len(daemon.spoken)
        await client.write_event(Synthesize("A long sentence. " * 2_000).event())
        if begun:
            await until(client, AudioChunk)
        while len(daemon.spoken) == before:
            await asyncio.sleep(0.005)

    asked(door, task)
    wait_until(lambda: daemon.spoken[-1].ending == "cancelled", "its end")
    daemon.release()


@pytest.mark.parametrize(
    "data",
    [
        b"no JSON\n",
        b"[]\n",
        b'{"type": "synthesize", "data_length": 99999999}\n',
        b'{"type": "synthesize"}\n',
        b'{"type": "synthesize", "data": 5}\n',
        b"x" * 700_000,
    ],
)
def test_nonsense_is_answered_and_ends_that_connection_alone(door: Gateway, data: bytes) -> None:
    host, _, port = door.url.removeprefix("tcp://").rpartition(":")
    with socket.create_connection((host, int(port)), PATIENCE_S) as sock:
        sock.sendall(data)
        heard = b""
        try:
            while got := sock.recv(4096):
                heard += got
        except ConnectionResetError:
            pass
        assert b'"error"' in heard or len(data) > 600_000

    async def task(client: AsyncTcpClient) -> None:
        await client.write_event(Synthesize("Still there.").event())
        assert sound_of(await until(client, AudioStop)) == pcm_of("Still there.")

    asked(door, task)


@pytest.mark.skipif(not available(), reason="the extra kokoro-doors[stretch] is not installed")
def test_a_speed_that_kokoro_has_not_is_stretched(daemon: FakeDaemon) -> None:
    async def task(client: AsyncTcpClient) -> None:
        await client.write_event(Synthesize(TEXT).event())
        heard = len(sound_of(await until(client, AudioStop)))
        assert heard == pytest.approx(len(pcm_of(TEXT, 2.0)) / 1.5, rel=0.02)

    with gateway(daemon.environ, "--speed", "3", command="wyoming") as door:
        asked(door, task)
    assert daemon.spoken[-1].speed == 2


@pytest.mark.parametrize("speed", ["0.2", "4.1", "nan"])
def test_a_speed_that_nobody_follows_is_refused(daemon: FakeDaemon, speed: str) -> None:
    with (
        pytest.raises(AssertionError, match=r"allowed is 0\.25 to 4"),
        gateway(daemon.environ, "--speed", speed, command="wyoming"),
    ):
        pass
