"""A real speech-dispatcher with our output module, heard at a null sink."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until
from support.speaker.at_speaker import THREE, heard_by, streamed, tokens_of
from support.speaker.null_sink import Recording
from support.speechd.server import Server, speech_dispatcher

LONG = "Nine men in a small boat looked for land all night and did not find any of it. " * 3


def carries(heard: list[int], tokens: list[int]) -> bool:
    """Whether all of it was heard, in order; what a gap makes of a tone may lie between."""
    rest = iter(heard)
    return all(token in rest for token in tokens) and len(heard) < 2 * len(tokens)


@pytest.fixture(scope="module")
def server(heard_daemon: DaemonProcess) -> Iterator[Server]:
    with speech_dispatcher(heard_daemon) as server:
        yield server


def test_spd_say_is_heard(server: Server, heard_daemon: DaemonProcess, sink: Recording) -> None:
    assert "kokoro" in server.spd_say("-O").stdout, server.log
    (voice, *_) = heard_daemon.ask("voices")
    assert voice["name"] in server.spd_say("-L").stdout
    ended = server.spd_say("--wait", THREE)
    assert ended.returncode == 0, ended.stderr
    assert carries(heard_by(sink), tokens_of(streamed(heard_daemon, THREE))), server.log


def test_the_generic_module_is_heard_too(
    server: Server, heard_daemon: DaemonProcess, sink: Recording
) -> None:
    """By `kokoroctl say`, so that a line with a quote and a dollar is what it is."""
    text = "Stop that, it's $HOME now."
    ended = server.spd_say("--wait", "-o", "kokoro-generic", "-y", "af_heart", text)
    assert ended.returncode == 0, ended.stderr
    assert carries(heard_by(sink), tokens_of(streamed(heard_daemon, text))), server.log


def test_callbacks_tell_begin_marks_and_end(server: Server) -> None:
    text = '<speak>Nine men <mark name="here"/> looked for land.</speak>'
    out, err = server.client("callbacks", text).communicate(timeout=PATIENCE_S)
    assert json.loads(out) == [["begin", None], ["index_marks", "here"], ["end", None]], err


def test_held_down_keys_leave_the_last_one_to_be_heard(
    server: Server, heard_daemon: DaemonProcess, sink: Recording
) -> None:
    _, err = server.client("held", "100").communicate(timeout=PATIENCE_S)
    assert not err
    wait_until(lambda: heard_daemon.ask("queue") == [], "silence")
    sink.wait_more(1.0)
    sink.clear()
    assert server.spd_say("--wait", THREE).returncode == 0
    assert carries(heard_by(sink), tokens_of(streamed(heard_daemon, THREE))), server.log


def test_stop_is_silence(
    server: Server, heard_daemon: DaemonProcess, sink: Recording, tmp_path: Path
) -> None:
    client = server.client("stopped", LONG, str(tmp_path / "now"))
    sink.wait_sound()
    (tmp_path / "now").touch()
    _, err = client.communicate(timeout=PATIENCE_S)
    assert not err
    wait_until(lambda: heard_daemon.ask("queue") == [], "the end of it")
    heard = heard_by(sink)
    assert len(heard) < len(tokens_of(streamed(heard_daemon, LONG))) / 2
