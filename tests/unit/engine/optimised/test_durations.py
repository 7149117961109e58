"""The durations that a v1.0 graph keeps to itself, found by structure and shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from support import toy
from support.toy import synthesizers

from kokorod.engine.kokoro import open_session, session_options
from kokorod.engine.optimised import rewrite
from kokorod.engine.optimised.build import build
from kokorod.engine.optimised.comparison import UnlikeError, check_durations
from kokorod.engine.optimised.copies import Changes, Copies
from kokorod.engine.optimised.durations import expose, find
from kokorod.engine.styles import Voices
from kokorod.types import Precision


@pytest.fixture
def graph(tmp_path: Path) -> onnx.GraphProto:
    return onnx.load(toy.build(tmp_path / "toy.onnx", "1.0")).graph


def test_they_are_what_is_summed_up(graph: onnx.GraphProto) -> None:
    assert find(graph) == "frames"


def test_a_graph_that_shows_them_needs_nothing(tmp_path: Path) -> None:
    assert find(onnx.load(toy.build(tmp_path / "toy.onnx", "1.1")).graph) is None


def summed(graph: onnx.GraphProto, *made: onnx.NodeProto, name: str) -> None:
    """Sum up another tensor."""
    graph.node.extend([*made, helper.make_node("CumSum", [name, "zero"], [f"{name}_sum"])])


def reshaped(graph: onnx.GraphProto) -> str:
    """As Kokoro's: one row is taken of what was cast."""
    graph.initializer.append(numpy_helper.from_array(np.array([1, -1]), "as_row"))
    graph.node.append(helper.make_node("Reshape", ["frames", "as_row"], ["row"]))
    graph.node.append(helper.make_node("Gather", ["row", "zero"], ["taken"]))
    for node in graph.node:
        if node.op_type == "CumSum":
            node.input[0] = "taken"
    return "taken"


def floats(graph: onnx.GraphProto) -> str:
    """As the phase of Kokoro's source: what is summed is no whole number."""
    summed(graph, name="phase")
    return "frames"


def whole_numbers_of_another_size(graph: onnx.GraphProto) -> str:
    made = helper.make_node("Cast", ["phase"], ["small"], to=TensorProto.INT32)
    summed(graph, made, name="small")
    return "frames"


def an_input(graph: onnx.GraphProto) -> str:
    summed(graph, name="ids")
    return "frames"


@pytest.mark.parametrize("change", [reshaped, floats, whole_numbers_of_another_size, an_input])
def test_other_sums_are_told_apart(
    change: Callable[[onnx.GraphProto], str], graph: onnx.GraphProto
) -> None:
    expected = change(graph)
    assert find(graph) == expected


def test_of_two_sums_of_whole_numbers_neither_is_taken(graph: onnx.GraphProto) -> None:
    made = helper.make_node("Cast", ["phase"], ["whole"], to=TensorProto.INT64)
    summed(graph, made, name="whole")
    assert find(graph) is None


# -- what comes of it


@pytest.mark.parametrize("precision", list(Precision))
def test_the_copy_says_how_long_each_token_sounds(precision: Precision, tmp_path: Path) -> None:
    store, model = synthesizers.install(tmp_path, version="1.0")
    copies = Copies(tmp_path / "cache", precision)
    copy = build(store, model, copies)
    assert copy.changes == Changes(durations=True)
    assert copies.find(model).copy == copy
    outputs = open_session(copy.graph, session_options(1)).get_outputs()
    assert [(out.name, out.type) for out in outputs] == [
        ("audio", "tensor(float)"),
        ("duration", "tensor(int64)"),
    ]


@pytest.mark.parametrize(
    ("shown", "problem"),
    [("ends", "add up"), ("total", "are none"), ("owner", "are none"), ("starts", "add up")],
)
def test_what_only_looks_like_durations_is_no_use(shown: str, problem: str, tmp_path: Path) -> None:
    model = onnx.load(toy.build(tmp_path / "toy.onnx", "1.0"))
    expose(model.graph, shown)
    onnx.save(model, str(tmp_path / "wrong.onnx"))
    session = open_session(tmp_path / "wrong.onnx", session_options(1))
    with pytest.raises(UnlikeError, match=problem):
        check_durations(session, Voices(toy.write_voices(tmp_path / "v.bin")))


def test_then_the_copy_is_made_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, model = synthesizers.install(tmp_path, version="1.0")
    monkeypatch.setattr(rewrite, "find", lambda _: "ends")
    steps: list[str] = []
    copy = build(store, model, Copies(tmp_path / "cache"), steps.append)
    assert not copy.changes
    assert steps.count("speaking with the copy") == 1
