"""A generator whose norms are told, of both kinds of norm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from kokorod.engine.optimised.boundaries import NoPartsError
from kokorod.engine.optimised.told import Told, tell

CHANNELS: Final = 3
EPSILON: Final = 1e-3
X: Final = np.random.default_rng(5).normal(2, 3, (1, CHANNELS, 40)).astype(np.float32)
W: Final = np.array([1.0, 0.7, 1.3], np.float32)
B: Final = np.array([0.0, 0.2, -0.4], np.float32)


def in_one() -> list[onnx.NodeProto]:
    """v1.1's norm."""
    return [helper.make_node("InstanceNormalization", ["y", "w", "b"], ["out"], epsilon=EPSILON)]


def in_steps() -> list[onnx.NodeProto]:
    """v1.0's."""
    return [
        helper.make_node("ReduceMean", ["y"], ["mean"], axes=[2], keepdims=1),
        helper.make_node("Sub", ["y", "mean"], ["centred"]),
        helper.make_node("Mul", ["centred", "centred"], ["square"]),
        helper.make_node("ReduceMean", ["square"], ["variance"], axes=[2], keepdims=1),
        helper.make_node("Add", ["variance", "epsilon"], ["more"]),
        helper.make_node("Sqrt", ["more"], ["deviation"]),
        helper.make_node("Div", ["centred", "deviation"], ["normed"]),
        helper.make_node("Mul", ["normed", "w3"], ["scaled"]),
        helper.make_node("Add", ["scaled", "b3"], ["out"]),
    ]


Norm = Callable[[], list[onnx.NodeProto]]


def generator(norm: Norm) -> onnx.ModelProto:
    """A convolution, that changes nothing, and a norm."""
    constants = {
        "same": np.eye(CHANNELS, dtype=np.float32)[:, :, None],
        "w": W,
        "b": B,
        "w3": W[None, :, None],
        "b3": B[None, :, None],
        "epsilon": np.array(EPSILON, np.float32),
    }
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "same"], ["y"]), *norm()],
        "generator",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, CHANNELS, "n"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, CHANNELS, "n"])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def run(model: onnx.ModelProto, **inputs: Any) -> list[NDArray[np.float32]]:
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return list(session.run(None, {"x": X, **inputs}))


@pytest.fixture(params=[in_one, in_steps])
def norm(request: pytest.FixtureRequest) -> Norm:
    found: Norm = request.param
    return found


@pytest.fixture
def plain(norm: Norm) -> onnx.ModelProto:
    return generator(norm)


@pytest.fixture
def may_be_told(norm: Norm) -> tuple[onnx.ModelProto, list[Told]]:
    model = generator(norm)
    return model, tell(model.graph, {name for node in model.graph.node for name in node.output})


def test_untold_it_says_the_same_to_the_bit_and_tells_its_norms(
    plain: onnx.ModelProto, may_be_told: tuple[onnx.ModelProto, list[Told]]
) -> None:
    model, told = may_be_told
    assert [(one.channels, one.variance) for one in told] == [(3, False), (3, True)]
    (wanted,) = run(plain)
    out, found = run(model, told=np.array(False), norms=np.zeros(6, np.float32))
    assert np.array_equal(out, wanted)
    np.testing.assert_allclose(found[:3], X.mean(axis=2)[0], rtol=1e-5)
    np.testing.assert_allclose(found[3:], X.var(axis=2)[0], rtol=1e-5)


def test_told_its_own_norms_it_says_the_same_of_any_stretch(
    plain: onnx.ModelProto, may_be_told: tuple[onnx.ModelProto, list[Told]]
) -> None:
    model, _ = may_be_told
    (wanted,) = run(plain)
    _, norms = run(model, told=np.array(False), norms=np.zeros(6, np.float32))
    for first, last in ((0, 40), (0, 7), (13, 40)):
        out, same = run(model, x=X[:, :, first:last], told=np.array(True), norms=norms)
        np.testing.assert_allclose(out, wanted[:, :, first:last], atol=1e-5)
        assert np.array_equal(same, norms)


def test_told_others_it_goes_by_those(may_be_told: tuple[onnx.ModelProto, list[Told]]) -> None:
    model, _ = may_be_told
    mean, variance = np.array([1.0, -2.0, 0.0]), np.array([4.0, 1.0, 0.25])
    norms = np.concatenate([mean, variance]).astype(np.float32)
    out, _ = run(model, told=np.array(True), norms=norms)
    deviation = np.sqrt(variance + EPSILON)
    wanted = (X[0] - mean[:, None]) / deviation[:, None] * W[:, None] + B[:, None]
    np.testing.assert_allclose(out[0], wanted, rtol=1e-4, atol=1e-5)


def test_what_does_not_depend_on_the_length_is_left(plain: onnx.ModelProto) -> None:
    with pytest.raises(NoPartsError, match="no norms"):
        tell(plain.graph, set())
