# pure: no socket, thread or clock.
"""The job as a LaunchAgent, the property list launchd reads at login.

Source of the keys: launchd.plist(5).
"""

from __future__ import annotations

import plistlib
from typing import Any, Final

from .job import Job

LABEL: Final = "org.kokorod.daemon"

#: As kokorod.net.activation asks for it.
SOCKET_NAME: Final = "Listener"

#: SIGTERM to SIGKILL. The daemon needs 10 s at most: a segment, then what is queued.
EXIT_S: Final = 20

#: Between two starts of a daemon that crashes: launchd's own default, said aloud.
THROTTLE_S: Final = 10


def file_name() -> str:
    """In ~/Library/LaunchAgents."""
    return f"{LABEL}.plist"


def launch_agent(job: Job) -> dict[str, Any]:
    """The property list as a dictionary."""
    return {
        "Label": LABEL,
        "ProgramArguments": [str(job.program)],
        "EnvironmentVariables": dict(job.environment),
        "RunAtLoad": True,
        # Not `Crashed`: that misses a traceback, which ends with status 1.
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": THROTTLE_S,
        "ExitTimeOut": EXIT_S,
        # Without it launchd throttles CPU and disk, which is heard.
        "ProcessType": "Interactive",
        "LimitLoadToSessionType": ["Aqua", "Background"],
        # One file: the daemon rotates what its standard error is.
        "StandardOutPath": str(job.log),
        "StandardErrorPath": str(job.log),
        "Sockets": {
            # A property list has no octal numbers: 384 is 0600.
            SOCKET_NAME: {"SockPathName": str(job.socket), "SockPathMode": 0o600}
        },
    }


def launch_agent_file(job: Job) -> bytes:
    """The property list as XML."""
    return plistlib.dumps(launch_agent(job), sort_keys=False)
