"""One speaker: who plays, waits, goes on or gives way, through a real daemon."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.daemon.conversation import Conversation
from support.daemon.hearing import hear
from support.daemon.homes import speaking, toy_home
from support.daemon.process import DaemonProcess, wait_until

SHORT = "ˈOnli ðˈɪs ɪz hˈɜɹd."
LONG = " ".join(["ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˈOvəɹ ðə lˈAzi dˈɔɡ, ænd slˈips."] * 4)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with speaking(toy_home(tmp_path_factory.mktemp("turns"))) as daemon:
        yield daemon
        wait_until(lambda: daemon.ask("queue") == [], "an empty speaker")


class Program(Conversation):
    """A client at the speaker: it hears what turn it has and says what it has played."""

    def say(self, id: int, text: str = SHORT, priority: str = "text", **fields: Any) -> str:
        """Ask for the speaker; the first turn, or how it ended at once."""
        fields = {"phonemes": True, "cache": False, **fields}
        self.speak(id, text, output="speaker", priority=priority, **fields)
        answer = self.until(lambda a: a["id"] == id and a["type"] in ("turn", "done", "error"))
        return str(answer.get("turn") or answer["ending"])

    def turn(self, id: int) -> str:
        """The next turn it is told."""
        return str(self.until(lambda a: a["id"] == id and a["type"] == "turn")["turn"])

    def rendered(self, id: int) -> float:
        """Wait until all its sound is there: how long it is, in seconds."""
        for answer in self.answers[id]:
            if answer["type"] == "rendered":
                return float(answer["sound_s"])
        answer = self.until(lambda a: a["id"] == id and a["type"] == "rendered")
        return float(answer["sound_s"])

    def hear_out(self, id: int) -> dict[str, Any]:
        """Play it to its end: how it was answered."""
        self.send("played", id, at_s=self.rendered(id), final=True)
        return self.end_of(id)

    def ending(self, id: int) -> str:
        done = self.end_of(id)
        assert done["type"] == "done", done
        assert done.get("cancelled", False) == (done.get("ending", "finished") != "finished")
        return str(done.get("ending", "finished"))

    def control(self, action: str, **fields: Any) -> dict[str, Any]:
        self.send("control", 999, action=action, **fields)
        result = self.until(lambda a: a["id"] == 999 and a["type"] == "result")
        return dict(result["value"])


@pytest.fixture
def programs(daemon: DaemonProcess) -> Iterator[list[Program]]:
    """Three of them, connected to the same speaker."""
    with ExitStack() as stack:
        yield [stack.enter_context(Program(daemon.socket)) for _ in range(3)]


def kinds(program: Program, id: int) -> list[str]:
    return [a["type"] for a in program.answers[id] if a["type"] not in ("segment", "audio")]


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
    daemon: DaemonProcess, programs: list[Program]
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
        lambda: all(lane["state"] == "idle" for lane in daemon.ask("status")["lanes"]),
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
    daemon: DaemonProcess, programs: list[Program]
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
    wait_until(lambda: daemon.ask("status")["requests"]["active"] == 0, "a free lane")


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


# Clients that go

_DYING = """
import sys, time
from support.daemon.conversation import Conversation
from pathlib import Path
conversation = Conversation(Path(sys.argv[1]))
for id in (1, 2):
    conversation.speak(id, sys.argv[2], phonemes=True, output="speaker", priority="message")
conversation.until(lambda answer: answer["type"] == "rendered")
print("played", flush=True)
time.sleep(600)
"""


def test_a_client_that_is_killed_frees_its_turns(
    daemon: DaemonProcess, programs: list[Program]
) -> None:
    one, *_ = programs
    dying = subprocess.Popen(
        [sys.executable, "-c", _DYING, str(daemon.socket), SHORT],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        assert dying.stdout is not None
        assert dying.stdout.readline() == b"played\n"
        queue = daemon.ask("queue")
        assert [item["pid"] for item in queue] == [dying.pid] * 2
        assert one.say(1, priority="message") == "wait"
        dying.send_signal(signal.SIGKILL)
        assert one.turn(1) == "play"
    finally:
        dying.kill()
        dying.wait()
        dying.stdout.close()  # type: ignore[union-attr]
    one.hear_out(1)


def test_a_client_that_stops_sending_and_dies_frees_its_turn(
    daemon: DaemonProcess, programs: list[Program]
) -> None:
    one, *_ = programs
    with Program(daemon.socket) as dying:
        dying.say(1, LONG, "message")
        dying.end_of_input()
        dying.rendered(1)
        assert one.say(1, priority="message") == "wait"
    assert one.turn(1) == "play"
    one.hear_out(1)


def test_a_client_that_stops_sending_is_done_when_its_sound_is_over(
    daemon: DaemonProcess, programs: list[Program]
) -> None:
    one, *_ = programs
    with Program(daemon.socket) as mute:
        assert mute.say(1, priority="message") == "play"
        mute.end_of_input()
        assert one.say(1, priority="message") == "wait"
        assert mute.ending(1) == "finished"
        assert mute.rest() == []
    assert one.turn(1) == "play"
    one.hear_out(1)


# What is told about it


def test_the_queue_tells_who_speaks_and_who_waits(
    daemon: DaemonProcess, programs: list[Program]
) -> None:
    one, two, three = programs
    one.send("hello", 50, client="reader")
    assert three.say(1, priority="progress") == "play"
    assert one.say(1, LONG, "message") == "play"
    assert three.ending(1) == "replaced"
    assert two.say(7, SHORT, "text") == "wait"
    assert two.say(8, SHORT, "message") == "wait"
    sound_s = one.rendered(1)
    two.rendered(8)
    one.send("played", 1, at_s=1.25)
    two.send("queue", 60)
    queue = two.end_of(60)["value"]
    assert queue[0] == {
        "client": "reader",
        "pid": os.getpid(),
        "request": 1,
        "turn": "play",
        "priority": "message",
        "characters": len(LONG),
        "played_s": 1.25,
        "sound_s": round(sound_s, 3),
    }
    assert [(item["request"], item["turn"]) for item in queue] == [(1, "play"), (8, "wait")]
    assert two.ending(7) == "replaced"
    assert all(SHORT not in str(item) for item in queue)
    assert three.control("stop", all=True)["stopped"] == 2
    assert daemon.ask("queue") == []


def test_status_and_metrics_tell_what_is_at_the_speaker(
    daemon: DaemonProcess, programs: list[Program]
) -> None:
    one, two, _ = programs
    assert daemon.ask("status")["speaker"] is None
    one.send("hello", 50, client="reader")
    one.say(1, priority="message")
    two.say(1, priority="message")
    speaker = daemon.ask("status")["speaker"]
    assert speaker == {"state": "playing", "client": "reader", "waiting": 1}
    two.control("pause")
    assert daemon.ask("status")["speaker"]["state"] == "paused"
    metrics = daemon.ask("metrics").splitlines()
    assert {"kokorod_speaker_paused 1", "kokorod_speaker_waiting 1"} <= set(metrics)
    shown = subprocess.run(
        ["kokoroctl", "status"], env=daemon.environ, capture_output=True, text=True, check=True
    )
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert ["speaker", "paused,", "client", "reader,", "waiting", "1"] in lines
    assert two.control("stop", all=True)["stopped"] == 2
    shown = subprocess.run(
        ["kokoroctl", "status"], env=daemon.environ, capture_output=True, text=True, check=True
    )
    assert not any(line.startswith("speaker") for line in shown.stdout.splitlines())


def test_all_requests_at_the_speaker_count(programs: list[Program]) -> None:
    """Rendered and waiting to be heard, they are in flight still."""
    one, *_ = programs
    for id in range(32):
        one.say(id, priority="message")
    one.rendered(31)
    one.speak(32, SHORT, phonemes=True, output="speaker", priority="message")
    assert one.end_of(32)["code"] == "busy"
    assert one.control("stop", all=True)["stopped"] == 32
    assert {one.ending(id) for id in range(32)} == {"stopped"}


def test_no_text_is_logged(daemon: DaemonProcess, programs: list[Program]) -> None:
    one, *_ = programs
    one.say(1, "Zanzibar is said.", phonemes=False)
    one.control("stop")
    assert "Zanzibar" not in daemon.log
    assert "control action=stop" in daemon.log


# Any order

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "say", "say", "hear", "cancel", "pause", "resume", "skip", "stop"]),
        st.integers(0, 2),
        st.sampled_from(["important", "message", "text", "notification", "progress"]),
    ),
    max_size=25,
)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_one_voice_at_a_time_and_everybody_is_answered(
    daemon: DaemonProcess, steps: list[tuple[str, int, str]]
) -> None:
    with ExitStack() as stack:
        programs = [stack.enter_context(Program(daemon.socket)) for _ in range(3)]
        ids = [0, 0, 0]
        for what, who, priority in steps:
            program = programs[who]
            match what:
                case "say":
                    ids[who] += 1
                    program.say(ids[who], priority=priority)
                case "hear" | "cancel":
                    mine = [q for q in plays(daemon) if q["client"] == ""]
                    pick = [q["request"] for q in mine if of(program, q["request"])]
                    if pick and what == "cancel":
                        program.send("cancel", pick[0])
                    elif pick and of(program, pick[0]) == "play":
                        program.send("played", pick[0], at_s=0.0, final=True)
                case _:
                    program.control(what)
            assert sum(q["turn"] == "play" for q in daemon.ask("queue")) <= 1
        programs[0].control("resume")
        while queue := daemon.ask("queue"):
            assert [q["turn"] for q in queue].count("play") == 1, "all wait"
            programs[0].control("skip")
        for program, last in zip(programs, ids, strict=True):
            for id in range(1, last + 1):
                assert program.ending(id) in ("finished", "cancelled", "stopped", "replaced")
                assert program.answers[id][-1]["type"] == "done"


def plays(daemon: DaemonProcess) -> list[dict[str, Any]]:
    return list(daemon.ask("queue"))


def of(program: Program, id: int) -> str:
    """The turn that a request was told last; empty if it is another program's or over."""
    turns = [a["turn"] for a in program.answers[id] if a["type"] == "turn"]
    ended = any(a["type"] == "done" for a in program.answers[id])
    return "" if ended or not turns else str(turns[-1])


# The end of the daemon


def stops(daemon: DaemonProcess) -> None:
    assert daemon.process is not None
    daemon.process.send_signal(signal.SIGTERM)
    wait_until(lambda: "stopping" in daemon.log, "the drain")


def test_what_is_rendered_whole_is_heard_to_its_end(toy_daemon: DaemonProcess) -> None:
    with Program(toy_daemon.socket) as one, Program(toy_daemon.socket) as two:
        assert one.say(1, priority="message") == "play"
        assert two.say(1, priority="message") == "wait"
        one.rendered(1)
        two.rendered(1)
        stops(toy_daemon)
        assert two.end_of(1)["code"] == "shutting_down"
        assert kinds(two, 1) == ["accepted", "turn", "rendered", "error"], "it is told no turn"
        assert one.hear_out(1)["type"] == "done"
        assert one.ending(1) == "finished"
        assert one.rest() == []
    assert toy_daemon.process is not None
    assert toy_daemon.process.wait(60) == 0


def test_a_client_that_plays_on_is_not_waited_for_longer_than_the_drain(
    toy_daemon: DaemonProcess,
) -> None:
    with Program(toy_daemon.socket) as one:
        assert one.say(1, LONG) == "play"
        one.rendered(1)
        stops(toy_daemon)
        assert one.ending(1) == "finished"
    assert toy_daemon.process is not None
    assert toy_daemon.process.wait(60) == 0


def test_nobody_gets_the_turn_of_who_is_told_that_it_stops(toy_daemon: DaemonProcess) -> None:
    with Program(toy_daemon.socket) as one, Program(toy_daemon.socket) as two:
        assert one.say(1, "", "message", final=False) == "play"
        assert two.say(1, priority="message") == "wait"
        two.rendered(1)
        stops(toy_daemon)
        assert one.end_of(1)["code"] == "shutting_down"
        assert two.end_of(1)["code"] == "shutting_down"
        assert kinds(two, 1) == ["accepted", "turn", "rendered", "error"]


def test_what_is_not_rendered_is_told_that_it_stops(toy_daemon: DaemonProcess) -> None:
    with Program(toy_daemon.socket) as one, Program(toy_daemon.socket) as two:
        assert one.say(1, SHORT, "message", final=False) == "play"
        assert two.say(1, priority="important") == "play"
        two.control("pause")
        two.rendered(1)
        stops(toy_daemon)
        assert one.end_of(1)["code"] == "shutting_down"
        # Paused, nobody could let it go on.
        assert two.end_of(1)["code"] == "shutting_down"
    assert toy_daemon.process is not None
    assert toy_daemon.process.wait(60) == 0
