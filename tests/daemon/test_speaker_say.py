"""What else `say` does at the loudspeaker: no wait, devices, volume, an end in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from support import toy
from support.daemon.homes import speaking, toy_home
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until
from support.speaker.at_speaker import (
    ONE,
    THREE,
    TWO,
    Say,
    ctl,
    end_of,
    heard_by,
    parted,
    saying,
    streamed,
    tokens_of,
)
from support.speaker.null_sink import NullSink, Recording, loud, null_sink


def test_no_wait_returns_and_it_is_heard_all_the_same(
    heard_daemon: DaemonProcess, sink: Recording
) -> None:
    ended = ctl(heard_daemon, "say", "--no-wait", "--as", "backup", ONE)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    (place,) = heard_daemon.ask("queue")
    assert place["client"] == "backup"
    helper = psutil.Process(place["pid"])
    assert os.getsid(helper.pid) == helper.pid
    assert helper.terminal() is None
    # The text, which every user of the machine could read there.
    assert "fox" not in " ".join(helper.cmdline())
    line = ctl(heard_daemon, "queue").stdout
    assert line.startswith(f"play  backup ({helper.pid})  text  {len(ONE)} characters  ")
    assert heard_by(sink) == tokens_of(streamed(heard_daemon, ONE))
    wait_until(lambda: not helper.is_running(), "the helper's end")


def test_a_speaker_that_is_paused_is_told_by_all_who_wait_for_it(
    heard_daemon: DaemonProcess, sink: Recording
) -> None:
    told = "the speaker is paused; `kokoroctl resume` lets it go on"
    with saying(heard_daemon) as say:
        say(THREE)
        wait_until(lambda: heard_daemon.ask("queue") != [], "the first text")
        assert ctl(heard_daemon, "pause").returncode == 0
        assert ctl(heard_daemon, "queue").stdout.splitlines()[-1] == told
    wait_until(lambda: heard_daemon.ask("queue") == [], "the end of who has been killed")
    assert ctl(heard_daemon, "queue").stdout.splitlines() == ["nothing is being spoken", told]
    assert "the speaker is paused" in ctl(heard_daemon, "doctor").stdout
    with saying(heard_daemon) as say:
        waiting = say(ONE)
        assert waiting.stderr is not None
        assert waiting.stderr.readline().decode() == f"kokoroctl: {told}\n"
        assert ctl(heard_daemon, "resume").returncode == 0
        assert end_of(waiting) == (0, "")
    assert heard_by(sink)[-len(tokens_of(streamed(heard_daemon, ONE))) :] == tokens_of(
        streamed(heard_daemon, ONE)
    )
    assert ctl(heard_daemon, "queue").stdout.splitlines() == ["nothing is being spoken"]


def test_no_wait_hands_standard_input_over(heard_daemon: DaemonProcess, sink: Recording) -> None:
    read, write = os.pipe()
    os.write(write, b"Nine men in a small boat ")
    ended = ctl(heard_daemon, "say", "--no-wait", "-", stdin=read)
    os.close(read)
    assert ended.returncode == 0
    os.write(write, b"looked for land all night.")
    os.close(write)
    assert heard_by(sink) == tokens_of(streamed(heard_daemon, TWO))


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["-v", "nobody", "Hi"], 1, "no voice 'nobody'"),
        (["-s", "9", "Hi"], 2, "speed is 9"),
        (["-f", "/nonexistent"], 1, "cannot read /nonexistent"),
        (["--device", "nowhere", "Hi"], 1, "no sound device 'nowhere'"),
    ],
)
def test_no_wait_shows_what_is_wrong(
    heard_daemon: DaemonProcess, sink: Recording, arguments: list[str], status: int, said: str
) -> None:
    ended = ctl(heard_daemon, "say", "--no-wait", *arguments)
    assert ended.returncode == status
    (line,) = ended.stderr.splitlines()
    assert said in line


def test_half_the_volume_is_half_as_loud(heard_daemon: DaemonProcess, sink: Recording) -> None:
    assert ctl(heard_daemon, "say", "--volume", "50", THREE).returncode == 0
    sink.wait_silence()
    whole = toy.decode(streamed(heard_daemon, THREE))
    half = toy.decode(sink.pcm)
    assert half.tokens == whole.tokens
    for quiet, full in zip(half.sounds, whole.sounds, strict=True):
        assert 0.48 < quiet.loudness / full.loudness < 0.52


def test_another_device_is_heard_there_alone(
    heard_daemon: DaemonProcess, null_sinks: NullSink, sink: Recording
) -> None:
    listed = ctl(heard_daemon, "say", "--device", "?").stdout.splitlines()
    assert [line.split()[1] for line in listed] == ["first,", "second,", "default,"]
    assert listed[2].endswith("(default)")
    assert ctl(heard_daemon, "say", "--device", "second", THREE).returncode == 0
    null_sinks.sinks["second"].wait_silence()
    assert tokens_of(null_sinks.sinks["second"].pcm) == tokens_of(streamed(heard_daemon, THREE))
    assert not loud(sink.pcm).any()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_is_ended_falls_silent_and_gives_its_turn_back(
    heard_daemon: DaemonProcess, sink: Recording, say: Say, number: signal.Signals
) -> None:
    process = say(ONE)
    sink.wait_sound(0.3)
    process.send_signal(number)
    assert end_of(process) == (130 if number is signal.SIGINT else -number, "")
    wait_until(lambda: heard_daemon.ask("queue") == [], "the turn")
    assert len(heard_by(sink)) < len(tokens_of(streamed(heard_daemon, ONE)))


def test_where_there_is_no_device_it_says_what_to_do_instead(
    heard_daemon: DaemonProcess, sink: Recording, tmp_path: Path
) -> None:
    (tmp_path / "alsa.conf").write_text("pcm.!default { type hw card 99 }\n")
    environ = {**heard_daemon.environ, "ALSA_CONFIG_PATH": str(tmp_path / "alsa.conf")}
    ended = subprocess.run(
        ["kokoroctl", "say", "Hello"], env=environ, capture_output=True, text=True
    )
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "no sound device" in line
    assert "-o FILE.wav" in line
    assert "--raw" in line
    wait_until(lambda: heard_daemon.ask("queue") == [], "the turn")


def test_a_sound_server_that_dies_is_one_line(tmp_path: Path) -> None:
    with null_sink() as sound, speaking(toy_home(tmp_path)) as process, saying(process) as say:
        process.environ.update(sound.environ)
        spoken = say(ONE)
        sound.sink.wait_sound()
        sound.server.kill()
        status, said = end_of(spoken)
        assert status == 1
        line = said.splitlines()[-1]  # PortAudio itself may say something, too
        assert line.startswith("kokoroctl: the sound device went away")
        wait_until(lambda: process.ask("queue") == [], "the turn")


def test_where_the_device_is_pulled_out_the_next_one_goes_on(tmp_path: Path) -> None:
    with (
        null_sink("headphones", "speakers") as sound,
        speaking(toy_home(tmp_path)) as process,
        saying(process) as say,
    ):
        process.environ.update(sound.environ)
        whole = tokens_of(streamed(process, ONE))
        spoken = say(ONE)
        sound.sink.wait_sound(0.5)
        sound.remove("headphones")
        status, _ = end_of(spoken)
        assert status == 0
        speakers = sound.sinks["speakers"]
        speakers.wait_silence()
        rest = tokens_of(speakers.pcm)
        assert 0 < len(rest) < len(whole)
        # It may begin in the middle of the token that was being heard.
        assert rest[1:] == whole[1 - len(rest) :]


_APP = """
from kokoro_client import Client

with Client(name="app") as client:
    with client.play("The quick brown fox jumps over the lazy dog, and runs away.") as sound:
        while sound.position < 0.5:
            assert sound.wait(0.01) is None
        sound.pause()
        print(sound.wait(0.5), flush=True)
        sound.resume()
        print(sound.wait(), sound.state.value, sorted(sound.stats)[-4:])
    assert client.queue() == []
"""


def test_a_program_plays_pauses_and_goes_on(heard_daemon: DaemonProcess, sink: Recording) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _APP],
        env=heard_daemon.environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ended.stderr == ""
    assert ended.stdout.split()[:3] == ["None", "finished", "finished"]
    assert "underruns" in ended.stdout
    assert parted(heard_by(sink), tokens_of(streamed(heard_daemon, ONE)))


_LEAVER = """
from kokoro_client import Client

sound = Client().play("The quick brown fox jumps over the lazy dog. " * 20)
while sound.position < 0.1:
    assert sound.wait(0.01) is None
"""


def test_a_program_that_ends_while_it_plays_ends_well(
    heard_daemon: DaemonProcess, sink: Recording
) -> None:
    # Several times: PortAudio's end and the player's thread raced.
    for _ in range(5):
        ended = subprocess.run(
            [sys.executable, "-c", _LEAVER],
            env=heard_daemon.environ,
            capture_output=True,
            timeout=PATIENCE_S,
        )
        assert (ended.returncode, ended.stderr) == (0, b"")
        wait_until(lambda: heard_daemon.ask("queue") == [], "the turn")
