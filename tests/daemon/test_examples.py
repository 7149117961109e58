"""The examples run, and what they write is what was to be said."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support import toy
from support.daemon.process import PATIENCE_S, DaemonProcess
from support.paths import DOCS, ROOT

_EXAMPLES = ROOT / "examples"
_PROGRAMS = re.findall(
    r"^```python\n(.*?)^```", (DOCS / "client.md").read_text(), re.DOTALL | re.MULTILINE
)


def _run(daemon: DaemonProcess, *command: str | Path) -> tuple[str, str]:
    """What was heard, and standard error."""
    ended = subprocess.run(command, env=daemon.environ, capture_output=True, timeout=PATIENCE_S)
    said = ended.stderr.decode()
    assert ended.returncode == 0, said
    heard = toy.decode(np.frombuffer(ended.stdout, "<i2"))
    return toy.phonemes_of(heard.tokens), said


@pytest.mark.parametrize(
    "command",
    [
        (sys.executable, "-S", _EXAMPLES / "plain_sockets.py"),  # -S: no installed package
        ("node", _EXAMPLES / "node" / "speak.mjs"),
    ],
    ids=["plain_sockets", "node"],
)
def test_a_client_written_from_the_protocol_page(
    shared_daemon: DaemonProcess, command: tuple[str | Path, ...]
) -> None:
    heard, said = _run(shared_daemon, *command, "Hello, world.")
    assert re.fullmatch("həlˈ.+, wˈɜ.+d.", heard)
    assert re.fullmatch(r"af_heart speaks\n[\d.]+ s of sound\n", said)


@pytest.mark.parametrize(
    "command",
    [
        (sys.executable, "-S", _EXAMPLES / "plain_sockets.py"),
        ("node", _EXAMPLES / "node" / "speak.mjs"),
    ],
    ids=["plain_sockets", "node"],
)
def test_a_text_with_much_to_say(
    shared_daemon: DaemonProcess, command: tuple[str | Path, ...]
) -> None:
    _, once = _run(shared_daemon, *command, "One more sentence. ")
    _, often = _run(shared_daemon, *command, "One more sentence. " * 100)
    seconds = [float(re.findall(r"[\d.]+", said)[-1]) for said in (once, often)]
    assert seconds[1] > 50 * seconds[0]


@pytest.mark.parametrize("example", ["llm_stream.py", "llm_stream_aio.py"])
def test_an_answer_that_is_still_being_written(shared_daemon: DaemonProcess, example: str) -> None:
    heard, said = _run(shared_daemon, sys.executable, _EXAMPLES / example)
    assert heard.count(".") == 3
    assert re.fullmatch(r"first sound after [\d.]+ ms\n", said)


@pytest.mark.parametrize(
    "command",
    [
        (sys.executable, "-S", _EXAMPLES / "plain_sockets.py"),
        ("node", _EXAMPLES / "node" / "speak.mjs"),
    ],
    ids=["plain_sockets", "node"],
)
def test_a_refusal_is_shown(shared_daemon: DaemonProcess, command: tuple[str | Path, ...]) -> None:
    ended = subprocess.run(
        [*command, "x" * 70_000],
        env=shared_daemon.environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ended.returncode == 1
    assert ended.stderr.endswith("send long text in several `append` messages\n")


@pytest.mark.parametrize("program", _PROGRAMS, ids=range(len(_PROGRAMS)))
def test_the_programs_of_the_clients_page_run(
    shared_daemon: DaemonProcess, program: str, tmp_path: Path
) -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env=shared_daemon.environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_clients_page_has_programs() -> None:
    assert len(_PROGRAMS) == 7
