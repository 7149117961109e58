"""`kokoroctl hook` before the agent has its answer: flags without argparse, and what is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import ROOT

from kokoro_client.cli.main import parser_of
from kokoro_doors import hook
from kokoro_doors.hook import quick

PAYLOADS = ROOT / "tests" / "cases" / "hooks"

#: Each takes some of the 80 ms that an agent waits at most, and the answer needs none of them.
NEEDLESS = {
    *("argparse", "gettext", "typing", "pathlib", "urllib", "dataclasses", "inspect", "shutil"),
    *("subprocess", "importlib.metadata", "logging", "msgpack", "sounddevice", "markdown_it"),
}

#: All that is ours and loaded for an answer.
OURS = {
    *("kokoro_client", "kokoro_client.version", "kokoro_client.cli", "kokoro_client.cli.entry"),
    *("kokoro_client.wire", "kokoro_client.wire.home"),
    *("kokoro_doors", "kokoro_doors.hook", "kokoro_doors.hook.quick"),
    *("kokoro_doors.hook.choices", "kokoro_doors.hook.payload"),
}

#: The console script, which tells what it has loaded when it leaves; it starts no process.
_SCRIPT = """
import os, sys
before, leave = set(sys.modules), os._exit
def told(status):
    print(status, *(set(sys.modules) - before), file=sys.stderr, flush=True)
    leave(status)
os._exit = told
os.posix_spawn = lambda *given, **more: 0
sys.argv = ["kokoroctl", "hook", *sys.argv[1:]]
from kokoro_client.cli.entry import entry
sys.exit(entry())
"""


def loaded(home: Path, data: bytes, *flags: str) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *flags],
        env={**os.environ, "KOKORO_HOME": str(home)},
        input=data,
        capture_output=True,
        check=True,
    )
    assert ended.stdout == b"{}\n"
    status, *modules = ended.stderr.decode().split()
    assert status == "0"
    return set(modules)


@pytest.mark.parametrize("name", ["stop.json", "notification.json", "prompt.json"])
def test_it_loads_what_it_needs_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / "hook.json").write_text('{"muted": false, "quiet": "25:00"}')
    modules = loaded(tmp_path, (PAYLOADS / name).read_bytes(), "--sentences", "2")
    assert not modules & NEEDLESS
    ours = {module for module in modules if module.startswith("kokoro_")}
    assert ours - {"kokoro_doors.hook.session"} == OURS


def test_an_argument_is_no_slower(tmp_path: Path) -> None:
    modules = loaded(tmp_path, b"", (PAYLOADS / "turn-complete.json").read_text())
    assert not modules & NEEDLESS


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--sentences", "1"],
        ["--voices", "af_heart,bm_george", "--code", "skip"],
        ["-s", "1.5", "--priority", "message"],
        ["--speed", "0.75", "--speed=2"],
        ['{"type": "agent-turn-complete"}', "--sentences", "2"],
    ],
)
def test_flags_mean_what_they_mean_to_argparse(arguments: list[str]) -> None:
    args = parser_of("hook", hook).parse_args(arguments)
    assert args.wait is False
    meant = quick.Options(**{name: getattr(args, name) for name in quick.Options._fields})
    assert quick.read(arguments) == meant


@pytest.mark.parametrize(
    "arguments",
    [
        ["mute"],
        ["quiet", "off"],
        ["--help"],
        ["--wait"],
        ["--sentences"],
        ["--sentences", "x"],
        ["--sent", "1"],
        ["--speed="],
        ["--priority", "progress"],
        ["--code", "--voices"],
        ["{}", "{}"],
        ["{\udcff}"],
    ],
)
def test_other_arguments_are_argparses(arguments: list[str]) -> None:
    assert quick.read(arguments) is None


def test_what_the_script_runs_is_the_quick_way() -> None:
    project = (ROOT / "client" / "pyproject.toml").read_text(encoding="utf-8")
    assert 'kokoroctl = "kokoro_client.cli.entry:entry"' in project


def test_a_failure_is_told_as_for_every_command(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "kokoro_client", "hook"],
        env={**os.environ, "KOKORO_HOME": "~nosuch/x"},
        input=json.dumps({"message": "Come."}).encode(),
        capture_output=True,
    )
    assert ended.returncode == 3
    assert ended.stderr.startswith(b"kokoroctl: KOKORO_HOME is '~nosuch/x'")
