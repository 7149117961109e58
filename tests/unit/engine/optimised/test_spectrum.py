"""The source's Fourier transform as a convolution: the same spectrum, rounding included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import helper, numpy_helper
from support import toy

from kokorod.engine.optimised import spectrum
from kokorod.engine.optimised.boundaries import NoPartsError
from kokorod.engine.optimised.wiring import read

SAMPLES = np.random.default_rng(7).normal(0, 0.5, 400).astype(np.float32)


def of_length(path: Path, size: int) -> Path:
    """The toy, whose transform has a window of so many samples and shows its spectrum."""
    proto = onnx.load(toy.build(path))
    hann = np.hanning(size + 1)[:-1].astype(np.float32)
    for name, value in {"window": hann, "four": np.array(size, np.int64)}.items():
        (tensor,) = (t for t in proto.graph.initializer if t.name == name)
        tensor.CopyFrom(numpy_helper.from_array(value, name))
    onnx.save(proto, str(path))
    return path


def transform(path: Path, signal: np.ndarray) -> np.ndarray:
    """The spectrum of `signal` as the graph makes it, [frames, bins, 2]."""
    proto = read(path)
    wanted = {"spectrum"}
    nodes = []
    for node in reversed(proto.graph.node):
        if wanted.intersection(node.output) and "signal" not in node.output:
            nodes.insert(0, node)
            wanted.update(node.input)
    graph = helper.make_graph(
        nodes,
        "spectrum",
        [helper.make_tensor_value_info("signal", onnx.TensorProto.FLOAT, [1, "n"])],
        [helper.make_tensor_value_info("spectrum", onnx.TensorProto.FLOAT, None)],
        [t for t in proto.graph.initializer if t.name in wanted],
    )
    model = helper.make_model(graph, opset_imports=proto.opset_import, ir_version=8)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"signal": signal[None]})[0])[0]


@pytest.mark.parametrize("size", [4, 20])
def test_it_is_a_convolution_with_the_same_spectrum(tmp_path: Path, size: int) -> None:
    path = of_length(tmp_path / "toy.onnx", size)
    before = transform(path, SAMPLES)
    silent = transform(path, np.zeros_like(SAMPLES))
    assert spectrum.convolve(path)
    assert "STFT" not in {node.op_type for node in read(path).graph.node}
    after = transform(path, SAMPLES)
    assert after.shape == before.shape
    assert np.abs(after - before).max() < 1e-5
    assert np.array_equal(transform(path, np.zeros_like(SAMPLES)), silent)
    # The highest bin is real but for rounding, of which the generator is told the sign.
    same = np.sign(after[:, -1, 1]) == np.sign(before[:, -1, 1])
    assert same.mean() > 0.95
    assert not spectrum.convolve(path)


def test_a_long_window_is_left_as_it_is(tmp_path: Path) -> None:
    path = of_length(tmp_path / "toy.onnx", 128)
    before = path.read_bytes()
    assert not spectrum.convolve(path)
    assert path.read_bytes() == before


def test_a_graph_that_onnxruntime_cannot_run_alone_is_left_as_it_is(tmp_path: Path) -> None:
    path = of_length(tmp_path / "toy.onnx", 20)
    proto = onnx.load(path)
    (tensor,) = (t for t in proto.graph.initializer if t.name == "step")
    tensor.CopyFrom(numpy_helper.from_array(np.array(1, np.int64), "step"))
    onnx.save(proto, str(path))
    before = path.read_bytes()
    with pytest.raises(NoPartsError, match="cannot be measured"):
        spectrum.convolve(path)
    assert path.read_bytes() == before
