"""Turns at the speaker: speech-dispatcher's priorities, pause, resume, skip, stop."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kokorod.schedule.speaker import Rank, Speaker, Tell, Turn
from kokorod.types import PeerId, RequestKey


def key(number: int) -> RequestKey:
    return RequestKey(PeerId(number), 1)


def tell(number: int, turn: Turn) -> Tell:
    return Tell(key(number), turn)


def test_one_plays_and_messages_queue() -> None:
    speaker = Speaker()
    assert speaker.join(key(1), Rank.MESSAGE) == [tell(1, Turn.PLAY)]
    assert speaker.join(key(2), Rank.MESSAGE) == [tell(2, Turn.WAIT)]
    assert speaker.leave(key(1)) == [tell(2, Turn.PLAY)]
    assert speaker.leave(key(2)) == []


def test_text_replaces_text_but_waits_for_a_message() -> None:
    speaker = Speaker()
    speaker.join(key(1), Rank.TEXT)
    assert speaker.join(key(2), Rank.TEXT) == [tell(1, Turn.STOP), tell(2, Turn.PLAY)]
    assert speaker.join(key(3), Rank.MESSAGE) == [tell(2, Turn.STOP), tell(3, Turn.PLAY)]
    assert speaker.join(key(4), Rank.TEXT) == [tell(4, Turn.WAIT)]
    assert speaker.join(key(5), Rank.TEXT) == [tell(4, Turn.STOP), tell(5, Turn.WAIT)]
    assert speaker.leave(key(3)) == [tell(5, Turn.PLAY)]


def test_important_interrupts_and_a_message_goes_on_afterwards() -> None:
    speaker = Speaker()
    speaker.join(key(1), Rank.MESSAGE)
    assert speaker.join(key(2), Rank.IMPORTANT) == [tell(1, Turn.PAUSE), tell(2, Turn.PLAY)]
    assert speaker.join(key(3), Rank.IMPORTANT) == [tell(3, Turn.WAIT)]
    assert speaker.leave(key(2)) == [tell(3, Turn.PLAY)]
    assert speaker.leave(key(3)) == [tell(1, Turn.PLAY)]


def test_important_drops_text_that_plays() -> None:
    speaker = Speaker()
    speaker.join(key(1), Rank.TEXT)
    assert speaker.join(key(2), Rank.IMPORTANT) == [tell(1, Turn.STOP), tell(2, Turn.PLAY)]


def test_a_notification_is_dropped_when_busy() -> None:
    speaker = Speaker()
    assert speaker.join(key(1), Rank.NOTIFICATION) == [tell(1, Turn.PLAY)]
    assert speaker.join(key(2), Rank.NOTIFICATION) == [tell(2, Turn.STOP)]
    speaker.leave(key(1))
    speaker.join(key(3), Rank.TEXT)
    assert speaker.join(key(4), Rank.NOTIFICATION) == [tell(4, Turn.STOP)]


def test_only_the_last_progress_is_said_when_all_is_quiet() -> None:
    speaker = Speaker()
    speaker.join(key(1), Rank.MESSAGE)
    assert speaker.join(key(2), Rank.PROGRESS) == [tell(2, Turn.WAIT)]
    assert speaker.join(key(3), Rank.PROGRESS) == [tell(2, Turn.STOP), tell(3, Turn.WAIT)]
    assert speaker.leave(key(1)) == [tell(3, Turn.PLAY)]


def test_a_progress_that_is_being_said_is_heard_to_its_end() -> None:
    """A fast series would else be heard as nothing but beginnings."""
    speaker = Speaker()
    assert speaker.join(key(1), Rank.PROGRESS) == [tell(1, Turn.PLAY)]
    assert speaker.join(key(2), Rank.PROGRESS) == [tell(2, Turn.WAIT)]
    assert speaker.join(key(3), Rank.PROGRESS) == [tell(2, Turn.STOP), tell(3, Turn.WAIT)]
    assert speaker.leave(key(1)) == [tell(3, Turn.PLAY)]
    assert speaker.join(key(4), Rank.NOTIFICATION) == [tell(3, Turn.STOP), tell(4, Turn.PLAY)]


def test_text_waits_while_something_important_is_said() -> None:
    speaker = Speaker()
    speaker.join(key(1), Rank.IMPORTANT)
    assert speaker.join(key(2), Rank.TEXT) == [tell(2, Turn.WAIT)]
    assert speaker.join(key(3), Rank.IMPORTANT) == [tell(3, Turn.WAIT)]
    assert speaker.leave(key(1)) == [tell(3, Turn.PLAY)]
    assert speaker.leave(key(3)) == [tell(2, Turn.PLAY)]


def test_an_important_one_that_comes_in_a_pause_is_first_after_it() -> None:
    speaker = Speaker()
    speaker.join(key(1), Rank.MESSAGE)
    speaker.pause()
    assert speaker.join(key(2), Rank.IMPORTANT) == [tell(2, Turn.WAIT)]
    assert speaker.resume() == [tell(2, Turn.PLAY)]
    assert speaker.leave(key(2)) == [tell(1, Turn.PLAY)]


def test_who_is_interrupted_can_leave_or_be_skipped_to() -> None:
    speaker = Speaker()
    speaker.join(key(1), Rank.MESSAGE)
    speaker.join(key(2), Rank.IMPORTANT)
    assert speaker.skip() == [tell(2, Turn.STOP), tell(1, Turn.PLAY)]
    speaker.join(key(3), Rank.IMPORTANT)
    assert speaker.leave(key(1)) == []
    assert speaker.leave(key(3)) == []
    assert speaker.places == []


def test_nobody_told_anything_who_has_left() -> None:
    speaker = Speaker()
    speaker.join(key(1), Rank.TEXT)
    assert speaker.leave(key(2)) == []
    assert [place.key for place in speaker.places] == [key(1)]


def test_pause_holds_everyone_and_resume_goes_on() -> None:
    speaker = Speaker()
    speaker.join(key(1), Rank.MESSAGE)
    assert speaker.pause() == [tell(1, Turn.PAUSE)]
    assert speaker.pause() == []
    assert speaker.join(key(2), Rank.MESSAGE) == [tell(2, Turn.WAIT)]
    assert speaker.resume() == [tell(1, Turn.PLAY)]
    speaker.pause()
    assert speaker.leave(key(1)) == []
    assert speaker.resume() == [tell(2, Turn.PLAY)]


def test_skip_and_stop() -> None:
    speaker = Speaker()
    for number in (1, 2, 3):
        speaker.join(key(number), Rank.MESSAGE)
    assert speaker.skip() == [tell(1, Turn.STOP), tell(2, Turn.PLAY)]
    assert speaker.stop() == [tell(2, Turn.STOP), tell(3, Turn.STOP)]
    assert speaker.places == []


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["join", "leave", "pause", "resume", "skip", "stop"]),
        st.sampled_from(list(Rank)),
        st.integers(0, 30),
    ),
    max_size=60,
)


@given(EVENTS)
def test_one_voice_at_a_time_and_nobody_is_forgotten(events: list[tuple[str, Rank, int]]) -> None:
    speaker = Speaker()
    state: dict[RequestKey, Turn] = {}
    number = 0

    def apply(tells: list[Tell]) -> None:
        for item in tells:
            assert state.get(item.key) is not Turn.STOP, "told Stop twice, or after it"
            state[item.key] = item.turn
        playing = [k for k, turn in state.items() if turn is Turn.PLAY]
        assert len(playing) == (speaker.playing is not None and not speaker.paused)
        if speaker.places and not speaker.paused:
            assert playing, "all wait, and nobody plays"
        at_speaker = {place.key for place in speaker.places}
        assert at_speaker == {k for k, turn in state.items() if turn is not Turn.STOP}

    for event, rank, pick in events:
        match event:
            case "join":
                number += 1
                state[key(number)] = Turn.WAIT
                apply(speaker.join(key(number), rank))
            case "leave" if state:
                gone = list(state)[pick % len(state)]
                live = state.pop(gone) is not Turn.STOP
                if live:
                    apply(speaker.leave(gone))
            case "pause":
                apply(speaker.pause())
            case "resume":
                apply(speaker.resume())
            case "skip":
                apply(speaker.skip())
            case "stop":
                apply(speaker.stop())
    apply(speaker.resume())
    while speaker.playing is not None:
        done = speaker.playing.key
        del state[done]
        apply(speaker.leave(done))
    assert speaker.places == []
