"""The baseline: kokoro-onnx's create_stream on a warm session, as a Python program has it.

Owns:       the worker process and the pipes to it.
Invariants: one text at a time; a worker that does not answer is ended.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from bench.model import ROOT, ModelFiles
from bench.speaker import VOICE
from kokorod.commands.bench.hearing import Frame, Heard, NothingHeardError
from kokorod.errors import KokorodError

#: 2,000 characters on one slow core, ten times over.
_ANSWER_S: Final = 1_200.0


class WorkerError(KokorodError):
    """The worker ended or did not answer."""


class KokoroOnnx:
    def __init__(self, files: ModelFiles) -> None:
        """Load the model. Raises WorkerError."""
        self.name = f"kokoro-onnx {metadata.version('kokoro-onnx')}"
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "bench.systems.kokoro_onnx_worker",
                str(files.model),
                str(files.voices),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self._receive()

    @property
    def pid(self) -> int:
        return self._process.pid

    def speak(self, text: str, *, to_end: bool = True, keep: Path | None = None) -> Heard:
        """keep: a WAV file to write the sound to."""
        assert self._process.stdin is not None
        try:
            wanted = {
                "text": text,
                "voice": VOICE,
                "to_end": to_end,
                "keep": None if keep is None else str(keep),
            }
            self._process.stdin.write(json.dumps(wanted) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise WorkerError("kokoro-onnx's process ended; its words stand above") from None
        answer = self._receive()
        if answer["first_sound_s"] is None:
            raise NothingHeardError(f"{self.name} made no sound")
        frames = tuple(Frame(at, samples) for at, samples in answer["frames"])
        return Heard(frames, answer["first_sound_s"])

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def _receive(self) -> Any:
        assert self._process.stdout is not None
        timer = threading.Timer(_ANSWER_S, self._process.kill)
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            raise WorkerError("kokoro-onnx's process ended; its words stand above")
        return json.loads(line)
