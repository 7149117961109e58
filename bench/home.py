"""A home folder with the model in it, for daemons of the benches.

Owns:       the folder, in the cache: models are large, and the temporary folder may be
            memory.
Invariants: the model is imported; what a daemon prepares once is kept until close().
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from bench.model import ModelFiles, cache_folder
from kokorod.models.store import Store


class Home:
    def __init__(self, files: ModelFiles) -> None:
        """Import the model. Raises ModelError."""
        cache = cache_folder(os.environ)
        cache.mkdir(parents=True, exist_ok=True)
        self._folder = tempfile.TemporaryDirectory(prefix="home-", dir=cache)
        try:
            store = Store(Path(self._folder.name) / "models")
            store.import_files(files.model, files.voices, "bench")
        except BaseException:
            self.close()
            raise

    def environ(self, **settings: str) -> dict[str, str]:
        """A daemon's environment: this home, these settings, none of the caller's own."""
        inherited = {
            # Bytecode that is not kept is compiled at every start: no user's machine does that.
            k: v
            for k, v in os.environ.items()
            if not k.startswith("KOKORO_") and k != "PYTHONDONTWRITEBYTECODE"
        }
        return {**inherited, "KOKORO_HOME": self._folder.name, **settings}

    def forget_what_was_prepared(self) -> None:
        """As on the day of the installation: no optimised copy, no cached verdict."""
        shutil.rmtree(Path(self._folder.name) / "cache", ignore_errors=True)

    def close(self) -> None:
        self._folder.cleanup()
