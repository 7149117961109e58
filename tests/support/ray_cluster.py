"""A Ray cluster of several nodes on this machine, in a process of its own, on the loopback.

    python -P tests/support/ray_nodes.py NODES CPUS

prints its address; a line on its standard input, the number of a node, kills that node (0 is the
head). It ends, with all that it started, when that input ends.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from support.daemon.process import PATIENCE_S, wait_until

#: Why what needs it is skipped.
MISSING = "Ray is not installed: pip install 'ray[client,serve]'"

#: Nothing is told to its makers; on a busy machine nothing is given up after 30 s; the last: Ray
#: would take 127.0.0.1 for the machine's own address, where nothing listens here.
ENVIRON = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_register_timeout_seconds": "240",
    "RAY_agent_register_timeout_ms": "240000",
    "RAY_gcs_rpc_server_connect_timeout_s": "240",
    "RAY_gcs_server_request_timeout_seconds": "240",
    "RAY_enable_worker_prestart": "0",
    "RAY_worker_niceness": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
}

_NODES = Path(__file__).with_name("ray_nodes.py")


def installed() -> bool:
    return find_spec("ray") is not None


class RayCluster:
    def __init__(self, process: subprocess.Popen[str], folder: Path, address: str) -> None:
        self.process = process
        self.folder = folder
        self.address = address

    def kill(self, node: int) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{node}\n")
        self.process.stdin.flush()

    def processes(self) -> list[int]:
        """What is left of it."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if str(self.folder).encode() in path.read_bytes():
                    found.append(int(path.parent.name))
        return [pid for pid in found if pid != self.process.pid]


@contextlib.contextmanager
def cluster(nodes: int, cpus: int = 1, **environ: str) -> Iterator[RayCluster]:
    """environ: of its nodes, beside this process's own."""
    # Short: Ray's own sockets lie below it.
    folder = Path(tempfile.mkdtemp(prefix="kr-", dir="/tmp"))
    process = subprocess.Popen(
        [sys.executable, "-P", _NODES, str(nodes), str(cpus)],
        env={
            **os.environ,
            **environ,
            "RAY_TMPDIR": str(folder),
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_DEDUP_LOGS": "0",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdin is not None
        address = process.stdout.readline().strip()
        assert address, "the cluster has not begun"
        made = RayCluster(process, folder, address)
        try:
            yield made
        finally:
            process.stdin.close()
            process.wait(PATIENCE_S)
            with contextlib.suppress(AssertionError):
                wait_until(lambda: not made.processes(), "the end of Ray's processes", 20.0)
            left = made.processes()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            assert not left, "processes of Ray were left behind"
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        assert process.stdin is not None
        process.stdin.close()
        assert process.stdout is not None
        process.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)
