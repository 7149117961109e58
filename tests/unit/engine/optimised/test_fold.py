"""A style's scale and shift, folded into the norm before them: the same sound, fewer nodes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from support import toy

from kokorod.engine.optimised.build import build
from kokorod.engine.optimised.copies import Copies
from kokorod.engine.optimised.fold import fold
from kokorod.errors import EngineError
from kokorod.models.store import Store

CHANNELS = 3
X = np.random.default_rng(5).normal(2, 3, (1, CHANNELS, 40)).astype(np.float32)
STYLE = np.array([[0.5, 2.0, -1.0, 0.1, -0.2, 0.3]], np.float32)


def styled(path: Path, *more: onnx.NodeProto, outputs: tuple[str, ...] = ("out",)) -> Path:
    """Two norms, each scaled and shifted by a half of `style`, factors in either order."""
    nodes = [
        helper.make_node("Reshape", ["style", "shape"], ["style3"]),
        helper.make_node("Split", ["style3"], ["scale", "shift"], axis=1),
        helper.make_node("InstanceNormalization", ["x", "w", "b"], ["normed"], epsilon=1e-3),
        helper.make_node("Mul", ["scale", "normed"], ["scaled"]),
        helper.make_node("Add", ["scaled", "shift"], ["shifted"]),
        helper.make_node("LeakyRelu", ["shifted"], ["leaked"], alpha=0.2),
        helper.make_node("InstanceNormalization", ["leaked", "w", "b"], ["normed2"]),
        helper.make_node("Mul", ["normed2", "scale"], ["scaled2"]),
        helper.make_node("Add", ["shift", "scaled2"], ["out"]),
        *more,
    ]
    constants = {
        "shape": np.array([1, 2 * CHANNELS, 1], np.int64),
        "w": np.array([1.0, 0.7, 1.3], np.float32),
        "b": np.array([0.0, 0.2, -0.4], np.float32),
    }
    graph = helper.make_graph(
        nodes,
        "styled",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, CHANNELS, "n"]),
            helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, 2 * CHANNELS]),
        ],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["a", "b", "c"]) for n in outputs],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"kept": "as it is"})
    onnx.save(model, str(path))
    return path


def run(path: Path) -> list[NDArray[np.float32]]:
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return list(session.run(None, {"x": X, "style": STYLE}))


def kinds(path: Path) -> list[str]:
    graph = onnx.load(str(path), load_external_data=False).graph
    return [node.op_type for node in graph.node]


def test_folded_norms_give_the_same(tmp_path: Path) -> None:
    path = styled(tmp_path / "styled.onnx")
    before = run(path)
    assert fold(path) == 2
    onnx.checker.check_model(str(path), full_check=True)
    np.testing.assert_allclose(run(path)[0], before[0], rtol=1e-4, atol=1e-5)
    after = kinds(path)
    assert after[-1] == "InstanceNormalization", "it is the last to touch the sound"
    assert after.count("InstanceNormalization") == 2
    assert onnx.load(str(path)).metadata_props[0].value == "as it is"
    assert fold(path) == 0


@pytest.mark.parametrize("name", ["normed", "scaled"])
def test_what_others_read_too_stays(name: str, tmp_path: Path) -> None:
    read = styled(tmp_path / "read.onnx", helper.make_node("Neg", [name], ["neg"]))
    shown = styled(tmp_path / "shown.onnx", outputs=("out", name))
    for path in (read, shown):
        before = run(path)
        assert fold(path) == 1, "the second norm alone"
        for was, now in zip(before, run(path), strict=True):
            np.testing.assert_allclose(now, was, rtol=1e-4, atol=1e-5)


def test_a_graph_without_norms_is_not_written(tmp_path: Path) -> None:
    path = toy.build(tmp_path / "toy.onnx")
    before = path.stat()
    assert fold(path) == 0
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_what_is_no_graph_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\xff" * 100)
    with pytest.raises(EngineError, match=r"model\.onnx cannot be read as an onnx graph"):
        fold(path)


@pytest.mark.parametrize(("scaled", "folded"), [("channels", True), ("samples", False)])
def test_a_copy_is_folded_where_it_then_speaks_alike(
    scaled: str, folded: bool, tmp_path: Path
) -> None:
    """A norm cannot scale each sample: that copy cannot speak, and one is made without."""
    model = _norm_the_sound(toy.build(tmp_path / "toy.onnx"), scaled)
    store = Store(tmp_path / "models")
    installed = store.import_files(model, toy.write_voices(tmp_path / "v.bin"), "toy")
    copy = build(store, installed, Copies(tmp_path / "cache"))
    after = kinds(copy.graph)
    assert after.count("InstanceNormalization") == 1
    assert after.count("Squeeze") == (2 if folded else 0)


def _norm_the_sound(path: Path, scaled: str) -> Path:
    """The toy, its sound in two channels, normed, scaled and shifted, and one taken."""
    model = onnx.load(str(path))
    graph = model.graph
    last = next(node for node in graph.node if "sound" in node.input)
    at = list(graph.node).index(last)
    last.input[0] = "taken"
    constants = {
        "as_rows": np.array([1, 1, -1], np.int64),
        "ones": np.ones(2, np.float32),
        "noughts": np.zeros(2, np.float32),
        "scales": np.full((1, 2, 1), 0.2, np.float32),
        "nought": np.array(0, np.int64),
    }
    graph.initializer.extend(numpy_helper.from_array(v, k) for k, v in constants.items())
    nodes = [
        helper.make_node("Reshape", ["sound", "as_rows"], ["row"]),
        helper.make_node("Concat", ["row", "row"], ["rows"], axis=1),
        # Of what is spoken, so that no constant comes of it.
        helper.make_node("ReduceMean", ["style"], ["mean"], keepdims=0),
        helper.make_node(
            "Add", ["rows" if scaled == "samples" else "mean", "scales"], ["row_scale"]
        ),
        helper.make_node("Mul", ["mean", "scales"], ["row_shift"]),
        helper.make_node("InstanceNormalization", ["rows", "ones", "noughts"], ["rows_n"]),
        helper.make_node("Mul", ["rows_n", "row_scale"], ["rows_m"]),
        helper.make_node("Add", ["rows_m", "row_shift"], ["rows_a"]),
        helper.make_node("Gather", ["rows_a", "nought"], ["taken"], axis=1),
    ]
    rest = [*graph.node[:at], *nodes, *graph.node[at:]]
    kept = [onnx.NodeProto.FromString(node.SerializeToString()) for node in rest]
    del graph.node[:]
    graph.node.extend(kept)
    onnx.save(model, str(path))
    return path
