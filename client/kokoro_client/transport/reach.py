"""Where a daemon listens, and how one is reached: it is started if none runs. Waits."""

from __future__ import annotations

import os
import socket as sockets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from .. import errors
from . import connection

_T = TypeVar("_T")


class Reach:
    # No dataclass: their module's import would cost a first sound 8 ms.
    __slots__ = ("environ", "path", "start", "start_daemon", "timeout")

    def __init__(
        self,
        path: Path,
        start: bool,
        timeout: float,
        environ: Mapping[str, str],
        start_daemon: Callable[[Path, Mapping[str, str]], None],
    ) -> None:
        """path: of its socket; start: a daemon may be started, which start_daemon does; timeout:
        seconds, of each step.
        """
        self.path = path
        self.start = start
        self.timeout = timeout
        self.environ = environ
        self.start_daemon = start_daemon

    @classmethod
    def of(
        cls,
        socket: str | os.PathLike[str] | None,
        start: bool,
        timeout: float,
        environ: Mapping[str, str],
        start_daemon: Callable[[Path, Mapping[str, str]], None],
    ) -> Reach:
        """As a client's arguments say. None: KOKORO_SOCKET, else the socket of KOKORO_HOME."""
        path = connection.default_path(environ) if socket is None else Path(socket)
        start = start and environ.get("KOKORO_NO_START", "") in ("", "0")
        return cls(path, start, timeout, environ, start_daemon)

    def open(self, start: bool = True) -> sockets.socket:
        """A connection. start: whether a daemon may be started for it."""
        return self._reach(lambda: connection.open_socket(self.path, self.timeout), start)

    def ask(self, question: dict[str, Any], tries: int = 2) -> Any:
        """The answer, over a connection of its own, so that no unread audio is in its way.

        tries: how often it is asked, if the connection is lost meanwhile.
        """
        while True:
            tries -= 1
            try:
                return self._reach(lambda: connection.ask(self.path, question, self.timeout))
            except errors.ConnectionLostError:
                if not tries:
                    raise

    def _reach(self, attempt: Callable[[], _T], start: bool = True) -> _T:
        try:
            return attempt()
        except errors.NoDaemonError as error:
            # Only if nobody listens would a daemon of our own be of use.
            if not (self.start and start) or type(error) is not errors.NoDaemonError:
                raise
        self.start_daemon(self.path, self.environ)
        return attempt()
