"""kokoroctl say as a process: text that arrives, Ctrl-C, a daemon that dies, no device."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from support import toy
from support.daemon.making import MakeDaemon
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until

from kokoro_client.transport import connection

_LONG = "The quick brown fox jumps over the lazy dog. " * 500

#: kokoroctl when the package for sound is not installed.
_WITHOUT_SOUND = """
import sys
sys.modules["sounddevice"] = None
from kokoro_client.cli.main import entry
sys.exit(entry())
"""


@contextmanager
def _say(
    daemon: DaemonProcess, *arguments: str, stdin: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        ["kokoroctl", "say", *arguments],
        env=daemon.environ,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        with process:
            yield process
    finally:
        process.kill()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def _heard(pcm: bytes) -> str:
    return toy.phonemes_of(toy.decode(np.frombuffer(pcm, "<i2")).tokens)


def test_what_is_said_is_what_is_heard(toy_daemon: DaemonProcess, tmp_path: Path) -> None:
    path = tmp_path / "hello.wav"
    subprocess.run(
        ["kokoroctl", "say", "-o", path, "Hello, world."], env=toy_daemon.environ, check=True
    )
    with wave.open(str(path)) as sound:
        assert sound.getframerate() == toy.SAMPLE_RATE
        pcm = sound.readframes(sound.getnframes())
    assert re.fullmatch("həlˈ.+, wˈɜ.+d.", _heard(pcm))


def test_standard_input_is_spoken_while_it_is_written(toy_daemon: DaemonProcess) -> None:
    with _say(toy_daemon, "--raw", "-", stdin=subprocess.PIPE) as process:
        stdin, stdout = _pipe(process.stdin), _pipe(process.stdout)
        pcm = b""
        # The first sentence is heard while the writer still thinks about the second.
        for written in ("The first sentence. The ", "second one. The "):
            before = len(pcm)
            stdin.write(written.encode())
            stdin.flush()
            pcm += os.read(stdout.fileno(), 65536)
            assert len(pcm) > before
        stdin.write("Gr\u00fc".encode()[:-1])
        stdin.flush()
        stdin.write("Gr\u00fc".encode()[-1:] + "\u00dfe".encode() + b" \xff.")
        stdin.close()
        pcm += stdout.read()
        assert process.wait(PATIENCE_S) == 0
        assert _pipe(process.stderr).read() == b""
    assert re.fullmatch(r"ðə fˈɜ.+\.ðə sˈɛk.+\.ðə ɡɹˈu.+", _heard(pcm))


def test_a_typed_line_is_spoken_before_the_next_is_typed(toy_daemon: DaemonProcess) -> None:
    keyboard, terminal = pty.openpty()
    try:
        with _say(toy_daemon, "--raw", stdin=terminal) as process:
            assert process.wait(PATIENCE_S) == 2
            assert b"nothing to say" in _pipe(process.stderr).read()
        with _say(toy_daemon, "--raw", "-", stdin=terminal) as process:
            os.write(keyboard, b"One line.\n")
            assert os.read(_pipe(process.stdout).fileno(), 65536)
            os.write(keyboard, b"\x04")
            _pipe(process.stdout).read()
            assert process.wait(PATIENCE_S) == 0
    finally:
        os.close(keyboard)
        os.close(terminal)


def test_ctrl_c_ends_it_here_and_at_the_daemon(toy_daemon: DaemonProcess) -> None:
    with _say(toy_daemon, "--raw", _LONG) as process:
        assert _pipe(process.stdout).read(100)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130
        assert _pipe(process.stderr).read() == b""
    wait_until(lambda: toy_daemon.ask("status")["requests"]["active"] == 0, "the cancel")
    assert toy_daemon.ask("status")["requests"]["cancelled"] == 1


def test_ctrl_c_while_nothing_is_typed(toy_daemon: DaemonProcess) -> None:
    with _say(toy_daemon, "--raw", "-", stdin=subprocess.PIPE) as process:
        wait_until(lambda: toy_daemon.ask("status")["requests"]["active"] == 1, "the speech")
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130
        assert _pipe(process.stderr).read() == b""
    wait_until(lambda: toy_daemon.ask("status")["requests"]["active"] == 0, "the cancel")


def test_a_daemon_that_dies_midway_is_one_line(toy_daemon: DaemonProcess) -> None:
    with _say(toy_daemon, "--raw", _LONG) as process:
        assert _pipe(process.stdout).read(100)
        assert toy_daemon.stop(signal.SIGKILL) == -signal.SIGKILL
        _pipe(process.stdout).read()
        assert process.wait(PATIENCE_S) == 1
        (line,) = _pipe(process.stderr).read().decode().splitlines()
    assert line.startswith("kokoroctl: the daemon closed the connection")


def test_a_reader_that_goes_ends_it_quietly(toy_daemon: DaemonProcess) -> None:
    with _say(toy_daemon, "--raw", _LONG) as process:
        assert _pipe(process.stdout).read(100)
        _pipe(process.stdout).close()
        assert process.wait(PATIENCE_S) == 1
        assert _pipe(process.stderr).read() == b""
    wait_until(lambda: toy_daemon.ask("status")["requests"]["active"] == 0, "the cancel")


def test_without_sound_it_says_what_to_install(toy_daemon: DaemonProcess) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _WITHOUT_SOUND, "say", "Hello"],
        env=toy_daemon.environ,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "pip install 'kokoro-client[play]'" in line
    assert "-o FILE.wav" in line
    assert "--raw" in line


def test_without_sound_the_fallback_file_is_written(
    toy_daemon: DaemonProcess, tmp_path: Path
) -> None:
    path = tmp_path / "hello.wav"
    ended = subprocess.run(
        [sys.executable, "-c", _WITHOUT_SOUND, "say", "--fallback-file", path, "--", "Hello"],
        env=toy_daemon.environ,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0
    (line,) = ended.stderr.splitlines()
    assert line.endswith(f"writing {path}")
    with wave.open(str(path)) as sound:
        assert _heard(sound.readframes(sound.getnframes())).startswith("həlˈ")


def test_where_none_runs_it_starts_one_that_stays(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    place = make_daemon()
    for n in range(2):
        ended = subprocess.run(
            ["kokoroctl", "say", "-o", tmp_path / "x.wav", f"Hello {n}"],
            env=place.environ,
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, ended.stderr
    status = connection.ask(place.socket, {"type": "status"})
    assert status["requests"]["total"] == 2
    assert (place.home / "logs" / "kokorod.log").stat().st_size > 0


def test_eight_at_once_start_one(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    place = make_daemon()
    several = [
        subprocess.Popen(
            ["kokoroctl", "say", "-o", tmp_path / f"{n}.wav", f"Hello {n}"],
            env=place.environ,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for n in range(8)
    ]
    for process in several:
        with process:
            assert process.wait(PATIENCE_S) == 0, _pipe(process.stderr).read()
    status = connection.ask(place.socket, {"type": "status"})
    assert status["requests"]["total"] == 8


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"KOKORO_TTFA_MS": "soon"}, "ttfa_ms is 'soon' (from KOKORO_TTFA_MS)"),
        ({"PATH": "/nonexistent"}, "ttfa_ms"),
    ],
)
def test_a_daemon_that_cannot_start_says_why(
    make_daemon: MakeDaemon, settings: dict[str, str], said: str
) -> None:
    place = make_daemon({"KOKORO_TTFA_MS": "soon"})
    ended = subprocess.run(
        [Path(sys.executable).parent / "kokoroctl", "say", "--raw", "Hello"],
        env={**place.environ, **settings},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 3
    (line,) = ended.stderr.splitlines()
    assert line.startswith("kokoroctl: the daemon ended with status 1: kokorod: ")
    assert said in line
