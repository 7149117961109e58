# process: a replica of Ray Serve, on a node.
"""The gateway's engine in a replica: a daemon of its own, and the routes in front of it.

Owns:       the daemon and the node's home, for as long as the process lives.
"""

from __future__ import annotations

import os

from starlette.types import ASGIApp

from ..cluster.daemon import OwnDaemon
from ..cluster.kit import Kit
from ..cluster.node_home import NodeHome, Shipped
from .app import application
from .settings import Settings


class _Engine:
    def __init__(self, kit: Kit, shipped: Shipped, threads: int) -> None:
        self.home = NodeHome(kit, shipped, os.environ)
        settings = {**dict(kit.settings), "KOKORO_THREADS": str(threads)}
        self.daemon = OwnDaemon(self.home.path, settings)


_engine: _Engine | None = None


def open_engine(kit: Kit, shipped: Shipped, threads: int, settings: Settings) -> ASGIApp:
    """Once a process. threads: of the daemon; 0: as it likes.

    Raises KitError, NoDaemonError and OSError.
    """
    global _engine
    assert _engine is None
    _engine = _Engine(kit, shipped, threads)
    return application(settings, _engine.daemon.environ)


def check() -> None:
    """Start the daemon again if it has ended. Raises NoDaemonError: replace the replica."""
    assert _engine is not None
    _engine.daemon.revive()
