"""`kokoroctl gateway` before the fake daemon: sound in every format, events, captions, errors."""

from __future__ import annotations

import asyncio
import base64
import http.client
import io
import json
import shutil
import struct
import threading
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support.daemon.process import PATIENCE_S, wait_until
from support.gateway import Answer, Gateway, gateway

from kokoro_client.testing import FakeDaemon, pcm_of
from kokoro_doors.gateway.asked import Format
from kokoro_doors.gateway.encoding import encoder_of
from kokoro_doors.stretching import available

pytest.importorskip("uvicorn", reason="the extra kokoro-doors[openai] is not installed")

TEXT = "Hello, world. How are you?"
SPEECH = "/v1/audio/speech"


@pytest.fixture(scope="module")
def daemon() -> Iterator[FakeDaemon]:
    with FakeDaemon() as daemon:
        yield daemon


@pytest.fixture(scope="module")
def door(daemon: FakeDaemon) -> Iterator[Gateway]:
    with gateway(daemon.environ) as door:
        yield door


def sound(door: Gateway, text: str = TEXT, **fields: Any) -> Answer:
    answer = door.post(SPEECH, {"model": "tts-1", "input": text, **fields})
    assert answer.status == 200, answer.body
    return answer


def decoded(data: bytes) -> array[int]:
    soundfile = pytest.importorskip("soundfile")
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert file.channels == 1
        assert file.samplerate == 24_000
        return array("h", bytes(file.buffer_read(dtype="int16")))


def test_pcm_and_wav_are_what_the_daemon_made(door: Gateway) -> None:
    pcm = sound(door, response_format="pcm", voice="bf_emma")
    assert pcm.headers["content-type"] == "audio/pcm"
    assert pcm.headers["x-kokoro-voice"] == "bf_emma"
    assert pcm.body == pcm_of(TEXT)
    wav = sound(door, response_format="wav").body
    assert wav[44:] == pcm_of(TEXT)
    assert struct.unpack_from("<4xI8xI2HI", wav) == (0xFFFF_FFFF, 16, 1, 1, 24_000)
    whole = sound(door, response_format="wav", stream=False)
    assert int(whole.headers["content-length"]) == len(whole.body)
    assert struct.unpack_from("<40xI", whole.body) == (len(pcm_of(TEXT)),)


@pytest.mark.parametrize(
    ("format", "stream"),
    [("mp3", True), ("mp3", False), ("opus", True), ("opus", False), ("flac", False)],
)
def test_formats_that_are_encoded(door: Gateway, format: str, stream: bool) -> None:
    answer = sound(door, response_format=format, stream=stream)
    media = {"mp3": "audio/mpeg"}.get(format, f"audio/{format}")
    assert answer.headers["content-type"] == media
    heard, asked = decoded(answer.body), array("h", pcm_of(TEXT))
    # Encoders that lose something add a frame at either end.
    assert 0 <= len(heard) - len(asked) <= (0 if format == "flac" else 4_000)
    assert max(heard) > 5_000
    if format == "flac":
        assert heard == asked
    if not stream:
        assert int(answer.headers["content-length"]) == len(answer.body)


def test_streamed_flac_lacks_only_its_length(door: Gateway) -> None:
    streamed, whole = (sound(door, response_format="flac", stream=s).body for s in (True, False))
    assert len(streamed) == len(whole)
    different = [at for at in range(len(whole)) if streamed[at] != whole[at]]
    assert max(different) < 42  # STREAMINFO


def test_mp3_is_what_comes_if_nothing_is_said(door: Gateway) -> None:
    assert sound(door).headers["content-type"] == "audio/mpeg"


def test_aac_is_made_or_refused(door: Gateway) -> None:
    answer = door.post(SPEECH, {"input": TEXT, "response_format": "aac"})
    if shutil.which("ffmpeg"):
        assert answer.body[:2] in (b"\xff\xf1", b"\xff\xf9")  # ADTS
    else:
        assert (answer.status, answer.error["param"]) == (400, "response_format")
        assert "ffmpeg" in answer.error["message"]


def test_a_text_with_nothing_to_say(door: Gateway) -> None:
    assert sound(door, " \n ", response_format="pcm").status == 200


def test_events(door: Gateway) -> None:
    answer = sound(door, response_format="pcm", stream_format="sse")
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = answer.body.decode().removesuffix("\n\n").split("\n\n")
    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    assert [event["type"] for event in events[:-1]] == ["speech.audio.delta"] * (len(events) - 1)
    pcm = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert pcm == pcm_of(TEXT)
    assert events[-1]["type"] == "speech.audio.done"
    usage = events[-1]["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"] > 0


def test_captions_a_line_a_piece_and_whole(door: Gateway) -> None:
    body = {"input": TEXT, "response_format": "pcm", "offsets": True}
    streamed = door.post("/dev/captioned_speech", body)
    assert streamed.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in streamed.body.splitlines()]
    assert b"".join(base64.b64decode(line["audio"]) for line in lines) == pcm_of(TEXT)
    words = [word for line in lines for word in line["timestamps"]]
    assert [word["word"] for word in words] == TEXT.split()
    assert [TEXT[word["start"] : word["end"]] for word in words] == TEXT.split()
    starts = [word["start_time"] for word in words]
    assert starts == sorted(starts)
    assert 0 <= starts[0] < words[0]["end_time"] < words[-1]["end_time"] <= 0.05 * len(TEXT) + 0.01
    whole = door.post("/dev/captioned_speech", body | {"stream": False, "offsets": False}).json
    assert base64.b64decode(whole["audio"]) == pcm_of(TEXT)
    assert [set(word) for word in whole["timestamps"]] == [
        {"word", "start_time", "end_time"}
    ] * len(words)


def test_first_bytes_come_with_the_first_chunk(daemon: FakeDaemon, door: Gateway) -> None:
    daemon.hold()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(sound, door, "Held.", response_format="pcm")
        wait_until(lambda: "Held." in [s.text for s in daemon.spoken], "it was asked")
        assert not first.done()
        daemon.release()
        assert first.result().body == pcm_of("Held.")


@pytest.mark.parametrize("format", ["pcm", "mp3"])
@pytest.mark.parametrize("begun", [True, False])
def test_a_client_that_leaves_ends_its_speech(
    daemon: FakeDaemon, door: Gateway, format: str, begun: bool
) -> None:
    wait_until(lambda: door.counted("streams") == 0, "the end of those before")
    left = door.counted("left_total")
    text = f"Left {format} {begun}. " + "A long sentence to be spoken. " * 3_000
    if not begun:
        daemon.hold()
    connection = door.connect()
    body = json.dumps({"input": text, "response_format": format}).encode()
    connection.request("POST", SPEECH, body, {"Content-Type": "application/json"})
    if begun:
        assert connection.getresponse().read(100)
    wait_until(
        lambda: daemon.spoken and daemon.spoken[-1].text.startswith(text[:12]), "it was asked"
    )
    assert connection.sock is not None
    connection.sock.close()
    connection.close()
    wait_until(lambda: daemon.spoken[-1].ending == "cancelled", "its end")
    wait_until(lambda: door.counted("streams") == 0, "the gateway's end of it")
    daemon.release()
    wait_until(lambda: door.counted("left_total") == left + 1, "its count")
    assert sound(door, "Next.", response_format="pcm").body == pcm_of("Next.")


def test_sixteen_streams_at_once_are_not_mixed(door: Gateway) -> None:
    texts = [f"{chr(97 + n) * 40}. {chr(97 + n) * 20}!" for n in range(16)]
    together = threading.Barrier(len(texts))

    def one(text: str) -> bytes:
        together.wait()
        return sound(door, text, response_format="pcm").body

    with ThreadPoolExecutor(len(texts)) as pool:
        assert list(pool.map(one, texts)) == [pcm_of(text) for text in texts]


def test_a_daemon_that_has_gone_is_found_again(daemon: FakeDaemon, door: Gateway) -> None:
    assert sound(door, "Before.", response_format="pcm").body == pcm_of("Before.")
    daemon.drop()
    assert sound(door, "After.", response_format="pcm").body == pcm_of("After.")


def test_an_answer_breaks_off_with_the_daemon_in_the_middle(
    daemon: FakeDaemon, door: Gateway
) -> None:
    connection = door.connect()
    body = {"input": "A long sentence to be spoken. " * 3_000, "response_format": "pcm"}
    response = door.begin(connection, "POST", SPEECH, body)
    assert response.read(100)
    daemon.drop()
    with pytest.raises(http.client.IncompleteRead):
        response.read()
    connection.close()
    assert sound(door, "After.", response_format="pcm").body == pcm_of("After.")


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("busy", 429, "rate_limit_error"),
        ("engine_failed", 500, "server_error"),
        ("model_missing", 503, "server_error"),
        ("too_large", 400, "invalid_request_error"),
    ],
)
def test_what_the_daemon_refuses(
    daemon: FakeDaemon, door: Gateway, code: str, status: int, kind: str
) -> None:
    daemon.refuse(code, "no, because", retry_after_ms=2_000)
    answer = door.post(SPEECH, {"input": TEXT})
    assert answer.status == status
    assert answer.error["message"] == "no, because"
    assert (answer.error["type"], answer.error["code"]) == (kind, code)
    assert answer.headers["retry-after"] == "2"


@pytest.mark.parametrize("voice", ["alloy", "Shimmer", {"id": "verse"}])
def test_a_name_of_openais_is_spoken_by_whatever_voice_there_is(door: Gateway, voice: Any) -> None:
    answer = sound(door, response_format="pcm", voice=voice)  # its namesakes are not there
    assert answer.body == pcm_of(TEXT)
    assert answer.headers["x-kokoro-voice"] == "af_heart"
    blend = door.post(SPEECH, {"input": TEXT, "voice": "af_heart+alloy"})
    assert (blend.status, blend.error["param"]) == (400, "voice")


def test_what_is_not_allowed(door: Gateway) -> None:
    unknown = door.post(SPEECH, {"input": TEXT, "voice": "nobody"})
    assert (unknown.status, unknown.error["param"]) == (400, "voice")
    assert door.post(SPEECH, b"{", Content_Type="application/json").error["code"] == "invalid_json"
    form = door.post(SPEECH, b"input=x", Content_Type="application/x-www-form-urlencoded")
    assert form.status == 415
    assert door.get(SPEECH).status == 405
    assert door.get("/nothing").error["code"] == "not_found"


def test_models_and_voices(door: Gateway) -> None:
    models = door.get("/v1/models").json
    assert models["object"] == "list"
    assert "tts-1" in [model["id"] for model in models["data"]]
    assert door.get("/v1/models/tts-1").json["object"] == "model"
    assert door.get("/v1/models/other").status == 404
    assert {"id", "name"} <= set(door.get("/v1/audio/models").json["models"][0])
    voices = door.get("/v1/audio/voices").json["voices"]
    assert [voice["id"] for voice in voices] == ["af_heart", "am_adam", "bf_emma"]
    assert all(voice["name"] for voice in voices)


def test_health_status_and_metrics(door: Gateway) -> None:
    assert door.get("/health").json == {"status": "healthy", "daemon": "ready"}
    status = door.get("/status").json
    assert status["daemon"]["state"] == "ready"
    assert {"wav", "pcm"} <= set(status["formats"])
    text = door.get("/metrics").body.decode()
    assert 'kokoro_gateway_answers_total{route="/health",status="200"}' in text
    assert "kokorod_requests_total" in text


def test_control_of_the_speaker(door: Gateway) -> None:
    assert door.post("/pause").json["paused"] is True
    assert door.post("/resume").json["paused"] is False
    assert door.post("/stop").json["stopped"] == 0
    assert door.post("/stop", {"all": True}).json["stopped"] == 0
    assert door.post("/stop", {"all": "x"}).status == 400


def test_the_page_is_whole_and_runs_its_own_script_alone(door: Gateway) -> None:
    page = door.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert b"src=" not in page.body
    policy = page.headers["content-security-policy"]
    assert "script-src 'sha256-" in policy
    assert "unsafe-inline" not in policy


def test_without_a_daemon(tmp_path: Any) -> None:
    environ = {"KOKORO_SOCKET": str(tmp_path / "s"), "KOKORO_NO_START": "1"}
    with gateway(environ) as door:
        assert door.get("/health").status == 503
        answer = door.post(SPEECH, {"input": TEXT})
        assert (answer.status, answer.error["type"]) == (503, "server_error")
        assert door.get("/metrics").status == 200


@pytest.mark.skipif(not available(), reason="the extra kokoro-doors[stretch] is not installed")
@pytest.mark.parametrize(("speed", "spoken", "factor"), [(0.25, 0.5, 0.5), (4, 2.0, 2.0)])
def test_speeds_that_kokoro_has_not_are_stretched(
    daemon: FakeDaemon, door: Gateway, speed: float, spoken: float, factor: float
) -> None:
    answer = sound(door, response_format="pcm", speed=speed)
    assert daemon.spoken[-1].speed == spoken
    made_s = len(pcm_of(TEXT, spoken)) / 48_000 / factor
    assert len(answer.body) / 48_000 == pytest.approx(made_s, rel=0.02)
    assert "x-kokoro-note" not in answer.headers
    body = {"input": TEXT, "response_format": "pcm", "speed": speed, "stream": False}
    words = door.post("/dev/captioned_speech", body).json["timestamps"]
    character_s = 0.05 / speed  # of the fake daemon's sound
    for word, found in zip(TEXT.split(), words, strict=True):
        begins = TEXT.index(word) * character_s
        assert found["start_time"] == pytest.approx(begins, abs=0.02 * made_s)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg")
def test_aac_comes_while_it_is_made() -> None:
    async def first_bytes() -> bytes:
        encoder = encoder_of(Format.AAC, whole=False)
        try:
            got = await encoder.feed(pcm_of("Eight by")[: 4 * 4_800])  # 0.4 s
            async with asyncio.timeout(PATIENCE_S):
                while not got:
                    await asyncio.sleep(0.005)
                    got = await encoder.feed(b"")
            return got
        finally:
            await encoder.close()

    assert asyncio.run(first_bytes())[:2] in (b"\xff\xf1", b"\xff\xf9")  # ADTS
