# process: a part of `kokoroctl service` and `doctor`.
"""Neither launchd nor systemd: a detached process, one by the daemon's own lock.

It ends with the machine and does not come back at login; that is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kokoro_client import autostart, errors

from . import lock_owner
from .job import Job, ServiceError, job_from
from .stale_socket import remove_free_lock, remove_stale_socket
from .state import State

WITHOUT = (
    "neither launchd nor a systemd user manager is here: the daemon runs in the background "
    "until the machine stops, and is not started at login"
)


class Background:
    name = "background"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._job = job_from(environ)

    def files(self, job: Job) -> dict[Path, bytes]:
        return {}

    def installed(self) -> tuple[Path, ...]:
        return ()

    def state(self) -> State:
        process = lock_owner.find(self._job.socket)
        return State(
            self.name,
            installed=False,
            switched_off="",
            pid=process.pid if process else None,
            failed=False,
            detail="running in the background" if process else "not running",
        )

    def install(self, job: Job) -> list[str]:
        self.start()
        return [WITHOUT]

    def uninstall(self) -> list[str]:
        done = []
        if self.state().pid:
            self.stop()
            done.append("stopped")
        for removed, path in (
            (remove_stale_socket(self._job.socket), self._job.socket),
            (remove_free_lock(self._job.socket), lock_owner.lock_path(self._job.socket)),
        ):
            if removed:
                done.append(f"removed {path}")
        return done

    def start(self) -> None:
        if lock_owner.find(self._job.socket):
            return
        try:
            autostart.start(self._job.socket, {**self._environ, **dict(self._job.environment)})
        except errors.KokoroError as error:
            raise ServiceError(str(error)) from None

    def stop(self) -> None:
        if process := lock_owner.find(self._job.socket):
            lock_owner.end(process)

    def restart(self) -> None:
        self.stop()
        self.start()
