# process: a part of `kokoroctl service` and `doctor`.
"""Files of the service: put in place whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import plistlib
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from xml.parsers.expat import ExpatError

from .job import Job, ServiceError

#: launchd refuses a file that others may write; 0644 is what all others there have.
_MODE: Final = 0o644

#: The program of a unit of systemd's, as units.py writes it.
_STARTED: Final = re.compile(r'^ExecStart=:"([^"\n]+)"$', re.MULTILINE)


def differs(path: Path, content: bytes) -> bool:
    """True if writing would change something."""
    try:
        return path.read_bytes() != content
    except OSError:
        return True


def write(files: Mapping[Path, bytes]) -> None:
    """Write each atomically. Raises ServiceError."""
    for path, content in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, content)
        except OSError as error:
            raise ServiceError(
                f"cannot write {path}: {error.strerror}; make its folder writable"
            ) from None


def remove(*paths: Path) -> list[Path]:
    """Unlink what is there; those that were. Raises ServiceError."""
    removed = []
    for path in paths:
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ServiceError(
                f"cannot remove {path}: {error.strerror}; remove it by hand"
            ) from None
        removed.append(path)
    return removed


def make_folders(job: Job) -> None:
    """A supervisor opens log and socket but makes no folder for them. Raises ServiceError."""
    for folder, variable in ((job.log.parent, "KOKORO_HOME"), (job.socket.parent, "KOKORO_SOCKET")):
        try:
            job.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ServiceError(
                f"cannot make {folder}: {error.strerror}; set {variable} to a path of yours"
            ) from None


def _write(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".kokorod-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), _MODE)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def missing_program(files: Iterable[Path]) -> str:
    """The program that these files start, if it is no longer there: its environment was moved or
    removed. Empty if it is there, or if they do not tell.
    """
    for path in files:
        try:
            content = path.read_bytes()
            if path.suffix == ".plist":
                program = str(plistlib.loads(content)["ProgramArguments"][0])
            elif found := _STARTED.search(content.decode()):
                program = found[1].replace("%%", "%")
            else:
                continue
        except (OSError, ValueError, LookupError, TypeError, ExpatError):
            continue
        if not Path(program).exists():
            return program
    return ""
