"""Turns at the speaker: speech-dispatcher's priorities, pause, resume, skip, stop."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kokorod.speaker.arbiter import Drop, Order, Speaker, Tell
from kokorod.types import PeerId, Priority, RequestKey, Turn


def key(number: int) -> RequestKey:
    return RequestKey(PeerId(number), 1)


def tell(number: int, turn: Turn) -> Tell:
    return Tell(key(number), turn)


def test_one_plays_and_messages_queue() -> None:
    speaker = Speaker()
    assert speaker.join(key(1), Priority.MESSAGE) == [tell(1, Turn.PLAY)]
    assert speaker.join(key(2), Priority.MESSAGE) == [tell(2, Turn.WAIT)]
    assert speaker.leave(key(1)) == [tell(2, Turn.PLAY)]
    assert speaker.leave(key(2)) == []


def test_text_replaces_text_but_waits_for_a_message() -> None:
    speaker = Speaker()
    speaker.join(key(1), Priority.TEXT)
    assert speaker.join(key(2), Priority.TEXT) == [Drop(key(1)), tell(2, Turn.PLAY)]
    assert speaker.join(key(3), Priority.MESSAGE) == [Drop(key(2)), tell(3, Turn.PLAY)]
    assert speaker.join(key(4), Priority.TEXT) == [tell(4, Turn.WAIT)]
    assert speaker.join(key(5), Priority.TEXT) == [Drop(key(4)), tell(5, Turn.WAIT)]
    assert speaker.leave(key(3)) == [tell(5, Turn.PLAY)]


def test_important_interrupts_and_a_message_goes_on_afterwards() -> None:
    speaker = Speaker()
    speaker.join(key(1), Priority.MESSAGE)
    assert speaker.join(key(2), Priority.IMPORTANT) == [tell(1, Turn.PAUSE), tell(2, Turn.PLAY)]
    assert speaker.join(key(3), Priority.IMPORTANT) == [tell(3, Turn.WAIT)]
    assert speaker.leave(key(2)) == [tell(3, Turn.PLAY)]
    assert speaker.leave(key(3)) == [tell(1, Turn.PLAY)]


def test_important_drops_text_that_plays() -> None:
    speaker = Speaker()
    speaker.join(key(1), Priority.TEXT)
    assert speaker.join(key(2), Priority.IMPORTANT) == [Drop(key(1)), tell(2, Turn.PLAY)]


def test_a_notification_is_dropped_when_busy() -> None:
    speaker = Speaker()
    assert speaker.join(key(1), Priority.NOTIFICATION) == [tell(1, Turn.PLAY)]
    assert speaker.join(key(2), Priority.NOTIFICATION) == [Drop(key(2))]
    speaker.leave(key(1))
    speaker.join(key(3), Priority.TEXT)
    assert speaker.join(key(4), Priority.NOTIFICATION) == [Drop(key(4))]


def test_only_the_last_progress_is_said_when_all_is_quiet() -> None:
    speaker = Speaker()
    speaker.join(key(1), Priority.MESSAGE)
    assert speaker.join(key(2), Priority.PROGRESS) == [tell(2, Turn.WAIT)]
    assert speaker.join(key(3), Priority.PROGRESS) == [Drop(key(2)), tell(3, Turn.WAIT)]
    assert speaker.leave(key(1)) == [tell(3, Turn.PLAY)]


def test_a_progress_that_is_being_said_is_heard_to_its_end() -> None:
    """A fast series would else be heard as nothing but beginnings."""
    speaker = Speaker()
    assert speaker.join(key(1), Priority.PROGRESS) == [tell(1, Turn.PLAY)]
    assert speaker.join(key(2), Priority.PROGRESS) == [tell(2, Turn.WAIT)]
    assert speaker.join(key(3), Priority.PROGRESS) == [Drop(key(2)), tell(3, Turn.WAIT)]
    assert speaker.leave(key(1)) == [tell(3, Turn.PLAY)]
    assert speaker.join(key(4), Priority.NOTIFICATION) == [Drop(key(3)), tell(4, Turn.PLAY)]


def test_text_waits_while_something_important_is_said() -> None:
    speaker = Speaker()
    speaker.join(key(1), Priority.IMPORTANT)
    assert speaker.join(key(2), Priority.TEXT) == [tell(2, Turn.WAIT)]
    assert speaker.join(key(3), Priority.IMPORTANT) == [tell(3, Turn.WAIT)]
    assert speaker.leave(key(1)) == [tell(3, Turn.PLAY)]
    assert speaker.leave(key(3)) == [tell(2, Turn.PLAY)]


def test_an_important_one_that_comes_in_a_pause_is_first_after_it() -> None:
    speaker = Speaker()
    speaker.join(key(1), Priority.MESSAGE)
    speaker.pause()
    assert speaker.join(key(2), Priority.IMPORTANT) == [tell(2, Turn.WAIT)]
    assert speaker.resume() == [tell(2, Turn.PLAY)]
    assert speaker.leave(key(2)) == [tell(1, Turn.PLAY)]


def test_who_is_interrupted_can_leave_or_be_skipped_to() -> None:
    speaker = Speaker()
    speaker.join(key(1), Priority.MESSAGE)
    speaker.join(key(2), Priority.IMPORTANT)
    assert speaker.skip() == [Drop(key(2)), tell(1, Turn.PLAY)]
    speaker.join(key(3), Priority.IMPORTANT)
    assert speaker.leave(key(1)) == []
    assert speaker.leave(key(3)) == []
    assert speaker.entries == []


def test_nobody_told_anything_who_has_left() -> None:
    speaker = Speaker()
    speaker.join(key(1), Priority.TEXT)
    assert speaker.leave(key(2)) == []
    assert [entry.key for entry in speaker.entries] == [key(1)]


def test_pause_holds_everyone_and_resume_goes_on() -> None:
    speaker = Speaker()
    speaker.join(key(1), Priority.MESSAGE)
    assert speaker.pause() == [tell(1, Turn.PAUSE)]
    assert speaker.pause() == []
    assert speaker.join(key(2), Priority.MESSAGE) == [tell(2, Turn.WAIT)]
    assert speaker.resume() == [tell(1, Turn.PLAY)]
    speaker.pause()
    assert speaker.leave(key(1)) == []
    assert speaker.resume() == [tell(2, Turn.PLAY)]


def test_skip_and_stop() -> None:
    speaker = Speaker()
    for number in (1, 2, 3):
        speaker.join(key(number), Priority.MESSAGE)
    assert speaker.skip() == [Drop(key(1)), tell(2, Turn.PLAY)]
    assert speaker.stop() == [Drop(key(2)), Drop(key(3))]
    assert speaker.entries == []


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["join", "leave", "pause", "resume", "skip", "stop"]),
        st.sampled_from(list(Priority)),
        st.integers(0, 30),
    ),
    max_size=60,
)


@given(EVENTS)
def test_one_voice_at_a_time_and_nobody_is_forgotten(
    events: list[tuple[str, Priority, int]],
) -> None:
    speaker = Speaker()
    state: dict[RequestKey, Turn | None] = {}  # None: dropped
    number = 0

    def apply(orders: list[Order]) -> None:
        for item in orders:
            assert state[item.key] is not None, "dropped twice, or told after it"
            state[item.key] = item.turn if isinstance(item, Tell) else None
        playing = [k for k, turn in state.items() if turn is Turn.PLAY]
        assert len(playing) == (speaker.playing is not None and not speaker.paused)
        if speaker.entries and not speaker.paused:
            assert playing, "all wait, and nobody plays"
        at_speaker = {entry.key for entry in speaker.entries}
        assert at_speaker == {k for k, turn in state.items() if turn is not None}

    for event, priority, pick in events:
        match event:
            case "join":
                number += 1
                state[key(number)] = Turn.WAIT
                apply(speaker.join(key(number), priority))
            case "leave" if state:
                gone = list(state)[pick % len(state)]
                live = state.pop(gone) is not None
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
    assert speaker.entries == []
