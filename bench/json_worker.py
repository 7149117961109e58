"""A process that is asked one thing at a time: a line of JSON there, a line of JSON back.

Owns:       the process and the pipes to it.
Invariants: one question at a time; a process that does not answer is ended.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Sequence
from typing import Any

from bench.model import ROOT
from kokorod.errors import KokorodError


class WorkerError(KokorodError):
    """The process ended or did not answer."""


class JsonWorker:
    def __init__(self, what: str, command: Sequence[str], answer_s: float) -> None:
        """Start `command` in the repository's root and wait for its first line.

        what: whose it is, in messages; answer_s: seconds after which it is ended. Raises
        WorkerError, as ask() does.
        """
        self._answer_s = answer_s
        self._ended = f"{what} process ended; its words stand above"
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )
        try:
            self._receive()
        except WorkerError:
            self.close()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, question: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise WorkerError(self._ended) from None
        return self._receive()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def _receive(self) -> Any:
        assert self._process.stdout is not None
        timer = threading.Timer(self._answer_s, self._process.kill)
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            raise WorkerError(self._ended)
        return json.loads(line)
