"""kokoroctl as a person meets it: a process for each command, its sound at the sink."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Final

from bench.model import ROOT
from bench.sink.room import Started
from bench.sink.server import SoundServer
from bench.speaker import VOICE
from bench.systems.kokorod import Kokorod

#: An interrupted `say` waits a second for the daemon's last word.
_END_S: Final = 20.0


class Kokoroctl:
    def __init__(self, daemon: Kokorod, server: SoundServer) -> None:
        self.name = "kokoroctl"
        self.daemon = daemon
        self._environ = {**server.environ, "KOKORO_NO_START": "1", "TERM": "xterm"}
        self._environ.pop("NO_COLOR", None)

    def run(
        self, *arguments: str, socket: Path | None = None, terminal: int | None = None
    ) -> Started:
        """Start `kokoroctl ARGUMENTS`.

        socket: another than the daemon's own; terminal: the descriptor it writes to.
        """
        script = Path(sys.executable).parent / "kokoroctl"
        return Started.run(
            [str(script), *arguments],
            {**self._environ, "KOKORO_SOCKET": os.fspath(socket or self.daemon.socket)},
            terminal,
        )

    def say(self, text: str, *flags: str, socket: Path | None = None) -> Started:
        return self.run("say", "-v", VOICE, *flags, text, socket=socket)

    def make_say(self, text: str) -> Started:
        """Start `make say` as the README has it, in a folder that is set up."""
        # none: this daemon has its model, and nobody's home is to be given one.
        environ = {
            **self._environ,
            "KOKORO_MODEL": "none",
            "KOKORO_SOCKET": os.fspath(self.daemon.socket),
        }
        return Started.run(["make", "-s", "-C", str(ROOT), "say", f"TEXT={text}"], environ)

    def hush(self, started: Started) -> None:
        if started.process.poll() is None:
            started.process.send_signal(signal.SIGINT)
        started.process.communicate(timeout=_END_S)
        self.daemon.wait_idle()

    def close(self) -> None:
        """Nothing is left running: every command was waited for."""
