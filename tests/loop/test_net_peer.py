"""One connection: what arrives in whatever pieces, what is never read, what ends how."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.loop.turning import Connected, connect, settle, turn_until

from kokoro_client.wire import frames
from kokoro_client.wire.messages import Audio, Cancel, Result, Speak, Status
from kokorod.net.loop import Loop
from kokorod.net.peer import HARD, HIGH, LOW, Peer

SLICE = 16 * 1024


@pytest.fixture
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture
def one(loop: Loop) -> Iterator[Connected]:
    one = connect(loop)
    yield one
    one.peer.close()
    one.other.close()


def frame(payload: Any) -> bytes:
    body = msgpack.packb(payload, use_bin_type=True)
    return frames.HEADER.pack(len(body)) + body


def audio(peer: Peer, count: int, size: int = SLICE) -> None:
    for seq in range(count):
        peer.send(Audio(id=1, seq=seq, pcm=bytes(size)))


# What arrives


def test_requests_may_come_byte_by_byte(one: Connected) -> None:
    data = frame({"type": "speak", "id": 1, "text": "Hello."}) + frame({"type": "status", "id": 2})
    for at in range(len(data)):
        one.other.send(data[at : at + 1])
        one.loop.turn(0)
    assert one.reported.requests == [Speak(id=1, text="Hello."), Status(id=2)]


@given(st.lists(st.integers(1, 4000), max_size=30), st.integers(0, 10**6))
def test_the_pieces_do_not_matter(cuts: list[int], number: int) -> None:
    loop = Loop()
    one = connect(loop)
    texts = [f"text {number + at} " * (at * 7 % 90) for at in range(20)]
    data = b"".join(
        frame({"type": "speak", "id": at, "text": text}) for at, text in enumerate(texts)
    )
    at = 0
    for size in [*cuts, len(data)]:
        one.send(data[at : at + size])
        at += size
        loop.turn(0)
    turn_until(loop, lambda: len(one.reported.requests) == 20)
    assert [(r.id, r.text) for r in one.reported.requests if isinstance(r, Speak)] == list(
        enumerate(texts)
    )
    one.peer.close()
    one.other.close()
    loop.close()


def test_a_burst_of_many_requests_is_handled_whole_and_in_order(one: Connected) -> None:
    one.reported.answer_bytes = 10
    count = 3_000
    one.send(b"".join(frame({"type": "status", "id": at}) for at in range(count)))
    got: list[int] = []

    def all_answered() -> bool:
        got.extend(answer["id"] for answer in one.received())
        return len(got) == count

    turn_until(one.loop, all_answered, "every answer")
    assert got == list(range(count))
    assert [r.id for r in one.reported.requests] == got


def test_a_burst_leaves_room_for_other_peers(loop: Loop) -> None:
    many, few = connect(loop, 1), connect(loop, 2)
    many.other.send(b"".join(frame({"type": "status", "id": at}) for at in range(2_000)))
    loop.turn(0)
    few.other.send(frame({"type": "status", "id": 1}))
    loop.turn(0)
    assert len(few.reported.requests) == 1
    assert len(many.reported.requests) < 2_000
    turn_until(loop, lambda: len(many.reported.requests) == 2_000)
    for peer in (many, few):
        peer.peer.close()
        peer.other.close()


def test_a_peer_in_the_middle_of_a_burst_is_not_half_closed(one: Connected) -> None:
    """What still waits for its turn has been sent: the connection must not end before it."""
    one.other.send(b"".join(frame({"type": "status", "id": at}) for at in range(200)))
    one.loop.turn(0)
    assert 0 < len(one.reported.requests) < 200
    assert not one.peer.half_closed


# What is wrong


def test_a_frame_over_the_cap_is_answered_and_ends_the_connection(one: Connected) -> None:
    one.other.send(frame({"type": "status", "id": 7}))
    one.other.send(frames.HEADER.pack(frames.MAX_REQUEST + 1) + b"x" * 1000)
    turn_until(one.loop, lambda: one.reported.gone, "the end")
    (answer,) = one.received()
    assert (answer["type"], answer["code"]) == ("error", "too_large")
    assert "id" not in answer
    assert str(frames.MAX_REQUEST) in answer["message"]
    assert one.closed_by_peer()
    assert one.reported.requests == [Status(id=7)]


@pytest.mark.parametrize("body", [b"\xc1", b"", b"\x93\x01\x02\x03", b"hello", b"\x81\x01\x02"])
def test_what_is_no_msgpack_map_is_answered_and_ends_the_connection(
    one: Connected, body: bytes
) -> None:
    one.other.send(frames.HEADER.pack(len(body)) + body + frame({"type": "status", "id": 1}))
    turn_until(one.loop, lambda: one.reported.gone, "the end")
    (answer,) = one.received()
    assert (answer["type"], answer["code"]) == ("error", "bad_request")
    assert one.closed_by_peer()
    assert one.reported.requests == []


def test_a_request_that_is_not_allowed_is_refused_and_the_connection_lives_on(
    one: Connected,
) -> None:
    wrong: list[dict[str, Any]] = [
        {"type": "speak", "id": 1, "text": "Hello.", "txet": 1},
        {"type": "sing", "id": 2},
        {"type": "speak", "id": 3},
        {"type": "speak", "id": "four", "text": ""},
        {"id": 5},
    ]
    for payload in wrong:
        one.other.send(frame(payload))
    one.other.send(frame({"type": "cancel", "id": 6}))
    turn_until(one.loop, lambda: one.reported.requests, "the request that is right")
    assert one.reported.requests == [Cancel(id=6)]
    assert [error.request_id for error in one.reported.refused] == [1, 2, 3, None, 5]
    assert {answer["code"] for answer in one.received()} == {"bad_request"}
    assert not one.peer.closed


# What is not read


def test_a_peer_that_never_reads_is_reported_once_and_once_again(loop: Loop) -> None:
    slow, other = connect(loop, 1), connect(loop, 2)
    sent = 0
    while not slow.peer.blocked:
        audio(slow.peer, 1)
        loop.turn(0)
        sent += 1
    assert sent * SLICE > HIGH
    audio(slow.peer, 5)
    assert slow.reported.blocked == [True]
    assert slow.peer._outgoing_bytes < HIGH + 7 * SLICE

    # Nobody else is disturbed.
    other.other.send(frame({"type": "status", "id": 1}))
    audio(other.peer, 20)
    turn_until(loop, lambda: other.reported.requests)
    assert len(other.received()) == 20
    assert other.reported.blocked == []

    got = 0
    while slow.peer._outgoing_bytes >= LOW:
        got += len(slow.received())
        loop.turn(0)
        assert slow.peer._outgoing_bytes < LOW or slow.reported.blocked == [True]
    settle(loop)
    assert slow.reported.blocked == [True, False]
    got += len(slow.received())
    turn_until(loop, lambda: not slow.peer._outgoing_bytes)
    got += len(slow.received())
    assert got == sent + 5
    for peer in (slow, other):
        peer.peer.close()
        peer.other.close()


def test_what_is_queued_for_a_peer_that_only_asks_is_bounded(one: Connected) -> None:
    """It asks as fast as it can and reads nothing: its requests wait, memory does not grow."""
    one.reported.answer_bytes = 4_000
    asked = 0
    one.other.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    burst = b"".join(frame({"type": "status", "id": at}) for at in range(4_000))
    for _ in range(10):
        try:
            while True:
                one.other.send(burst)
                asked += 1
                one.loop.turn(0)
        except BlockingIOError:
            settle(one.loop)
    assert asked >= 2
    assert HARD <= one.peer._outgoing_bytes <= HARD + 4_100
    answered = len(one.reported.requests)
    settle(one.loop)
    assert len(one.reported.requests) == answered

    # As it reads, the rest is answered.
    seen: list[int] = []

    def more_answered() -> bool:
        seen.extend(answer["id"] for answer in one.received())
        return len(one.reported.requests) > answered + 2_000

    turn_until(one.loop, more_answered, "the rest")
    assert seen == [at % 4_000 for at in range(len(seen))]


def test_answers_larger_than_the_sockets_buffer_arrive_whole(one: Connected) -> None:
    for seq in range(4):
        one.peer.send(Audio(id=1, seq=seq, pcm=bytes([seq]) * 900_000))
    received: list[dict[str, Any]] = []

    def all_there() -> bool:
        received.extend(one.received())
        return len(received) == 4

    turn_until(one.loop, all_there)
    assert [a["pcm"] for a in received] == [bytes([seq]) * 900_000 for seq in range(4)]
    assert one.peer._outgoing_bytes == 0
    assert one.reported.blocked == [True, False]


def test_a_blocked_peer_that_goes_away_is_gone(one: Connected) -> None:
    audio(one.peer, 500)
    assert one.reported.blocked == [True]
    one.other.close()
    turn_until(one.loop, lambda: one.reported.gone, "the end")
    assert one.reported.blocked == [True]
    assert one.peer._outgoing_bytes == 0


# What ends


def test_a_half_closed_peer_still_gets_its_answers(one: Connected) -> None:
    one.other.send(frame({"type": "status", "id": 1}))
    one.other.shutdown(socket.SHUT_WR)
    turn_until(one.loop, lambda: one.reported.ended, "the end of its input")
    assert one.peer.half_closed
    assert len(one.reported.requests) == 1
    settle(one.loop)
    assert one.reported.ended == 1
    audio(one.peer, 200)
    received: list[dict[str, Any]] = []

    def all_there() -> bool:
        received.extend(one.received())
        return len(received) == 200

    turn_until(one.loop, all_there)
    one.peer.close_after_sending()
    turn_until(one.loop, lambda: one.reported.gone)
    assert one.closed_by_peer()


def test_a_full_close_is_gone_and_no_half_close(one: Connected) -> None:
    one.other.send(frame({"type": "status", "id": 1}))
    one.other.close()
    turn_until(one.loop, lambda: one.reported.gone, "the end")
    assert (one.reported.ended, one.reported.gone) == (0, 1)
    settle(one.loop)
    assert one.reported.gone == 1


def test_a_close_in_the_middle_of_a_frame_is_gone(one: Connected) -> None:
    one.other.send(frame({"type": "status", "id": 1})[:5])
    one.loop.turn(0)
    one.other.shutdown(socket.SHUT_WR)
    turn_until(one.loop, lambda: one.reported.gone, "the end")
    assert (one.reported.ended, one.reported.requests) == (0, [])


def test_that_it_is_gone_is_never_reported_from_within_another_call(one: Connected) -> None:
    """Who sends to a peer must not find the peer's request forgotten when send() returns."""
    inside: list[int] = []

    def answer(peer: Peer) -> None:
        one.other.close()
        for _ in range(3):
            peer.send(Result(id=1, value="x"))
        inside.append(one.reported.gone)

    one.reported.on_each = answer
    one.other.send(frame({"type": "status", "id": 1}))
    turn_until(one.loop, lambda: one.reported.gone)
    assert inside == [0]
    assert one.peer.closed
    settle(one.loop)
    assert one.reported.gone == 1


def test_close_after_sending_sends_what_is_queued_and_reads_nothing_more(one: Connected) -> None:
    audio(one.peer, 100)
    one.peer.close_after_sending()
    one.other.send(frame({"type": "status", "id": 1}))
    audio(one.peer, 1)  # too late
    received: list[dict[str, Any]] = []

    def gone() -> bool:
        received.extend(one.received())
        return one.reported.gone == 1

    turn_until(one.loop, gone, "the end")
    received.extend(one.received())
    assert len(received) == 100
    assert one.reported.requests == []
    one.peer.close()
    one.peer.close_after_sending()
    settle(one.loop)
    assert one.reported.gone == 1


def test_an_idle_loop_with_a_half_closed_peer_does_not_spin(one: Connected) -> None:
    """A half-closed socket is readable for ever: nobody may wait for that."""
    one.other.shutdown(socket.SHUT_WR)
    turn_until(one.loop, lambda: one.reported.ended)
    ready = one.loop._selector.select(0)
    assert ready == []


# Who keeps a place and does nothing with it


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def timed() -> Iterator[tuple[Connected, Clock]]:
    clock = Clock()
    loop = Loop(clock)
    one = connect(loop)
    yield one, clock
    one.peer.close()
    one.other.close()
    loop.close()


def wait(one: Connected, clock: Clock, seconds: float) -> None:
    until = clock.now + seconds
    while clock.now < until:
        clock.now += 0.5
        one.loop.turn(0)


def test_a_frame_that_is_never_whole_ends_its_connection(
    timed: tuple[Connected, Clock],
) -> None:
    one, clock = timed
    one.other.send(frame({"type": "status", "id": 2})[:5])
    wait(one, clock, 9)
    assert not one.peer.closed
    one.other.send(b"x")  # a byte now and then is not enough
    wait(one, clock, 12)
    assert one.peer.closed
    assert "not whole" in one.received()[-1]["message"]


def test_frames_that_come_slowly_but_whole_are_answered(timed: tuple[Connected, Clock]) -> None:
    one, clock = timed
    data = frame({"type": "status", "id": 2})
    for _ in range(5):
        one.other.send(data[:7])
        wait(one, clock, 6)
        one.other.send(data[7:])
        wait(one, clock, 60)
    assert one.reported.requests == [Status(id=2)] * 5
    assert not one.peer.closed


def test_who_reads_nothing_is_dropped(timed: tuple[Connected, Clock]) -> None:
    one, clock = timed
    audio(one.peer, 200)
    wait(one, clock, 25)
    assert not one.peer.closed
    wait(one, clock, 20)
    assert one.peer.closed


# Requests that take their time


def test_many_who_ask_for_much_do_not_keep_another_waiting() -> None:
    """20 peers with 500 requests of a millisecond: who asks for one waits for a few of them."""
    clock = Clock()
    loop = Loop(clock)

    def take_a_millisecond(peer: Peer) -> None:
        clock.now += 0.001

    many = [connect(loop, id) for id in range(20)]
    few = connect(loop, 20)
    for each in (*many, few):
        each.reported.on_each = take_a_millisecond
    for each in many:
        each.other.send(b"".join(frame({"type": "status", "id": at}) for at in range(500)))
    loop.turn(0)
    few.other.send(frame({"type": "status", "id": 1}))
    before = clock.now
    turn_until(loop, lambda: len(few.reported.requests) == 1)
    assert clock.now - before < 0.2
    turn_until(loop, lambda: all(len(each.reported.requests) == 500 for each in many))
    for each in (*many, few):
        each.peer.close()
        each.other.close()
    loop.close()
