# process: a command of kokoroctl.
"""The socket and the server on it."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from kokoro_client.cli.exits import CommandError

from .settings import FULL, IDLE_S, MAX_TOLD, Settings

#: Whoever connects while the loop is busy waits here.
_BACKLOG = 128


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises CommandError."""
    sock = None
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # With the protocol named, or asyncio leaves the accepted sockets to Nagle: 40 ms an answer.
        sock = socket.socket(family, kind, protocol)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(where)
        sock.listen(_BACKLOG)
    except OSError as error:
        if sock is not None:
            sock.close()
        raise CommandError(
            f"cannot listen at {host}:{port}: {error.strerror or error}; another program may have "
            "the port: choose one with --port"
        ) from None
    return sock


def address_of(sock: socket.socket) -> str:
    """As a URL."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(sock: socket.socket, settings: Settings, environ: Mapping[str, str]) -> None:
    """Answer until SIGINT or SIGTERM; what is under way then has 5 s."""
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol

    from .app import application

    class Protocol(H11Protocol):
        """uvicorn waits for ever for a first request, and above its own limit of connections
        answers all that there are, in its own words."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if self._over() > MAX_TOLD:
                transport.abort()
                return
            if self._over() > 0:
                self.app_state = {**self.app_state, FULL: lambda: self._over() > 0}
            self.timeout_keep_alive_task = self.loop.call_later(
                IDLE_S, self.timeout_keep_alive_handler
            )

        def _over(self) -> int:
            return len(self.connections) - settings.connections

    uvicorn.Server(
        uvicorn.Config(
            application(settings, environ),
            http=Protocol,
            loop="asyncio",
            ws="none",
            lifespan="on",
            log_level="critical",  # its errors quote what failed; app.py says what is to be known
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=IDLE_S,
            timeout_graceful_shutdown=5,
            backlog=_BACKLOG,
        )
    ).run(sockets=[sock])
