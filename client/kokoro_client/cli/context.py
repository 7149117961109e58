"""What a command is given beside its arguments."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from .. import errors


class Context:
    """The environment, whether a person is there to be asked, and the running daemon."""

    def __init__(
        self,
        environ: Mapping[str, str] = os.environ,
        on_speaking: Callable[[], None] = lambda: None,
    ) -> None:
        """on_speaking: called by `say` when it is accepted and can be heard."""
        self.environ = environ
        self.on_speaking = on_speaking

    @property
    def interactive(self) -> bool:
        """True if a question would be seen and can be answered."""
        return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))

    def ask(self, request: Mapping[str, Any]) -> Any | None:
        """The value a running daemon answers; None if none runs. Starts none.

        Raises the KokoroError of the daemon's refusal.
        """
        try:
            return self.demand(request)
        except errors.NoDaemonError as error:
            if type(error) is not errors.NoDaemonError:
                raise
            return None

    def demand(self, request: Mapping[str, Any]) -> Any:
        """ask(), but raises NoDaemonError if none runs."""
        from ..transport import connection  # not all commands need it, and `say` needs it late

        return connection.ask(connection.default_path(self.environ), dict(request))
