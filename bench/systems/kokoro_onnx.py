"""The baseline: kokoro-onnx's create_stream on a warm session, as a Python program has it."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from typing import Final

from bench.json_worker import JsonWorker
from bench.model import ModelFiles
from bench.speaker import VOICE
from kokorod.commands.bench.hearing import Frame, Heard, NothingHeardError

#: 2,000 characters on one slow core, ten times over.
_ANSWER_S: Final = 1_200.0


class KokoroOnnx:
    def __init__(self, files: ModelFiles) -> None:
        """Load the model. Raises WorkerError."""
        self.name = f"kokoro-onnx {metadata.version('kokoro-onnx')}"
        module = "bench.systems.kokoro_onnx_worker"
        command = [sys.executable, "-m", module, str(files.model), str(files.voices)]
        self._worker = JsonWorker("kokoro-onnx's", command, _ANSWER_S)

    @property
    def pid(self) -> int:
        return self._worker.pid

    def speak(self, text: str, *, to_end: bool = True, keep: Path | None = None) -> Heard:
        """keep: a WAV file to write the sound to."""
        answer = self._worker.ask(
            {
                "text": text,
                "voice": VOICE,
                "to_end": to_end,
                "keep": None if keep is None else str(keep),
            }
        )
        if answer["first_sound_s"] is None:
            raise NothingHeardError(f"{self.name} made no sound")
        frames = tuple(Frame(at, samples) for at, samples in answer["frames"])
        return Heard(frames, answer["first_sound_s"])

    def close(self) -> None:
        self._worker.close()
