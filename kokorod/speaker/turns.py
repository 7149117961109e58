# loop: runs on the one selector thread.
"""The requests at the speaker: what a turn means to them and to their clients.

Owns:       the playback of every request with output=speaker, the timer of the one that plays.
Invariants: at most one request has been told to play; a request is here from its Accepted to
            its end, which comes from its client, or if that is silent too long from here.
Never:      decides whose turn it is: arbiter.py does. Answers Done: requests/in_flight.py does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from kokoro_client.wire.choices import Control, Ending
from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.messages import Played, Rendered, Seek, TurnAtSpeaker

from ..net.loop import Loop, Timer
from ..net.peer import Peer
from ..schedule.actions import Perform
from ..schedule.scheduler import Scheduler
from ..types import SAMPLE_RATE, Priority, RequestKey, Turn
from ..watch.log import Log
from .arbiter import Drop, Order, Speaker
from .playback import SILENT_S, Playback

#: Sound sent to a client at the speaker beyond what it has heard: 3 MB, 6 as floats. A
#: client can hold that and so reads on, and `turn` and `done` never wait behind audio.
BUFFERED_S: Final = 60.0

#: More is made once so little is left; a segment takes seconds at most.
_REFILL_S: Final = 45.0

#: How often such a client is looked at: nothing but its sound orders whether it lives.
_LOOK_S: Final = 1.0

#: The timer's finest step.
_STEP_S: Final = 0.1


class Ends(Protocol):
    """How a request at the speaker ends; leave() follows each."""

    def played(self, key: RequestKey) -> None: ...
    def end(self, key: RequestKey, ending: Ending) -> None: ...
    def fail(self, key: RequestKey, code: ErrorCode, message: str) -> None: ...


class Turns:
    def __init__(
        self, loop: Loop, perform: Perform, ends: Ends, scheduler: Scheduler, log: Log
    ) -> None:
        self.played = self.stopped = self.replaced = self.timed_out = 0
        self.draining = False  # nobody gets the turn any more
        self._loop = loop
        self._do = perform
        self._ends = ends
        self._scheduler = scheduler
        self._log = log
        self._speaker = Speaker()
        self._playbacks: dict[RequestKey, Playback] = {}  # bounded by the requests in flight
        self._timer: Timer | None = None

    # -- a request's life at the speaker

    def join(self, key: RequestKey, priority: Priority, peer: Peer) -> None:
        """Queue for the speaker. May end the request at once if another has priority."""
        self._playbacks[key] = Playback(key, priority, peer, since=self._loop.clock())
        orders = self._speaker.join(key, priority)
        self._perform(orders, Ending.REPLACED)

    def text_arrived(self, key: RequestKey, characters: int) -> None:
        """Its text has so many characters by now."""
        if (playback := self._playbacks.get(key)) is not None:
            playback.characters = characters
            self.heard_from(key)

    def sent(
        self, key: RequestKey, samples: int, begins: Sequence[float] = (), planned_s: float = 0.0
    ) -> None:
        """So much of its sound, in all, has gone to its client.

        begins: seconds at which further sentences do; planned_s: where those known of end.
        """
        if (playback := self._playbacks.get(key)) is not None:
            playback.advance(self._loop.clock())
            playback.sound_s = samples / SAMPLE_RATE
            onward_s = playback.sentences.learn(begins, max(planned_s, playback.sound_s))
            if onward_s is not None:
                self._seek(playback, onward_s)
            self.heard_from(key)

    def heard_from(self, key: RequestKey) -> None:
        """Its client has done something about it."""
        if (playback := self._playbacks.get(key)) is not None:
            playback.heard_from(self._loop.clock())
            self._balance(playback)

    def rendered(self, key: RequestKey) -> bool:
        """All its sound has been sent. False where its end need not be waited for."""
        playback = self._playbacks.get(key)
        if playback is None or not playback.sound_s:
            return False
        playback.rendered = True
        playback.peer.send(Rendered(id=key.id, sound_s=playback.sound_s))
        self.heard_from(key)
        return True

    def on_played(self, key: RequestKey, played: Played) -> None:
        """What its client says it has let be heard. Raises WireError if it plays nothing."""
        playback = self._playbacks.get(key)
        if playback is None:
            raise WireError(
                ErrorCode.BAD_REQUEST,
                f"request {key.id} is not at the speaker; say played for output=speaker alone",
            )
        playback.told(played.at_s, played.seeks, self._loop.clock())
        if not played.final:
            self.heard_from(key)
        elif playback.rendered:
            self._ends.played(key)
        else:
            self._ends.end(key, Ending.CANCELLED)  # its client plays no more of it

    def leave(self, key: RequestKey) -> None:
        """It has ended, however: the turn is free."""
        if self._playbacks.pop(key, None) is not None:
            self._perform(self._speaker.leave(key), Ending.REPLACED)

    def on_half_closed(self) -> None:
        """A client sends no more: if it plays, it is watched from now on."""
        if (playback := self._playing) is not None:
            playback.heard_from(self._loop.clock())
            self._watch()

    def plays_out(self, key: RequestKey) -> bool:
        """Its client has all its sound and is playing it: it needs nothing more."""
        playback = self._playbacks.get(key)
        return playback is not None and playback.rendered and playback.turn is Turn.PLAY

    # -- anybody's word

    def control(self, action: Control, everything: bool) -> dict[str, Any]:
        """The value of the answer."""
        match action:
            case Control.BACK | Control.FORWARD:
                return self._move(action)
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
        return self._answer(stopped)

    def queue(self) -> list[dict[str, Any]]:
        """What is spoken and what waits, in the order of their turns."""
        return [self._described(self._playbacks[entry.key]) for entry in self._speaker.entries]

    def state(self) -> dict[str, Any] | None:
        """For `status`: who plays, how many wait; None if nobody does."""
        playbacks = len(self._playbacks)
        playing = self._playing
        if not playbacks and not self._speaker.paused:
            return None
        paused = self._speaker.paused
        return {
            "state": "paused" if paused else "playing" if playing else "waiting",
            "client": playing.peer.name if playing else "",
            "waiting": playbacks - (playing is not None),
        }

    def counters(self) -> dict[str, int]:
        """For `metrics`."""
        return {
            "playing": int(self._playing is not None and not self._speaker.paused),
            "paused": int(self._speaker.paused),
            "waiting": len(self._playbacks) - (self._playing is not None),
            "played": self.played,
            "stopped": self.stopped,
            "replaced": self.replaced,
            "timed_out": self.timed_out,
        }

    # -- within

    @property
    def _playing(self) -> Playback | None:
        entry = self._speaker.playing
        return self._playbacks.get(entry.key) if entry else None

    def _answer(self, stopped: int) -> dict[str, Any]:
        return {
            "stopped": stopped,
            "paused": self._speaker.paused,
            "playing": bool(self._speaker.entries),
        }

    def _move(self, action: Control) -> dict[str, Any]:
        """By a sentence of what is heard, if anything is."""
        playback = self._playing
        if playback is not None:
            playback.advance(self._loop.clock())
            sentences, heard_s = playback.sentences, playback.heard_s
            back = action is Control.BACK
            self._seek(playback, sentences.back(heard_s) if back else sentences.forward(heard_s))
            self.heard_from(playback.key)
        self._log.info("control", action=action.value, moved=playback is not None)
        return {**self._answer(0), "moved": playback is not None}

    def _seek(self, playback: Playback, at_s: float) -> None:
        number = playback.seek(at_s, self._loop.clock())
        playback.peer.send(Seek(id=playback.key.id, at_s=at_s, number=number))

    def _perform(self, orders: list[Order], ending: Ending) -> None:
        for order in orders:
            if isinstance(order, Drop):
                if ending is Ending.STOPPED:
                    self.stopped += 1
                else:
                    self.replaced += 1
                self._ends.end(order.key, ending)
            elif (playback := self._playbacks.get(order.key)) is not None:
                self._tell(playback, order.turn)

    def _tell(self, playback: Playback, turn: Turn) -> None:
        if turn is Turn.PLAY and self.draining:
            return
        key = playback.key
        playback.advance(self._loop.clock())
        if (playback.turn, turn) == (Turn.WAIT, Turn.PLAY):
            self.played += 1
        playback.turn = turn
        playback.peer.send(TurnAtSpeaker(id=key.id, turn=turn))
        self._log.debug("turn", peer=key.peer, id=key.id, turn=turn.value)
        self.heard_from(key)

    def _balance(self, playback: Playback) -> None:
        """Hold back or go on making its sound, by how much lies ahead of its listener."""
        now = self._loop.clock()
        buffered_s = playback.buffered_s(now)
        playback.throttled = buffered_s > (_REFILL_S if playback.throttled else BUFFERED_S)
        heard_s = playback.sound_s - buffered_s
        actions = self._scheduler.listens(playback.key, heard_s, playback.throttled, now)
        self._watch()
        self._do(actions)

    def _watch(self) -> None:
        """See that the timer comes when something is to be done for who plays."""
        playback = self._playing
        if playback is None or playback.turn is not Turn.PLAY:
            return
        now = self._loop.clock()
        when = playback.deadline
        if playback.throttled:
            when = min(when, now + playback.buffered_s(now) - _REFILL_S)
        if playback.peer.half_closed:
            when = min(when, now + _LOOK_S)
        when = max(when, now + _STEP_S)
        if self._timer is not None:
            if self._timer.when <= when:
                return  # it comes sooner, and looks again
            self._timer.cancel()
        self._timer = self._loop.after(when - now, self._look)

    def _look(self) -> None:
        self._timer = None
        playback = self._playing
        if playback is None or playback.turn is not Turn.PLAY:
            return
        if playback.peer.half_closed and playback.peer.hung_up:
            playback.peer.close()  # its requests end when that is reported
            return
        if self._loop.clock() >= playback.deadline:
            self._overdue(playback)
        else:
            self._balance(playback)

    def _overdue(self, playback: Playback) -> None:
        key = playback.key
        if playback.rendered and playback.peer.half_closed:
            self._ends.played(key)  # its client cannot say so
        elif playback.rendered or len(self._playbacks) > 1:
            self.timed_out += 1
            self._ends.fail(
                key,
                ErrorCode.CANCELLED,
                f"it had the speaker and nothing was heard of it for {SILENT_S:g} s; say played "
                "with final at its end, and do not keep others waiting for text",
            )
        else:
            self.heard_from(key)  # its text is still being written, and nobody waits

    def _described(self, playback: Playback) -> dict[str, Any]:
        key = playback.key
        return {
            "client": playback.peer.name,
            "pid": playback.peer.pid,
            "request": key.id,
            "turn": playback.turn.value,
            "priority": playback.priority.value,
            "characters": playback.characters,
            "played_s": round(playback.played_s, 3),
            "sound_s": round(playback.sound_s, 3),
        }
