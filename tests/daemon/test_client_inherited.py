"""What a daemon that a client starts does not take over from that client."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from support.daemon.making import MakeDaemon

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="taskset and prlimit are Linux'")

_CALLER = """
import os, resource, sys
os.nice(5)
os.umask(0)
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (64, files))
resource.setrlimit(resource.RLIMIT_CPU, (50, resource.getrlimit(resource.RLIMIT_CPU)[1]))
os.execvp("kokoroctl", ["kokoroctl", "say", "-o", sys.argv[1], "Hello"])
"""


def test_processors_limits_and_umask_are_its_own(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    place = make_daemon()
    subprocess.run(
        [sys.executable, "-c", _CALLER, tmp_path / "x.wav"],
        env=place.environ,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    daemon = psutil.Process(place.ask("status")["pid"])
    assert set(daemon.cpu_affinity() or ()) == os.sched_getaffinity(0)
    files, most = daemon.rlimit(resource.RLIMIT_NOFILE)
    assert files == min(4096, most)
    seconds, hard = daemon.rlimit(resource.RLIMIT_CPU)
    assert seconds == hard
    assert (place.home / "logs" / "kokorod.log").stat().st_mode & 0o077 == 0
    # What cannot be undone is told.
    said = subprocess.run(
        ["kokoroctl", "doctor"], env=place.environ, capture_output=True, text=True
    )
    assert "it runs at niceness 5" in said.stdout
