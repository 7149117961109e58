"""A request's state changes by the table alone: what it does not have raises, or is logged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.loop.one_request import KEY, in_flight
from support.loop.turning import Connected, connect

from kokorod.net.loop import Loop
from kokorod.requests.state import IllegalTransitionError, RequestState


@pytest.fixture
def client() -> Iterator[Connected]:
    loop = Loop()
    client = connect(loop)
    yield client
    client.peer.close()
    client.other.close()
    loop.close()


def test_a_request_goes_through_its_states_to_done(client: Connected) -> None:
    made, request = in_flight(client, strict=True)
    ended: list[bool] = []
    made.when_empty = lambda: ended.append(True)
    assert request.state is RequestState.ACCEPTED
    made.submitted(request)
    made.send(KEY, [])
    made.send(KEY, [])
    assert request.state is RequestState.SPEAKING
    made.finish(KEY, cancelled=False)
    assert request.state is RequestState.FINISHED
    assert [message["type"] for message in client.received()] == ["done"]
    assert (made.requests, ended) == ({}, [True])


def test_a_step_that_the_table_does_not_have_raises(client: Connected) -> None:
    made, request = in_flight(client, strict=True)
    made.submitted(request)
    with pytest.raises(IllegalTransitionError, match="queued after queued"):
        made.submitted(request)


def test_in_a_running_daemon_it_is_logged(
    client: Connected, capsys: pytest.CaptureFixture[str]
) -> None:
    made, request = in_flight(client, strict=False)
    made.submitted(request)
    made.submitted(request)
    assert "illegal_transition" in capsys.readouterr().err
    made.finish(KEY, cancelled=True)
    assert request.state is RequestState.CANCELLED


def test_who_waits_for_a_first_sound_is_told_once(client: Connected) -> None:
    made, request = in_flight(client, strict=True)
    told: list[bool] = []
    made.on_waiting = told.append
    made.submitted(request)
    assert told == [True]
    made.send(KEY, [])
    assert told == [True, False]
    made.send(KEY, [])
    made.finish(KEY, cancelled=False)
    assert told == [True, False]


def test_who_leaves_before_the_first_sound_waits_no_more(client: Connected) -> None:
    made, request = in_flight(client, strict=True)
    told: list[bool] = []
    made.on_waiting = told.append
    made.submitted(request)
    made.forget(client.peer)
    assert told == [True, False]
