# process: starts a daemon and waits for it.
"""A daemon that a worker of a cluster has for itself, met by the client like any other.

Owns:       the process, a folder for its socket and log.
Invariants: it ends with its owner, however that ends: its standard input is a pipe that the owner
            holds, and it was started with --end-with-stdin.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kokoro_client import Client, errors
from kokoro_client.autostart import find_daemon

from .node_home import without_kokoro

#: A cold disk needs some seconds to load Python and bind, a node that begins 32 daemons at once
#: a minute. Nobody waits for a first sound, so an answer may take as long.
_START_S: Final = 180.0
_LOOK_S: Final = 0.02

#: It drains for 5 s and flushes for 2.
_STOP_S: Final = 15.0

#: It serves one reader, who hears nothing: no phrases are kept, nothing is warmed twice, and no
#: voice is learned beside those of the kit: it would sound otherwise in the middle of a book. Its
#: log tells only what went wrong, since nobody makes it shorter.
_ALONE: Final = {
    "KOKORO_PHRASE_CACHE_MB": "0",
    "KOKORO_KEEP_ALIVE_ENABLED": "false",
    "KOKORO_SKIP_EXTENDED_WARMING": "true",
    "KOKORO_CALIBRATE_WHEN_IDLE": "false",
    "KOKORO_LOG_LEVEL": "warning",
}


class OwnDaemon:
    def __init__(
        self, home: Path, settings: Mapping[str, str], environ: Mapping[str, str] = os.environ
    ) -> None:
        """Start it and wait until it is reached. settings: KOKORO_* variables.

        Raises NoDaemonError.
        """
        # $TMPDIR may be long, and a socket's path has at most 103 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="kokoro-", dir="/tmp"))
        self.environ = {
            **without_kokoro(environ),
            **_ALONE,
            **settings,
            "KOKORO_HOME": str(home),
            "KOKORO_SOCKET": str(self._folder / "s"),
            "KOKORO_NO_START": "1",  # no client starts another beside it
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.client = Client(environ=self.environ, name="cluster", timeout=_START_S)
        try:
            self.revive()
        except BaseException:
            self.close()
            raise

    def revive(self) -> None:
        """Start it again if it has ended. Raises NoDaemonError."""
        if self._process is not None and self._process.poll() is None:
            return
        program = find_daemon(self.environ)
        if program is None:
            raise errors.NoDaemonError(
                "the command `kokorod` is not installed here; pip install kokorod on every node"
            )
        self._end()
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [program, "--end-with-stdin"],
                env=self.environ,
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                umask=0o077,
                start_new_session=True,
            )
        self._wait()

    def close(self) -> None:
        self.client.close()
        self._end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _START_S
        while True:
            try:
                self.client.status()
                return
            except (
                errors.NoDaemonError,
                errors.ConnectionLostError,
                errors.AnswerTimeoutError,
            ) as error:
                status = self._process.poll()
                if status is not None or time.monotonic() > deadline:
                    raise errors.NoDaemonError(
                        f"the worker's daemon does not answer ({error}); its log ends with:"
                        f" {self._log_end()}"
                    ) from None
            time.sleep(_LOOK_S)

    def _log_end(self) -> str:
        with contextlib.suppress(OSError):
            lines = (self._folder / "log").read_text(errors="replace").strip().splitlines()
            return lines[-1] if lines else "nothing"
        return "nothing that can be read"

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
