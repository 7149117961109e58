"""Frames over a blocking socket: answers come whole and in order, however they arrive."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from kokoro_client.wire import frames
from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.framed_socket import FramedSocket

ANSWERS = [{"type": "result", "id": id, "value": "x" * id} for id in (1, 2, 3)]


@pytest.fixture
def ends() -> Iterator[tuple[FramedSocket, socket.socket]]:
    """What is tested, and the other end of its connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(30.0)
        ours.settimeout(30.0)
        yield FramedSocket(ours), theirs


def test_a_request_goes_out_as_one_frame(ends: tuple[FramedSocket, socket.socket]) -> None:
    framed, other = ends
    framed.send({"type": "status", "id": 1})
    frame = frames.encode({"type": "status", "id": 1})
    assert other.recv(1_000) == frame
    framed.send_frame(frame)
    assert other.recv(1_000) == frame


def test_a_request_that_is_too_large_is_not_sent(
    ends: tuple[FramedSocket, socket.socket],
) -> None:
    framed, other = ends
    with pytest.raises(WireError) as caught:
        framed.send({"type": "speak", "text": "x" * frames.MAX_REQUEST})
    assert caught.value.code is ErrorCode.TOO_LARGE
    other.setblocking(False)
    with pytest.raises(BlockingIOError):
        other.recv(1)


def test_answers_come_one_by_one_however_they_arrive(
    ends: tuple[FramedSocket, socket.socket],
) -> None:
    framed, other = ends
    sent = b"".join(frames.encode(answer) for answer in ANSWERS)
    other.sendall(sent)
    assert [framed.receive() for _ in ANSWERS] == ANSWERS
    for at in range(0, len(sent), 7):  # all of them wait in the socket, cut wherever that may be
        other.sendall(sent[at : at + 7])
    assert [framed.receive(time.monotonic() + 30.0) for _ in ANSWERS] == ANSWERS


def test_the_end_of_a_connection_is_no_answer(ends: tuple[FramedSocket, socket.socket]) -> None:
    framed, other = ends
    other.sendall(frames.encode(ANSWERS[0]) + frames.encode(ANSWERS[1])[:-1])
    other.close()
    assert framed.receive() == ANSWERS[0]
    assert framed.receive() is None


@pytest.mark.parametrize("ahead_s", [-5.0, 0.01])
def test_who_waits_for_an_answer_has_a_deadline(
    ends: tuple[FramedSocket, socket.socket], ahead_s: float
) -> None:
    framed, other = ends
    other.sendall(frames.encode(ANSWERS[0])[:-1])
    with pytest.raises(TimeoutError):
        framed.receive(time.monotonic() + ahead_s)
    other.sendall(frames.encode(ANSWERS[0])[-1:])
    assert framed.receive(time.monotonic() + 30.0) == ANSWERS[0]
