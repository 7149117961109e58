"""kokoroctl at the loudspeaker, through real PortAudio into a null sink, heard at its monitor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import toy_kokoro
from daemon.daemon_process import PATIENCE_S, DaemonProcess, wait_until
from daemon.null_sink import RATE, NullSink, Recording, loud, null_sink
from daemon.toy_homes import speaking, toy_home
from numpy.typing import NDArray

from kokoro_client import Client

ONE = "The quick brown fox jumps over the lazy dog, and runs away."
TWO = "Nine men in a small boat looked for land all night."
THREE = "Stop that now."

Say = Callable[..., subprocess.Popen[bytes]]

#: What a sound server takes at once and plays on, whatever it is told: 25 ms, and a little.
BLOCK = RATE // 30


@pytest.fixture(scope="module")
def sound() -> Iterator[NullSink]:
    with null_sink("first", "second") as server:
        yield server


@pytest.fixture(scope="module")
def daemon(sound: NullSink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """Speaks with the toy; whoever has its environment plays at the null sink."""
    with speaking(toy_home(tmp_path_factory.mktemp("speaker"))) as process:
        process.environ.update(sound.environ)
        yield process


@pytest.fixture
def sink(sound: NullSink, daemon: DaemonProcess) -> Recording:
    """The first sink, quiet so far."""
    wait_until(lambda: daemon.ask("queue") == [], "the end of the test before")
    sound.sink.wait_more()
    for recording in sound.sinks.values():
        recording.clear()
    return sound.sink


@pytest.fixture
def say(daemon: DaemonProcess) -> Iterator[Say]:
    """say(arguments) runs `kokoroctl say` beside the test."""
    with _saying(daemon) as run:
        yield run


@contextmanager
def _saying(daemon: DaemonProcess) -> Iterator[Say]:
    started: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            ["kokoroctl", "say", *arguments],
            env=daemon.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def _ctl(
    daemon: DaemonProcess, *arguments: str, **options: Any
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["kokoroctl", *arguments],
        env=daemon.environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        **({"stdin": subprocess.DEVNULL} | options),
    )


def _end(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, said = process.communicate(timeout=PATIENCE_S)
    return process.returncode, said.decode()


def _streamed(daemon: DaemonProcess, text: str) -> NDArray[np.int16]:
    """The text's sound as it is sent to who plays nothing."""
    with Client(daemon.socket, start=False) as client:
        return np.frombuffer(b"".join(client.speak(text)), "<i2")


def _trimmed(pcm: NDArray[np.int16]) -> NDArray[np.int16]:
    """Without the silence at both ends."""
    sound = np.flatnonzero(loud(pcm))
    return pcm[sound[0] : sound[-1] + 1] if len(sound) else pcm[:0]


def _tokens(pcm: NDArray[np.int16]) -> list[int]:
    return toy_kokoro.decode(pcm).tokens


def _heard(sink: Recording) -> list[int]:
    """The tokens that were heard, when it is over."""
    sink.wait_silence()
    return _tokens(sink.pcm)


def _parted(heard: Sequence[int], whole: Sequence[int]) -> bool:
    """Whether `whole` was heard, in two parts of which the second may begin with the token
    in which the first was broken off."""
    rest = len(heard) - len(whole)
    return any(
        list(whole) == [*heard[:at], *heard[at + rest :]] for at in range(len(whole) + 1)
    ) and rest in (0, 1)


def test_every_token_is_heard_once_in_order_and_without_a_gap(
    daemon: DaemonProcess, sink: Recording
) -> None:
    text = f"{ONE} {TWO} {THREE} {ONE}"
    expected = toy_kokoro.decode(_streamed(daemon, text))
    assert _ctl(daemon, "say", "--json", text).returncode == 0
    sink.wait_silence()
    heard = toy_kokoro.decode(sink.pcm)
    assert heard.mistakes(expected.tokens) == []
    assert toy_kokoro.clicks(sink.pcm) == []
    # The pauses of the text, and no others.
    pauses = [round(silence.length / RATE, 2) for silence in heard.silences]
    assert pauses == [round(silence.length / RATE, 2) for silence in expected.silences]


def test_a_pause_is_silence_and_what_follows_goes_on_where_it_was(
    daemon: DaemonProcess, sink: Recording, say: Say
) -> None:
    expected = _trimmed(_streamed(daemon, ONE))
    process = say(ONE)
    sink.wait_sound(0.5)
    assert _ctl(daemon, "pause").stdout == "paused\n"
    sink.wait_silence(0.5)
    assert daemon.ask("queue")[0]["turn"] == "pause"
    assert _ctl(daemon, "resume").stdout == "resumed\n"
    assert _end(process) == (0, "")
    sink.wait_silence()
    heard = _trimmed(sink.pcm)
    broken = int(np.argmax(heard[: len(expected)] != expected))
    silence = int(np.flatnonzero(heard[broken:])[0])  # a player's own has no hiss
    assert silence >= 0.4 * RATE
    again = heard[broken + silence :]
    # The rest is there to the sample, nothing is lost, and at most one block is heard twice.
    resumed = len(expected) - len(again)
    assert np.array_equal(again, expected[resumed:])
    assert 0 <= broken - resumed <= BLOCK


@pytest.mark.parametrize("command", ["stop", "skip"])
def test_stop_ends_what_is_heard_and_says_so(
    daemon: DaemonProcess, sink: Recording, say: Say, command: str
) -> None:
    expected = _tokens(_streamed(daemon, ONE))
    process = say(ONE)
    sink.wait_sound(0.3)
    assert _ctl(daemon, command).stdout.split()[1:] == ["1"]
    assert _end(process) == (5, "")
    heard = _heard(sink)
    assert 0 < len(heard) < len(expected)
    assert heard[:-1] == expected[: len(heard) - 1]
    assert _ctl(daemon, command).stdout == "nothing is being spoken\n"


def test_skip_lets_the_next_one_be_heard_and_stop_all_ends_what_waits(
    daemon: DaemonProcess, sink: Recording, say: Say
) -> None:
    first = _tokens(_streamed(daemon, ONE))
    second = _tokens(_streamed(daemon, TWO))
    waits = [say("--priority", "message", ONE)]
    sink.wait_sound()
    for text in (TWO, ONE):
        waits.append(say("--priority", "message", text))
        wait_until(lambda: len(daemon.ask("queue")) == len(waits), "its place in the queue")
    _ctl(daemon, "skip")
    assert _end(waits[0]) == (5, "")
    wait_until(lambda: daemon.ask("queue")[0]["played_s"] > 0, "the second")
    assert _ctl(daemon, "stop", "--all").stdout == "stopped 2\n"
    assert [_end(process) for process in waits[1:]] == [(5, "")] * 2
    heard = _heard(sink)
    cut = next(at for at in range(len(heard)) if heard[at : at + 5] == second[:5])
    assert heard[: cut - 1] == first[: cut - 1]
    assert heard[cut:-1] == second[: len(heard) - cut - 1]


def test_two_at_once_are_heard_one_after_the_other(
    daemon: DaemonProcess, sink: Recording, say: Say
) -> None:
    texts = [ONE, TWO, THREE]
    expected = [_tokens(_streamed(daemon, text)) for text in texts]
    several = [say("--priority", "message", text) for text in texts]
    assert [_end(process) for process in several] == [(0, "")] * 3
    heard = _heard(sink)
    found = sorted((str(heard).find(str(tokens)[1:-1]), tokens) for tokens in expected)
    assert [token for _, tokens in found for token in tokens] == heard


def test_what_is_important_interrupts_a_message_which_goes_on(
    daemon: DaemonProcess, sink: Recording, say: Say
) -> None:
    message, important = (_tokens(_streamed(daemon, text)) for text in (ONE, THREE))
    process = say("--priority", "message", ONE)
    sink.wait_sound(0.5)
    assert _ctl(daemon, "say", "--priority", "important", THREE).returncode == 0
    assert _end(process) == (0, "")
    heard = _heard(sink)
    size = len(important)
    at = next(at for at in range(len(heard)) if heard[at : at + size] == important)
    assert at > 0
    assert _parted(heard[:at] + heard[at + size :], message)


def test_a_newer_text_replaces_the_one_before(
    daemon: DaemonProcess, sink: Recording, say: Say
) -> None:
    process = say(ONE)
    sink.wait_sound(0.3)
    assert _ctl(daemon, "say", TWO).returncode == 0
    status, said = _end(process)
    assert status == 5
    assert said == "kokoroctl: not heard to its end: it gave way to other speech at the speaker\n"
    second = _tokens(_streamed(daemon, TWO))
    assert _heard(sink)[-len(second) :] == second


def test_several_files_are_heard_one_after_the_other(
    daemon: DaemonProcess, sink: Recording, tmp_path: Path
) -> None:
    flags = []
    for text in (TWO, THREE):
        path = tmp_path / f"{len(text)}.txt"
        path.write_text(text)
        flags += ["-f", str(path)]
    assert _ctl(daemon, "say", *flags).returncode == 0
    heard = _heard(sink)
    assert heard == _tokens(_streamed(daemon, TWO)) + _tokens(_streamed(daemon, THREE))


def test_no_wait_returns_and_it_is_heard_all_the_same(
    daemon: DaemonProcess, sink: Recording
) -> None:
    ended = _ctl(daemon, "say", "--no-wait", "--as", "backup", ONE)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    (place,) = daemon.ask("queue")
    assert place["client"] == "backup"
    helper = psutil.Process(place["pid"])
    assert os.getsid(helper.pid) == helper.pid
    assert helper.terminal() is None
    # The text, which every user of the machine could read there.
    assert "fox" not in " ".join(helper.cmdline())
    line = _ctl(daemon, "queue").stdout
    assert line.startswith(f"play  backup ({helper.pid})  text  {len(ONE)} characters  ")
    assert _heard(sink) == _tokens(_streamed(daemon, ONE))
    wait_until(lambda: not helper.is_running(), "the helper's end")


def test_no_wait_hands_standard_input_over(daemon: DaemonProcess, sink: Recording) -> None:
    read, write = os.pipe()
    os.write(write, b"Nine men in a small boat ")
    ended = _ctl(daemon, "say", "--no-wait", "-", stdin=read)
    os.close(read)
    assert ended.returncode == 0
    os.write(write, b"looked for land all night.")
    os.close(write)
    assert _heard(sink) == _tokens(_streamed(daemon, TWO))


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
    daemon: DaemonProcess, sink: Recording, arguments: list[str], status: int, said: str
) -> None:
    ended = _ctl(daemon, "say", "--no-wait", *arguments)
    assert ended.returncode == status
    (line,) = ended.stderr.splitlines()
    assert said in line


def test_half_the_volume_is_half_as_loud(daemon: DaemonProcess, sink: Recording) -> None:
    assert _ctl(daemon, "say", "--volume", "50", THREE).returncode == 0
    sink.wait_silence()
    whole = toy_kokoro.decode(_streamed(daemon, THREE))
    half = toy_kokoro.decode(sink.pcm)
    assert half.tokens == whole.tokens
    for quiet, full in zip(half.sounds, whole.sounds, strict=True):
        assert 0.48 < quiet.loudness / full.loudness < 0.52


def test_another_device_is_heard_there_alone(
    daemon: DaemonProcess, sound: NullSink, sink: Recording
) -> None:
    listed = _ctl(daemon, "say", "--device", "?").stdout.splitlines()
    assert [line.split()[1] for line in listed] == ["first,", "second,", "default,"]
    assert listed[2].endswith("(default)")
    assert _ctl(daemon, "say", "--device", "second", THREE).returncode == 0
    sound.sinks["second"].wait_silence()
    assert _tokens(sound.sinks["second"].pcm) == _tokens(_streamed(daemon, THREE))
    assert not loud(sink.pcm).any()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whoever_is_ended_falls_silent_and_gives_its_turn_back(
    daemon: DaemonProcess, sink: Recording, say: Say, number: signal.Signals
) -> None:
    process = say(ONE)
    sink.wait_sound(0.3)
    process.send_signal(number)
    assert _end(process) == (130 if number is signal.SIGINT else -number, "")
    wait_until(lambda: daemon.ask("queue") == [], "the turn")
    assert len(_heard(sink)) < len(_tokens(_streamed(daemon, ONE)))


def test_where_there_is_no_device_it_says_what_to_do_instead(
    daemon: DaemonProcess, sink: Recording, tmp_path: Path
) -> None:
    (tmp_path / "alsa.conf").write_text("pcm.!default { type hw card 99 }\n")
    environ = {**daemon.environ, "ALSA_CONFIG_PATH": str(tmp_path / "alsa.conf")}
    ended = subprocess.run(
        ["kokoroctl", "say", "Hello"], env=environ, capture_output=True, text=True
    )
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "no sound device" in line
    assert "-o FILE.wav" in line
    assert "--raw" in line
    wait_until(lambda: daemon.ask("queue") == [], "the turn")


def test_a_sound_server_that_dies_is_one_line(tmp_path: Path) -> None:
    with null_sink() as sound, speaking(toy_home(tmp_path)) as process, _saying(process) as say:
        process.environ.update(sound.environ)
        saying = say(ONE)
        sound.sink.wait_sound()
        sound.server.kill()
        status, said = _end(saying)
        assert status == 1
        line = said.splitlines()[-1]  # PortAudio itself may say something, too
        assert line.startswith("kokoroctl: the sound device failed")
        wait_until(lambda: process.ask("queue") == [], "the turn")


def test_where_the_device_is_pulled_out_the_next_one_goes_on(tmp_path: Path) -> None:
    with (
        null_sink("headphones", "speakers") as sound,
        speaking(toy_home(tmp_path)) as process,
        _saying(process) as say,
    ):
        process.environ.update(sound.environ)
        whole = _tokens(_streamed(process, ONE))
        saying = say(ONE)
        sound.sink.wait_sound(0.5)
        sound.remove("headphones")
        status, _ = _end(saying)
        assert status == 0
        speakers = sound.sinks["speakers"]
        speakers.wait_silence()
        rest = _tokens(speakers.pcm)
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


def test_a_program_plays_pauses_and_goes_on(daemon: DaemonProcess, sink: Recording) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _APP],
        env=daemon.environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ended.stderr == ""
    assert ended.stdout.split()[:3] == ["None", "finished", "finished"]
    assert "underruns" in ended.stdout
    assert _parted(_heard(sink), _tokens(_streamed(daemon, ONE)))


_LEAVER = """
from kokoro_client import Client

sound = Client().play("The quick brown fox jumps over the lazy dog. " * 20)
while sound.position < 0.1:
    assert sound.wait(0.01) is None
"""


def test_a_program_that_ends_while_it_plays_ends_well(
    daemon: DaemonProcess, sink: Recording
) -> None:
    # Several times: PortAudio's end and the player's thread raced.
    for _ in range(5):
        ended = subprocess.run(
            [sys.executable, "-c", _LEAVER],
            env=daemon.environ,
            capture_output=True,
            timeout=PATIENCE_S,
        )
        assert (ended.returncode, ended.stderr) == (0, b"")
        wait_until(lambda: daemon.ask("queue") == [], "the turn")
