"""A daemon from its first instant, seen from outside: when it is bound, when it is ready.

Owns:       the process, and a datagram socket in NOTIFY_SOCKET's place: READY=1 comes the
            moment that requests are answered at once (docs/service.md).
Invariants: times are seconds after the process was started; what was started has ended.
"""

from __future__ import annotations

import contextlib
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kokorod.engine.child import end
from kokorod.errors import KokorodError

#: Ten times what a slow disk takes.
_READY_S: Final = 120.0

#: Between two attempts to connect.
_LOOK_S: Final = 0.001

#: It drains for 5 s and then ends by itself.
_STOP_S: Final = 15.0


class NotReadyError(KokorodError):
    """The daemon ended, or said nothing."""


@dataclass(frozen=True, slots=True)
class Moments:
    bound_s: float
    ready_s: float


def watch(environ: Mapping[str, str]) -> Moments:
    """Start a daemon, wait until it is ready, end it. Raises NotReadyError."""
    with tempfile.TemporaryDirectory(prefix="kokoro-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        notify = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        notify.bind(str(folder / "notify"))
        log = stack.enter_context((folder / "log").open("wb"))
        address = folder / "socket"
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "kokorod"],
            env={
                **environ,
                "KOKORO_SOCKET": str(address),
                "NOTIFY_SOCKET": str(folder / "notify"),
            },
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        stack.callback(end, process, _STOP_S)
        bound_s: float | None = None
        while True:
            if bound_s is None and _answers(address):
                bound_s = time.perf_counter() - began
            if select.select([notify], [], [], _LOOK_S)[0] and b"READY=1" in notify.recv(4096):
                ready_s = time.perf_counter() - began
                return Moments(ready_s if bound_s is None else bound_s, ready_s)
            if process.poll() is not None or time.perf_counter() - began > _READY_S:
                raise NotReadyError(
                    f"the daemon was not ready after {time.perf_counter() - began:.0f} s; "
                    f"its log ends with: {(folder / 'log').read_text(errors='replace')[-500:]}"
                )


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as attempt:
        try:
            attempt.connect(str(address))
        except OSError:
            return False
        return True
