"""What raises on the loop leaves nobody waiting: it is done again, given up, or the peer is let go.

MemoryError stands for all that any call may raise.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.daemon.conversation import frame
from support.loop.one_request import KEY, in_flight
from support.loop.turning import Connected, connect, settle, turn_until

from kokorod.net.loop import READ, Loop
from kokorod.net.peer import Peer
from kokorod.requests.in_flight import InFlight


@pytest.fixture
def errors() -> list[str]:
    """Types of what was told of."""
    return []


@pytest.fixture
def now() -> list[float]:
    return [1_000.0]


@pytest.fixture
def loop(errors: list[str], now: list[float]) -> Iterator[Loop]:
    loop = Loop(lambda: now[0])
    loop.on_error = lambda error: errors.append(type(error).__name__)
    yield loop
    loop.close()


@pytest.fixture
def client(loop: Loop) -> Iterator[Connected]:
    client = connect(loop)
    yield client
    client.peer.close()
    client.other.close()


class Failing:
    """A call that raises as often as it was told to."""

    def __init__(self, times: int = 1) -> None:
        self.times = times
        self.calls = 0

    def __call__(self, *arguments: object) -> None:
        self.calls += 1
        if self.calls <= self.times:
            raise MemoryError


def test_who_waits_for_a_posted_call_is_told_what_it_raised(loop: Loop, errors: list[str]) -> None:
    lost: list[Exception] = []
    loop.post(Failing(), lost.append)
    loop.post(Failing(0), lost.append)
    loop.turn(0)
    assert [type(error) for error in lost] == [MemoryError]
    assert errors == []


def test_what_that_raises_is_told_as_everything_is(loop: Loop, errors: list[str]) -> None:
    loop.post(Failing(), Failing())
    loop.post(Failing())
    loop.turn(0)
    assert errors == ["MemoryError"] * 2


@pytest.mark.parametrize(("fails", "calls"), [(0, 1), (1, 2), (3, 4), (99, 4)])
def test_a_timer_is_called_again_a_few_times(
    loop: Loop, errors: list[str], now: list[float], fails: int, calls: int
) -> None:
    call = Failing(fails)
    loop.after(1.0, call)
    for _ in range(10):
        now[0] += 1.0
        loop.turn(0)
    assert call.calls == calls
    assert len(errors) == min(fails, 4)


def test_a_timer_that_was_cancelled_meanwhile_is_not_called_again(
    loop: Loop, now: list[float]
) -> None:
    call = Failing(99)
    timer = loop.after(1.0, call)
    now[0] += 1.0
    loop.turn(0)
    timer.cancel()
    now[0] += 5.0
    loop.turn(0)
    assert call.calls == 1


def test_a_number_may_be_watched_again_though_nobody_said_that_it_was_closed(
    loop: Loop, client: Connected
) -> None:
    happened: list[int] = []
    client.loop.watch(client.peer._socket.fileno(), READ, happened.append)
    client.other.send(b"x")
    loop.turn(1.0)
    assert happened == [READ]


def test_a_peer_whose_burst_is_not_gone_through_is_let_go(
    loop: Loop, client: Connected, errors: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 200

    def fails_later(peer: Peer) -> None:
        if len(client.reported.requests) == count // 2:
            raise MemoryError

    client.reported.on_each = fails_later
    client.send(b"".join(frame({"type": "status", "id": id}) for id in range(count)))
    turn_until(loop, lambda: client.reported.gone, "the peer to be gone")
    assert client.closed_by_peer()
    assert errors == ["MemoryError"]


def test_a_peer_is_closed_even_if_it_cannot_be_unwatched(
    loop: Loop, client: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "unwatch", Failing())
    with pytest.raises(MemoryError):
        client.peer.close()
    settle(loop)
    assert client.closed_by_peer()
    assert client.reported.gone == 1


def test_that_a_peer_is_gone_is_told_again(
    loop: Loop,
    client: Connected,
    errors: list[str],
    now: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Failing()
    monkeypatch.setattr(client.reported, "on_gone", told)
    client.peer.close()
    settle(loop)
    assert errors == ["MemoryError"]
    now[0] += 1.0
    settle(loop)
    assert told.calls == 2


# Requests


def submitted(client: Connected) -> InFlight:
    made, request = in_flight(client, strict=True)
    made.submitted(request)
    return made


def test_who_cannot_be_told_of_the_end_loses_the_connection(
    loop: Loop, client: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = submitted(client)
    monkeypatch.setattr(client.peer, "send", Failing())
    with pytest.raises(MemoryError):
        made.finish(KEY, cancelled=True)
    assert client.peer.closed
    assert made.requests == {}


def test_an_end_that_was_half_done_is_given_up(
    client: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = submitted(client)
    made.on_busy = Failing()
    with pytest.raises(MemoryError):
        made.finish(KEY, cancelled=True)
    made.give_up(KEY, "it could not be done")
    assert client.peer.closed
    made.give_up(KEY, "once more")  # nothing is left of it


def test_one_that_goes_on_is_given_up_with_its_reason(client: Connected) -> None:
    made = submitted(client)
    made.give_up(KEY, "it could not be done")
    assert [answer["message"] for answer in client.received()] == ["it could not be done"]
    assert not client.peer.closed
