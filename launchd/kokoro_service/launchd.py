# process: a part of `kokoroctl service` and `doctor`.
"""The LaunchAgent and launchctl.

Sources: launchctl(1). Its exit codes are errno values or launchd's own; `bootout`
returns before the job is gone, and until then `bootstrap` answers EIO.
"""

from __future__ import annotations

import contextlib
import os
import plistlib
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from kokoro_client.wire import address

from . import service_files, tool
from .job import Job, ServiceError
from .launch_agent import EXIT_S, LABEL, SOCKET_NAME, file_name, launch_agent_file
from .stale_socket import remove_stale_socket
from .state import State
from .tool import Ran

#: bootstrap and print: no such domain (there is no gui/ over ssh).
_NO_DOMAIN: Final = frozenset({112, 125})

#: bootout: no such process, no such service, EIO, which newer systems say for both, and
#: EINPROGRESS.
_GONE_OR_GOING: Final = frozenset({3, 5, 36, 113})

#: bootstrap: EIO and EALREADY, while the job of that name is still going.
_STILL_GOING: Final = frozenset({5, 37})

#: launchd kills the daemon after EXIT_S, then takes a few seconds to forget the job.
SETTLE_S: Final = EXIT_S + 10.0

_POLL_S: Final = 0.2

_HOW_TO_ALLOW: Final = (
    "switch it on in System Settings > General > Login Items, or run "
    "`launchctl enable {domain}/{label}`, then `kokoroctl service install`"
)


class Launchd:
    name = "launchd"

    def __init__(
        self,
        environ: Mapping[str, str],
        uid: int | None = None,
        settle_s: float = SETTLE_S,
        poll_s: float = _POLL_S,
    ) -> None:
        self._environ = environ
        uid = os.getuid() if uid is None else uid
        self._domains = (f"gui/{uid}", f"user/{uid}")
        self._settle_s = settle_s
        self._poll_s = poll_s
        self._plist = address.user_home(environ) / "Library" / "LaunchAgents" / file_name()

    def files(self, job: Job) -> dict[Path, bytes]:
        return {self._plist: launch_agent_file(job)}

    def installed(self) -> tuple[Path, ...]:
        return (self._plist,) if self._plist.exists() else ()

    def state(self) -> State:
        domain, printed = self._loaded()
        # One tab: deeper blocks, of coalitions and sockets, have states of their own.
        pid = re.search(r"^\tpid = (\d+)", printed, re.MULTILINE)
        word = re.search(r"^\tstate = (.+)", printed, re.MULTILINE)
        ended = re.search(r"^\tlast exit code = (.+)", printed, re.MULTILINE)
        details = [f"{word[1].strip()} in {domain}" if word else "not loaded"]
        if ended and not pid:
            details.append(f"last exit code {ended[1].strip()}")
        return State(
            self.name,
            installed=self._plist.exists(),
            switched_off=self._switched_off(),
            pid=int(pid[1]) if pid else None,
            # `(never exited)` before the first start.
            failed=pid is None and ended is not None and ended[1].strip()[0] not in "0(",
            detail=", ".join(details),
        )

    def install(self, job: Job) -> list[str]:
        files = self.files(job)
        if off := self._switched_off():
            raise ServiceError(off)
        changed = service_files.differs(self._plist, files[self._plist])
        domain, _ = self._loaded()
        if domain and not changed:
            return [f"already installed: {self._plist} in {domain}"]
        service_files.make_folders(job)
        if domain:
            self._bootout(domain)
        done = []
        if changed:
            service_files.write(files)
            done.append(f"wrote {self._plist}")
        return [*done, f"started in {self._bootstrap()}; it starts at every login"]

    def uninstall(self) -> list[str]:
        socket = self._socket()
        done = []
        done += [f"stopped, and gone from {domain}" for domain in self._bootout_everywhere()]
        done += [f"removed {path}" for path in service_files.remove(self._plist)]
        if socket and remove_stale_socket(socket):
            done.append(f"removed {socket}")
        return done

    def start(self) -> None:
        self._require_file()
        if domain := self._loaded()[0]:
            self._kickstart(domain)
        else:
            if off := self._switched_off():
                raise ServiceError(off)
            self._bootstrap()

    def stop(self) -> None:
        # Not a signal: the next client's connect would start it again.
        self._bootout_everywhere()

    def restart(self) -> None:
        self._require_file()
        domain, _ = self._loaded()
        if not domain:
            self.start()
            return
        if pid := self.state().pid:
            # kickstart -k would kill it in the middle of a word.
            self._launchctl("kill", "SIGTERM", f"{domain}/{LABEL}")
            if not self._wait(lambda: self.state().pid != pid):
                self._kickstart(domain, "-k")
                return
        self._kickstart(domain)

    # -- launchctl

    def _launchctl(self, *arguments: str) -> Ran:
        return tool.run(self._environ, "launchctl", *arguments)

    def _loaded(self) -> tuple[str, str]:
        """The domain that has the job, and what launchd prints of it; else two empty strings."""
        for domain in self._domains:
            ran = self._launchctl("print", f"{domain}/{LABEL}")
            if ran.ok:
                return domain, ran.out
        return "", ""

    def _bootstrap(self) -> str:
        """Load the job; the domain that took it."""
        for domain in self._domains:
            ran, loaded = self._bootstrap_into(domain)
            if loaded:
                return domain
            if ran.status not in _NO_DOMAIN:
                break
        raise ran.failure(
            "starting the login item",
            f"look at `launchctl print {domain}/{LABEL}` and `plutil -lint {self._plist}`",
        )

    def _bootstrap_into(self, domain: str) -> tuple[Ran, bool]:
        """What launchd answered last, and whether the domain has the job now."""
        deadline = time.monotonic() + self._settle_s
        while True:
            ran = self._launchctl("bootstrap", domain, str(self._plist))
            if ran.status not in _STILL_GOING:
                return ran, ran.ok
            if self._loaded()[0] == domain:
                return ran, True
            if time.monotonic() > deadline:
                return ran, False
            time.sleep(self._poll_s)

    def _bootout_everywhere(self) -> list[str]:
        loaded = [d for d in self._domains if self._launchctl("print", f"{d}/{LABEL}").ok]
        for domain in loaded:
            self._bootout(domain)
        return loaded

    def _bootout(self, domain: str) -> None:
        ran = self._launchctl("bootout", f"{domain}/{LABEL}")
        if not ran.ok and ran.status not in _GONE_OR_GOING:
            raise ran.failure("stopping the login item", "log out and in again, then try again")
        if not self._wait(lambda: not self._launchctl("print", f"{domain}/{LABEL}").ok):
            raise ServiceError(
                f"launchd has not let go of {LABEL} after {self._settle_s:g} s; try again, or "
                "log out and in"
            )

    def _kickstart(self, domain: str, *options: str) -> None:
        ran = self._launchctl("kickstart", *options, f"{domain}/{LABEL}")
        # EALREADY: a client's connect was quicker.
        if not ran.ok and ran.status not in _STILL_GOING:
            raise ran.failure("starting the daemon", "see `kokoroctl logs`")

    def _switched_off(self) -> str:
        """Why it may not run and what to do; empty if it may."""
        for domain in self._domains:
            ran = self._launchctl("print-disabled", domain)
            # Older systems print true and false.
            if ran.ok and re.search(rf'"{re.escape(LABEL)}"\s*=>\s*(disabled|true)\b', ran.out):
                how = _HOW_TO_ALLOW.format(domain=domain, label=LABEL)
                return f"the login item {LABEL} has been switched off; {how}"
        return ""

    def _require_file(self) -> None:
        if not self._plist.exists():
            raise ServiceError(f"there is no {self._plist}; run `kokoroctl service install`")

    def _socket(self) -> Path | None:
        with contextlib.suppress(OSError, plistlib.InvalidFileException, LookupError, TypeError):
            agent = plistlib.loads(self._plist.read_bytes())
            return Path(agent["Sockets"][SOCKET_NAME]["SockPathName"])
        return None

    def _wait(self, condition: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + self._settle_s
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(self._poll_s)
        return True
