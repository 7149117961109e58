"""A disk that is full or fails, a kernel without memory, at each step of each place and daemon.

Not among the default tests: `make chaos`. CHAOS_N divides the counts, e.g. 10 for a tenth.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest
from support import faults
from support.daemon.conversation import Conversation
from support.daemon.homes import toy_home
from support.daemon.process import DaemonProcess, wait_until
from support.faults import DiskFaults
from support.faults.running import fail_at_every_place

DIVISOR = int(os.environ.get("CHAOS_N", "1"))
SEED = int(os.environ.get("CHAOS_SEED", "17"))

#: Steps of a daemon at which something fails, of each kind; it takes some hundred.
STEPS = 120 // DIVISOR

#: From the step on all fail, in one of so many tries.
ONWARDS = 4

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="LD_PRELOAD and glibc's names")


@pytest.mark.timeout(3600)
def test_at_every_step_of_every_place(tmp_path: Path) -> None:
    fail_at_every_place(tmp_path, 1)


class Faulty:
    """A daemon in a home of its own, one of whose steps at its files fails."""

    def __init__(self, folder: Path, whole: Path, library: Path) -> None:
        self.folder = folder
        folder.mkdir()
        shutil.copytree(whole, folder / "home")
        self.faults = DiskFaults(folder.parent / f"{folder.name}.state")
        self.daemon = DaemonProcess(folder / "home")
        self.daemon.socket = folder / "s"  # below what fails, with the lock beside it
        self.daemon.log_path = folder / "log"
        environ = self.faults.environ(library, folder, output=True)
        self.daemon.environ.update(environ, KOKORO_SOCKET=str(folder / "s"))
        # With it an error that is contained ends a daemon.
        del self.daemon.environ["KOKOROD_STRICT"]

    def outcome(self, at: int, kind: int, *, onwards: bool) -> str:
        """What became of it; raises if that is nothing that may be."""
        daemon = self.daemon
        self.faults.arm(at, kind, onwards=onwards)
        daemon.start()
        assert daemon.process is not None

        def known() -> str:
            if not daemon.alive:
                return "refused"
            return "ready" if daemon._state() == "ready" else ""

        became = wait_until(known, f"an end of its start: {daemon.log}")
        if became == "refused":
            assert daemon.process.returncode == 1, daemon.log
            # Its output may be what fails.
            assert onwards or "kokorod: " in daemon.log, daemon.log
        else:
            became = self._serve()
        assert "Traceback" not in daemon.log, daemon.log
        assert "ended by a bug" not in daemon.log, daemon.log
        return became

    def _serve(self) -> str:
        """It speaks, also once it is at rest, and again when the disk is well."""
        self._speak()
        self._speak()
        self.faults.disarm()
        self._speak()
        status = self.daemon.ask("status")
        assert self.daemon.stop() == 0, self.daemon.log
        return str(status["engine"]) + (", contained" if status["contained"] else "")

    def _speak(self) -> None:
        with Conversation(self.daemon.socket) as conversation:
            conversation.speak(1, "Here I am.", cache=False)
            end = conversation.end_of(1)
            assert end["type"] == "done" or end["code"] == "engine_failed", end


@pytest.mark.timeout(2 * 3600)
@pytest.mark.parametrize("kind", faults.KINDS, ids=lambda kind: errno.errorcode[kind])
def test_a_daemon_speaks_on_or_says_why_it_cannot_start(kind: int, tmp_path: Path) -> None:
    source = random.Random(SEED)
    whole = toy_home(tmp_path)
    library = faults.built(tmp_path)
    ends: Counter[str] = Counter()

    def attempt(at: int, *, onwards: bool = False) -> int:
        faulty = Faulty(tmp_path / f"f{at}", whole, library)
        try:
            end = faulty.outcome(at, kind, onwards=onwards)
            if at and faulty.faults.failed:
                ends[end] += 1
            return faulty.faults.taken
        except AssertionError as error:
            where = faulty.faults.where
            raise AssertionError(f"step {at} ({where}), onwards {onwards}: {error}") from error
        finally:
            faulty.faults.disarm()
            faulty.daemon.clean_up()
            shutil.rmtree(faulty.folder, ignore_errors=True)

    steps = attempt(0)
    assert steps > 10
    for at in sorted(source.sample(range(1, steps + 1), min(steps, max(3, STEPS)))):
        attempt(at, onwards=source.randrange(ONWARDS) == 0)
    met = f"daemons that met {errno.errorcode[kind]}, of {steps} steps: {ends.total()}"
    print(f"figure: {met}; {dict(ends)}")
