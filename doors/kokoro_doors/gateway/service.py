# process: a command of kokoroctl.
"""The gateway as a login item: a systemd user unit, or a LaunchAgent of launchd.

Owns:       one file in the user's folder; nothing else is changed.
"""

from __future__ import annotations

import os
import plistlib
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from kokoro_client.atomic_file import write_atomically
from kokoro_client.cli.exits import CommandError
from kokoro_client.wire import address

UNIT: Final = "kokoro-gateway.service"
LABEL: Final = "org.kokorod.gateway"

#: systemctl and launchctl answer in milliseconds; who takes longer hangs.
_PATIENCE_S: Final = 60.0

#: launchd's bootout returns before the job is gone, and bootstrap answers EIO until then.
_GONE_S: Final = 15.0
_POLL_S: Final = 0.2

#: What is passed on: where the daemon is, and what a client does. The token is not: it would lie
#: in a file that others may read.
_KEPT: Final = ("KOKORO_HOME", "KOKORO_SOCKET", "KOKORO_NO_START")


@dataclass(frozen=True, slots=True)
class Job:
    """command: absolute, with its flags."""

    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]


class Supervisor(Protocol):
    path: Path

    def content(self, job: Job) -> bytes: ...
    def begin(self) -> None: ...
    def end(self) -> None: ...
    def state(self) -> str: ...


def job_of(flags: Sequence[str], environ: Mapping[str, str]) -> Job:
    program = Path(sys.executable).absolute().with_name("kokoroctl")
    if not program.exists():
        raise CommandError(f"there is no {program}; pip install kokoro-client beside this Python")
    command = (str(program), "gateway", *flags)
    kept = tuple((name, environ[name]) for name in _KEPT if environ.get(name))
    for text in (*command, *(value for _, value in kept)):
        if not text.isprintable():
            raise CommandError(f"{text[:60]!r} holds a character that no unit's file can")
    return Job(command, kept)


def supervisor(environ: Mapping[str, str], platform: str = sys.platform) -> Supervisor:
    return Launchd(environ) if platform == "darwin" else Systemd(environ)


def install(job: Job, environ: Mapping[str, str], platform: str = sys.platform) -> list[str]:
    """Write the file and start it; what was done. Raises CommandError."""
    here = supervisor(environ, platform)
    content = here.content(job)
    changed = not here.path.is_file() or here.path.read_bytes() != content
    if changed:
        here.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(here.path, content)
    here.begin()
    return [*([f"wrote {here.path}"] if changed else []), "started; it starts at every login"]


def uninstall(environ: Mapping[str, str], platform: str = sys.platform) -> list[str]:
    here = supervisor(environ, platform)
    if not here.path.is_file():
        return ["nothing was installed"]
    here.end()
    here.path.unlink()
    return [f"stopped, removed {here.path}"]


class Systemd:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = _reaching_manager(environ)
        base = address.xdg_folder(environ, "XDG_CONFIG_HOME", ".config")
        self.path = base / "systemd" / "user" / UNIT

    def content(self, job: Job) -> bytes:
        command = " ".join(_quoted(part) for part in job.command)
        environment = "".join(f"Environment={_quoted(f'{k}={v}')}\n" for k, v in job.environment)
        return f"""\
# Written by `kokoroctl gateway install`, which overwrites it; changes belong into
# {UNIT}.d/*.conf. `kokoroctl gateway uninstall` removes it.

[Unit]
Description=HTTP gateway of the text-to-speech daemon kokorod
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
# The colon: a $ in an argument is no variable.
ExecStart=:{command}
{environment}Restart=on-failure
RestartSec=1
TimeoutStopSec=10
MemoryHigh=300M
UMask=0077
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native

[Install]
WantedBy=default.target
""".encode()

    def begin(self) -> None:
        self._do("daemon-reload")
        self._do("enable", UNIT)
        self._do("restart", UNIT)

    def end(self) -> None:
        self._do("disable", "--now", UNIT)
        self._do("daemon-reload")

    def state(self) -> str:
        shown = _run(
            self._environ, "systemctl", "--user", "show", UNIT,
            "--property=ActiveState,SubState,MainPID",
        )  # fmt: skip
        return ", ".join(shown.stdout.decode("utf-8", "replace").split())

    def _do(self, *arguments: str) -> None:
        _check(_run(self._environ, "systemctl", "--user", *arguments))


class Launchd:
    def __init__(self, environ: Mapping[str, str], uid: int | None = None) -> None:
        self._environ = environ
        uid = os.getuid() if uid is None else uid
        self._domains = (f"gui/{uid}", f"user/{uid}")  # over ssh there is no gui/
        self.path = address.user_home(environ) / "Library" / "LaunchAgents" / f"{LABEL}.plist"

    def content(self, job: Job) -> bytes:
        return plistlib.dumps(
            {
                "Label": LABEL,
                "ProgramArguments": list(job.command),
                "EnvironmentVariables": dict(job.environment),
                "RunAtLoad": True,
                "KeepAlive": {"SuccessfulExit": False},
                "ThrottleInterval": 10,
                "ProcessType": "Interactive",
                "LimitLoadToSessionType": ["Aqua", "Background"],
            },
            sort_keys=False,
        )

    def begin(self) -> None:
        self.end()
        for domain in self._domains:
            ran = _run(self._environ, "launchctl", "bootstrap", domain, str(self.path))
            if not ran.returncode:
                return
        _check(ran)

    def end(self) -> None:
        for domain in self._domains:
            _run(self._environ, "launchctl", "bootout", f"{domain}/{LABEL}")
        deadline = time.monotonic() + _GONE_S
        while self._loaded():
            if time.monotonic() > deadline:
                raise CommandError(f"launchd has not let go of {LABEL}; log out and in")
            time.sleep(_POLL_S)

    def state(self) -> str:
        return "loaded" if self._loaded() else "not loaded"

    def _loaded(self) -> bool:
        return any(
            not _run(self._environ, "launchctl", "print", f"{domain}/{LABEL}").returncode
            for domain in self._domains
        )


def _run(environ: Mapping[str, str], *command: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            command,
            env={**environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
        )
    except FileNotFoundError:
        raise CommandError(f"there is no command `{command[0]}` here") from None
    except subprocess.TimeoutExpired:
        raise CommandError(f"`{' '.join(command)}` has not ended; try again") from None


def _check(ran: subprocess.CompletedProcess[bytes]) -> None:
    if ran.returncode:
        said = " ".join((ran.stderr or ran.stdout).decode("utf-8", "replace").split())[:300]
        raise CommandError(f"`{' '.join(ran.args)}` ended with {ran.returncode} ({said})")


def _reaching_manager(environ: Mapping[str, str]) -> Mapping[str, str]:
    # `su`, cron and some ssh servers set no XDG_RUNTIME_DIR although a manager runs.
    folder = Path(f"/run/user/{os.getuid()}")
    if "XDG_RUNTIME_DIR" in environ or not folder.is_dir():
        return environ
    return {**environ, "XDG_RUNTIME_DIR": str(folder)}


def _quoted(text: str) -> str:
    escaped = text.replace("%", "%%").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
