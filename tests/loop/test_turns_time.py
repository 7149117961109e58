"""How long a turn at the speaker lasts if its client says nothing; by the loop's own clock."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from support.loop.turning import Connected, connect, settle

from kokoro_client.wire.choices import Control, Ending, Priority
from kokoro_client.wire.errors import ErrorCode
from kokoro_client.wire.messages import Played
from kokorod.net.loop import Loop
from kokorod.schedule.actions import Action
from kokorod.schedule.scheduler import Scheduler
from kokorod.speaker.playback import MUTE_S, SILENT_S
from kokorod.speaker.turns import BUFFERED_S, Turns
from kokorod.types import SAMPLE_RATE, PeerId, RequestKey
from kokorod.watch.log import Log


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Ends:
    """How requests end is noted."""

    loop: Loop
    ended: dict[RequestKey, str] = field(default_factory=dict)
    turns: Turns = field(init=False)

    def __post_init__(self) -> None:
        self.turns = Turns(self.loop, self.perform, self, Scheduler(), Log())

    def perform(self, actions: list[Action]) -> None:
        assert actions == []

    def played(self, key: RequestKey) -> None:
        self._end(key, "finished")

    def end(self, key: RequestKey, ending: Ending) -> None:
        self._end(key, ending.value)

    def fail(self, key: RequestKey, code: ErrorCode, message: str) -> None:
        assert f"{SILENT_S:g} s" in message
        self._end(key, code.value)

    def _end(self, key: RequestKey, how: str) -> None:
        assert key not in self.ended
        self.ended[key] = how
        self.turns.leave(key)


@dataclass
class Stage:
    """A loop whose clock stands still until it is told, with the clients at its speaker."""

    clock: Clock
    loop: Loop
    ends: Ends
    clients: list[Connected] = field(default_factory=list)

    def join(self, sound_s: float = 0.0, rendered: bool = False) -> RequestKey:
        client = connect(self.loop, len(self.clients) + 1)
        self.clients.append(client)
        key = RequestKey(PeerId(len(self.clients)), 1)
        self.ends.turns.join(key, Priority.MESSAGE, client.peer)
        if sound_s:
            self.ends.turns.sent(key, int(sound_s * SAMPLE_RATE))
        if rendered:
            assert self.ends.turns.rendered(key)
        return key

    def after(self, seconds: float) -> dict[RequestKey, str]:
        """Let time pass, at least a second at a time; how requests have ended by then."""
        until = self.clock.now + seconds
        while self.clock.now < until:
            self.clock.now = min(until, self.clock.now + 1.0)
            settle(self.loop)
        return self.ends.ended

    def turns_of(self, key: RequestKey) -> list[str]:
        received = self.clients[key.peer - 1].received()
        return [message["turn"] for message in received if message["type"] == "turn"]


@pytest.fixture
def stage() -> Iterator[Stage]:
    clock = Clock()
    loop = Loop(clock)
    stage = Stage(clock, loop, Ends(loop))
    yield stage
    for client in stage.clients:
        client.peer.close()
        client.other.close()
    loop.close()


def test_who_never_says_played_is_given_up_a_minute_after_its_sound(stage: Stage) -> None:
    one, two = stage.join(10.0, rendered=True), stage.join()
    assert stage.after(10 + SILENT_S - 2) == {}
    assert stage.after(4) == {one: "cancelled"}
    assert stage.turns_of(two) == ["wait", "play"]
    assert stage.ends.turns.counters()["timed_out"] == 1


def test_it_is_given_up_where_nobody_waits_too(stage: Stage) -> None:
    one = stage.join(1.0, rendered=True)
    assert stage.after(1 + SILENT_S + 2) == {one: "cancelled"}


def test_a_word_gives_it_time_anew(stage: Stage) -> None:
    one = stage.join(30.0, rendered=True)
    for at_s in (1.0, 2.0, 3.0):
        assert stage.after(SILENT_S) == {}
        stage.ends.turns.on_played(one, Played(1, at_s))
    assert stage.after(27 + SILENT_S - 2) == {}
    stage.ends.turns.on_played(one, Played(1, 30.0, True))
    assert stage.ends.ended == {one: "finished"}


def test_a_pause_does_not_count(stage: Stage) -> None:
    one = stage.join(10.0, rendered=True)
    stage.ends.turns.control(Control.PAUSE, False)
    assert stage.after(10 * SILENT_S) == {}
    stage.ends.turns.control(Control.RESUME, False)
    assert stage.after(10 + SILENT_S - 2) == {}
    assert stage.after(4) == {one: "cancelled"}


def test_who_waits_has_all_the_time(stage: Stage) -> None:
    one, two = stage.join(500.0, rendered=True), stage.join(10.0, rendered=True)
    assert stage.after(500) == {}
    stage.ends.turns.on_played(one, Played(1, 500.0, True))
    assert stage.after(10 + SILENT_S - 2) == {one: "finished"}
    assert stage.after(4)[two] == "cancelled"


def test_a_text_that_is_being_written_has_time_until_somebody_waits(stage: Stage) -> None:
    one = stage.join(5.0)
    assert stage.after(20 * SILENT_S) == {}
    two = stage.join()
    stage.ends.turns.heard_from(one)  # more of its text has come
    assert stage.after(SILENT_S - 2) == {}
    assert stage.after(4) == {one: "cancelled"}
    assert stage.turns_of(two) == ["wait", "play"]


def test_who_cannot_say_played_has_its_sound_and_no_more(stage: Stage) -> None:
    one = stage.join(10.0, rendered=True)
    stage.clients[0].other.shutdown(socket.SHUT_WR)
    settle(stage.loop)
    stage.ends.turns.on_half_closed()
    assert stage.after(10 + MUTE_S - 1.5) == {}
    assert stage.after(3) == {one: "finished"}


def test_who_cannot_say_played_and_dies_is_noticed(stage: Stage) -> None:
    stage.join(500.0, rendered=True)
    stage.clients[0].other.shutdown(socket.SHUT_WR)
    settle(stage.loop)
    stage.ends.turns.on_half_closed()
    stage.after(3)
    assert not stage.clients[0].reported.gone
    stage.clients[0].other.close()
    stage.after(3)
    assert stage.clients[0].reported.gone


def test_sound_is_held_back_and_made_again_by_the_clock(stage: Stage) -> None:
    one = stage.join(BUFFERED_S + 20.0)
    playback = stage.ends.turns._playbacks[one]
    assert playback.throttled
    stage.after(30)
    assert playback.throttled
    stage.after(6)
    assert not playback.throttled, "who only says the last played would wait for ever"


def test_many_words_leave_one_timer(stage: Stage) -> None:
    one = stage.join(30.0, rendered=True)
    for _ in range(1_000):
        stage.ends.turns.control(Control.PAUSE, False)
        stage.ends.turns.control(Control.RESUME, False)
        stage.ends.turns.on_played(one, Played(1, 1.0))
    assert len(stage.loop._timers) <= 2


# By sentences


def _seeks(stage: Stage, key: RequestKey) -> list[tuple[float, int]]:
    received = stage.clients[key.peer - 1].received()
    return [(m["at_s"], m["number"]) for m in received if m["type"] == "seek"]


def test_back_and_forward_go_by_what_was_heard_until_now(stage: Stage) -> None:
    turns, one = stage.ends.turns, stage.join()
    turns.sent(one, 10 * SAMPLE_RATE, [0.0, 3.0, 6.0], 10.0)
    stage.after(4.5)
    assert turns.control(Control.BACK, False) == {
        "stopped": 0,
        "paused": False,
        "playing": True,
        "moved": True,
    }
    stage.after(0.5)
    turns.control(Control.BACK, False)  # it has just begun again
    turns.control(Control.FORWARD, False)
    turns.control(Control.FORWARD, False)
    stage.after(1.5)
    turns.control(Control.BACK, False)
    turns.control(Control.FORWARD, False)  # the last: its end
    assert _seeks(stage, one) == [
        (3.0, 1), (0.0, 2), (3.0, 3), (6.0, 4), (6.0, 5), (10.0, 6),
    ]  # fmt: skip


def test_what_was_said_before_a_seek_counts_no_more(stage: Stage) -> None:
    turns, one = stage.ends.turns, stage.join()
    turns.sent(one, 10 * SAMPLE_RATE, [0.0, 3.0, 6.0], 10.0)
    turns.on_played(one, Played(1, 7.5))
    turns.control(Control.BACK, False)
    turns.on_played(one, Played(1, 7.9))  # it crossed the seek
    turns.control(Control.BACK, False)
    assert _seeks(stage, one) == [(6.0, 1), (3.0, 2)]
    turns.on_played(one, Played(1, 5.0, False, 2))
    assert turns.queue()[0]["played_s"] == 5.0
    turns.control(Control.BACK, False)
    assert _seeks(stage, one) == [(3.0, 3)]


def test_who_goes_ahead_of_what_is_made_waits_there(stage: Stage) -> None:
    turns, one = stage.ends.turns, stage.join()
    turns.sent(one, 1 * SAMPLE_RATE, [0.0], 4.0)  # of a unit of 4 s
    turns.control(Control.FORWARD, False)
    stage.after(20)
    turns.sent(one, 4 * SAMPLE_RATE)
    turns.on_played(one, Played(1, 4.0, False, 1))
    stage.after(20)
    turns.sent(one, 5 * SAMPLE_RATE, [4.5], 8.0)
    stage.after(0.2)
    turns.control(Control.BACK, False)
    assert _seeks(stage, one) == [(4.0, 1), (4.5, 2), (0.0, 3)]


def test_nothing_is_moved_if_nobody_plays(stage: Stage) -> None:
    assert stage.ends.turns.control(Control.BACK, False)["moved"] is False
    one = stage.join()
    stage.ends.turns.sent(one, 10 * SAMPLE_RATE, [0.0, 3.0], 10.0)
    stage.ends.turns.on_played(one, Played(1, 10.0, True))
    assert stage.ends.turns.control(Control.FORWARD, False)["moved"] is False


def test_a_pause_outlasts_a_move(stage: Stage) -> None:
    turns, one = stage.ends.turns, stage.join()
    turns.sent(one, 10 * SAMPLE_RATE, [0.0, 3.0], 10.0)
    stage.after(5)
    turns.control(Control.PAUSE, False)
    assert turns.control(Control.BACK, False)["paused"] is True
    stage.after(20)
    turns.control(Control.BACK, False)
    assert stage.turns_of(one) == ["play", "pause"]


def test_a_listener_who_went_back_has_a_minute_ahead_and_not_more(stage: Stage) -> None:
    turns, one = stage.ends.turns, stage.join()
    turns.sent(one, 70 * SAMPLE_RATE, [0.0, 3.0], 70.0)
    turns.on_played(one, Played(1, 30.0))
    playback = turns._playbacks[one]
    assert not playback.throttled
    turns.control(Control.BACK, False)
    assert playback.throttled
