"""A request's state changes by the table alone: what it does not have raises, or is logged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.loop.turning import Connected, connect

from kokoro_client.wire.messages import Speak
from kokorod.net.loop import Loop
from kokorod.requests.in_flight import InFlight
from kokorod.requests.phrase_cache import PhraseCache
from kokorod.requests.request import SpeakRequest
from kokorod.requests.state import IllegalTransitionError, RequestState
from kokorod.safety.faults import Faults
from kokorod.schedule.scheduler import Scheduler
from kokorod.speech.thread import FrontEnd, SpeechThread
from kokorod.types import Engine, PeerId, RequestKey, Utterance
from kokorod.watch.log import Log

KEY = RequestKey(PeerId(1), 7)


@pytest.fixture
def client() -> Iterator[Connected]:
    loop = Loop()
    client = connect(loop)
    yield client
    client.peer.close()
    client.other.close()
    loop.close()


def never() -> FrontEnd:
    raise AssertionError("nothing is read here")


def in_flight(client: Connected, strict: bool) -> tuple[InFlight, SpeakRequest]:
    made = InFlight(
        client.loop,
        Scheduler(),
        SpeechThread(never, lambda key, report: None, Faults(lambda fault: None)),
        PhraseCache(0),
        lambda actions: None,
        Log(),
        strict=strict,
    )
    speak = Speak(id=KEY.id, text="")
    utterance = Utterance("af_heart", 1.0, "en-us")
    request = SpeakRequest(KEY, speak, utterance, Engine.KOKORO, client.loop.clock())
    made.add(request, client.peer)
    return made, request


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
