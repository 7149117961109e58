# process: runs in a child process, or in a command.
"""Who makes and who reads each tensor of an onnx graph.

A node is known by its first output: in Python one node may have many objects, and the
operators that are looked at here have one output each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, numpy_helper

from ...errors import EngineError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def read(path: Path) -> ModelProto:
    """The model without the weights that lie beside it. Raises EngineError if it is none."""
    from google.protobuf.message import DecodeError

    model = ModelProto()
    try:
        model.ParseFromString(path.read_bytes())
    except DecodeError as error:
        raise EngineError(f"{path.name} cannot be read as an onnx graph: {error}") from None
    return model


class Wiring:
    """As the graph is now: make another once it was changed."""

    def __init__(self, graph: GraphProto) -> None:
        self.maker: dict[str, NodeProto] = {}
        self.constants: dict[str, TensorProto] = {t.name: t for t in graph.initializer}
        self._reader: dict[str, NodeProto] = {}
        for node in graph.node:
            self.maker.update((name, node) for name in node.output)
            self._reader.update((name, node) for name in node.input)
        self._used = Counter(read_names(graph.node))
        self._used.update(value.name for value in graph.output)

    def only_reader(self, name: str, kind: str) -> NodeProto | None:
        """The node that alone reads `name`, if it is of this kind and reads it once."""
        reader = self._reader.get(name)
        if reader is not None and self._used[name] == 1 and reader.op_type == kind:
            return reader
        return None

    def made_by(self, name: str, kind: str) -> NodeProto | None:
        """The node that makes `name`, if it is of this kind."""
        maker = self.maker.get(name)
        return maker if maker is not None and maker.op_type == kind else None

    def array(self, name: str) -> NDArray[Any] | None:
        """The value of a constant; None if `name` is none, or lies in another file."""
        tensor = self.constants.get(name)
        if tensor is None or tensor.data_location == TensorProto.EXTERNAL:
            return None
        return numpy_helper.to_array(tensor)


def read_names(nodes: Iterable[NodeProto]) -> Iterator[str]:
    """Every tensor that the nodes read, those that only a loop's body reads included."""
    for node in nodes:
        yield from node.input
        for attribute in node.attribute:
            for body in _bodies(attribute):
                yield from read_names(body.node)
                yield from (value.name for value in body.output)


def _bodies(attribute: AttributeProto) -> Iterator[GraphProto]:
    if attribute.type == AttributeProto.GRAPH:
        yield attribute.g
    elif attribute.type == AttributeProto.GRAPHS:
        yield from attribute.graphs


def replace_nodes(
    graph: GraphProto, replaced: Callable[[NodeProto], list[NodeProto] | None]
) -> None:
    """Put the nodes that replaced() gives in a node's place; None leaves it as it is."""
    nodes: list[NodeProto] = []
    for node in graph.node:
        instead = replaced(node)
        nodes += [copied(node)] if instead is None else instead
    del graph.node[:]
    graph.node.extend(nodes)


def surround(graph: GraphProto, first: Iterable[NodeProto], last: Iterable[NodeProto] = ()) -> None:
    """Put nodes before all others, and behind them."""
    nodes = [*first, *(copied(node) for node in graph.node), *last]
    del graph.node[:]
    graph.node.extend(nodes)


def prune(graph: GraphProto) -> None:
    """Leave out nodes and constants that no output needs."""
    wanted = {value.name for value in graph.output}
    kept: list[NodeProto] = []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            kept.append(copied(node))
            wanted.update(read_names([node]))
    constants = [t for t in graph.initializer if t.name in wanted]
    del graph.node[:]
    graph.node.extend(reversed(kept))
    if len(constants) < len(graph.initializer):
        held = [TensorProto.FromString(t.SerializeToString()) for t in constants]
        del graph.initializer[:]
        graph.initializer.extend(held)


def copied(node: NodeProto) -> NodeProto:
    copied = NodeProto()
    copied.CopyFrom(node)
    return copied
