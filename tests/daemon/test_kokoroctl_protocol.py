"""What docs/protocol.md promises of the daemon, over a bare socket."""

from __future__ import annotations

import math
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgpack
import numpy as np
import pytest
from support import toy
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until

from kokoro_client.wire import frames
from kokoro_client.wire.framed_socket import FramedSocket
from kokoro_client.wire.messages import parse_answer

_LONG = "The quick brown fox jumps over the lazy dog. " * 400


class Line:
    """A connection, one message at a time; every answer is held to the schema."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._framed = FramedSocket(sock)

    def send(self, **message: Any) -> None:
        self.sock.sendall(frames.encode(message))

    def receive(self) -> dict[str, Any] | None:
        """The next answer; None if the daemon has closed."""
        try:
            answer = self._framed.receive()
        except ConnectionResetError:
            return None
        if answer is not None:
            parse_answer(answer)
        return answer

    def last(self, request_id: int) -> dict[str, Any]:
        """Take answers up to the one that ends a request."""
        while answer := self.receive():
            if answer["id"] == request_id and answer["type"] in ("done", "result", "error"):
                return answer
        raise AssertionError("the daemon closed")

    def works(self) -> None:
        self.send(type="status", id=999)
        assert self.last(999)["type"] == "result"


@contextmanager
def _line(daemon: DaemonProcess) -> Iterator[Line]:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(PATIENCE_S)
        sock.connect(str(daemon.socket))
        yield Line(sock)


@pytest.fixture
def line(shared_daemon: DaemonProcess) -> Iterator[Line]:
    with _line(shared_daemon) as line:
        yield line
    assert shared_daemon.alive


def test_hello_is_welcomed_with_the_limits(line: Line) -> None:
    line.send(type="hello", id=5, version=1, client="test")
    welcome = line.receive()
    assert welcome is not None
    assert (welcome["type"], welcome["id"], welcome["version"]) == ("welcome", 5, 1)
    assert welcome["limits"]["frame_bytes"] == frames.MAX_REQUEST
    assert welcome["limits"].keys() == {"frame_bytes", "text_chars", "requests_per_client"}


@pytest.mark.parametrize("version", [0, 2, 2**31])
def test_another_version_is_refused(line: Line, version: int) -> None:
    line.send(type="hello", id=0, version=version)
    answer = line.receive()
    assert answer is not None
    assert (answer["code"], answer["id"]) == ("unsupported_version", 0)
    assert "update the" in answer["message"]


def test_answers_come_in_the_order_of_the_page(line: Line) -> None:
    text = "One sentence. Another one. And a third."
    line.send(type="speak", id=1, text=text, timings=True)
    answers = []
    while (answer := line.receive()) is not None and answer["type"] != "done":
        answers.append(answer)
    assert answer is not None
    kinds = "".join(
        each["type"][0] + ("c" if each["type"] == "accepted" else "") for each in answers
    )
    segments = [each for each in answers if each["type"] == "segment"]
    audio = [each for each in answers if each["type"] == "audio"]
    assert kinds.startswith("acs")
    assert "ss" not in kinds
    assert [each["index"] for each in segments] == list(range(len(segments)))
    assert [each["seq"] for each in audio] == list(range(len(audio)))
    assert all(len(each["pcm"]) <= 16 * 1024 and len(each["pcm"]) % 2 == 0 for each in audio)
    spans = [(word["start"], word["end"]) for each in segments for word in each["words"]]
    assert [text[start:end].strip(".") for start, end in spans] == text.replace(".", "").split()
    samples = sum(len(each["pcm"]) for each in audio) // 2
    assert answer["stats"]["sound_s"] == pytest.approx(samples / 24_000, abs=1e-3)


def test_text_in_pieces_is_text(line: Line) -> None:
    pieces = ["Hel", "lo, wo", "", "rld. ", "Good", " day."]
    line.send(type="speak", id=1, text=pieces[0], final=False)
    for piece in pieces[1:]:
        line.send(type="append", id=1, text=piece)
    line.send(type="append", id=1, text="", final=True)
    line.send(type="speak", id=2, text="".join(pieces), cache=False)
    pcm = {1: b"", 2: b""}
    ended = 0
    while ended < 2:
        answer = line.receive()
        assert answer is not None
        if answer["type"] == "audio":
            pcm[answer["id"]] += answer["pcm"]
        ended += answer["type"] == "done"
    heard = [toy.decode(np.frombuffer(each, "<i2")).tokens for each in pcm.values()]
    assert heard[0] == heard[1]
    assert len(heard[0]) > 15


def test_an_empty_line_ends_a_sentence(line: Line) -> None:
    line.send(type="speak", id=1, text="The first sentence.\n\n", final=False)
    kinds = [
        answer["type"] for answer in (line.receive(), line.receive(), line.receive()) if answer
    ]
    assert kinds == ["accepted", "segment", "audio"]


def test_no_audio_follows_a_cancel(line: Line) -> None:
    line.send(type="speak", id=1, text=_LONG)
    while (answer := line.receive()) and answer["type"] != "audio":
        pass
    line.send(type="cancel", id=1)
    # The answer to what was asked after the cancel comes when the cancel has been seen.
    line.send(type="voices", id=2)
    line.last(2)
    line.send(type="cancel", id=1)
    line.send(type="voices", id=3)
    seen = []
    while (answer := line.receive()) and answer["id"] != 3:
        seen.append(answer)
    assert "audio" not in [each["type"] for each in seen]
    line.works()


def test_a_cancelled_request_is_done_once(line: Line) -> None:
    line.send(type="speak", id=1, text=_LONG)
    line.send(type="cancel", id=1)
    done = line.last(1)
    assert (done["type"], done["cancelled"]) == ("done", True)
    line.send(type="cancel", id=1)
    line.send(type="cancel", id=77)
    line.send(type="status", id=2)
    answer = line.receive()
    assert answer is not None
    assert (answer["type"], answer["id"]) == ("result", 2)


def test_ten_requests_are_answered_each(line: Line) -> None:
    for n in range(10):
        line.send(type="speak", id=n, text=f"Number {n} says something. ", cache=False)
    done = []
    while len(done) < 10:
        answer = line.receive()
        assert answer is not None
        if answer["type"] == "done":
            done.append(answer["id"])
    assert sorted(done) == list(range(10))


@pytest.mark.parametrize("text", ["", " \n", "?!…", "— —", "\0", "\u200b"])
def test_text_with_nothing_to_say_is_done_without_audio(line: Line, text: str) -> None:
    line.send(type="speak", id=1, text=text)
    kinds = []
    while (answer := line.receive()) and answer["type"] != "done":
        kinds.append(answer["type"])
    assert kinds == ["accepted"]
    assert answer is not None
    assert answer["stats"]["sound_s"] == 0
    assert answer["stats"]["first_sound_ms"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"speed": 0},
        {"speed": 9},
        {"speed": math.nan},
        {"voice": 5},
        {"text": None},
        {"sped": 1.0},
        {"format": "mp3"},
        {"final": 1},
        {"type": "shout"},
        {"type": None},
    ],
)
def test_a_message_that_is_not_allowed_is_answered_and_the_connection_goes_on(
    line: Line, change: dict[str, Any]
) -> None:
    line.send(**{"type": "speak", "id": 8, "text": "Hi", **change})
    answer = line.receive()
    assert answer is not None
    assert (answer["type"], answer["id"], answer["code"]) == ("error", 8, "bad_request")
    line.works()


@pytest.mark.parametrize(
    ("change", "code"),
    [({"voice": "nobody"}, "unknown_voice"), ({"lang": "xx"}, "unknown_language")],
)
def test_a_name_that_is_not_known(line: Line, change: dict[str, Any], code: str) -> None:
    line.send(type="speak", id=1, text="Hi", **change)
    assert line.last(1)["code"] == code
    line.works()


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "append", "id": 1, "text": 5},
        {"type": "append", "id": 1, "text": "x", "loud": True},
        {"type": "speak", "id": 1, "text": "the id is in use"},
    ],
)
def test_an_error_is_the_last_answer_to_its_request(line: Line, wrong: dict[str, Any]) -> None:
    line.send(type="speak", id=1, text="One. ", final=False)
    line.send(**wrong)
    assert line.last(1)["code"] == "bad_request"
    line.send(type="append", id=1, text="Two.", final=True)
    assert line.last(1)["code"] == "bad_request"
    line.send(type="speak", id=1, text="Three.")
    assert line.last(1)["type"] == "done"


def test_an_append_after_the_last_is_refused(line: Line) -> None:
    line.send(type="speak", id=1, text=_LONG)
    line.send(type="append", id=1, text="more")
    assert line.last(1)["code"] == "bad_request"
    line.works()


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (b"\xff\xff\xff\xff", "too_large"),
        (struct.pack(">I", 65537), "too_large"),
        (b"\0\0\0\1\xc1", "bad_request"),
        (b"\0\0\0\0", "bad_request"),
        (b"\0\0\0\2\x91\xc0", "bad_request"),
        (b"GET / HTTP/1.1\r\n\r\n", "too_large"),
        (struct.pack(">I", 2006) + b"\x81\xa4type" + b"\x91" * 1999 + b"\xc0", "bad_request"),
    ],
)
def test_a_broken_frame_ends_the_connection_and_nothing_else(
    shared_daemon: DaemonProcess, broken: bytes, code: str
) -> None:
    with _line(shared_daemon) as other, _line(shared_daemon) as line:
        other.send(type="speak", id=1, text="Hello there.", cache=False)
        line.sock.sendall(broken)
        answer = line.receive()
        assert answer is not None
        assert answer["code"] == code
        assert answer.get("id") is None
        assert line.receive() is None
        assert other.last(1)["type"] == "done"


def test_a_message_as_deep_as_msgpack_goes_ends_its_connection_and_no_other(
    shared_daemon: DaemonProcess,
) -> None:
    body = b"\x82\xa2id\x06\xa4type" + b"\x91" * 1015 + b"\xc0"
    with _line(shared_daemon) as other, _line(shared_daemon) as line:
        line.sock.sendall(struct.pack(">I", len(body)) + body)
        answer = line.receive()
        assert answer is not None
        assert answer["code"] == "bad_request"
        assert answer.get("id") is None  # nothing of it was built, its id neither
        assert line.receive() is None
        other.works()


def test_a_string_that_is_no_utf_8_is_refused_with_the_id(line: Line) -> None:
    body = msgpack.packb({"type": "speak", "id": 6, "text": "xx"}).replace(b"xx", b"\xed\xa0")
    line.sock.sendall(struct.pack(">I", len(body)) + body)
    assert line.last(6)["code"] == "bad_request"
    line.works()


def test_who_shuts_down_its_sending_side_is_spoken_to_the_end(line: Line) -> None:
    line.send(type="speak", id=1, text="One sentence. And the", final=False)
    line.sock.shutdown(socket.SHUT_WR)
    done = line.last(1)
    assert (done["type"], done.get("cancelled", False)) == ("done", False)
    assert done["stats"]["characters"] == 21
    assert done["stats"]["segments"] == 2
    assert line.receive() is None


def test_who_goes_away_is_forgotten(shared_daemon: DaemonProcess) -> None:
    with _line(shared_daemon) as line:
        line.send(type="speak", id=1, text=_LONG)
        assert line.receive()
    wait_until(lambda: shared_daemon.ask("status")["requests"]["active"] == 0, "the cancel")


def test_who_does_not_read_is_not_worked_for(toy_daemon: DaemonProcess) -> None:
    def asleep() -> bool:
        status = toy_daemon.ask("status")
        return status["requests"]["active"] == 1 and all(
            lane["state"] == "idle" and lane["runs"] for lane in status["lanes"][:1]
        )

    with _line(toy_daemon) as lazy, _line(toy_daemon) as other:
        lazy.send(type="speak", id=1, text=_LONG)
        wait_until(asleep, "the daemon to stop working ahead")
        assert sum(lane["runs"] for lane in toy_daemon.ask("status")["lanes"]) < 200
        other.send(type="speak", id=1, text="Meanwhile.", cache=False)
        assert other.last(1)["type"] == "done"
        assert lazy.last(1)["stats"]["characters"] == len(_LONG)
