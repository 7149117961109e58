"""The output module of speech-dispatcher, with a test in the place of the server."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from support import toy
from support.daemon.process import DaemonProcess, wait_until
from support.speechd.by_hand import ByHand, by_hand, names_of, sound_of

from kokoro_doors.stretching import available

LONG = "Nine men in a small boat looked for land all night and did not find any of it. " * 3


@pytest.fixture
def module(shared_daemon: DaemonProcess, tmp_path: Path) -> Iterator[ByHand]:
    with by_hand(shared_daemon, tmp_path) as module:
        yield module


def tokens(pcm: bytes) -> list[int]:
    return toy.decode(np.frombuffer(pcm, "<i2")).tokens


def test_voices_have_a_language_and_a_variant(module: ByHand, shared_daemon: DaemonProcess) -> None:
    listed = module.ask("LIST VOICES")
    assert listed[-1] == "200 OK VOICE LIST SENT"
    names = [voice["name"] for voice in shared_daemon.ask("voices") if voice["lang"]]
    assert [line[4:].split("\t")[0] for line in listed[:-1]] == names
    assert all(len(line.split("\t")) == 3 for line in listed[:-1])
    assert "\ten-US\t" in listed[0]


def test_a_message_begins_sounds_and_ends(module: ByHand, shared_daemon: DaemonProcess) -> None:
    events = module.say("SPEAK", "<speak>Stop that now.</speak>")
    assert names_of(events) == ["BEGIN", "AUDIO", "END"]
    wait_until(lambda: shared_daemon.ask("queue") == [], "an empty speaker")
    plain = module.say("SPEAK", "Stop that now.")
    assert tokens(sound_of(plain)) == tokens(sound_of(events)) != []


def test_marks_lie_where_the_words_are(module: ByHand) -> None:
    text = (
        '<speak>Nine men <mark name="a"/>looked for <mark name="b"/>land. <mark name="c"/></speak>'
    )
    events = module.say("SPEAK", text)
    assert [held for name, held in events if name == "INDEX MARK"] == [b"a", b"b", b"c"]
    parts: list[int] = [0]
    for name, held in events:
        if name == "AUDIO":
            parts[-1] += len(held) // 2
        elif name == "INDEX MARK":
            parts.append(0)
    assert all(samples > 2_400 for samples in parts[:3])


def test_stop_is_answered_at_once_and_the_next_is_whole(module: ByHand) -> None:
    module.begin("SPEAK", LONG)
    assert module.event()[0] == "BEGIN"
    assert module.event()[0] == "AUDIO"
    module.send("STOP")
    assert names_of([("BEGIN", b""), *module.events()])[-1] == "STOP"
    events = module.say("SPEAK", "Stop that now.")
    assert names_of(events) == ["BEGIN", "AUDIO", "END"]
    module.send("STOP", "PAUSE")  # nothing is being spoken: no event, no reply
    assert module.ask("NONSENSE") == ["300 ERR UNKNOWN COMMAND"]


def test_pause_ends_the_message(module: ByHand) -> None:
    module.begin("SPEAK", LONG)
    module.send("PAUSE")
    assert names_of(list(module.events()))[-1] == "PAUSE"


def test_500_messages_in_quick_succession_leave_the_last(
    module: ByHand, shared_daemon: DaemonProcess
) -> None:
    process = psutil.Process(module.process.pid)
    for number in range(500):
        if number == 50:  # it has met all that it needs
            parts = process.num_threads() + process.num_fds()
            memory = process.memory_info().rss
        module.begin("SPEAK", f"<speak>Line {number} of them.</speak>")
        module.send("STOP")
        ended = names_of(list(module.events()))
        assert (ended[0], ended[-1]) == ("BEGIN", "STOP")
    last = module.say("SPEAK", "Stop that now.")
    assert names_of(last) == ["BEGIN", "AUDIO", "END"]
    assert tokens(sound_of(last)) == tokens(sound_of(module.say("SPEAK", "Stop that now.")))
    wait_until(lambda: shared_daemon.ask("queue") == [], "an empty speaker")
    assert process.num_threads() + process.num_fds() < parts + 10
    assert process.memory_info().rss - memory < 10e6


def test_a_key_is_kept_and_heard_again_without_a_daemon(
    toy_daemon: DaemonProcess, tmp_path: Path
) -> None:
    with by_hand(toy_daemon, tmp_path) as module:
        first = module.say("KEY", "shift_a")
        assert names_of(first) == ["BEGIN", "AUDIO", "END"]
        letter = module.say("CHAR", "a")
        module.say("SPEAK", "<speak>button</speak>")
        folder = tmp_path / "kokorod" / "speechd"
        wait_until(lambda: len(list(folder.iterdir())) > 10, "the table, made while idle")
    toy_daemon.stop()
    toy_daemon.environ["KOKORO_NO_START"] = "1"
    with by_hand(toy_daemon, tmp_path) as again:
        # As Orca and the server mark it.
        marked = '<speak><mark name="0:6"/>button<mark name="__spd_0"/></speak>'
        events = again.say("SPEAK", marked)
        assert names_of(events) == ["BEGIN", "INDEX MARK", "AUDIO", "INDEX MARK", "END"]
        assert [held for name, held in events if name == "INDEX MARK"] == [b"0:6", b"__spd_0"]
        kept = again.say("CHAR", "a")
        assert names_of(kept) == ["BEGIN", "AUDIO", "END"]
        assert tokens(sound_of(kept)) == tokens(sound_of(letter))


def test_a_daemon_that_restarts_in_the_middle_is_an_event_and_then_speech(
    toy_daemon: DaemonProcess, tmp_path: Path
) -> None:
    with by_hand(toy_daemon, tmp_path) as module:
        module.begin("SPEAK", LONG)
        assert [module.event()[0] for _ in range(2)] == ["BEGIN", "AUDIO"]
        toy_daemon.stop(signal.SIGKILL)
        assert names_of(list(module.events()))[-1] in ("STOP", "END")
        toy_daemon.start().wait_ready()
        assert names_of(module.say("SPEAK", "Stop that now.")) == ["BEGIN", "AUDIO", "END"]


def test_what_is_no_command_is_refused_and_the_module_lives(module: ByHand) -> None:
    assert module.ask("") == ["300 ERR UNKNOWN COMMAND"]
    assert module.ask("SPEAK now") != []
    assert module.ask(".") == ["301 ERROR CANT SPEAK"]
    assert module.block("SET", "rate=loud")[-1] == "303 ERROR INVALID PARAMETER OR VALUE"
    assert module.block("SET", "rate")[-1] == "302 ERROR BAD SYNTAX"
    assert module.block("SET", "rate=20", "newer=1", "language=NULL")[-1].startswith("203")
    assert module.block("LOGLEVEL", "log_level=3")[-1] == "203 OK LOGLEVEL SET"
    assert module.block("AUDIO", "audio_output_method=pulse")[-1].startswith("300")
    module.send_bytes(b"\xff\xfe\x00\n")
    assert module.line() == b"300 ERR UNKNOWN COMMAND"
    assert module.block("KEY", "two", "lines")[-1] == "305 DATA MORE THAN ONE LINE"
    damaged = module.say("SPEAK", "<speak>Stop <b that now.</speak>")
    assert names_of(damaged)[-1] == "END"
    module.send_bytes(b"SPEAK\nHalf a li")  # and nothing more
    assert module.process.stdin
    module.process.stdin.close()
    assert module.process.wait(60) == 0


def test_what_is_written_is_said_as_the_settings_say(module: ByHand) -> None:
    """Each of them makes of the same message another one, that is more to say."""
    text = "Ab, (c)."
    lengths = []
    for settings in (
        {},
        {"punctuation_mode": "some"},
        {"punctuation_mode": "most"},
        {"punctuation_mode": "all"},
        {"spelling_mode": "on"},
        {"cap_let_recogn": "spell"},
    ):
        module.set(**settings)
        lengths.append(len(tokens(sound_of(module.say("SPEAK", text)))))
    none, some, most, every, spelled, capital = lengths
    assert none <= some <= most < every
    assert none < spelled < capital


@pytest.mark.skipif(not available(), reason="the extra kokoro-doors[stretch] is not installed")
def test_a_rate_beyond_kokoros_is_stretched_with_marks_in_their_places(module: ByHand) -> None:
    text = '<speak>Nine men looked <mark name="a"/>for land all night.</speak>'
    lengths, places = [], []
    for rate in (63, 100):  # 2.0 and 3.0 times the normal one
        module.set(rate=rate)
        events = module.say("SPEAK", text)
        lengths.append(len(sound_of(events)))
        at = next(at for at, (name, _) in enumerate(events) if name == "INDEX MARK")
        places.append(len(sound_of(events[:at])))
    assert lengths[1] == pytest.approx(lengths[0] / 1.5, rel=0.1)
    assert places[1] == pytest.approx(places[0] / 1.5, rel=0.1)


def test_a_voice_that_is_gone_is_replaced(module: ByHand) -> None:
    module.set(synthesis_voice="nobody", language="en")
    assert names_of(module.say("SPEAK", "Stop that now.")) == ["BEGIN", "AUDIO", "END"]


def test_rate_and_volume_are_obeyed(module: ByHand) -> None:
    usual = sound_of(module.say("SPEAK", "Stop that now."))
    module.set(rate=50, volume=-50)
    fast = sound_of(module.say("SPEAK", "Stop that now."))
    assert len(fast) < 0.8 * len(usual)
    loudest = [int(np.abs(np.frombuffer(pcm, "<i2")).max()) for pcm in (usual, fast)]
    assert loudest[1] == pytest.approx(loudest[0] / 4, rel=0.1)
    assert module.ask("QUIT") == ["210 OK QUIT"]
    assert module.process.wait(60) == 0
