"""What a request for speech may be, as other programs write it."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra kokoro-doors[openai] is not installed")

from kokoro_client import errors
from kokoro_client.cli.exits import CommandError
from kokoro_doors.gateway.asked import Format, StreamFormat, parse
from kokoro_doors.gateway.failures import RefusedError, refusal_of
from kokoro_doors.gateway.guard import Guard
from kokoro_doors.gateway.settings import MAX_INPUT_CHARS, Settings, checked
from kokoro_doors.gateway.voices import voice_of


def test_what_openais_clients_send() -> None:
    asked = parse({"model": "tts-1", "input": "Hello.", "voice": "alloy"})
    assert (asked.text, asked.voice, asked.format) == ("Hello.", "af_alloy", Format.MP3)
    assert asked.stream_format is StreamFormat.AUDIO
    whole = {
        "model": "gpt-4o-mini-tts",
        "input": "Hello.",
        "voice": {"id": "bf_emma"},
        "response_format": "pcm",
        "speed": 1.5,
        "stream_format": "sse",
        "instructions": "cheerful",
    }
    asked = parse(whole)
    assert (asked.voice, asked.speed, asked.format) == ("bf_emma", 1.5, Format.PCM)
    assert asked.stream_format is StreamFormat.SSE
    assert parse({"input": "Hi.", "voice": None, "speed": None}, "am_adam").voice == "am_adam"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("af_heart", "af_heart"),
        ("Nova", "af_nova"),
        ("af_heart:0.6,am_adam:0.4", "af_heart:0.6,am_adam:0.4"),
        ("af_heart+am_adam", "af_heart:1,am_adam:1"),
        ("af_heart(2)+alloy(0.5)", "af_heart:2,af_alloy:0.5"),
        ({"id": "echo"}, "am_echo"),
        ("", "usual"),
        (None, "usual"),
    ],
)
def test_voices_of_other_programs(written: Any, meant: str) -> None:
    assert voice_of(written, "usual") == meant


@pytest.mark.parametrize(
    ("speed", "spoken", "note"),
    [(0.25, 0.5, "0.25"), (4, 2.0, "speed 4 is spoken at 2"), (1, 1.0, "")],
)
def test_speeds_that_kokoro_has_not_are_told(speed: float, spoken: float, note: str) -> None:
    asked = parse({"input": "Hi.", "speed": speed})
    assert asked.spoken_speed == spoken
    assert note in asked.note
    assert bool(asked.note) == bool(note)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "input"),
        ({"input": ""}, "input"),
        ({"input": "x", "model": {}}, "model"),
        ({"input": 5}, "input"),
        ({"input": "\ud800"}, "input"),
        ({"input": "x" * (MAX_INPUT_CHARS + 1)}, "input"),
        ({"input": "x", "speed": 0.2}, "speed"),
        ({"input": "x", "speed": 10**400}, "speed"),
        ({"input": "x", "speed": float("nan")}, "speed"),
        ({"input": "x", "speed": True}, "speed"),
        ({"input": "x", "speed": "1"}, "speed"),
        ({"input": "x", "voice": 5}, "voice"),
        ({"input": "x", "voice": {"name": "x"}}, "voice"),
        ({"input": "x", "voice": "v" * 300}, "voice"),
        ({"input": "x", "voice": "a++b"}, "voice"),
        ({"input": "x", "lang": "--help"}, "lang"),
        ({"input": "x", "lang": "\0"}, "lang"),
        ({"input": "x", "response_format": "ogg"}, "response_format"),
        ({"input": "x", "response_format": []}, "response_format"),
        ({"input": "x", "stream_format": "text"}, "stream_format"),
        ({"input": "x", "stream": "yes"}, "stream"),
        ({"input": "x", "priority": "urgent"}, "priority"),
    ],
)
def test_what_is_not_allowed_is_named(body: dict[str, Any], param: str) -> None:
    with pytest.raises(RefusedError) as caught:
        parse(body)
    assert (caught.value.status, caught.value.param) == (400, param)
    assert len(caught.value.message) < 300


@pytest.mark.parametrize("body", [None, [], "text", 5])
def test_a_body_that_is_no_object(body: Any) -> None:
    with pytest.raises(RefusedError, match="no JSON object"):
        parse(body)


def test_failures_have_openais_shape() -> None:
    busy = errors.BusyError("too much")
    busy.retry_after_ms = 1400
    refusal = refusal_of(busy)
    assert refusal.status == 429
    assert refusal.headers == {"Retry-After": "1"}
    assert refusal.body() == {
        "error": {
            "message": "too much",
            "type": "rate_limit_error",
            "param": None,
            "code": "busy",
        }
    }
    assert refusal_of(errors.NoDaemonError("none")).status == 503
    assert refusal_of(errors.UnknownVoiceError("no")).param == "voice"
    assert refusal_of(errors.EngineFailedError("no")).body()["error"]["type"] == "server_error"


def test_other_machines_are_let_in_with_a_token_only() -> None:
    token = "0123456789abcdef"
    with pytest.raises(CommandError, match="give a token"):
        checked(Settings(host="0.0.0.0"))
    assert checked(Settings(host="0.0.0.0", token=token))
    assert checked(Settings(host="127.0.0.2"))
    assert checked(Settings(host="::1"))
    with pytest.raises(CommandError, match="5 characters"):
        checked(Settings(token="short"))
    with pytest.raises(CommandError, match="as a browser does"):
        checked(Settings(origins=("example.org",)))


def test_posts_are_allowed_again_as_time_passes() -> None:
    from kokoro_doors.gateway.counters import Counters
    from kokoro_doors.gateway.settings import POSTS_A_SECOND, POSTS_AT_ONCE

    now = [0.0]
    guard = Guard(None, Settings(), Counters(), lambda: now[0])  # type: ignore[arg-type]
    for _ in range(POSTS_AT_ONCE):
        guard._take_post()
    with pytest.raises(RefusedError, match="slow down"):
        guard._take_post()
    now[0] += 1.5 / POSTS_A_SECOND
    guard._take_post()
    with pytest.raises(RefusedError):
        guard._take_post()
