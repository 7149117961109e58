"""The bench's sound server, ear and relay, for real: PulseAudio, parec, a daemon, PortAudio."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.daemon.process import DaemonProcess
from support.toy import decode

from bench.sink import server
from bench.sink.relay import Relay
from bench.sink.room import CommandFailedError, Sink, Started
from bench.sink.server import NoSoundServerError, SoundServer
from bench.sink.similarity import compare
from kokorod.types import SAMPLE_RATE

PATIENCE_S = 60.0


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.close()


def _say(sink: Sink, at: Path, *arguments: str) -> Started:
    environ = {**sink.server.environ, "KOKORO_SOCKET": os.fspath(at), "KOKORO_NO_START": "1"}
    return Started.run([str(Path(sys.executable).parent / "kokoroctl"), "say", *arguments], environ)


def test_a_click_is_heard_not_before_the_server_was_told(sink: Sink) -> None:
    delays = sink.path_delays(3)
    assert delays
    # Moments are exact to a block of the sink; how late they are no test asserts.
    assert min(delays) > -0.01


def test_who_speaks_at_the_sink_is_heard_sample_by_sample(
    sink: Sink, toy_daemon: DaemonProcess
) -> None:
    relay = Relay(toy_daemon.socket)
    try:
        sink.wait_silence()
        started = _say(sink, relay.socket, "Hello, world. It speaks.")
        first = sink.first_sound(started, "say")
        started.wait(PATIENCE_S)
        sink.wait_for_path()
        recording, sent = sink.monitor.recording(), relay.pcm()
    finally:
        relay.close()
    found = compare(sent, recording.pcm)
    assert found.begin is not None
    # A machine that is busy leaves the device without samples for a moment: silence is
    # put in there. Nothing that was sent may be missing, however late it comes.
    assert sum(part.lost for part in found.breaks) == 0
    assert found.matched > SAMPLE_RATE
    assert decode(sent).tokens != []
    assert first > started.began
    assert recording.time_of(found.begin) <= first
    assert len(relay.pcm()) == 0  # what was asked for once is not told again


def test_a_command_that_fails_is_no_sound(sink: Sink, tmp_path: Path) -> None:
    sink.wait_silence()
    started = _say(sink, tmp_path / "nobody", "Hello")
    with pytest.raises(CommandFailedError, match="no daemon"):
        sink.first_sound(started, "say")


def test_nothing_is_left_of_the_server() -> None:
    mine = SoundServer()
    mine.close()
    assert not mine.controls.parent.exists()
    with socket.socket(socket.AF_UNIX) as sock, pytest.raises(OSError, match="No such file"):
        sock.connect(str(mine.controls))


def test_what_is_missing_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.shutil, "which", lambda name: None)
    with pytest.raises(NoSoundServerError) as failure:
        SoundServer()
    assert "apt-get install pulseaudio pulseaudio-utils" in str(failure.value)
