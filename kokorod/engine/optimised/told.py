# process: runs in a child process, or in a command.
"""The generator's norms may be told: with them a stretch of the sound needs no other.

Every norm of Kokoro's decoder takes the mean and variance of each channel over the whole
sound. Each mean that is taken over time becomes a choice:

    value = If(told) { a piece of `norms` } else { ReduceMean(x) }

A graph that has a norm in one operator (v1.1's, whose scale and shift fold.py puts into it) gives
its mean and variance besides:

    value, mean, variance = If(told) { x * a + b } else { InstanceNormalization(x), ... }

`norms` is one input, float32 [sum of channels]; `norms_found`, the same as computed, one more
output. With `told` false the graph does what it did, to the bit. A choice of onnx runs one of
its two branches: what is told is not computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

from .boundaries import Flow, NoPartsError
from .wiring import copied, replace_nodes, surround

TOLD: Final = "told"
NORMS: Final = "norms"
FOUND: Final = "norms_found"

#: What a norm in one operator gives besides, in the order in which it is told.
_BOTH: Final = ("mean", "variance")

#: A constant, the shape [1, -1, 1]: a number a channel.
_DEEP: Final = "norms/deep"


@dataclass(frozen=True, slots=True)
class Told:
    """A number for each channel: the mean of the tensor, or that of its square (variance)."""

    name: str
    channels: int
    variance: bool


def tell(graph: GraphProto, moved: set[str]) -> list[Told]:
    """Let the means over time among the tensors `moved` be told; what they are, in order.

    moved: what depends on the sound's length. Raises NoPartsError if there are none.
    """
    flow = Flow(graph)
    kept: list[Told] = []
    chosen: dict[str, list[NodeProto]] = {}
    gone: set[str] = set()  # squares, that only the branch computes
    for node in flow.nodes:
        name = node.output[0]
        if name not in moved:
            continue
        if node.op_type == "InstanceNormalization":
            channels = _channels(flow, node.input[0])
            pieces = [_piece(len(kept)), _piece(len(kept) + 1)]
            chosen[name] = [_whole_choice(node, *pieces)]
            kept += [Told(f"{name}/{what}", channels, what == "variance") for what in _BOTH]
        elif _is_over_time(node, graph):
            branch = [node]
            square = flow.maker.get(node.input[0])
            variance = square is not None and _is_square(square)
            if square is not None and variance and len(flow.readers[square.output[0]]) == 1:
                branch.insert(0, square)
                gone.add(square.output[0])
            chosen[name] = [_choice(name, _piece(len(kept)), branch)]
            kept.append(Told(name, _channels(flow, name), variance))
    if not kept:
        raise NoPartsError("its generator has no norms")
    chosen.update((name, []) for name in gone)
    replace_nodes(graph, lambda node: chosen.get(node.output[0]))
    _add_ends(graph, kept)
    return kept


def _piece(at: int) -> str:
    return f"{NORMS}/{at}"


def _is_over_time(node: NodeProto, graph: GraphProto) -> bool:
    """A mean over the last axis, which stays."""
    if node.op_type != "ReduceMean":
        return False
    axes = next((list(a.ints) for a in node.attribute if a.name == "axes"), None)
    if axes is None and len(node.input) > 1:
        found = [t for t in graph.initializer if t.name == node.input[1]]
        axes = numpy_helper.to_array(found[0]).ravel().tolist() if found else None
    keeps = next((a.i for a in node.attribute if a.name == "keepdims"), 1)
    return axes in ([2], [-1]) and keeps == 1


def _is_square(node: NodeProto) -> bool:
    return node.op_type == "Pow" or (node.op_type == "Mul" and len(set(node.input)) == 1)


def _choice(name: str, piece: str, branch: list[NodeProto]) -> NodeProto:
    """branch: computes `name`; the other one gives the piece of what was told."""
    computed = [copied(node) for node in branch]
    inner = f"{name}/computed"
    computed[-1].output[0] = inner
    if len(computed) > 1:
        computed[0].output[0] = computed[-1].input[0] = f"{name}/square"
    told = f"{name}/told"
    shape = [1, None, 1]
    return helper.make_node(
        "If",
        [TOLD],
        [name],
        name=name,
        then_branch=helper.make_graph(
            [helper.make_node("Identity", [piece], [told], name=told)],
            told,
            [],
            [helper.make_tensor_value_info(told, TensorProto.FLOAT, shape)],
        ),
        else_branch=helper.make_graph(
            computed, inner, [], [helper.make_tensor_value_info(inner, TensorProto.FLOAT, shape)]
        ),
    )


def _whole_choice(norm: NodeProto, mean: str, variance: str) -> NodeProto:
    """A norm in one operator, of three outputs: what it says, its mean and its variance.

    mean, variance: the pieces that are told, [1, channels, 1]
    """
    name = norm.output[0]
    x, scale, shift = norm.input
    epsilon = next((a.f for a in norm.attribute if a.name == "epsilon"), 1e-5)

    def node(kind: str, inputs: list[str], output: str, **attributes: Any) -> NodeProto:
        return helper.make_node(kind, inputs, [output], name=output, **attributes)

    def branch(within: str, nodes: list[NodeProto]) -> GraphProto:
        outputs = [f"{within}/{what}" for what in ("value", *_BOTH)]
        shapes = [[1, None, None], [1, None, 1], [1, None, 1]]
        values = [
            helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)
            for output, shape in zip(outputs, shapes, strict=True)
        ]
        return helper.make_graph(nodes, within, [], values)

    told, found = f"{name}/told", f"{name}/found"
    value = numpy_helper.from_array(np.array(epsilon, np.float32), f"{told}/epsilon_value")
    by_what_is_told = [
        node("Constant", [], f"{told}/epsilon", value=value),
        node("Identity", [mean], f"{told}/mean"),
        node("Identity", [variance], f"{told}/variance"),
        node("Add", [f"{told}/variance", f"{told}/epsilon"], f"{told}/more"),
        node("Sqrt", [f"{told}/more"], f"{told}/deviation"),
        node("Reshape", [scale, _DEEP], f"{told}/scale"),
        node("Reshape", [shift, _DEEP], f"{told}/shift"),
        node("Div", [f"{told}/scale", f"{told}/deviation"], f"{told}/a"),
        node("Mul", [f"{told}/mean", f"{told}/a"], f"{told}/less"),
        node("Sub", [f"{told}/shift", f"{told}/less"], f"{told}/b"),
        node("Mul", [x, f"{told}/a"], f"{told}/scaled"),
        node("Add", [f"{told}/scaled", f"{told}/b"], f"{told}/value"),
    ]
    itself = copied(norm)
    itself.output[0] = f"{found}/value"
    by_itself = [
        itself,
        node("GlobalAveragePool", [x], f"{found}/mean"),
        node("Sub", [x, f"{found}/mean"], f"{found}/centred"),
        node("Mul", [f"{found}/centred", f"{found}/centred"], f"{found}/square"),
        node("GlobalAveragePool", [f"{found}/square"], f"{found}/variance"),
    ]
    return helper.make_node(
        "If",
        [TOLD],
        [name, *(f"{name}/{what}" for what in _BOTH)],
        name=name,
        then_branch=branch(told, by_what_is_told),
        else_branch=branch(found, by_itself),
    )


def _add_ends(graph: GraphProto, kept: list[Told]) -> None:
    """The pieces of `norms` at the beginning, `norms_found` at the end."""
    sizes = np.array([told.channels for told in kept], np.int64)
    graph.initializer.append(numpy_helper.from_array(sizes, "norms/sizes"))
    graph.initializer.append(numpy_helper.from_array(np.array([1, -1, 1], np.int64), _DEEP))
    graph.initializer.append(numpy_helper.from_array(np.array([-1], np.int64), "norms/flat"))
    pieces = [_piece(at) for at in range(len(kept))]
    first = [
        helper.make_node("Reshape", [NORMS, _DEEP], ["norms/column"], name="norms/column"),
        helper.make_node("Split", ["norms/column", "norms/sizes"], pieces, name=pieces[0], axis=1),
    ]
    names = [told.name for told in kept]
    last = [
        helper.make_node("Concat", names, ["norms/all"], name="norms/all", axis=1),
        helper.make_node("Reshape", ["norms/all", "norms/flat"], [FOUND], name=FOUND),
    ]
    surround(graph, first, last)
    total = int(sizes.sum())
    graph.input.append(helper.make_tensor_value_info(TOLD, TensorProto.BOOL, []))
    graph.input.append(helper.make_tensor_value_info(NORMS, TensorProto.FLOAT, [total]))
    graph.output.append(helper.make_tensor_value_info(FOUND, TensorProto.FLOAT, [total]))


def _channels(flow: Flow, name: str) -> int:
    """How many channels a tensor [1, channels, time] has, by the weights before it."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        node = flow.maker.get(waiting.pop(0))
        if node is None or node.output[0] in seen:
            continue
        seen.add(node.output[0])
        if channels := flow.channels_made(node):
            return channels
        waiting += flow.inputs[node.output[0]]
    raise NoPartsError(f"nobody knows how many channels {name} has")
