# process: a part of `kokoroctl service` and `doctor`.
"""Calling launchctl or systemctl: a list of arguments, a bounded wait."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .job import ServiceError

#: They answer in milliseconds, or when a daemon is ready; whoever takes longer hangs.
PATIENCE_S: Final = 200.0

_MAX_SHOWN: Final = 300


@dataclass(frozen=True, slots=True)
class Ran:
    """What a tool answered."""

    command: str
    status: int
    out: str
    err: str

    @property
    def ok(self) -> bool:
        return self.status == 0

    def failure(self, doing: str, todo: str) -> ServiceError:
        """The error for people: what failed, what the tool said, what to do."""
        said = " ".join((self.err or self.out).split())[:_MAX_SHOWN]
        return ServiceError(
            f"{doing} failed: `{self.command}` ended with {self.status}"
            f"{f' ({said})' if said else ''}; {todo}"
        )


def run(environ: Mapping[str, str], *arguments: str, patience_s: float = PATIENCE_S) -> Ran:
    """Run a tool, found on PATH of `environ`, to its end.

    Raises ServiceError if it is missing or does not end.
    """
    command = " ".join(arguments)
    try:
        ended = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience_s,
            # Messages are shown, but some are also read.
            env={**environ, "LC_ALL": "C", "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""},
        )
    except FileNotFoundError:
        raise ServiceError(f"there is no command `{arguments[0]}` here") from None
    except OSError as error:
        raise ServiceError(f"`{command}` cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise ServiceError(
            f"`{command}` has not ended after {patience_s:g} s; see `kokoroctl logs`"
        ) from None
    return Ran(
        command,
        ended.returncode,
        ended.stdout.decode("utf-8", "replace"),
        ended.stderr.decode("utf-8", "replace"),
    )
