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
from support.gateway import gateway
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


@pytest.mark.parametrize(
    ("needs", "command"),
    [
        ("openai", (sys.executable, _EXAMPLES / "openai_client.py")),
        ("uvicorn", ("node", _EXAMPLES / "node" / "openai.mjs")),
    ],
    ids=["openai_client", "node"],
)
def test_clients_of_the_gateway(
    shared_daemon: DaemonProcess, needs: str, command: tuple[str | Path, ...]
) -> None:
    pytest.importorskip(needs, reason=f"the package {needs} is not installed")
    with gateway(shared_daemon.environ) as door:
        environ = shared_daemon.environ | {"OPENAI_BASE_URL": f"{door.url}/v1"}
        ended = subprocess.run(
            [*command, "Hello, world."], env=environ, capture_output=True, timeout=PATIENCE_S
        )
    assert (ended.returncode, ended.stderr.decode()) == (0, "af_heart speaks\n")
    heard = toy.decode(np.frombuffer(ended.stdout, "<i2"))
    assert re.fullmatch("həlˈ.+, wˈɜ.+d.", toy.phonemes_of(heard.tokens))


_LONG_COMMAND = """
. "$1"; KOKORO_NOTIFY_S=0
_kokoro_began "/usr/bin/make all"; false; _kokoro_ended
_kokoro_began "ls"; KOKORO_NOTIFY_S=9; true; _kokoro_ended
wait; while [ ! -s "$2" ]; do sleep 0.05; done; cat "$2"
"""


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_shells_notification_tells_how_a_command_ended(tmp_path: Path, shell: str) -> None:
    said, program = tmp_path / "said", tmp_path / "kokoroctl"
    program.write_text(f'#!/bin/sh\necho "$@" >>"{said}"\n')
    program.chmod(0o755)
    ended = subprocess.run(
        [shell, "-c", _LONG_COMMAND, shell, _EXAMPLES / "shell" / "notify.sh", said],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ended.stderr == ""
    assert ended.stdout == ("say --no-wait --priority notification make: failed with status 1\n")


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
