"""Dynamically quantized operators made float: their weights kept, their activations exact."""

from __future__ import annotations

import logging
import os
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from support import toy
from support.paths import SHARED
from support.toy import synthesizers

from kokorod.engine.kokoro import open_session, session_options
from kokorod.engine.optimised import rewrite
from kokorod.engine.optimised.build import build
from kokorod.engine.optimised.comparison import PHRASE, speak
from kokorod.engine.optimised.copies import Changes, Copies, loading_options
from kokorod.engine.optimised.dequantize import dequantize
from kokorod.engine.styles import Voices
from kokorod.models.manifest import PACKAGED
from kokorod.models.registry import installed_parts
from kokorod.types import Precision

Arrays = dict[str, NDArray[Any]]

X = np.random.default_rng(7).normal(size=(1, 4, 20)).astype(np.float32)
QUANTIZED = {"ConvInteger", "MatMulInteger", "DynamicQuantizeLSTM", "DynamicQuantizeLinear"}


def save(path: Path, nodes: list[onnx.NodeProto], constants: Arrays, output: str = "y") -> Path:
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, "n"])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"kept": "as it is"})
    onnx.save(model, str(path))
    return path


def floats(**shapes: tuple[int, ...]) -> Arrays:
    rng = np.random.default_rng(3)
    return {k: rng.normal(0, 0.4, shape).astype(np.float32) for k, shape in shapes.items()}


def layers(folder: Path) -> Path:
    """A convolution, a product and an LSTM, each with a bias."""
    nodes = [
        helper.make_node("Conv", ["x", "cw", "cb"], ["c"], pads=[2, 2], dilations=[2], name="conv"),
        helper.make_node("Transpose", ["c"], ["t"], perm=[2, 0, 1]),
        helper.make_node("MatMul", ["t", "mw"], ["m"], name="mat"),
        helper.make_node("Add", ["m", "mb"], ["a"]),
        helper.make_node(
            "LSTM", ["a", "W", "R", "B"], ["y"], direction="bidirectional", hidden_size=6, name="l"
        ),
    ]
    constants = floats(
        cw=(8, 4, 3), cb=(8,), mw=(8, 16), mb=(16,), W=(2, 24, 16), R=(2, 24, 6), B=(2, 48)
    )
    return save(folder / "float.onnx", nodes, constants)


@pytest.fixture(params=[QuantType.QUInt8, QuantType.QInt8], ids=["uint8", "int8"])
def quantized(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The layers as onnxruntime quantizes them."""
    path = tmp_path / "quantized.onnx"
    logging.disable()  # it recommends another of its tools
    try:
        quantize_dynamic(layers(tmp_path), path, weight_type=request.param)
    finally:
        logging.disable(logging.NOTSET)
    return path


def run(path: Path) -> NDArray[np.float32]:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"x": X})[0])


def kinds(path: Path) -> set[str]:
    return {node.op_type for node in onnx.load(str(path), load_external_data=False).graph.node}


def off_by(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    return float(np.abs(a - b).max())


def floated(model: Path, folder: Path) -> Path:
    folder.mkdir()
    assert rewrite.rewrite(model, folder, floating=True, durations=True)
    return folder / rewrite.GRAPH


def test_each_kind_of_operator_becomes_float(quantized: Path, tmp_path: Path) -> None:
    assert kinds(quantized) >= QUANTIZED
    folder = tmp_path / "rewritten"
    folder.mkdir()
    changes = rewrite.rewrite(quantized, folder, floating=True, durations=True)
    assert changes == Changes(floated=3, durations=False)
    graph = folder / rewrite.GRAPH
    onnx.checker.check_model(str(graph), full_check=True)
    assert not kinds(graph) & QUANTIZED
    assert {"Conv", "MatMul", "LSTM"} <= kinds(graph)
    assert onnx.load(str(graph)).metadata_props == onnx.load(str(quantized)).metadata_props
    # The weights' rounding is all that is left of what separates it from the float model.
    exact, widened = run(tmp_path / "float.onnx"), run(graph)
    assert off_by(widened, exact) < off_by(run(quantized), exact)
    assert off_by(widened, exact) < 0.05
    constants = {t.name for t in onnx.load(str(graph)).graph.initializer}
    assert not any(name.endswith(("quantized", "scale", "zero_point")) for name in constants)


def test_the_weights_are_those_of_the_file_and_the_sound_is_theirs(
    quantized: Path, tmp_path: Path
) -> None:
    """What the graph would give whose float weights were exactly the quantized ones."""
    stored = {t.name: numpy_helper.to_array(t) for t in onnx.load(str(quantized)).graph.initializer}
    model = onnx.load(str(tmp_path / "float.onnx"))
    for tensor in model.graph.initializer:
        name = tensor.name
        if f"{name}_quantized" not in stored:
            continue
        q, s, z = (stored[f"{name}_{part}"] for part in ("quantized", "scale", "zero_point"))
        if name in "WR":
            value = np.stack([((q[d].astype(np.float32) - z[d]) * s[d]).T for d in range(2)])
        else:
            value = (q.astype(np.float32) - np.float32(z)) * s
        tensor.CopyFrom(numpy_helper.from_array(value.astype(np.float32), name))
    onnx.save(model, str(tmp_path / "same-weights.onnx"))
    expected = run(tmp_path / "same-weights.onnx")
    np.testing.assert_allclose(
        run(floated(quantized, tmp_path / "r")), expected, rtol=1e-6, atol=1e-6
    )


def test_a_graph_without_any_is_not_written(tmp_path: Path) -> None:
    folder = tmp_path / "rewritten"
    folder.mkdir()
    assert not rewrite.rewrite(layers(tmp_path), folder, floating=True, durations=True)
    assert not (folder / rewrite.GRAPH).exists()


def test_on_request_the_operators_stay_as_they_are(quantized: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rewritten"
    folder.mkdir()
    assert not rewrite.rewrite(quantized, folder, floating=False, durations=True)


# -- as Kokoro's file has it: the bias quantized in turn, and added inside


def convolution(change: Callable[[list[onnx.NodeProto], Arrays], None]) -> Any:
    """Nodes and constants of a quantized convolution, altered."""
    constants = {
        **floats(b=(3,)),
        "w": np.random.default_rng(9).integers(0, 256, (3, 4, 3)).astype(np.uint8),
        "s": np.array(0.01, np.float32),
        "z": np.array(131, np.uint8),
        "as_rows": np.array([1, 3, 1], np.int64),
    }
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"]),
        helper.make_node("Mul", ["xs", "s"], ["factor"]),
        helper.make_node("ConvInteger", ["xq", "w", "xz", "z"], ["total"], pads=[1, 1]),
        helper.make_node("Div", ["b", "factor"], ["b_scaled"]),
        helper.make_node("Floor", ["b_scaled"], ["b_whole"]),
        helper.make_node("Cast", ["b_whole"], ["b_int"], to=TensorProto.INT32),
        helper.make_node("Reshape", ["b_int", "as_rows"], ["b_rows"]),
        helper.make_node("Add", ["total", "b_rows"], ["biased"]),
        helper.make_node("Cast", ["biased"], ["biased_f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["biased_f", "factor"], ["y"]),
    ]
    change(nodes, constants)
    return nodes, constants


def nothing(nodes: list[onnx.NodeProto], constants: Arrays) -> None:
    pass


def scale_a_channel(nodes: list[onnx.NodeProto], constants: Arrays) -> None:
    """And no bias, whose scale would be another."""
    constants["s"] = np.array([[0.01], [0.02], [0.005]], np.float32)
    constants["z"] = np.array([131, 128, 120], np.uint8)
    del nodes[3:8]
    nodes[3].input[0] = "total"


def test_a_bias_inside(tmp_path: Path) -> None:
    quantized = save(tmp_path / "q.onnx", *convolution(nothing))
    graph = floated(quantized, tmp_path / "r")
    (conv,) = onnx.load(str(graph)).graph.node
    assert conv.op_type == "Conv"
    assert list(conv.input)[2] == "b"
    # Activations in 8 bits cost something, but not much.
    assert 0 < off_by(run(graph), run(quantized)) < 0.1


def test_a_scale_a_channel(tmp_path: Path) -> None:
    """Its weights alone: onnxruntime runs no convolution with several zero points."""
    nodes, constants = convolution(scale_a_channel)
    model = onnx.load(save(tmp_path / "q.onnx", nodes, constants))
    kept: Arrays = {}

    def keep(name: str, value: NDArray[np.float32]) -> TensorProto:
        kept[name] = value
        return numpy_helper.from_array(value, name)

    assert dequantize(model.graph, keep) == 1
    (value,) = kept.values()
    zero, scale = (constants[name].reshape(3, 1, 1).astype(np.float32) for name in "zs")
    assert (value == (constants["w"].astype(np.float32) - zero) * scale).all()


def shown(nodes: list[onnx.NodeProto], constants: Arrays) -> None:
    """What is summed in whole numbers is read by another too, before its own reader."""
    cast = helper.make_node("Cast", ["biased"], ["also"], to=TensorProto.FLOAT)
    nodes.insert(8, cast)
    nodes.append(helper.make_node("Add", ["y", "also"], ["out"]))


def weight_that_is_computed(nodes: list[onnx.NodeProto], constants: Arrays) -> None:
    nodes.insert(0, helper.make_node("Identity", ["stored"], ["w"]))
    constants["stored"] = constants.pop("w")


def another_sum(nodes: list[onnx.NodeProto], constants: Arrays) -> None:
    """What is added is no bias."""
    constants["b_int"] = np.array([5, 6, 7], np.int32)
    del nodes[3:6]


def another_scale(nodes: list[onnx.NodeProto], constants: Arrays) -> None:
    nodes[-1].input[1] = "s"


def scale_of_another(nodes: list[onnx.NodeProto], constants: Arrays) -> None:
    """It is no product of the activations' own scale."""
    constants["other"] = np.array(0.02, np.float32)
    nodes[1].input[0] = "other"


@pytest.mark.parametrize(
    "change", [shown, weight_that_is_computed, another_sum, another_scale, scale_of_another]
)
def test_one_that_is_not_understood_is_left_as_it_is(change: Any, tmp_path: Path) -> None:
    nodes, constants = convolution(change)
    output = "out" if change is shown else "y"
    quantized = save(tmp_path / "q.onnx", nodes, constants, output)
    run(quantized)
    assert not rewrite.rewrite(quantized, tmp_path, floating=True, durations=True)


def test_an_lstms_zero_points_are_taken_off(tmp_path: Path) -> None:
    """onnxruntime's own quantizer gives an LSTM none but 0."""
    rng = np.random.default_rng(4)
    made: Arrays = {"h": np.zeros((1, 1, 2), np.float32)}
    for name, inputs in (("W", 4), ("R", 2)):
        made[name] = rng.integers(0, 256, (1, inputs, 8)).astype(np.uint8)
        made[f"{name}s"] = np.array([0.01], np.float32)
        made[f"{name}z"] = np.array([130], np.uint8)
    names = ["t", "W", "R", "", "", "h", "h", "", "Ws", "Wz", "Rs", "Rz"]
    nodes = [
        helper.make_node("Transpose", ["x"], ["t"], perm=[2, 0, 1]),
        helper.make_node(
            "DynamicQuantizeLSTM", names, ["y"], domain="com.microsoft", hidden_size=2
        ),
    ]
    model = onnx.load(save(tmp_path / "q.onnx", nodes, made))
    kept: Arrays = {}

    def keep(name: str, value: NDArray[np.float32]) -> TensorProto:
        kept[name] = value
        return numpy_helper.from_array(value, name)

    assert dequantize(model.graph, keep) == 1
    for name in "WR":
        expected = (made[name].astype(np.float32) - 130) * np.float32(0.01)
        assert (kept[f"{name}/float"] == expected.transpose(0, 2, 1)).all()


# -- Kokoro itself


def real_model(folder: Path) -> Path:
    """The release's int8 file: $KOKORO_REAL_MODEL/kokoro-v1.0.int8.onnx, or from its packages."""
    if given := os.environ.get("KOKORO_REAL_MODEL"):
        return Path(given) / "kokoro-v1.0.int8.onnx"
    parts = installed_parts(PACKAGED)
    if len(parts) < len(PACKAGED.parts):
        pytest.skip("kokorod[model] is not installed")
    path = folder / "int8.onnx"
    path.write_bytes(b"".join(parts[part].read_bytes() for part in PACKAGED.parts))
    return path


@pytest.mark.shared
@pytest.mark.timeout(900)  # two graphs of 325 MB, on a machine that may be busy
def test_kokoros_float_graph_is_that_of_shared(tmp_path: Path) -> None:
    """To the bit, before onnxruntime optimises it and the norms are folded."""
    script = SHARED / "real-model" / "build.py"
    voices = SHARED / "voices" / "voices-v1.0.bin"
    if not (script.is_file() and voices.is_file()):
        pytest.skip(f"there is no {script}")
    released, made, wide = real_model(tmp_path), tmp_path / "r", tmp_path / "wide.onnx"
    made.mkdir()
    changes = rewrite.rewrite(released, made, floating=True, durations=True)
    assert changes == Changes(148 + 87 + 6, durations=True)
    runpy.run_path(str(script))["widen"](released, wide)
    with np.load(voices) as archive:
        style = archive["bm_george"]
    ours, theirs = [], []
    for graph, sounds in ((made / rewrite.GRAPH, ours), (wide, theirs)):
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        session = ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        tokens = np.random.default_rng(12).integers(16, 157, 12)
        feed = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": style[len(tokens) - 1],
            "speed": np.array([1.3], np.float32),
        }
        sounds.append(session.run(["audio", "duration"], feed))
    for our, their in zip(ours, theirs, strict=True):
        assert np.array_equal(our[0], their[0])
        assert np.array_equal(our[1], their[1])
        assert our[0].size == 600 * our[1].sum()


# -- the copy


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_quantized_models_copy_is_float_and_says_the_same(version: Any, tmp_path: Path) -> None:
    exact = toy.build(tmp_path / "exact.onnx", version, noise=0.0)
    store, model = synthesizers.install(tmp_path, quantized=True, version=version, noise=0.0)
    voices = Voices(model.voices)
    copies = Copies(tmp_path / "cache")
    copy = build(store, model, copies)
    assert copy.changes == Changes(floated=1, durations=version == "1.0")
    assert copies.find(model).copy == copy
    assert not any("Quantize" in kind for kind in kinds(copy.graph))
    session = open_session(copy.graph, loading_options(session_options(1)))
    expected, said, quantized = (
        speak(one, voices)
        for one in (
            open_session(exact, session_options(1)),
            session,
            open_session(model.model, session_options(1)),
        )
    )
    assert off_by(quantized, expected) > 1e-3
    assert off_by(said, expected) < 1e-5
    heard = toy.decode(said)
    assert not heard.mistakes(toy.tokens_of(PHRASE))


def test_on_request_its_copy_keeps_the_operators(tmp_path: Path) -> None:
    store, model = synthesizers.install(tmp_path, quantized=True)
    kept = Copies(tmp_path / "cache", Precision.FILE)
    copy = build(store, model, kept)
    assert not copy.changes
    assert any("Quantize" in kind for kind in kinds(copy.graph))  # fused, as it runs
    # Each has a copy of its own, and the last one made is kept.
    assert Copies(tmp_path / "cache").find(model).copy is None
    assert kept.find(model).copy == copy
    build(store, model, Copies(tmp_path / "cache"))
    assert kept.find(model).copy is None


def test_a_float_form_that_speaks_otherwise_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, model = synthesizers.install(tmp_path, quantized=True, version="1.0")
    original = rewrite.dequantize

    def wrong(graph: onnx.GraphProto, keep: Any) -> int:
        return original(graph, lambda name, value: keep(name, value / 3))

    monkeypatch.setattr(rewrite, "dequantize", wrong)
    copy = build(store, model, Copies(tmp_path / "cache"))
    assert copy.changes == Changes(durations=True)
    assert any("Quantize" in kind for kind in kinds(copy.graph))  # fused, as it runs
