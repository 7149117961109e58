# process: called by `models import`.
"""Is a file what it is said to be? An onnx graph of Kokoro's kind, an npz of voices.

Looks at structure alone, without onnxruntime or numpy, so that a swapped or cut file is
refused when it is imported and not when it should speak. Source of the formats:
onnx.proto (field numbers below), numpy's NPY format description.
"""

from __future__ import annotations

import ast
import math
import mmap
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from ..errors import ModelError

# Field numbers of onnx.proto.
_IR_VERSION: Final = 1  # ModelProto
_GRAPH: Final = 7  # ModelProto
_INITIALIZER: Final = 5  # GraphProto
_INPUT: Final = 11  # GraphProto
_NAME: Final = 1  # ValueInfoProto
_DATA_LOCATION: Final = 14  # TensorProto; 1 is external

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

#: Kokoro's inputs: the first is one of the two, by the release.
_TOKENS: Final = frozenset({"tokens", "input_ids"})
_INPUTS: Final = frozenset({"style", "speed"})

#: The real file has 54 voices of 0.5 MB; far above that it is something else.
_MAX_VOICES: Final = 2_000
_MAX_VOICES_BYTES: Final = 2 * 1024**3

#: A real header has 128 bytes.
_MAX_NPY_HEADER: Final = 4_096

#: A real voice has 510 rows; and its name, of which a listing of 2,000 has to have room.
_MAX_ROWS: Final = 1_024
_MAX_VOICE_NAME: Final = 128

#: Numbers of a style, and of a block that is read at once: 1 MB.
_STYLE: Final = 256
_BLOCK: Final = 1 << 20

#: Bytes of a number by its type in the header, and its letter in `struct`.
_WIDTHS: Final = {"<f2": 2, "<f4": 4, "<f8": 8}
_CODES: Final = {2: "e", 4: "f", 8: "d"}


def check_model(path: Path) -> None:
    """Raises ModelError if `path` is no whole onnx graph with Kokoro's inputs."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            inputs = _graph_inputs(data)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path} is no whole onnx model ({error}); give the .onnx file of a Kokoro release"
        ) from None
    if not (inputs >= _INPUTS and inputs & _TOKENS):
        shown = ", ".join(sorted(inputs))[:200] or "none"
        raise ModelError(
            f"{path} is an onnx model, but not Kokoro: its inputs are {shown}, needed are "
            "input_ids or tokens, style and speed"
        )


def check_voices(path: Path) -> None:
    """Raises ModelError if `path` is no whole npz of float arrays, one a voice."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if not 0 < len(entries) <= _MAX_VOICES:
                raise ValueError(f"it holds {len(entries)} arrays")
            if sum(entry.file_size for entry in entries) > _MAX_VOICES_BYTES:
                raise ValueError(f"it unpacks to more than {_MAX_VOICES_BYTES:,} bytes")
            for entry in entries:
                with archive.open(entry) as array:
                    _check_voice(entry.filename, array)
            # Reads it all against the archive's own checksums, 28 MB in 50 ms.
            if damaged := archive.testzip():
                raise ValueError(f"the checksum of {damaged} is wrong")
    except (
        OSError, ValueError, EOFError, LookupError, TypeError, RuntimeError, MemoryError,
        zipfile.BadZipFile, zlib.error, struct.error, SyntaxError,
    ) as error:  # fmt: skip
        raise ModelError(
            f"{path} is no whole npz of voices ({error}); give the voices .bin file of a "
            "Kokoro release"
        ) from None


def voice_names(path: Path) -> list[str]:
    """The voices of a file that check_voices() has let pass, in order."""
    with zipfile.ZipFile(path) as archive:
        return sorted(name.removesuffix(".npy") for name in archive.namelist())


def _graph_inputs(data: mmap.mmap) -> set[str]:
    """The names of the graph's inputs. Raises ValueError if the structure does not hold."""
    version = 0
    graph = None
    for number, kind, start, end in _fields(data, 0, len(data)):
        if number == _IR_VERSION and kind == _VARINT:
            version = _varint(data, start, end)[0]
        elif number == _GRAPH and kind == _BYTES:
            graph = (start, end)
    if not version or graph is None:
        raise ValueError("it has no format version or no graph")
    names = set()
    for number, kind, start, end in _fields(data, *graph):
        if kind != _BYTES:
            continue
        if number == _INPUT:
            names |= {
                data[at:to].decode("utf-8", "replace")
                for field, wire, at, to in _fields(data, start, end)
                if field == _NAME and wire == _BYTES
            }
        elif number == _INITIALIZER:
            _refuse_external(data, start, end)
    return names


def _refuse_external(data: mmap.mmap, start: int, end: int) -> None:
    for number, kind, at, to in _fields(data, start, end):
        if number == _DATA_LOCATION and kind == _VARINT and _varint(data, at, to)[0]:
            raise ValueError("its weights are in another file; a single file is needed")


def _fields(data: mmap.mmap, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Each field of the protobuf message in data[at:end]: number, kind, start and end of value."""
    while at < end:
        key, at = _varint(data, at, end)
        number, kind = key >> 3, key & 7
        start = at
        if kind == _VARINT:
            _, at = _varint(data, at, end)
        elif kind == _BYTES:
            length, start = _varint(data, at, end)
            at = start + length
        elif kind == _FIXED64:
            at += 8
        elif kind == _FIXED32:
            at += 4
        else:
            raise ValueError(f"byte {start} begins no protobuf field")
        if number == 0:
            raise ValueError(f"byte {start} begins no protobuf field")
        if at > end:
            raise ValueError(f"it is cut off: {at - end:,} bytes are missing")
        yield number, kind, start, at


def _varint(data: mmap.mmap, at: int, end: int) -> tuple[int, int]:
    """The number at `at` and where it ends; at most 10 bytes, as protobuf has it."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= end:
            raise ValueError("it is cut off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError(f"byte {at} begins no protobuf number")


def _check_voice(name: str, array: IO[bytes]) -> None:
    if len(name) > _MAX_VOICE_NAME:
        raise ValueError(f"{name[:_MAX_VOICE_NAME]}... is no name of a voice")
    if not name.endswith(".npy") or array.read(6) != b"\x93NUMPY":
        raise ValueError(f"{name} is no array")
    major = array.read(2)[0]
    (length,) = (
        struct.unpack("<H", array.read(2)) if major == 1 else struct.unpack("<I", array.read(4))
    )
    if length > _MAX_NPY_HEADER:
        raise ValueError(f"the header of {name} has {length} bytes")
    header = ast.literal_eval(array.read(length).decode("latin-1").strip())
    width = _WIDTHS.get(header["descr"])
    if width is None:
        raise ValueError(f"{name} holds {header['descr']!r}, not float numbers")
    shape = header["shape"]
    middle = shape[1:-1]
    rows = 0 < shape[0] <= _MAX_ROWS
    if not (len(shape) in (2, 3) and rows and shape[-1] == _STYLE and middle in ((), (1,))):
        shown = repr(shape)[:_MAX_VOICE_NAME]
        raise ValueError(f"{name} has the shape {shown}, not (510, 1, {_STYLE})")
    _check_numbers(name, array, shape[0] * _STYLE, width)


def _check_numbers(name: str, array: IO[bytes], count: int, width: int) -> None:
    """One that is none would make sound that is none, of a voice of so many."""
    left = count * width
    while left:
        block = array.read(min(left, _BLOCK))
        if len(block) < min(left, _BLOCK):
            raise ValueError(f"{name} is cut off")
        left -= len(block)
        # A sum is a number only if all of them are: a voice's are below 10.
        if not math.isfinite(sum(struct.unpack(f"<{len(block) // width}{_CODES[width]}", block))):
            raise ValueError(f"{name} holds numbers that are none: NaN, or infinite")
