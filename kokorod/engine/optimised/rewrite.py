# process: runs in a child process, or in a command.
"""What is changed in a model's graph before onnxruntime optimises it.

Quantized operators become float (dequantize.py), durations become an output (durations.py).
The result lies in a folder of its own until the copy is made.
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from onnx import ModelProto, TensorProto

from .copies import Changes
from .dequantize import dequantize
from .durations import expose, find
from .wiring import read

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRAPH: Final = "rewritten.onnx"
_WEIGHTS: Final = "rewritten.bin"

#: Bytes. onnxruntime maps what begins at a page.
_PAGE: Final = 4096


def rewrite(model: Path, folder: Path, *, floating: bool, durations: bool) -> Changes:
    """Write the model into `folder`, as GRAPH, if there is something to change; what was.

    floating: quantized operators are to be float; durations: are to be shown.
    Raises EngineError if it is no onnx graph, OSError.
    """
    proto = read(model)
    floated, shown = 0, None
    if floating:
        with (folder / _WEIGHTS).open("wb") as file:
            floated = dequantize(proto.graph, partial(_beside, file))
    if durations and (shown := find(proto.graph)) is not None:
        expose(proto.graph, shown)
    changes = Changes(floated, shown is not None)
    if floated:
        (folder / GRAPH).write_bytes(proto.SerializeToString())
    elif shown is not None:
        del proto  # its weights, 325 MB
        _append(model, folder / GRAPH, shown)
    return changes


def _append(model: Path, target: Path, shown: str) -> None:
    """The model with one output more, its weights copied and not parsed again.

    Two protobuf messages, one behind the other, are read as one: their lists are joined.
    """
    shutil.copyfile(model, target)
    more = ModelProto()
    expose(more.graph, shown)
    with target.open("ab") as file:
        file.write(more.SerializeToString())


def _beside(file: BinaryIO, name: str, value: NDArray[np.float32]) -> TensorProto:
    """A constant whose numbers lie in `file`, at its end."""
    file.write(bytes(-file.tell() % _PAGE))
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=value.shape)
    tensor.data_location = TensorProto.EXTERNAL
    entries = {"location": _WEIGHTS, "offset": file.tell(), "length": value.nbytes}
    for key, entry in entries.items():
        tensor.external_data.add(key=key, value=str(entry))
    file.write(value.tobytes())
    return tensor
