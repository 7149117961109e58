# process: runs in a child process, or in a command.
"""The generator's last stage takes less context than its first.

The first stage of the generator has 20 steps to a frame, the last 120. Their convolutions
reach as many steps, so that a chunk needs five frames around it for the first stage and hardly
more than one for the last, where two thirds of the work are. What the first stage was given on
both sides is cut off before the last:

    x ── first stage ── [first:last] ── lengthening ──┐
    har ─ its convolution ─ [6 first:6 last + 1] ─ ... ┴─ last stage ── sound

`steps`, int64 [2], is first and last; with all steps the graph does what it did, to the bit.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

from .boundaries import Flow, NoPartsError
from .names import AUDIO
from .wiring import copied, replace_nodes, surround

STEPS: Final = "steps"


def narrow(graph: GraphProto) -> None:
    """Let the last stage be told which steps it takes. Raises NoPartsError if there is none."""
    flow = Flow(graph)
    last = _last_lengthening(flow)
    stride = next(a.ints[0] for a in last.attribute if a.name == "strides")
    sources = [
        node
        for node in flow.readers["har"]
        if node.op_type == "Conv" and not flow.reaches(node.output[0], last.input[0], "")
    ]
    if len(sources) != 1 or flow.reaches("x", AUDIO, last.input[0]):
        raise NoPartsError("its last stage takes its source in another way")
    changed: dict[str, list[NodeProto]] = {}
    for node, name in ((last, f"{STEPS}/sound"), (sources[0], f"{STEPS}/source")):
        reader = copied(node)
        bounds = [f"{name}/first", f"{name}/last", f"{STEPS}/axis"]
        cut = helper.make_node("Slice", [node.input[0], *bounds], [name], name=name)
        reader.input[0] = name
        changed[node.output[0]] = [cut, reader]
    replace_nodes(graph, lambda node: changed.get(node.output[0]))
    _add_bounds(graph, stride)


def _last_lengthening(flow: Flow) -> NodeProto:
    """But for that to one channel, which makes samples of a spectrum."""
    lengthening = [node for node in flow.nodes if node.op_type == "ConvTranspose"]
    found = [node for node in lengthening if flow.channels_made(node) > 1]
    if len(found) < 2:
        raise NoPartsError("its generator has one stage")
    return found[-1]


def _add_bounds(graph: GraphProto, stride: int) -> None:
    constants = {"stride": [stride], "one": [1], "axis": [2], "sizes": [1, 1]}
    for name, value in constants.items():
        tensor = numpy_helper.from_array(np.array(value, np.int64), f"{STEPS}/{name}")
        graph.initializer.append(tensor)
    sound, source = f"{STEPS}/sound", f"{STEPS}/source"
    scaled = f"{STEPS}/scaled"

    def node(kind: str, inputs: list[str], *outputs: str) -> NodeProto:
        return helper.make_node(kind, inputs, outputs, name=outputs[0])

    first = [
        node("Split", [STEPS, f"{STEPS}/sizes"], f"{sound}/first", f"{sound}/last"),
        node("Mul", [f"{sound}/first", f"{STEPS}/stride"], f"{source}/first"),
        node("Mul", [f"{sound}/last", f"{STEPS}/stride"], scaled),
        # One more, as its transform is centred.
        node("Add", [scaled, f"{STEPS}/one"], f"{source}/last"),
    ]
    surround(graph, first)
    graph.input.append(helper.make_tensor_value_info(STEPS, TensorProto.INT64, [2]))
