"""`kokoroctl gateway` before a real daemon with the toy model: what is heard is what was asked."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from support import toy
from support.daemon.process import DaemonProcess, wait_until
from support.gateway import Gateway, gateway
from support.speaker.at_speaker import THREE, heard_by, streamed, tokens_of
from support.speaker.null_sink import Recording

pytest.importorskip("uvicorn", reason="the extra kokoro-doors[openai] is not installed")


@pytest.fixture(scope="module")
def door(heard_daemon: DaemonProcess) -> Iterator[Gateway]:
    with gateway(heard_daemon.environ) as door:
        yield door


def phonemes(pcm: bytes) -> str:
    return toy.phonemes_of(toy.decode(np.frombuffer(pcm, "<i2")).tokens)


@pytest.fixture
def openai(door: Gateway) -> Iterator[Any]:
    """The client that nobody here wrote."""
    package = pytest.importorskip("openai", reason="the package openai is not installed")
    with package.OpenAI(base_url=f"{door.url}/v1", api_key="none", max_retries=0) as client:
        yield client


def test_openais_client_hears_what_it_asked_for(heard_daemon: DaemonProcess, openai: Any) -> None:
    wanted = tokens_of(streamed(heard_daemon, THREE))
    asked = {"model": "tts-1", "voice": "", "input": THREE, "response_format": "pcm"}
    whole = openai.audio.speech.create(**asked).content
    assert list(toy.decode(np.frombuffer(whole, "<i2")).tokens) == list(wanted)
    with openai.audio.speech.with_streaming_response.create(**asked) as response:
        assert b"".join(response.iter_bytes()) == whole
    with openai.audio.speech.with_streaming_response.create(
        **asked, stream_format="sse"
    ) as response:
        lines = [line for line in response.iter_lines() if line]
    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    assert b"".join(base64.b64decode(event.get("audio", "")) for event in events) == whole
    assert events[-1]["usage"]["input_tokens"] > 0
    assert "tts-1" in [model.id for model in openai.models.list()]


def test_openais_client_understands_what_is_refused(openai: Any) -> None:
    package = pytest.importorskip("openai")
    with pytest.raises(package.BadRequestError) as caught:
        openai.audio.speech.create(model="tts-1", voice="nobody", input="Hi.")
    assert caught.value.param == "voice"
    assert "nobody" in caught.value.message
    with pytest.raises(package.NotFoundError):
        openai.models.retrieve("nothing")


def test_curl_gets_a_file(door: Gateway) -> None:
    body = '{"input": "Hello, world.", "response_format": "wav"}'
    kind = "Content-Type: application/json"
    ended = subprocess.run(
        ["curl", "-sS", "--fail", f"{door.url}/v1/audio/speech", "-d", body, "-H", kind],
        capture_output=True,
        check=True,
    )
    assert phonemes(ended.stdout[44:]).startswith("həlˈ")


def test_words_of_captions_lie_in_the_sound(door: Gateway) -> None:
    text = "One two three. Four five."
    answer = door.post(
        "/dev/captioned_speech", {"input": text, "response_format": "pcm", "stream": False}
    ).json
    words = [word["word"] for word in answer["timestamps"]]
    assert words == ["One", "two", "three", "Four", "five"]
    seconds = len(base64.b64decode(answer["audio"])) / 48_000
    ends = [word["end_time"] for word in answer["timestamps"]]
    assert ends == sorted(ends)
    assert ends[-1] <= seconds


def test_the_speaker_says_it(heard_daemon: DaemonProcess, sink: Recording, door: Gateway) -> None:
    said = door.post("/speak", {"text": THREE, "wait": True})
    assert (said.status, said.json["status"]) == (200, "finished")
    assert heard_by(sink) == tokens_of(streamed(heard_daemon, THREE))


def test_the_speaker_is_stopped_and_takes_no_unknown_voice(
    heard_daemon: DaemonProcess, sink: Recording, door: Gateway
) -> None:
    begun = door.post("/speak", {"input": "Nine men in a small boat. " * 30, "speed": 3})
    assert (begun.status, begun.json["status"]) == (202, "accepted")
    assert begun.headers["x-kokoro-note"] == "speed 3 is spoken at 2"
    assert heard_daemon.ask("queue")[0]["client"] == "gateway"
    assert door.post("/stop").json["stopped"] == 1
    wait_until(lambda: heard_daemon.ask("queue") == [], "silence")
    unknown = door.post("/speak", {"text": "Hi.", "voice": "nobody"})
    assert (unknown.status, unknown.error["param"]) == (400, "voice")


def test_the_status_tells_no_paths(heard_daemon: DaemonProcess, door: Gateway) -> None:
    status = door.get("/status")
    assert status.json["daemon"]["state"] == "ready"
    assert str(heard_daemon.home).encode() not in status.body


def test_explain_tells_how_a_text_is_read(door: Gateway) -> None:
    told = door.post("/explain", {"input": "It costs $5.30."}).json
    assert told["normalized"] == "It costs five dollars and thirty cents."
    assert door.post("/explain", {"input": "x" * 5_001}).status == 400
