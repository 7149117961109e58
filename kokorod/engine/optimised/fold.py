# process: runs in a child process, or in a command.
"""Fewer passes over the sound: a style's scale and shift become those of the norm before.

Kokoro's decoder norms each layer and then scales and shifts it by the style (AdaIN):

    y = InstanceNormalization(x, w, b);  out = y * s + t       x: [1, channels, samples]

The norm multiplies and adds itself, so the same comes of

    out = InstanceNormalization(x, w * s, b * s + t)           w, b, s, t: [channels]

with two passes over all samples less: 2.6 and 3.1 % of a run's time for the reference
model's 70 norms (2 threads, 150 tokens, onnxruntime 1.32, medians of 12 and 9 in turns).
onnxruntime's optimiser does not do it. Results differ by rounding.

Source of the formats: onnx.proto (field numbers below), onnx's operators of opset 17.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

from ...errors import EngineError

#: Message -> field -> number, repeated, type: what is read or changed. protobuf keeps all
#: other fields as they are.
_SCHEMA: Final[dict[str, dict[str, tuple[int, bool, str]]]] = {
    "Model": {"graph": (7, False, "Graph")},
    "Graph": {"node": (1, True, "Node"), "output": (12, True, "Value")},
    "Value": {"name": (1, False, "")},
    "Node": {
        "input": (1, True, ""),
        "output": (2, True, ""),
        "name": (3, False, ""),
        "op_type": (4, False, ""),
    },
}


@dataclass(frozen=True, slots=True)
class _Styled:
    """Three nodes that become one: out = norm(x) * scale + shift."""

    norm: Any
    multiply: Any
    add: Any
    scale: str
    shift: str


def fold(graph: Path) -> int:
    """Fold every styled norm of the onnx file, in place; returns how many.

    The scale and shift must have one number a channel. Shapes are not in the file: whoever
    folds a graph runs it before anybody trusts it. Raises EngineError if the file is none.
    """
    model = _message("Model")()
    try:
        model.ParseFromString(graph.read_bytes())
    except message.DecodeError as error:
        raise EngineError(f"{graph.name} cannot be read as an onnx graph: {error}") from None
    styled = list(_find(model.graph))
    if styled:
        _rewrite(model.graph, styled)
        graph.write_bytes(model.SerializeToString())
    return len(styled)


def _find(graph: Any) -> Iterator[_Styled]:
    used = Counter(name for node in graph.node for name in node.input)
    used.update(value.name for value in graph.output)
    reader = {name: node for node in graph.node for name in node.input}
    for norm in graph.node:
        if norm.op_type != "InstanceNormalization":
            continue
        multiply = _only_reader(norm.output[0], "Mul", used, reader)
        add = multiply and _only_reader(multiply.output[0], "Add", used, reader)
        if add:
            (scale,) = set(multiply.input) - {norm.output[0]}
            (shift,) = set(add.input) - {multiply.output[0]}
            yield _Styled(norm, multiply, add, scale, shift)


def _only_reader(name: str, kind: str, used: Counter[str], reader: dict[str, Any]) -> Any:
    """The node that alone reads `name`, if it is of this kind and reads it once."""
    if used[name] == 1 and name in reader and reader[name].op_type == kind:
        return reader[name]
    return None


def _rewrite(graph: Any, styled: list[_Styled]) -> None:
    # A node's outputs name it: in this Python, one node has many objects.
    gone = {s.norm.output[0] for s in styled} | {s.multiply.output[0] for s in styled}
    last = {s.add.output[0]: s for s in styled}
    nodes = []
    for node in graph.node:
        if node.output[0] in last:
            nodes += _folded(last[node.output[0]])
        elif node.output[0] not in gone:
            nodes.append(_copy(node))
    del graph.node[:]
    graph.node.extend(nodes)


def _folded(styled: _Styled) -> list[Any]:
    x, weight, bias = styled.norm.input
    out = styled.add.output[0]
    scale, shift, weight_scaled, bias_scaled, bias_shifted = (
        f"{out}/folded/{name}" for name in ("scale", "shift", "w_s", "b_s", "b_s_t")
    )
    norm = _copy(styled.norm)  # with its epsilon
    norm.input[:] = [x, weight_scaled, bias_shifted]
    norm.output[:] = [out]
    return [
        # Without axes: all of length 1, so that [1, channels, 1] is left as [channels].
        _node("Squeeze", [styled.scale], scale),
        _node("Squeeze", [styled.shift], shift),
        _node("Mul", [weight, scale], weight_scaled),
        _node("Mul", [bias, scale], bias_scaled),
        _node("Add", [bias_scaled, shift], bias_shifted),
        norm,
    ]


def _node(kind: str, inputs: list[str], output: str) -> Any:
    return _message("Node")(op_type=kind, name=output, input=inputs, output=[output])


def _copy(node: Any) -> Any:
    copied = _message("Node")()
    copied.CopyFrom(node)
    return copied


@cache
def _messages() -> dict[str, Any]:
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="fold.proto", package="fold", syntax="proto3")
    for name, fields in _SCHEMA.items():
        described = file.message_type.add(name=name)
        for field_name, (number, repeated, kind) in fields.items():
            described.field.add(
                name=field_name,
                number=number,
                label=field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL,
                type=field.TYPE_MESSAGE if kind else field.TYPE_STRING,
                type_name=f".fold.{kind}" if kind else None,
            )
    # A pool of its own: the onnx package has described these messages in the common one.
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"fold.{name}"))
        for name in _SCHEMA
    }


def _message(name: str) -> Any:
    return _messages()[name]
