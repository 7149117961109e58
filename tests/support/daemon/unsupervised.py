"""A user's home on a machine without a service manager."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kokoro_service import lock_owner
from support.fakes.systemctl import install_fake

_BIN = Path(sys.executable).parent


class Place:
    """Where `kokoroctl` is called, and what it finds there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.units = folder / ".config" / "systemd" / "user"
        self.systemd = install_fake(folder / "bin", self.units, reachable=False)
        self.home = folder / "Kö ko"
        self.socket = folder / "s"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("KOKORO_", "XDG_"))}
        self.environ = {
            **inherited,
            "HOME": str(folder),
            "PATH": f"{folder / 'bin'}:{_BIN}:{os.environ['PATH']}",
            "KOKORO_HOME": str(self.home),
            "KOKORO_SOCKET": str(self.socket),
        }
        self.log = self.home / "logs" / "kokorod.log"

    def ctl(self, *arguments: str, status: int = 0) -> str:
        ended = subprocess.run(
            ["kokoroctl", *arguments], env=self.environ, capture_output=True, text=True
        )
        assert ended.returncode == status, (ended.stdout, ended.stderr)
        return ended.stdout + ended.stderr

    @property
    def pid(self) -> int | None:
        process = lock_owner.find(self.socket)
        return process.pid if process else None


@contextlib.contextmanager
def unsupervised_place() -> Iterator[Place]:
    """Stops what was started there."""
    with tempfile.TemporaryDirectory(prefix="kk-", dir="/tmp") as folder:
        place = Place(Path(folder))
        yield place
        place.ctl("service", "stop")
        assert place.pid is None
