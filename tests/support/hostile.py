"""Models that a rotting disk or somebody hostile leaves in a store."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import zipfile
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from kokorod.models import record, verification
from kokorod.models.disk import Stamp
from support.daemon.homes import toy_home


def flip(path: Path, source: random.Random) -> None:
    """Turn a bit over and put the time back, as a disk that rots leaves it."""
    status = path.stat()
    with path.open("r+b") as file:
        at = source.randrange(status.st_size)
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1 << source.randrange(8)]))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def trusted(folder: Path) -> None:
    """Have the files in a model's folder trusted by their stamps, as after a whole check."""
    model = record.load(folder)
    verification.remember(model, {p.name: Stamp.of(p.stat()) for p in model.files})


def vouched_for(folder: Path) -> None:
    """Have the records say that the files in a model's folder are as they should be."""
    path = folder / record.RECORD
    content = json.loads(path.read_text())
    for key, name in (("model", record.MODEL), ("voices", record.VOICES)):
        data = (folder / name).read_bytes()
        content[key] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    path.write_text(json.dumps(content))
    trusted(folder)


# -- graphs


def _metadata(value: bytes) -> Callable[[Path], None]:
    def change(graph: Path) -> None:
        model = onnx.load(graph)
        (found,) = (p for p in model.metadata_props if p.key == "kokoro_config")
        found.value = "MARK" * (len(value) // 4 + 1)
        data = model.SerializeToString()
        mark = found.value.encode()
        graph.write_bytes(data.replace(mark, value.ljust(len(mark))))

    return change


def _constant(name: str, value: float) -> Callable[[Path], None]:
    def change(graph: Path) -> None:
        model = onnx.load(graph)
        (tensor,) = (t for t in model.graph.initializer if t.name == name)
        filled = np.full_like(numpy_helper.to_array(tensor), value)
        tensor.CopyFrom(numpy_helper.from_array(filled, name))
        onnx.save(model, str(graph))

    return change


def _output(name: str) -> Callable[[Path], None]:
    """The graph without one of its outputs."""

    def change(graph: Path) -> None:
        model = onnx.load(graph)
        kept = [output for output in model.graph.output if output.name != name]
        del model.graph.output[:]
        model.graph.output.extend(kept)
        onnx.save(model, str(graph))

    return change


GRAPHS: dict[str, Callable[[Path], None]] = {
    "metadata that is no UTF-8": _metadata(b'{"vocab": {"a": 1}}\xff\xfe'),
    "metadata nested deep": _metadata(b"[" * 200_000),
    "an id of 10^30": _metadata(b'{"vocab": {"h": 1' + b"0" * 30 + b"}}"),
    "ids that are no numbers": _metadata(b'{"vocab": {"h": []}}'),
    "no vocabulary": _metadata(b"{}"),
    "durations of 10^9 frames": _constant("base_frames", 1e9),
    "durations that are no number": _constant("base_frames", float("nan")),
    "no sound": _output("waveform"),
    "no durations": _output("duration"),
}


# -- voices


def _array(header: bytes, data: bytes = b"") -> bytes:
    padded = header.ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded + data


def _header(shape: object, kind: str = "<f4") -> bytes:
    return repr({"descr": kind, "fortran_order": False, "shape": shape}).encode()


def _saved(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _voices(*entries: bytes) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, entry in enumerate(entries):
                archive.writestr(f"af_{number}.npy", entry)

    return change


def _no_archive(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + bytes(200))


_RIGHT = _saved(np.full((510, 1, 256), 0.5, "<f4"))

VOICES: dict[str, Callable[[Path], None]] = {
    "a shape of terabytes": _voices(_array(_header((10**10, 1, 256)))),
    "a shape of more than there is": _voices(_array(_header((510, 1, 256)), bytes(100))),
    "no rows": _voices(_saved(np.zeros((0, 1, 256), "<f4"))),
    "another shape": _voices(_saved(np.zeros((510, 256, 1), "<f4"))),
    "rows of two": _voices(_saved(np.zeros((510, 2, 256), "<f4"))),
    "a shape that is no tuple": _voices(_array(_header("abc"))),
    "a negative shape": _voices(_array(_header((-1, 1, 256)))),
    "NaN": _voices(_saved(np.full((510, 1, 256), np.nan, "<f4"))),
    "infinity": _voices(_saved(np.full((510, 1, 256), np.inf, "<f4"))),
    "huge numbers": _voices(_saved(np.full((510, 1, 256), 1e38, "<f4"))),
    "a bomb": _voices(_saved(np.zeros((100_000, 1, 256), "<f4"))),
    "objects": _voices(_array(_header((510, 1, 256), "|O"), b"\x80\x04N.")),
    "a header that nests": _voices(_array(b"(" * 3_000)),
    "nothing": _voices(),
    "no archive": _no_archive,
    "only the second is wrong": _voices(_RIGHT, _array(_header((10**10, 1, 256)))),
}


def write_hostile(home: Path, what: str) -> None:
    """Change the toy in a store to one of GRAPHS or VOICES, with records that vouch for it."""
    folder = home / "models" / "toy"
    if what in GRAPHS:
        GRAPHS[what](folder / record.MODEL)
    else:
        VOICES[what](folder / record.VOICES)
    vouched_for(folder)


def damaged_homes(folder: Path, source: random.Random, count: int) -> Generator[Path, None, None]:
    """Homes with a toy: each hostile one, and as many with bits turned over as make `count`."""
    whole = toy_home(folder)
    kinds = [*GRAPHS, *VOICES]
    source.shuffle(kinds)
    for number in range(count):
        home = folder / f"d{number}"
        shutil.copytree(whole, home)
        model = home / "models" / "toy"
        trusted(model)
        if number % 4 == 1 and kinds:
            write_hostile(home, kinds[number // 4 % len(kinds)])
        else:
            for _ in range(source.choice([1, 1, 1, 8, 100])):
                flip(model / source.choice([record.MODEL, record.VOICES]), source)
            if number % 2:
                vouched_for(model)
        yield home
        shutil.rmtree(home, ignore_errors=True)
