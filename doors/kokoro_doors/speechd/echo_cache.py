# process: an output module of speech-dispatcher.
"""Sounds that are kept on disk: of single characters, keys and what a screen reader says all day.

Owns:       a folder of the user's cache; a file a sound, its name is a digest of what decides it.
Invariants: at most MAX_BYTES, the longest unused go first; a file is whole or not there.
Never:      keeps what a person has typed or read: only texts of names.py come here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from kokoro_client.atomic_file import write_atomically
from kokoro_client.wire.choices import SAMPLE_RATE

#: Some 25 profiles (voice, rate, pitch) of 150 sounds with 15 kB each.
MAX_BYTES: Final = 64 * 1024 * 1024

#: Of 32,767: what is softer before and after is no part of the sound. About -50 dB.
_SILENT: Final = 100

#: Kept before and after it: a consonant begins below that level.
_BEFORE: Final = SAMPLE_RATE * 15 // 1000
_AFTER: Final = SAMPLE_RATE * 60 // 1000

#: Which model made them, and what voices it has; files of other names than any digest.
_MODEL: Final = "model"
_VOICES: Final = "voices"


def default_folder(environ: Mapping[str, str] = os.environ) -> Path:
    base = environ.get("XDG_CACHE_HOME") or os.path.join(environ.get("HOME", "/"), ".cache")  # noqa: PTH118
    return Path(base) / "kokorod" / "speechd"


class EchoCache:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._added = 0
        self._model = ""
        with contextlib.suppress(OSError):
            self._model = (folder / _MODEL).read_text("utf-8")

    @property
    def model(self) -> str:
        """Which model's sounds are asked for; before the daemon has been asked, the last one."""
        return self._model

    def of_model(self, model: str) -> None:
        """Sounds are of this one from now on."""
        if model != self._model:
            self._model = model
            with contextlib.suppress(OSError):
                self._write(_MODEL, model.encode())

    def remember(self, usual: str, voices: object) -> None:
        """The daemon's own voice and its list, so that keys are found before it answers."""
        with contextlib.suppress(OSError):
            self._write(_VOICES, json.dumps({"usual": usual, "voices": voices}).encode())

    def remembered(self) -> tuple[str, list[Any]]:
        """What remember() was told last, by whichever run."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            told = json.loads((self._folder / _VOICES).read_bytes())
            return str(told["usual"]), list(told["voices"])
        return "", []

    def get(self, *decides: object) -> bytes | None:
        """PCM, or None. decides: text, voice, rate, all that the sound hangs on."""
        path = self._folder / self._digest(decides)
        try:
            pcm = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return pcm

    def put(self, pcm: bytes, *decides: object) -> None:
        """Never raises: without a disk there is no cache."""
        with contextlib.suppress(OSError):
            self._write(self._digest(decides), pcm)
            self._added += len(pcm)
            if self._added > MAX_BYTES // 16:
                self._added = 0
                self._prune()

    def __contains__(self, decides: tuple[object, ...]) -> bool:
        with contextlib.suppress(OSError):
            return (self._folder / self._digest(decides)).exists()
        return False

    def _digest(self, decides: tuple[object, ...]) -> str:
        told = "\0".join(map(str, (self._model, *decides)))
        return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:40]

    def _write(self, name: str, data: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(self._folder / name, data)

    def _prune(self) -> None:
        found = [
            (entry.stat(), entry.path)
            for entry in os.scandir(self._folder)
            if entry.name not in (_MODEL, _VOICES)
        ]
        total = sum(stat.st_size for stat, _ in found)
        for stat, path in sorted(found, key=lambda each: each[0].st_mtime):
            if total <= MAX_BYTES * 7 // 8:
                return
            os.unlink(path)  # noqa: PTH108 - scandir gives strings
            total -= stat.st_size


def trimmed(pcm: bytes) -> bytes:
    """16-bit sound without the silence around it: a key's name is to be heard at once."""
    samples = array("h", pcm)
    loud = [at for at, sample in enumerate(samples) if abs(sample) > _SILENT]
    if not loud:
        return b""
    return samples[max(0, loud[0] - _BEFORE) : loud[-1] + 1 + _AFTER].tobytes()
