"""Disks that are full or fail, and a kernel without memory, for a process and its children.

disk.c is loaded before the C library: the n-th time that something below a folder is opened,
read, written, renamed, looked at or mapped, that fails with one of KINDS. The *_places.py have
where the project touches a disk, meeting.py has each step of each of them fail.
"""

from __future__ import annotations

import errno
import mmap
import struct
import subprocess
from pathlib import Path
from typing import Final

#: Of the disk, of the disk, of the kernel.
KINDS: Final = (errno.ENOSPC, errno.EIO, errno.ENOMEM)

_SOURCE: Final = Path(__file__).with_name("disk.c")

#: struct state of disk.c.
_STATE: Final = struct.Struct("5I236s")


def built(folder: Path) -> Path:
    """The library, made by the C compiler that the tests of launchd's sockets need too."""
    library = folder / "libdiskfaults.so"
    command = ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", str(library)]
    subprocess.run([*command, str(_SOURCE), "-ldl"], check=True)
    return library


class DiskFaults:
    """What fails, shared by the processes of environ()."""

    def __init__(self, path: Path) -> None:
        """path: of the file they map; it is made if it is not there."""
        self._path = path
        if not path.exists():
            path.write_bytes(bytes(_STATE.size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _STATE.size)

    def environ(self, library: Path, below: Path, *, output: bool = False) -> dict[str, str]:
        """For a process whose steps below a folder fail; output: and those at its own log."""
        return {
            "LD_PRELOAD": str(library),
            "DISK_FAULTS": str(self._path),
            "DISK_FAULTS_BELOW": str(below),
            **({"DISK_FAULTS_OUTPUT": "1"} if output else {}),
        }

    def arm(self, at: int, error: int, *, onwards: bool = False) -> None:
        """The at-th step from now on fails, or all from it on; 0: steps are only counted."""
        _STATE.pack_into(self._map, 0, at, 0, error, onwards, 0, b"")

    def disarm(self) -> int:
        """Nothing fails any more; the steps that could have."""
        taken = self.taken
        struct.pack_into("I", self._map, 0, 0)
        return taken

    @property
    def taken(self) -> int:
        return int(_STATE.unpack_from(self._map)[1])

    @property
    def failed(self) -> int:
        """Steps that have failed since arm()."""
        return int(_STATE.unpack_from(self._map)[4])

    @property
    def where(self) -> str:
        """The call that failed last, and what it was for."""
        return bytes(_STATE.unpack_from(self._map)[5]).split(b"\0")[0].decode("utf-8", "replace")
