"""The model that is measured with: given, or the reference model, built once and kept.

The reference model has Kokoro's graph and the cost of its every token; its weights are
random and its speech is noise. Its build script lies beside the repository, not in it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kokorod.errors import ModelMissingError

ROOT: Final = Path(__file__).resolve().parents[1]

#: Building takes 10 s; a disk that takes longer than this is full or gone.
_BUILD_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model, its voices, and what to call the two in results."""

    model: Path
    voices: Path
    name: str


def cache_folder(environ: Mapping[str, str]) -> Path:
    """$XDG_CACHE_HOME/kokorod-bench, else ~/.cache/kokorod-bench."""
    base = environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "kokorod-bench"


def find(environ: Mapping[str, str], model: Path | None, voices: Path | None) -> ModelFiles:
    """The files to measure with; builds the reference model where it is not there yet.

    Raises ModelMissingError that says how to get one.
    """
    shared = Path(environ.get("KOKORO_SHARED") or ROOT.parent / "shared")
    voices = voices or shared / "voices" / "voices-v1.0.bin"
    name = "reference" if model is None else "given"
    model = model or _reference(shared, cache_folder(environ))
    for path in (model, voices):
        if not path.is_file():
            raise ModelMissingError(f"there is no file {path}; {_HOW}")
    return ModelFiles(model.absolute(), voices.absolute(), name)


_HOW: Final = (
    "set KOKORO_SHARED to a folder with reference-model/ and voices/, or give --model FILE "
    "--voices FILE, e.g. those of `kokoroctl models pull`"
)


def _reference(shared: Path, cache: Path) -> Path:
    source = shared / "reference-model"
    script = source / "build.py"
    if not script.is_file():
        raise ModelMissingError(f"the reference model cannot be built: no {script}; {_HOW}")
    digest = hashlib.sha256()
    for path in sorted(source.iterdir()):
        if path.is_file():
            digest.update(path.read_bytes())
    built = cache / f"reference-{digest.hexdigest()[:12]}.onnx"
    if not built.is_file():
        print("building the reference model (once)", file=sys.stderr, flush=True)
        cache.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, str(script), str(built)],
            check=True,
            timeout=_BUILD_S,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    return built
