# process: runs in a child process, or in a command.
"""The generator's norms may be told: with them a stretch of the sound needs no other.

Every norm of Kokoro's decoder takes the mean and variance of each channel over the whole
sound. Each mean that is taken over time becomes a choice:

    value = If(told) { a piece of `norms` } else { ReduceMean(x) }

`norms` is one input, float32 [sum of channels]; `norms_found`, the same as computed, one more
output. With `told` false the graph does what it did, to the bit. A choice of onnx runs one of
its two branches: what is told is not computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

from .boundaries import Flow, NoPartsError
from .wiring import copied, replace_nodes, surround

TOLD: Final = "told"
NORMS: Final = "norms"
FOUND: Final = "norms_found"


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
    means = [node for node in flow.nodes if node.output[0] in moved and _is_over_time(node, graph)]
    if not means:
        raise NoPartsError("its generator has no norms")
    kept: list[Told] = []
    chosen: dict[str, list[NodeProto]] = {}
    gone: set[str] = set()  # squares, that only the branch computes
    for at, mean in enumerate(means):
        name = mean.output[0]
        branch = [mean]
        square = flow.maker.get(mean.input[0])
        variance = square is not None and _is_square(square)
        if square is not None and variance and len(flow.readers[square.output[0]]) == 1:
            branch.insert(0, square)
            gone.add(square.output[0])
        kept.append(Told(name, _channels(flow, name), variance))
        chosen[name] = [_choice(name, f"{NORMS}/{at}", branch)]
    chosen.update((name, []) for name in gone)
    replace_nodes(graph, lambda node: chosen.get(node.output[0]))
    _add_ends(graph, kept)
    return kept


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


def _add_ends(graph: GraphProto, kept: list[Told]) -> None:
    """The pieces of `norms` at the beginning, `norms_found` at the end."""
    sizes = np.array([told.channels for told in kept], np.int64)
    graph.initializer.append(numpy_helper.from_array(sizes, "norms/sizes"))
    graph.initializer.append(numpy_helper.from_array(np.array([1, -1, 1], np.int64), "norms/deep"))
    graph.initializer.append(numpy_helper.from_array(np.array([-1], np.int64), "norms/flat"))
    pieces = [f"{NORMS}/{at}" for at in range(len(kept))]
    first = [
        helper.make_node("Reshape", [NORMS, "norms/deep"], ["norms/column"], name="norms/column"),
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
