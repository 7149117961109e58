# pure: no socket, thread or clock.
"""The job as systemd user units: a socket that is always there, and its service.

Sources: systemd.service(5), systemd.socket(5), systemd.exec(5), systemd.syntax(7).
"""

from __future__ import annotations

from typing import Final

from .job import Job, ServiceError

SERVICE: Final = "kokorod.service"
SOCKET: Final = "kokorod.socket"

#: As kokorod.net.activation looks for it among several.
SOCKET_NAME: Final = "kokorod"

#: systemd refuses them in a program's path, however they are escaped; nowhere else.
_NOT_IN_A_PROGRAM: Final = "\"'\\"


def service_file(job: Job) -> str:
    """kokorod.service. Raises ServiceError for a program that systemd cannot start."""
    if any(char in str(job.program) for char in _NOT_IN_A_PROGRAM):
        raise ServiceError(
            f"systemd starts no program with a quote or a backslash in its path: {job.program}; "
            "install kokorod in another folder"
        )
    environment = "\n".join(
        f"Environment={_quoted(f'{name}={value}')}" for name, value in job.environment
    )
    return f"""\
# Written by `kokoroctl service install`, which overwrites it; changes belong into
# {SERVICE}.d/*.conf. `kokoroctl service uninstall` removes it.

[Unit]
Description=Text-to-speech daemon kokorod
Requires={SOCKET}
After={SOCKET}
# A daemon that cannot start ends as failed, instead of being tried for ever.
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=notify
NotifyAccess=main
# The colon: a $ in the path is no variable.
ExecStart=:{_quoted(str(job.program))}
ExecReload=kill -HUP $MAINPID
{environment}
Restart=on-failure
RestartSec=1
# Loading takes a second; hashing a new model on a slow disk a minute.
TimeoutStartSec=180
# A segment is finished and what is queued is sent: 10 s at most.
TimeoutStopSec=20
# Pings come from the loop; one that hangs is ended and started anew.
WatchdogSec=60

# Speaking takes 0.7 GB at most, measuring an accelerator twice that.
MemoryHigh=2G
UMask=0077

# What holds in a user unit without privileges. Not here: ProtectSystem, PrivateTmp and
# the like, which need a user namespace that not every system grants, and
# MemoryDenyWriteExecute, which drivers of accelerators that compile as they run may not
# bear. If yours do, put them into own.conf.
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=default.target
Also={SOCKET}
"""


def socket_file(job: Job) -> str:
    """kokorod.socket."""
    return f"""\
# Written by `kokoroctl service install`, which overwrites it.

[Unit]
Description=Socket of the text-to-speech daemon kokorod

[Socket]
ListenStream={_specifiers_kept(str(job.socket))}
SocketMode=0600
DirectoryMode=0700
# Clients that arrive while the daemon starts anew wait here.
Backlog=128
FileDescriptorName={SOCKET_NAME}
RemoveOnStop=yes

[Install]
WantedBy=sockets.target
"""


def _quoted(text: str) -> str:
    escaped = _specifiers_kept(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _specifiers_kept(text: str) -> str:
    return text.replace("%", "%%")
