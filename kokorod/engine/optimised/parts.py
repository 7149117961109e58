# process: runs in a child process, or in a command; the names are read by lanes' threads too.
"""A copy's graph as four: encoder, source, front and generator (boundaries.py).

They lie beside the whole graph and name the same weights file, so that a lane that has the
parts open and not the whole has every weight once. The generator's norms may be told (told.py),
and its last stage takes less of what is around a chunk (narrowed.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from onnx import GraphProto, ModelProto, TensorProto, helper

from .boundaries import Boundaries, Flow, NoPartsError, find
from .durations import OUTPUT as DURATION
from .names import AUDIO, ENCODER, FRONT, GENERATOR, LAYOUT, SOURCE
from .narrowed import narrow
from .told import tell
from .wiring import copied, read, read_names


def split(graph: Path) -> bool:
    """Write the parts beside the onnx file; whether it falls into parts."""
    model = read(graph)
    try:
        borders = find(model.graph)
        pieces = _pieces(model, borders)
    except NoPartsError:
        return False
    for name, piece in pieces.items():
        (graph.parent / name).write_bytes(piece.SerializeToString())
    return True


def _pieces(model: ModelProto, b: Boundaries) -> dict[str, ModelProto]:
    shown = {v.name for v in model.graph.output}
    if DURATION not in shown:
        raise NoPartsError("its durations are not known")
    names = {b.asr: "asr", b.f0: "f0", b.energy: "energy", b.har: "har", b.x: "x"}
    names |= {b.tokens: "tokens", b.audio: AUDIO}
    speed = ["speed"]
    parts = {
        ENCODER: ([b.tokens, "style", *speed], [b.asr, b.f0, b.energy, DURATION]),
        SOURCE: ([b.f0], [b.har]),
        FRONT: ([b.asr, b.f0, b.energy, "style"], [b.x]),
        GENERATOR: ([b.x, b.har, "style"], [b.audio]),
    }
    flow = Flow(model.graph)
    pieces = {
        name: cut(model, flow, inputs, outputs, names) for name, (inputs, outputs) in parts.items()
    }
    generator = pieces[GENERATOR]
    moved = Flow(generator.graph).after(["x", "har"])
    norms = tell(generator.graph, moved)
    narrow(generator.graph)
    layout = "\n".join(
        f"{norm.channels} {'variance' if norm.variance else 'mean'} {norm.name}" for norm in norms
    )
    generator.metadata_props.add(key=LAYOUT, value=layout)
    return pieces


def cut(
    model: ModelProto,
    flow: Flow,
    inputs: Sequence[str],
    outputs: Sequence[str],
    names: dict[str, str],
) -> ModelProto:
    """What computes `outputs` from `inputs`; raises NoPartsError if that is not all it takes."""
    wanted, kept = set(outputs), set()
    for node in reversed(flow.nodes):
        if wanted.intersection(set(node.output) - set(inputs)):
            kept.add(node.output[0])
            wanted.update(read_names([node]))
    nodes = [copied(node) for node in flow.nodes if node.output[0] in kept]
    made = {name for node in nodes for name in node.output}
    known = set(flow.maker) | {value.name for value in model.graph.input}  # but for loops' own
    missing = (wanted & known) - made - set(inputs)
    if missing:
        raise NoPartsError(f"{outputs[0]} needs {', '.join(sorted(missing)[:3])} too")
    piece = ModelProto(ir_version=model.ir_version, opset_import=model.opset_import)
    piece.metadata_props.extend(model.metadata_props)
    piece.graph.name = outputs[0]
    piece.graph.node.extend(nodes)
    piece.graph.initializer.extend(t for t in model.graph.initializer if t.name in wanted)
    for name in inputs:
        piece.graph.input.append(_value(model.graph, name))
    for name in outputs:
        piece.graph.output.append(_value(model.graph, name))
    _rename(piece.graph, names)
    return piece


def _value(graph: GraphProto, name: str) -> object:
    """The graph's own description, else a float tensor of any shape."""
    for value in [*graph.input, *graph.output]:
        if value.name == name:
            return value
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, None)


def _rename(graph: GraphProto, names: dict[str, str]) -> None:
    for node in graph.node:
        for place in (node.input, node.output):
            for at, name in enumerate(place):
                place[at] = names.get(name, name)
    for value in [*graph.input, *graph.output]:
        value.name = names.get(value.name, value.name)
