"""Starting a process as systemd does: with listening sockets from descriptor 3 on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

#: argv: descriptors joined by commas, then the command. LISTEN_PID is its own, unless set.
_LAUNCHER = """
import fcntl, os, sys
fds = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 100) for fd in sys.argv[1].split(",")]
for place, fd in enumerate(fds, 3):
    os.dup2(fd, place)
    os.close(fd)
os.environ.setdefault("LISTEN_FDS", str(len(fds)))
os.environ.setdefault("LISTEN_PID", str(os.getpid()))
os.execvp(sys.argv[2], sys.argv[2:])
"""


def handing_down(fds: Sequence[int], *command: str | Path) -> list[str]:
    """A command that hands `fds` down to `command`; start it with pass_fds=fds."""
    joined = ",".join(map(str, fds))
    return [sys.executable, "-I", "-S", "-c", _LAUNCHER, joined, *map(str, command)]
