# worker: reads files; never on the loop.
"""A stored model and the two small files beside it.

model.json      what the files must be: sizes and sha256, pinned when they were stored
verified.json   their stamps when they were last hashed whole and found right
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ..errors import ModelDamagedError
from ..safety import own_files
from .disk import Stamp

MODEL: Final = "model.onnx"
VOICES: Final = "voices.bin"
RECORD: Final = "model.json"
VERIFIED: Final = "verified.json"

#: 2: there is no voices file. Not written otherwise, so that an older kokorod reads the rest.
_FORMATS: Final = (1, 2)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")

#: A record has a few hundred bytes; whatever is longer is none.
_MAX_RECORD: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model of the store.

    model, voices       paths of the onnx graph and the npz of voices; without an npz (None)
                        the voices that come with the package are spoken with
    *_bytes, *_sha256   what the files were when they were stored, and must still be; 0 and
                        empty: no such file
    source              the URL or path they came from
    variant             fp32, fp16 or int8; empty: not a known release
    """

    name: str
    model: Path
    voices: Path | None
    model_bytes: int
    model_sha256: str
    voices_bytes: int
    voices_sha256: str
    source: str = ""
    variant: str = ""

    @property
    def folder(self) -> Path:
        return self.model.parent

    @property
    def bytes(self) -> int:
        """Of its files together."""
        return self.model_bytes + self.voices_bytes

    @property
    def files(self) -> tuple[Path, ...]:
        """The graph, and the voices if it has some of its own."""
        return (self.model,) if self.voices is None else (self.model, self.voices)


def dump(model: InstalledModel) -> bytes:
    """The content of model.json."""
    voices = {"bytes": model.voices_bytes, "sha256": model.voices_sha256}
    content = {
        "format": 1 if model.voices else 2,
        "model": {"bytes": model.model_bytes, "sha256": model.model_sha256},
        "voices": voices if model.voices else None,
        "source": model.source,
        "variant": model.variant,
    }
    return json.dumps(content, indent=1).encode() + b"\n"


def load(folder: Path) -> InstalledModel:
    """The model in `folder`, as its model.json says; the files are not looked at.

    Raises FileNotFoundError if there is no record, ModelDamagedError if it
    cannot be read.
    """
    path = folder / RECORD
    try:
        content = _read(path)
        if content["format"] not in _FORMATS:
            raise ValueError(f"its format is {content['format']!r}, known are {_FORMATS}")
        voices = content["voices"] if content["format"] == 1 else None
        return InstalledModel(
            name=folder.name,
            model=folder / MODEL,
            voices=folder / VOICES if voices else None,
            model_bytes=_natural(content["model"]["bytes"]),
            model_sha256=_sha256(content["model"]["sha256"]),
            voices_bytes=_natural(voices["bytes"]) if voices else 0,
            voices_sha256=_sha256(voices["sha256"]) if voices else "",
            source=str(content["source"]),
            variant=str(content["variant"]),
        )
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelDamagedError(
            f"{path} cannot be read ({type(error).__name__}: {error}); "
            f"run `kokoroctl models remove {folder.name}`, then pull or import it again"
        ) from None


def dump_seen(seen: Mapping[str, tuple[str, Stamp]]) -> bytes:
    """The content of verified.json: file name -> sha256 found, and the stamp it then had."""
    content = {name: {"sha256": found, **asdict(stamp)} for name, (found, stamp) in seen.items()}
    return json.dumps(content, indent=1).encode() + b"\n"


def load_seen(folder: Path) -> dict[str, tuple[str, Stamp]]:
    """What dump_seen wrote; empty if nothing was verified or it cannot be read."""
    try:
        return {
            name: (
                _sha256(entry["sha256"]),
                Stamp(entry["size"], entry["mtime_ns"], entry["inode"]),
            )
            for name, entry in _read(folder / VERIFIED).items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def _read(path: Path) -> Any:
    return json.loads(own_files.read(path, _MAX_RECORD))


def _natural(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is no size in bytes")
    return value


def _sha256(value: Any) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise ValueError(f"{str(value)[:80]!r} is no sha256")
    return value
