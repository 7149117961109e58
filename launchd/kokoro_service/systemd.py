# process: a part of `kokoroctl service` and `doctor`.
"""The user units and `systemctl --user`.

Source: systemctl(1). A user's manager runs from the first login to the last logout, or
always after `loginctl enable-linger`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kokoro_client.wire import address

from . import service_files, tool
from .job import Job, ServiceError
from .state import State
from .tool import Ran
from .units import SERVICE, SOCKET, service_file, socket_file

#: Links that `enable` makes; removed by hand if no manager can be asked.
_LINKS: Final = (f"default.target.wants/{SERVICE}", f"sockets.target.wants/{SOCKET}")

_SHOWN: Final = "LoadState,ActiveState,SubState,MainPID,UnitFileState,Result,StatusText"


class Systemd:
    name = "systemd"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = _reaching_manager(environ)
        base = address.xdg_folder(environ, "XDG_CONFIG_HOME", ".config")
        self._folder = base / "systemd" / "user"

    def reachable(self) -> bool:
        """A manager for this user answers."""
        try:
            return self._systemctl("show", "--property=Version").ok
        except ServiceError:
            return False

    def files(self, job: Job) -> dict[Path, bytes]:
        return {
            self._folder / SOCKET: socket_file(job).encode(),
            self._folder / SERVICE: service_file(job).encode(),
        }

    def installed(self) -> tuple[Path, ...]:
        return tuple(
            path for path in (self._folder / SOCKET, self._folder / SERVICE) if path.is_file()
        )

    def state(self) -> State:
        service, socket = self._show(SERVICE), self._show(SOCKET)
        pid = int(service.get("MainPID", "0") or 0)
        details = [f"{service.get('ActiveState', '?')} ({service.get('SubState', '?')})"]
        if (result := service.get("Result", "success")) not in ("success", ""):
            details.append(result)
        if text := service.get("StatusText"):
            details.append(text)
        details.append(f"socket {socket.get('ActiveState', '?')} ({socket.get('SubState', '?')})")
        return State(
            self.name,
            installed=len(self.installed()) > 1,
            switched_off=self._switched_off(service, socket),
            pid=pid or None,
            failed="failed" in (service.get("ActiveState"), socket.get("ActiveState")),
            detail=", ".join(details),
        )

    def install(self, job: Job) -> list[str]:
        files = self.files(job)
        changed = {path: text for path, text in files.items() if service_files.differs(path, text)}
        if masked := self._masked(self._show(SERVICE), self._show(SOCKET)):
            raise ServiceError(masked)
        if not changed and self._both_active() and not self.state().switched_off:
            return [f"already installed: {', '.join(map(str, files))}"]
        service_files.make_folders(job)
        if self._folder / SOCKET in changed:
            self._quietly("stop", SOCKET, SERVICE)
        service_files.write(changed)
        self._do("reading the units", "daemon-reload")
        self._do("enabling the service", "enable", SOCKET, SERVICE)
        self._quietly("reset-failed", SOCKET, SERVICE)
        # A new service file with the old socket: who connects meanwhile waits.
        self._do("starting the socket", "start", SOCKET)
        self._do("starting the daemon", "restart" if changed else "start", SERVICE)
        return [*(f"wrote {path}" for path in changed), "started; it starts at every login"]

    def uninstall(self) -> list[str]:
        done = []
        installed = self.installed()
        if installed and self.reachable():
            self._do("stopping and disabling", "disable", "--now", SOCKET, SERVICE)
            done.append("stopped and disabled")
        links = [self._folder / link for link in _LINKS]
        done += [f"removed {path}" for path in service_files.remove(*installed, *links)]
        if installed and self.reachable():
            self._do("reading the units", "daemon-reload")
            self._quietly("reset-failed", SOCKET, SERVICE)
        return done

    def start(self) -> None:
        # After five crashes in a minute it is refused until this.
        self._quietly("reset-failed", SOCKET, SERVICE)
        self._do("starting the daemon", "start", SOCKET, SERVICE)

    def stop(self) -> None:
        # The socket as well: else the next client's connect starts it again.
        self._do("stopping the daemon", "stop", SOCKET, SERVICE)

    def restart(self) -> None:
        self._quietly("reset-failed", SOCKET, SERVICE)
        self._do("restarting the daemon", "restart", SERVICE)

    # -- systemctl

    def _systemctl(self, *arguments: str) -> Ran:
        return tool.run(self._environ, "systemctl", "--user", *arguments)

    def _do(self, doing: str, *arguments: str) -> None:
        ran = self._systemctl(*arguments)
        if not ran.ok:
            raise ran.failure(
                doing, f"see `systemctl --user status {SERVICE}` and `kokoroctl logs`"
            )

    def _quietly(self, *arguments: str) -> None:
        self._systemctl(*arguments)

    def _show(self, unit: str) -> dict[str, str]:
        out = self._systemctl("show", unit, f"--property={_SHOWN}").out
        return dict(line.split("=", 1) for line in out.splitlines() if "=" in line)

    def _both_active(self) -> bool:
        return all(self._show(unit).get("ActiveState") == "active" for unit in (SOCKET, SERVICE))

    def _switched_off(self, service: Mapping[str, str], socket: Mapping[str, str]) -> str:
        if masked := self._masked(service, socket):
            return masked
        if self.installed() and "disabled" in (
            service.get("UnitFileState"),
            socket.get("UnitFileState"),
        ):
            return (
                "the units are disabled: it does not start at login; "
                "`kokoroctl service install` enables them"
            )
        return ""

    def _masked(self, *units: Mapping[str, str]) -> str:
        if any(unit.get("LoadState") == "masked" for unit in units):
            return (
                f"the units are masked; run `systemctl --user unmask {SOCKET} {SERVICE}`, "
                "then `kokoroctl service install`"
            )
        return ""


def _reaching_manager(environ: Mapping[str, str]) -> Mapping[str, str]:
    # `su`, cron and some ssh servers set no XDG_RUNTIME_DIR although a manager runs.
    folder = Path(f"/run/user/{os.getuid()}")
    if "XDG_RUNTIME_DIR" in environ or not folder.is_dir():
        return environ
    return {**environ, "XDG_RUNTIME_DIR": str(folder)}
