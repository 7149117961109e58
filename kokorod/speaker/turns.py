# loop: runs on the one selector thread.
"""The requests at the speaker: what a turn means to them and to their clients.

Owns:       the seat of every request with output=speaker, the timer of the one that plays.
Invariants: at most one request has been told to play; a request sits from its Accepted to
            its end, which comes from its client, or where that is silent too long from here.
Never:      decides whose turn it is: arbiter.py does. Answers Done: requests/in_flight.py does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from kokoro_client.wire.choices import Control, Ending
from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.messages import Played, Rendered, TurnAtSpeaker

from ..net.loop import Timer
from ..net.peer import Peer
from ..requests.state import Ticket
from ..schedule.actions import Action
from ..schedule.scheduler import Scheduler
from ..types import SAMPLE_RATE, RequestKey, Turn
from ..watch.log import Log
from .arbiter import Drop, Order, Speaker
from .playback import SILENT_S, Seat

#: Sound sent to a client at the speaker beyond what it has heard: 3 MB, 6 as floats. A
#: client can hold that and so reads on, and `turn` and `done` never wait behind audio.
AHEAD_S: Final = 60.0

#: More is made once so little is left; a segment takes seconds at most.
_REFILL_S: Final = 45.0

#: How often such a client is looked at: nothing but its sound orders whether it lives.
_LOOK_S: Final = 1.0

#: The timer's finest step.
_STEP_S: Final = 0.1


class House(Protocol):
    """What turns need of the rest of the daemon."""

    def now(self) -> float: ...
    def after(self, seconds: float, call: Callable[[], None]) -> Timer: ...
    def perform(self, actions: list[Action]) -> None: ...


class Ends(Protocol):
    """How a request at the speaker ends; leave() follows each."""

    def heard(self, key: RequestKey) -> None: ...
    def end(self, key: RequestKey, ending: Ending) -> None: ...
    def give_up(self, key: RequestKey, code: ErrorCode, message: str) -> None: ...


class Turns:
    def __init__(self, house: House, ends: Ends, scheduler: Scheduler, log: Log) -> None:
        self.played = self.stopped = self.replaced = self.timed_out = 0
        self.draining = False  # nobody gets the turn any more
        self._house = house
        self._ends = ends
        self._scheduler = scheduler
        self._log = log
        self._speaker = Speaker()
        self._seats: dict[RequestKey, Seat] = {}  # bounded by the requests in flight
        self._timer: Timer | None = None

    # -- a request's life at the speaker

    def join(self, ticket: Ticket, peer: Peer) -> None:
        """It wants the speaker. Where it has to give way it has ended on return."""
        self._seats[ticket.key] = Seat(ticket, peer, since=self._house.now())
        orders = self._speaker.join(ticket.key, ticket.speak.priority)
        self._perform(orders, Ending.REPLACED)

    def sent(self, key: RequestKey) -> None:
        """More of its sound has gone to its client."""
        if (seat := self._seats.get(key)) is not None:
            seat.settle(self._house.now())
            seat.sound_s = seat.ticket.samples / SAMPLE_RATE
            self.lives(key)

    def lives(self, key: RequestKey) -> None:
        """Its client has done something about it."""
        if (seat := self._seats.get(key)) is not None:
            seat.lives(self._house.now())
            self._balance(seat)

    def rendered(self, key: RequestKey) -> bool:
        """All its sound has been sent. False where its end need not be waited for."""
        seat = self._seats.get(key)
        if seat is None or not seat.ticket.samples:
            return False
        seat.rendered = True
        seat.peer.send(Rendered(id=key.id, sound_s=seat.sound_s))
        self.lives(key)
        return True

    def on_played(self, key: RequestKey, played: Played) -> None:
        """What its client says it has let be heard. Raises WireError where it plays nothing."""
        seat = self._seats.get(key)
        if seat is None:
            raise WireError(
                ErrorCode.BAD_REQUEST,
                f"request {key.id} is not at the speaker; say played for output=speaker alone",
            )
        seat.settle(self._house.now())
        seat.played_s = seat.heard_s = min(played.at_s, seat.sound_s)
        if not played.final:
            self.lives(key)
        elif seat.rendered:
            self._ends.heard(key)
        else:
            self._ends.end(key, Ending.CANCELLED)  # its client plays no more of it

    def leave(self, key: RequestKey) -> None:
        """It has ended, however: the turn is free."""
        if self._seats.pop(key, None) is not None:
            self._perform(self._speaker.leave(key), Ending.REPLACED)

    def on_half_closed(self) -> None:
        """A client sends no more: if it plays, it is watched from now on."""
        if (seat := self._playing) is not None:
            seat.lives(self._house.now())
            self._watch()

    def plays_out(self, key: RequestKey) -> bool:
        """Its client has all its sound and is playing it: it needs nothing more."""
        seat = self._seats.get(key)
        return seat is not None and seat.rendered and seat.turn is Turn.PLAY

    # -- anybody's word

    def control(self, action: Control, everything: bool) -> dict[str, Any]:
        """Pause, resume, skip or stop; the value of the answer."""
        match action:
            case Control.PAUSE:
                orders = self._speaker.pause()
            case Control.RESUME:
                orders = self._speaker.resume()
            case Control.SKIP:
                orders = self._speaker.skip()
            case Control.STOP:
                orders = self._speaker.stop(everything)
        self._perform(orders, Ending.STOPPED)
        stopped = sum(isinstance(order, Drop) for order in orders)
        self._log.info("control", action=action.value, all=everything, stopped=stopped)
        return {
            "stopped": stopped,
            "paused": self._speaker.paused,
            "playing": bool(self._speaker.entries),
        }

    def queue(self) -> list[dict[str, Any]]:
        """What is spoken and what waits, in the order of their turns."""
        return [self._described(self._seats[entry.key]) for entry in self._speaker.entries]

    def state(self) -> dict[str, Any] | None:
        """For `status`: who plays, how many wait; None where nobody does."""
        seats = len(self._seats)
        playing = self._playing
        if not seats and not self._speaker.paused:
            return None
        paused = self._speaker.paused
        return {
            "state": "paused" if paused else "playing" if playing else "waiting",
            "client": playing.peer.name if playing else "",
            "waiting": seats - (playing is not None),
        }

    def counters(self) -> dict[str, int]:
        """For `metrics`."""
        return {
            "playing": int(self._playing is not None and not self._speaker.paused),
            "paused": int(self._speaker.paused),
            "waiting": len(self._seats) - (self._playing is not None),
            "played": self.played,
            "stopped": self.stopped,
            "replaced": self.replaced,
            "timed_out": self.timed_out,
        }

    # -- within

    @property
    def _playing(self) -> Seat | None:
        entry = self._speaker.playing
        return self._seats.get(entry.key) if entry else None

    def _perform(self, orders: list[Order], ending: Ending) -> None:
        for order in orders:
            if isinstance(order, Drop):
                if ending is Ending.STOPPED:
                    self.stopped += 1
                else:
                    self.replaced += 1
                self._ends.end(order.key, ending)
            elif (seat := self._seats.get(order.key)) is not None:
                self._tell(seat, order.turn)

    def _tell(self, seat: Seat, turn: Turn) -> None:
        if turn is Turn.PLAY and self.draining:
            return
        key = seat.ticket.key
        seat.settle(self._house.now())
        if (seat.turn, turn) == (Turn.WAIT, Turn.PLAY):
            self.played += 1
        seat.turn = turn
        seat.peer.send(TurnAtSpeaker(id=key.id, turn=turn))
        self._log.debug("turn", peer=key.peer, id=key.id, turn=turn.value)
        self.lives(key)

    def _balance(self, seat: Seat) -> None:
        """Hold back or go on making its sound, by how much lies ahead of its listener."""
        now = self._house.now()
        ahead_s = seat.ahead_s(now)
        seat.held = ahead_s > (_REFILL_S if seat.held else AHEAD_S)
        heard_s = seat.sound_s - ahead_s
        actions = self._scheduler.listens(seat.ticket.key, heard_s, seat.held, now)
        self._watch()
        self._house.perform(actions)

    def _watch(self) -> None:
        """See that the timer comes when something is to be done for who plays."""
        seat = self._playing
        if seat is None or seat.turn is not Turn.PLAY:
            return
        now = self._house.now()
        when = seat.deadline
        if seat.held:
            when = min(when, now + seat.ahead_s(now) - _REFILL_S)
        if seat.peer.half_closed:
            when = min(when, now + _LOOK_S)
        when = max(when, now + _STEP_S)
        if self._timer is not None:
            if self._timer.when <= when:
                return  # it comes sooner, and looks again
            self._timer.cancel()
        self._timer = self._house.after(when - now, self._look)

    def _look(self) -> None:
        self._timer = None
        seat = self._playing
        if seat is None or seat.turn is not Turn.PLAY:
            return
        if seat.peer.half_closed and seat.peer.hung_up:
            seat.peer.close()  # its requests end when that is reported
            return
        if self._house.now() >= seat.deadline:
            self._overdue(seat)
        else:
            self._balance(seat)

    def _overdue(self, seat: Seat) -> None:
        key = seat.ticket.key
        if seat.rendered and seat.peer.half_closed:
            self._ends.heard(key)  # its client cannot say so
        elif seat.rendered or len(self._seats) > 1:
            self.timed_out += 1
            self._ends.give_up(
                key,
                ErrorCode.CANCELLED,
                f"it had the speaker and nothing was heard of it for {SILENT_S:g} s; say played "
                "with final at its end, and do not keep others waiting for text",
            )
        else:
            self.lives(key)  # its text is still being written, and nobody waits

    def _described(self, seat: Seat) -> dict[str, Any]:
        key, ticket = seat.ticket.key, seat.ticket
        return {
            "client": seat.peer.name,
            "pid": seat.peer.pid,
            "request": key.id,
            "turn": seat.turn.value,
            "priority": ticket.speak.priority.value,
            "characters": ticket.characters,
            "played_s": round(seat.played_s, 3),
            "sound_s": round(seat.sound_s, 3),
        }
