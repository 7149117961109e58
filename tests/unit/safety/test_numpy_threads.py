"""numpy's threads: none goes round on a processor that onnxruntime is to have."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

#: The daemon as far as numpy: what would serve multiplies instead.
_PROGRAM = """
import os, sys
import kokorod.__main__ as daemon

def run(*arguments):
    import numpy as np
    square = np.ones((512, 512), np.float32)
    square @ square
    print(len(os.listdir("/proc/self/task")), flush=True)
    return 0

daemon.run = run
sys.argv = ["kokorod"]
daemon.main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_the_daemon_s_numpy_has_no_thread_of_its_own() -> None:
    environ = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    ended = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=environ, capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == ["1"]
