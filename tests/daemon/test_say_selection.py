"""`kokoroctl say --selection`: under a real X server, and with programs that stand in."""

from __future__ import annotations

import os
import shutil
import subprocess
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from support import toy
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until
from support.speaker.at_speaker import THREE, streamed, tokens_of


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """The name of an X server's display."""
    if missing := [name for name in ("Xvfb", "xclip") if shutil.which(name) is None]:
        pytest.skip(f"{' and '.join(missing)} not installed")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "640x480x8", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()  # when it takes connections
    assert number
    yield f":{number}"
    server.terminate()
    server.wait(PATIENCE_S)


@contextmanager
def selected(text: str, which: str, display: str) -> Iterator[None]:
    """xclip owns the selection: it says that it waits for requests before the server knows."""
    environ = {**os.environ, "DISPLAY": display}
    owner = subprocess.Popen(
        ["xclip", "-quiet", "-in", "-selection", which],
        env=environ,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert owner.stdin
        owner.stdin.write(text.encode())
        owner.stdin.close()
        given = ["xclip", "-out", "-selection", which]
        wait_until(
            lambda: text.encode() == subprocess.run(given, env=environ, capture_output=True).stdout,
            "the selection is there",
        )
        yield
    finally:
        owner.terminate()
        owner.wait(PATIENCE_S)


def say(daemon: DaemonProcess, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["kokoroctl", "say", *arguments],
        env={**daemon.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def spoken(path: Path) -> list[int]:
    with wave.open(str(path)) as file:
        return toy.decode(np.frombuffer(file.readframes(file.getnframes()), "<i2")).tokens


def test_what_is_selected_is_spoken_else_the_clipboard(
    shared_daemon: DaemonProcess, display: str, tmp_path: Path
) -> None:
    out = tmp_path / "said.wav"
    empty = say(shared_daemon, "--selection", "-o", str(out), DISPLAY=display, WAYLAND_DISPLAY="")
    assert (empty.returncode, empty.stderr) == (
        1, "kokoroctl: nothing is selected, and no text lies in the clipboard\n",
    )  # fmt: skip
    expected = tokens_of(streamed(shared_daemon, THREE))
    for which in ("clipboard", "primary"):
        with selected(THREE, which, display):
            said = say(
                shared_daemon, "--selection", "-o", str(out), DISPLAY=display, WAYLAND_DISPLAY=""
            )
        assert said.returncode == 0, said.stderr
        assert spoken(out) == expected


def test_wayland_is_asked_before_x(shared_daemon: DaemonProcess, tmp_path: Path) -> None:
    program = tmp_path / "wl-paste"
    program.write_text(f'#!/bin/sh\n[ "$1" = --primary ] && exit 1\necho "{THREE}"\n')
    program.chmod(0o755)
    out = tmp_path / "said.wav"
    path = f"{tmp_path}:{shared_daemon.environ['PATH']}"
    said = say(
        shared_daemon, "--selection", "-o", str(out), PATH=path, WAYLAND_DISPLAY="w", DISPLAY=""
    )
    assert said.returncode == 0, said.stderr
    assert spoken(out) == tokens_of(streamed(shared_daemon, THREE))


def test_without_a_desktop_it_says_what_to_install(shared_daemon: DaemonProcess) -> None:
    said = say(shared_daemon, "--selection", DISPLAY="", WAYLAND_DISPLAY="")
    assert said.returncode == 1
    assert "install wl-clipboard on Wayland" in said.stderr
    both = say(shared_daemon, "--selection", "Hello", DISPLAY="")
    assert both.returncode == 2
    assert "give TEXT, -f FILE or --selection" in both.stderr
