# process: runs in a child process, or in a command.
"""The durations that a v1.0 graph computes become an output of it.

Kokoro rounds how long each token is to sound to whole frames and sums them up, to know which
token each frame belongs to: a cast to int64, perhaps reshaped, then CumSum. v1.1 exports show
those frames as `duration`; v1.0's keep them to themselves. With them word times are exact, and
joins inside a sentence may have context.
"""

from __future__ import annotations

from typing import Final

from onnx import GraphProto, NodeProto, TensorProto, helper

from .wiring import Wiring

OUTPUT: Final = "duration"

#: What may lie between the cast and the sum and leaves the numbers as they are.
_RESHAPING: Final = frozenset({"Gather", "Squeeze", "Unsqueeze", "Reshape", "Identity", "Slice"})


def find(graph: GraphProto) -> str | None:
    """The tensor of durations, if the graph does not show it and there is exactly one such."""
    if any(value.name == OUTPUT for value in graph.output):
        return None
    wiring = Wiring(graph)
    found = {
        node.input[0]
        for node in graph.node
        if node.op_type == "CumSum" and _is_whole(node.input[0], wiring)
    }
    return found.pop() if len(found) == 1 else None


def expose(graph: GraphProto, durations: str) -> None:
    """Make the tensor an output. What it holds is checked when the graph has run (build.py)."""
    graph.node.append(helper.make_node("Identity", [durations], [OUTPUT], name=OUTPUT))
    graph.output.append(helper.make_tensor_value_info(OUTPUT, TensorProto.INT64, ["n"]))


def _is_whole(name: str, wiring: Wiring) -> bool:
    """It comes of a cast to int64."""
    node: NodeProto | None = wiring.maker.get(name)
    while node is not None and node.op_type in _RESHAPING:
        node = wiring.maker.get(node.input[0])
    if node is None or node.op_type != "Cast":
        return False
    return any(a.name == "to" and a.i == TensorProto.INT64 for a in node.attribute)
