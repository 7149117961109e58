"""A request in flight of a connected peer, and nothing behind it that reads or speaks."""

from __future__ import annotations

from kokoro_client.wire.messages import Speak
from kokorod.requests.in_flight import InFlight
from kokorod.requests.phrase_cache import PhraseCache
from kokorod.requests.request import SpeakRequest
from kokorod.safety.faults import Faults
from kokorod.schedule.scheduler import Scheduler
from kokorod.speech.thread import FrontEnd, SpeechThread
from kokorod.types import Engine, PeerId, RequestKey, Utterance
from kokorod.watch.log import Log
from support.loop.turning import Connected

KEY = RequestKey(PeerId(1), 7)


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
