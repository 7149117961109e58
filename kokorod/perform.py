# loop: runs on the one selector thread.
"""What the scheduler decides is done, and what comes of it is sent on.

Never:      decides: schedule/ does.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Protocol

from kokoro_client.wire.choices import MAX_SPEED, MIN_SPEED

from .config import Config
from .engine.lane import Spoken, Task
from .lanes.pool import Engines
from .maintenance.runner import Upkeep
from .requests import admission
from .requests.in_flight import InFlight
from .requests.state import Ticket
from .schedule.actions import Action, Finish, Prepare, Run, Terminate
from .schedule.known import WARM_PEER
from .schedule.scheduler import Scheduler
from .speech.thread import SpeechThread
from .types import Engine, Segment, Utterance
from .watch.metrics import Metrics


class House(Protocol):
    """What performing needs of the rest of the daemon."""

    config: Config
    upkeep: Upkeep

    def now(self) -> float: ...
    def look_soon(self) -> None: ...


class Performing:
    def __init__(
        self,
        house: House,
        engines: Engines,
        scheduler: Scheduler,
        speech: SpeechThread,
        in_flight: InFlight,
        metrics: Metrics,
    ) -> None:
        self._house = house
        self._engines = engines
        self._scheduler = scheduler
        self._speech = speech
        self._in_flight = in_flight
        self._metrics = metrics

    def perform(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Prepare():
                    self._speech.want(action.key)
                case Run():
                    self._engines.lanes[action.lane].start(self._task(action))
                case Terminate():
                    self._engines.lanes[action.lane].terminate()
                case Finish():
                    self._in_flight.finish(action.key, action.cancelled)
                    self._house.look_soon()

    def on_spoken(self, lane: str, spoken: Spoken) -> None:
        """A lane has spoken a segment: send it."""
        house, key = self._house, spoken.task.key
        if key.peer == WARM_PEER:
            house.upkeep.warmed(spoken)
            house.look_soon()
            return
        house.upkeep.ran(lane, spoken.task.segment.tokens)
        if (ticket := self._in_flight.tickets.get(key)) is not None:
            waited = ticket.first_sound_s is None
            self._in_flight.send(key, ticket.answers(spoken, lane, house.now()))
            if waited and ticket.first_sound_s is not None:
                predicted = self._scheduler.predicted_s(lane, spoken.task.segment.tokens)
                idle_s = ticket.idle_s
                if ticket.cold:  # a lane that was made for it has no runs to predict from
                    predicted, idle_s = predicted or spoken.seconds, math.inf
                self._metrics.first_sound(ticket.first_sound_s, predicted, idle_s)

    def _task(self, run: Run) -> Task:
        if run.key.peer == WARM_PEER:
            return self._house.upkeep.task(run)
        ticket = self._in_flight.tickets[run.key]
        return Task(
            key=run.key,
            segment=run.segment,
            utterance=self._utterance(ticket, run.segment),
            stream=ticket.stream,
            format=ticket.speak.format,
        )

    def _utterance(self, ticket: Ticket, segment: Segment) -> Utterance:
        """The request's voice and speed, or what markup asks for where that can be."""
        asked = ticket.utterance
        marked = admission.kokoro_voice(segment.voice, self._house.config, self._engines.voicing)
        kokoro = ticket.engine is Engine.KOKORO
        return replace(
            asked,
            voice=(marked if kokoro else "") or asked.voice,
            speed=min(max(asked.speed * segment.rate, MIN_SPEED), MAX_SPEED),
        )
