"""One speaker: who plays, waits, goes on or gives way, through a real daemon."""

from __future__ import annotations

import pytest
from support import toy
from support.daemon.hearing import hear
from support.daemon.process import DaemonProcess, wait_until
from support.daemon.program import LONG, SHORT, Program, kinds


def test_a_text_is_given_the_turn_played_and_done(programs: list[Program]) -> None:
    one, *_ = programs
    assert one.say(1, LONG) == "play"
    sound_s = one.rendered(1)
    hear(one.pcm(1), LONG)
    assert sound_s == pytest.approx(len(one.pcm(1)) / 24_000)
    one.send("played", 1, at_s=sound_s / 2)
    one.send("status", 2)
    one.end_of(2)
    assert "done" not in kinds(one, 1), "done before it was heard"
    assert one.hear_out(1)["stats"]["sound_s"] == pytest.approx(sound_s, abs=1e-3)
    assert kinds(one, 1) == ["accepted", "turn", "rendered", "done"]
    assert one.ending(1) == "finished"


def test_the_turn_comes_right_after_accepted(programs: list[Program]) -> None:
    one, *_ = programs
    one.say(1, LONG)
    assert [a["type"] for a in one.answers[1]] == ["accepted", "turn"]
    one.hear_out(1)


# The table of priorities


@pytest.mark.parametrize(
    ("first", "second", "of_first", "of_second"),
    [
        ("important", "important", None, "wait"),
        ("important", "message", None, "wait"),
        ("important", "text", None, "wait"),
        ("important", "notification", None, "replaced"),
        ("important", "progress", None, "wait"),
        ("message", "important", "pause", "play"),
        ("message", "message", None, "wait"),
        ("message", "text", None, "wait"),
        ("message", "notification", None, "replaced"),
        ("message", "progress", None, "wait"),
        ("text", "important", "replaced", "play"),
        ("text", "message", "replaced", "play"),
        ("text", "text", "replaced", "play"),
        ("text", "notification", None, "replaced"),
        ("text", "progress", None, "wait"),
        ("notification", "important", "replaced", "play"),
        ("notification", "message", "replaced", "play"),
        ("notification", "text", "replaced", "play"),
        ("notification", "notification", None, "replaced"),
        ("notification", "progress", None, "wait"),
        ("progress", "important", "replaced", "play"),
        ("progress", "message", "replaced", "play"),
        ("progress", "text", "replaced", "play"),
        ("progress", "notification", "replaced", "play"),
        ("progress", "progress", None, "wait"),
    ],
)
def test_a_second_one_comes_while_a_first_is_heard(
    programs: list[Program], first: str, second: str, of_first: str | None, of_second: str
) -> None:
    one, two, _ = programs
    assert one.say(1, LONG, first) == "play"
    one.rendered(1)
    assert two.say(1, LONG, second) == of_second
    match of_first:
        case "replaced":
            assert one.ending(1) == "replaced"
        case "pause":
            assert one.turn(1) == "pause"
            assert two.hear_out(1)["type"] == "done"
            assert one.turn(1) == "play"
            one.hear_out(1)
        case _:
            one.hear_out(1)
            assert one.ending(1) == "finished"
    if of_second == "wait":
        assert two.turn(1) == "play"
    if of_second == "replaced":
        assert two.ending(1) == "replaced"
        assert kinds(two, 1) == ["accepted", "done"]
        assert len(two.pcm(1)) == 0
    elif two.answers[1][-1]["type"] != "done":
        two.hear_out(1)
        assert two.ending(1) == "finished"


def test_what_waits_gives_way_too(programs: list[Program]) -> None:
    one, two, three = programs
    assert one.say(1, priority="message") == "play"
    assert two.say(1, priority="text") == "wait"
    assert two.say(2, priority="text") == "wait"
    assert two.ending(1) == "replaced"
    assert three.say(1, priority="progress") == "wait"
    assert three.say(2, priority="progress") == "wait"
    assert three.ending(1) == "replaced"
    assert three.say(3, priority="message") == "wait"
    assert two.ending(2) == "replaced"
    assert three.ending(2) == "replaced"
    one.hear_out(1)
    assert three.turn(3) == "play"
    three.hear_out(3)


def test_a_message_that_was_interrupted_goes_on_before_others(programs: list[Program]) -> None:
    one, two, three = programs
    assert one.say(1, LONG, "message") == "play"
    assert three.say(1, priority="message") == "wait"
    assert two.say(1, priority="important") == "play"
    assert one.turn(1) == "pause"
    assert two.say(2, priority="important") == "wait"
    two.hear_out(1)
    assert two.turn(2) == "play"
    two.hear_out(2)
    assert one.turn(1) == "play"
    hear_whole(one, 1, LONG)
    assert three.turn(1) == "play"
    three.hear_out(1)


def hear_whole(program: Program, id: int, text: str) -> None:
    assert program.hear_out(id)["type"] == "done"
    hear(program.pcm(id), text)


def test_a_client_takes_turns_with_itself_too(programs: list[Program]) -> None:
    one, *_ = programs
    assert one.say(1, priority="message") == "play"
    assert one.say(2, priority="message") == "wait"
    one.hear_out(1)
    assert one.turn(2) == "play"
    one.hear_out(2)


def test_sound_is_made_a_minute_ahead_of_who_hears_it(
    speaker_daemon: DaemonProcess, programs: list[Program]
) -> None:
    """Else a book would wait in its client's memory, or `turn` behind it."""
    one, two, _ = programs
    text = " ".join([LONG] * 6)
    assert two.say(1, priority="message") == "play"
    assert one.say(1, text, "message") == "wait"

    heard_s = 0.0
    while heard_s < 60:
        heard_s += len(one.until(lambda a: a["type"] == "audio")["pcm"]) / 48_000
    wait_until(
        lambda: all(lane["state"] == "idle" for lane in speaker_daemon.ask("status")["lanes"]),
        "nothing more to do",
    )
    one.send("queue", 2)
    assert 60 < one.end_of(2)["value"][1]["sound_s"] < 60 + 15, "more than a segment more"
    two.hear_out(1)
    assert one.turn(1) == "play"
    while "rendered" not in kinds(one, 1):
        audio = one.until(lambda a: a["type"] in ("audio", "rendered"))
        heard_s += len(audio.get("pcm", b"")) / 48_000
        one.send("played", 1, at_s=heard_s)
    hear_whole(one, 1, text)


# Control


def test_pause_and_resume(programs: list[Program]) -> None:
    one, two, three = programs
    assert one.say(1, LONG, "message") == "play"
    assert three.control("pause") == {"stopped": 0, "paused": True, "playing": True}
    assert one.turn(1) == "pause"
    assert two.say(1, priority="message") == "wait"
    # What is being made goes on: after the pause it is there at once.
    one.rendered(1)
    assert three.control("resume") == {"stopped": 0, "paused": False, "playing": True}
    assert one.turn(1) == "play"
    one.hear_out(1)
    assert two.turn(1) == "play"
    two.hear_out(1)


def test_who_comes_in_a_pause_waits_for_its_end(programs: list[Program]) -> None:
    one, *_, three = programs
    assert three.control("pause") == {"stopped": 0, "paused": True, "playing": False}
    assert one.say(1) == "wait"
    assert three.control("resume")["playing"] is True
    assert one.turn(1) == "play"
    one.hear_out(1)


def test_skip_ends_what_is_heard_and_the_next_begins(programs: list[Program]) -> None:
    one, two, three = programs
    assert one.say(1, LONG, "message") == "play"
    assert two.say(1, priority="message") == "wait"
    assert three.control("skip") == {"stopped": 1, "paused": False, "playing": True}
    assert one.ending(1) == "stopped"
    assert two.turn(1) == "play"
    assert three.control("skip") == {"stopped": 1, "paused": False, "playing": False}
    assert two.ending(1) == "stopped"
    assert three.control("skip") == {"stopped": 0, "paused": False, "playing": False}


def test_stop_ends_one_or_all(programs: list[Program]) -> None:
    one, two, three = programs
    for program in (one, two, three):
        program.say(1, LONG, "message")
    assert three.control("stop")["stopped"] == 1
    assert one.ending(1) == "stopped"
    assert two.turn(1) == "play"
    assert one.control("stop", all=True) == {"stopped": 2, "paused": False, "playing": False}
    assert two.ending(1) == three.ending(1) == "stopped"


def test_no_audio_follows_a_stop_and_the_lane_is_free(
    speaker_daemon: DaemonProcess, programs: list[Program]
) -> None:
    one, two, _ = programs
    one.say(1, LONG * 20)
    one.first_audio(1)
    two.control("stop", all=True)
    assert one.ending(1) == "stopped"
    seen = len(one.answers[1])
    one.send("played", 1, at_s=1.0, final=True)  # it has ended: ignored
    one.send("status", 2)
    one.end_of(2)
    assert len(one.answers[1]) == seen
    wait_until(lambda: speaker_daemon.ask("status")["requests"]["active"] == 0, "a free lane")


def test_a_stop_ends_a_pause(programs: list[Program]) -> None:
    one, two, _ = programs
    one.say(1)
    two.control("pause")
    two.control("stop")
    assert one.ending(1) == "stopped"
    assert one.say(2) == "play"
    one.hear_out(2)


# Ends


def test_a_cancel_frees_the_turn(programs: list[Program]) -> None:
    one, two, _ = programs
    for rendered in (False, True):
        one.say(1, LONG, "message")
        two.say(1, priority="message")
        if rendered:
            one.rendered(1)
        one.send("cancel", 1)
        assert one.ending(1) == "cancelled"
        assert two.turn(1) == "play"
        two.hear_out(1)
        one.answers.clear()
        two.answers.clear()


def test_a_client_that_plays_no_more_frees_the_turn(programs: list[Program]) -> None:
    one, two, _ = programs
    one.say(1, "", "message", final=False)
    two.say(1, priority="message")
    one.send("played", 1, at_s=0.0, final=True)
    assert one.ending(1) == "cancelled"
    assert two.turn(1) == "play"
    two.hear_out(1)


@pytest.mark.parametrize("text", ["", "...", " \n "])
def test_nothing_to_say_ends_by_itself(programs: list[Program], text: str) -> None:
    one, two, _ = programs
    assert two.say(1, priority="message") == "play"
    assert one.say(1, text, "message", phonemes=False) == "wait"
    assert one.ending(1) == "finished"
    assert one.say(2, text, "important", phonemes=False) == "play"
    assert one.ending(2) == "finished"
    assert two.turn(1) == "pause"
    assert two.turn(1) == "play"
    two.hear_out(1)
    assert kinds(one, 2) == ["accepted", "turn", "done"]


def test_a_known_phrase_takes_its_turn_too(programs: list[Program]) -> None:
    one, two, _ = programs
    one.say(1, cache=True)
    assert one.hear_out(1)["stats"]["cached"] is False
    two.say(1, priority="message")
    assert one.say(2, priority="message", cache=True) == "wait"
    one.rendered(2)
    hear(one.pcm(2), SHORT)
    two.hear_out(1)
    assert one.turn(2) == "play"
    assert one.hear_out(2)["stats"]["cached"] is True
    assert one.say(3, cache=True) == "play"
    assert two.control("stop")["stopped"] == 1
    assert one.ending(3) == "stopped"


def test_an_error_frees_the_turn(programs: list[Program]) -> None:
    one, two, _ = programs
    one.say(1, "<speak>broken", "message", phonemes=False, final=False)
    two.say(1, priority="message")
    one.send("append", 1, text="<b></speak>", final=True)
    assert one.end_of(1)["code"] == "bad_request"
    assert two.turn(1) == "play"
    two.hear_out(1)


def test_played_is_for_the_speaker_alone(programs: list[Program]) -> None:
    one, *_ = programs
    one.speak(1, LONG, phonemes=True, final=False)
    one.send("played", 1, at_s=0.0)
    error = one.end_of(1)
    assert (error["type"], error["code"]) == ("error", "bad_request")
    assert "speaker" in error["message"]


# By sentences


def _seek(program: Program, id: int) -> tuple[float, int]:
    answer = program.until(lambda a: a["id"] == id and a["type"] == "seek")
    return float(answer["at_s"]), int(answer["number"])


def test_back_and_forward_lead_to_where_sentences_begin(programs: list[Program]) -> None:
    one, two, _ = programs
    assert one.say(1, LONG) == "play"
    sound_s = one.rendered(1)
    # Of the same text four times each is as long as the others, but for its pause.
    begins = [0.0]
    one.send("played", 1, at_s=0.1)
    for number in (1, 2, 3):
        assert two.control("forward") == {
            "stopped": 0, "paused": False, "playing": True, "moved": True,
        }  # fmt: skip
        at_s, counted = _seek(one, 1)
        assert counted == number
        begins.append(at_s)
        one.send("played", 1, at_s=at_s, seeks=number)
    lengths = [b - a for a, b in zip(begins, [*begins[1:], sound_s], strict=True)]
    assert lengths == pytest.approx([sound_s / 4] * 4, abs=0.35)
    silences = toy.decode(one.pcm(1)).silences
    for begin in begins[1:]:
        assert any(s.start <= begin * 24_000 <= s.start + s.length for s in silences), begin
    one.send("played", 1, at_s=begins[3] + 1.5, seeks=3)
    two.control("back")
    assert _seek(one, 1) == (begins[3], 4)
    two.control("back")
    assert _seek(one, 1) == (begins[2], 5)
    one.send("played", 1, at_s=sound_s, final=True, seeks=5)
    assert one.ending(1) == "finished"
    assert two.control("back")["moved"] is False


def test_forward_from_the_last_sentence_is_its_end(programs: list[Program]) -> None:
    one, two, _ = programs
    assert one.say(1, SHORT) == "play"
    sound_s = one.rendered(1)
    two.control("forward")
    assert _seek(one, 1)[0] == pytest.approx(sound_s)
    one.send("played", 1, at_s=sound_s, final=True, seeks=1)
    assert one.ending(1) == "finished"


def test_a_phrase_from_the_cache_has_its_sentences_too(programs: list[Program]) -> None:
    one, two, _ = programs
    begins = []
    for id in (1, 2):
        assert one.say(id, f"{SHORT} {SHORT}", cache=True) == "play"
        one.rendered(id)
        two.control("forward")
        begins.append(_seek(one, id)[0])
        one.hear_out(id)
    assert one.answers[2][-1]["stats"]["cached"] is True
    assert begins[0] == begins[1] > 0
