"""Clients at the speaker that go, ask who speaks, or do anything in any order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.daemon.process import DaemonProcess
from support.daemon.program import LONG, SHORT, Program, plays, turn_of

from kokoro_client.wire.choices import Control

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
    speaker_daemon: DaemonProcess, programs: list[Program]
) -> None:
    one, *_ = programs
    dying = subprocess.Popen(
        [sys.executable, "-c", _DYING, str(speaker_daemon.socket), SHORT],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        assert dying.stdout is not None
        assert dying.stdout.readline() == b"played\n"
        queue = speaker_daemon.ask("queue")
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
    speaker_daemon: DaemonProcess, programs: list[Program]
) -> None:
    one, *_ = programs
    with Program(speaker_daemon.socket) as dying:
        dying.say(1, LONG, "message")
        dying.end_of_input()
        dying.rendered(1)
        assert one.say(1, priority="message") == "wait"
    assert one.turn(1) == "play"
    one.hear_out(1)


def test_a_client_that_stops_sending_is_done_when_its_sound_is_over(
    speaker_daemon: DaemonProcess, programs: list[Program]
) -> None:
    one, *_ = programs
    with Program(speaker_daemon.socket) as mute:
        assert mute.say(1, priority="message") == "play"
        mute.end_of_input()
        assert one.say(1, priority="message") == "wait"
        assert mute.ending(1) == "finished"
        assert mute.rest() == []
    assert one.turn(1) == "play"
    one.hear_out(1)


# What is told about it


def test_the_queue_tells_who_speaks_and_who_waits(
    speaker_daemon: DaemonProcess, programs: list[Program]
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
    assert speaker_daemon.ask("queue") == []


def test_status_and_metrics_tell_what_is_at_the_speaker(
    speaker_daemon: DaemonProcess, programs: list[Program]
) -> None:
    one, two, _ = programs
    assert speaker_daemon.ask("status")["speaker"] is None
    one.send("hello", 50, client="reader")
    one.say(1, priority="message")
    two.say(1, priority="message")
    speaker = speaker_daemon.ask("status")["speaker"]
    assert speaker == {"state": "playing", "client": "reader", "waiting": 1}
    two.control("pause")
    assert speaker_daemon.ask("status")["speaker"]["state"] == "paused"
    metrics = speaker_daemon.ask("metrics").splitlines()
    assert {"kokorod_speaker_paused 1", "kokorod_speaker_waiting 1"} <= set(metrics)
    shown = subprocess.run(
        ["kokoroctl", "status"],
        env=speaker_daemon.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert ["speaker", "paused,", "client", "reader,", "waiting", "1"] in lines
    assert two.control("stop", all=True)["stopped"] == 2
    shown = subprocess.run(
        ["kokoroctl", "status"],
        env=speaker_daemon.environ,
        capture_output=True,
        text=True,
        check=True,
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


def test_no_text_is_logged(speaker_daemon: DaemonProcess, programs: list[Program]) -> None:
    one, *_ = programs
    one.say(1, "Zanzibar is said.", phonemes=False)
    one.control("stop")
    assert "Zanzibar" not in speaker_daemon.log
    assert "control action=stop" in speaker_daemon.log


# Any order

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say"] * 3 + ["hear", "cancel", *(action.value for action in Control)]),
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
    speaker_daemon: DaemonProcess, steps: list[tuple[str, int, str]]
) -> None:
    with ExitStack() as stack:
        programs = [stack.enter_context(Program(speaker_daemon.socket)) for _ in range(3)]
        ids = [0, 0, 0]
        for what, who, priority in steps:
            program = programs[who]
            match what:
                case "say":
                    ids[who] += 1
                    program.say(ids[who], priority=priority)
                case "hear" | "cancel":
                    mine = [q for q in plays(speaker_daemon) if q["client"] == ""]
                    pick = [q["request"] for q in mine if turn_of(program, q["request"])]
                    if pick and what == "cancel":
                        program.send("cancel", pick[0])
                    elif pick and turn_of(program, pick[0]) == "play":
                        program.send("played", pick[0], at_s=0.0, final=True)
                case _:
                    program.control(what)
            assert sum(q["turn"] == "play" for q in speaker_daemon.ask("queue")) <= 1
        programs[0].control("resume")
        while queue := speaker_daemon.ask("queue"):
            assert [q["turn"] for q in queue].count("play") == 1, "all wait"
            programs[0].control("skip")
        for program, last in zip(programs, ids, strict=True):
            for id in range(1, last + 1):
                assert program.ending(id) in ("finished", "cancelled", "stopped", "replaced")
                assert program.answers[id][-1]["type"] == "done"
