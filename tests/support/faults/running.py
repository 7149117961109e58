"""places.py, run in a process of its own, and what it tells held against what is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from support.faults import DiskFaults, built
from support.paths import ROOT, TESTS


def fail_at_every_place(folder: Path, every: int) -> None:
    """every: of the steps of each place, one in so many fails."""
    state, below = folder / "state", folder / "below"
    below.mkdir()
    environ = DiskFaults(state).environ(built(folder), below)
    ended = subprocess.run(
        [sys.executable, "-m", "support.faults.meeting", str(state), str(below), str(every)],
        env={**os.environ, **environ, "PYTHONPATH": f"{TESTS}:{ROOT}", "HOME": str(folder)},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    wrong = [line for line in told if "error" in line]
    assert not wrong, json.dumps(wrong[:5], indent=1)
    assert ended.returncode == 0, ended.stderr[-3_000:]
    met = sum(count for line in told for end, count in line["ends"].items() if end != "not met")
    print(f"figure: faults of a disk or a kernel met at {len(told) // 3} places: {met}")
    assert met > len(told)
