"""Small files with the structure of Kokoro's: a graph with its inputs, an npz of voices."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper


def write_model(path: Path, inputs: tuple[str, ...] = ("input_ids", "style", "speed")) -> Path:
    """A graph that adds its inputs up, with a weight of 100 kB enough to cut."""
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in inputs]
    weight = helper.make_tensor(
        "weight", TensorProto.FLOAT, [25_000], np.arange(25_000, dtype="<f4").tobytes(), raw=True
    )
    node = helper.make_node("Sum", [*inputs, "weight"], ["waveform"])
    output = helper.make_tensor_value_info("waveform", TensorProto.FLOAT, [25_000])
    graph = helper.make_graph([node], "toy", values, [output], [weight])
    onnx.save(helper.make_model(graph, producer_name="tests"), path)
    return path


def write_voices(path: Path, names: tuple[str, ...] = ("af_toy", "bm_toy")) -> Path:
    """An npz as kokoro-onnx reads it: name -> float32 (tokens, 1, 256)."""
    with path.open("wb") as file:
        np.savez(
            file,
            **{name: np.full((8, 1, 256), at, "<f4") for at, name in enumerate(names)},
        )
    assert zipfile.is_zipfile(path)
    return path
