# process: a part of `kokoroctl service` and `doctor`.
"""Which supervisor there is, and which one is in force."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from .background import Background
from .launchd import Launchd
from .state import Supervisor
from .systemd import Systemd


def supervisor_here(environ: Mapping[str, str], platform: str = sys.platform) -> Supervisor:
    """The one to install with."""
    if platform == "darwin":
        return Launchd(environ)
    systemd = Systemd(environ)
    return systemd if systemd.reachable() else Background(environ)


def supervisor_in_force(environ: Mapping[str, str], platform: str = sys.platform) -> Supervisor:
    """The one whose files are in place; else Background, for a daemon started by hand."""
    named: Supervisor = Launchd(environ) if platform == "darwin" else Systemd(environ)
    return named if named.installed() else Background(environ)
