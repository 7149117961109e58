# pure: no socket, thread or clock.
"""What a supervisor is asked to do, and what it says of the daemon."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .job import Job


@dataclass(frozen=True, slots=True)
class State:
    """supervisor: launchd, systemd or background.

    installed     its files are in place
    switched_off  the user, or an administrator, does not let it run: why and what to do
    pid           of the daemon that runs; None: none does
    failed        none runs because it failed, not because it was stopped
    detail        the supervisor's own words
    """

    supervisor: str
    installed: bool
    switched_off: str
    pid: int | None
    failed: bool
    detail: str


class Supervisor(Protocol):
    """launchd, systemd, or nobody. Each method raises ServiceError."""

    name: str

    def files(self, job: Job) -> dict[Path, bytes]:
        """What install() writes."""

    def installed(self) -> tuple[Path, ...]:
        """Its files that are there."""

    def state(self) -> State: ...

    def install(self, job: Job) -> list[str]:
        """Put it in place and start it; what was done, in lines for people.

        A second call with the same job changes nothing.
        """

    def uninstall(self) -> list[str]:
        """Stop it and remove its files; what was done."""

    def start(self) -> None: ...

    def stop(self) -> None:
        """Until the next start or login."""

    def restart(self) -> None:
        """Clients that connect meanwhile wait, if the supervisor holds the socket."""
