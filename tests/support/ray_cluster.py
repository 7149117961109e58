"""A Ray cluster of several nodes on this machine, in a process of its own, on the loopback.

    python -P tests/support/ray_nodes.py NODES CPUS

prints its address; a line on its standard input, the number of a node, kills that node (0 is the
head). It ends, with all that it started, when that input ends.
"""

from __future__ import annotations

import contextlib
import os
import select
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
MISSING = "Ray is not installed; `make chaos` installs it: pip install -r requirements-chaos.lock"

#: Of the nodes, and of who connects to them. Nothing is told to Ray's makers; on a busy machine
#: nothing is given up after 15, 30 or 60 s; no worker is begun that nobody asked for; nobody waits
#: for a node to be empty before it ends; the last: Ray would take 127.0.0.1 for the machine's own
#: address, where nothing listens here.
ENVIRON = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DEDUP_LOGS": "0",
    "RAY_gcs_server_port_wait_time_s": "240",
    "RAY_DASHBOARD_STARTUP_TIMEOUT_S": "240",
    "RAY_worker_register_timeout_seconds": "240",
    "RAY_agent_register_timeout_ms": "240000",
    "RAY_py_gcs_connect_timeout_s": "240",
    "RAY_gcs_rpc_server_connect_timeout_s": "240",
    "RAY_gcs_server_request_timeout_seconds": "240",
    "RAY_raylet_start_wait_time_s": "240",
    "RAY_enable_worker_prestart": "0",
    "RAY_prestart_worker_first_driver": "0",
    "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "0",
    "RAY_worker_niceness": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
}

_NODES = Path(__file__).with_name("ray_nodes.py")

#: Three nodes begin in 20 s on two cores that do nothing else, and were seen to take 240.
_BEGIN_S = 600.0

#: Of each log that a cluster which has not begun leaves.
_LOG_LINES = 15


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

    def log_ends(self) -> str:
        """The last lines of all that its processes wrote, for who finds a fault."""
        ends = []
        for path in sorted(self.folder.glob("ray/session_2*/logs/**/*")):
            with contextlib.suppress(OSError):
                lines = path.read_text(errors="replace").splitlines()[-_LOG_LINES:]
                ends += [f"{path.name}: {line}" for line in lines]
        return "\n".join(ends)

    def processes(self) -> list[int]:
        """What it started and has not ended, the daemons of its workers among them."""
        # A worker of Ray overwrites its command line, others inherit the variable.
        return [
            *_with("cmdline", str(self.folder), self.process.pid),
            *_with("environ", f"RAY_TMPDIR={self.folder}", self.process.pid),
        ]


def _with(file: str, text: str, but: int) -> Iterator[int]:
    for path in Path("/proc").glob(f"[0-9]*/{file}"):
        pid = int(path.parent.name)
        with contextlib.suppress(OSError):
            if pid != but and text.encode() in path.read_bytes():
                yield pid


@contextlib.contextmanager
def cluster(nodes: int, cpus: int = 1, **environ: str) -> Iterator[RayCluster]:
    """environ: of its nodes, beside this process's own."""
    # Short: Ray's own sockets lie below it.
    folder = Path(tempfile.mkdtemp(prefix="kr-", dir="/tmp"))
    process = subprocess.Popen(
        [sys.executable, "-P", _NODES, str(nodes), str(cpus)],
        env={**os.environ, **ENVIRON, **environ, "RAY_TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    made = RayCluster(process, folder, "")
    try:
        made.address = _address(process)
        assert made.address, f"the cluster has not begun:\n{made.log_ends()}"
        yield made
    finally:
        _end(made)
        shutil.rmtree(folder, ignore_errors=True)


def _address(process: subprocess.Popen[str]) -> str:
    """Empty if it did not begin."""
    assert process.stdout is not None
    told, _, _ = select.select([process.stdout], [], [], _BEGIN_S)
    return process.stdout.readline().strip() if told else ""


def _end(made: RayCluster) -> None:
    """By itself if it can; what is left after that is killed, and an error."""
    process = made.process
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(OSError):
        process.stdin.close()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
    with contextlib.suppress(AssertionError):
        wait_until(lambda: not made.processes(), "the end of Ray's processes")
    left = made.processes()
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert not left, "processes of Ray were left behind"
