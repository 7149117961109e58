# pure: no socket, thread or clock; looks for the program on the disk.
"""What a supervisor is to run, from the environment `service install` is called in."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kokoro_client.wire import address
from kokoro_client.wire.errors import WireError
from kokorod.errors import KokorodError

#: Decides what clients do; a daemon has no use for it.
_CLIENTS_OWN: Final = frozenset({"KOKORO_NO_START", "KOKORO_LEAD_IN_MS"})

#: Room for a few long paths; launchd and systemd keep it in memory for every login.
_MAX_VALUE: Final = 4096


class ServiceError(KokorodError):
    """The service cannot be installed, removed or told something."""


@dataclass(frozen=True, slots=True)
class Job:
    """program: absolute. environment: KOKORO_*, sorted; home and socket are always there."""

    program: Path
    home: Path
    socket: Path
    environment: tuple[tuple[str, str], ...]

    @property
    def log(self) -> Path:
        """Where standard error goes if there is no journal."""
        return self.home / "logs" / "kokorod.log"


def job_from(environ: Mapping[str, str]) -> Job:
    """The job of this environment.

    Home and socket are written down as they are now: a supervisor does not read the
    shell's settings, and clients would look elsewhere.
    Raises ServiceError for what a plist or a unit cannot hold, and if there is no program.
    """
    try:
        home, socket = address.home_folder(environ), address.socket_path(environ)
    except WireError as error:
        raise ServiceError(error.message) from None
    if problem := address.socket_path_problem(socket):
        raise ServiceError(problem)
    settings = {
        name: value
        for name, value in environ.items()
        if name.startswith("KOKORO_") and name not in _CLIENTS_OWN
    }
    settings |= {"KOKORO_HOME": str(home), "KOKORO_SOCKET": str(socket)}
    program = find_program(environ)
    for name, value in (*settings.items(), ("the program's path", str(program))):
        _check(name, value)
    for path in (home, socket, program):
        # A unit's line cannot end in either.
        if str(path).endswith((" ", "\\")):
            raise ServiceError(f"the path {str(path)!r} ends in a blank or a backslash; rename it")
    return Job(program, home, socket, tuple(sorted(settings.items())))


def find_program(environ: Mapping[str, str]) -> Path:
    """The command `kokorod`: beside this Python, else on PATH. Raises ServiceError."""
    # Not resolved: a virtual environment's Python is a link to one without our packages.
    beside = Path(sys.executable).absolute().parent / "kokorod"
    if os.access(beside, os.X_OK):
        return beside
    if found := shutil.which("kokorod", path=environ.get("PATH")):
        return Path(found).absolute()
    raise ServiceError(
        f"there is no command `kokorod` beside {sys.executable} or on PATH; pip install kokorod"
    )


def _check(name: str, value: str) -> None:
    if len(value) > _MAX_VALUE:
        raise ServiceError(f"{name} has {len(value)} characters, allowed are {_MAX_VALUE}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ServiceError(f"{name} is not valid UTF-8; rename it or unset it") from None
    # XML has no way to write these, a unit's line would end.
    if bad := [char for char in value if unicodedata.category(char) in ("Cc", "Cn")]:
        raise ServiceError(f"{name} holds the character {bad[0]!r}; rename it or unset it")
