# process: runs in a child process, or in a command.
"""Where Kokoro's graph falls into parts: found by structure, not by name.

    tokens, style, speed -> ENCODER -> asr [1, 512, T], f0 and energy (2T each), duration
    f0                   -> SOURCE  -> har [1, 22, 120T + 1]
    asr, f0, energy, style -> FRONT -> x [1, 512, 2T]
    x, har, style    -> GENERATOR   -> 600 samples for each of T frames

Pitch and energy enter the decoder by a convolution each, from 1 channel to 1, two half frames
at a step: nothing else in the graph looks so. From there the other borders follow. v1.0's and
v1.1's graphs, and what onnxruntime makes of either, look the same to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from onnx import GraphProto, NodeProto

from ...errors import EngineError
from .wiring import read_names

#: What gives its first input's numbers another shape.
_RESHAPING: Final = frozenset({"Unsqueeze", "Squeeze", "Reshape", "Transpose", "Identity", "Cast"})


class NoPartsError(EngineError):
    """The graph does not fall into parts: it speaks whole."""


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Names of tensors: those between the parts, and the graph's own."""

    tokens: str
    asr: str
    f0: str
    energy: str
    har: str
    x: str
    audio: str


class Flow:
    """Who reads and who makes each tensor, and what follows of that."""

    def __init__(self, graph: GraphProto) -> None:
        self.nodes: list[NodeProto] = list(graph.node)
        self.constants: dict[str, tuple[int, ...]] = {
            tensor.name: tuple(tensor.dims) for tensor in graph.initializer
        }
        self.maker: dict[str, NodeProto] = {}
        self.readers: dict[str, list[NodeProto]] = defaultdict(list)
        self.inputs: dict[str, list[str]] = {}  # by the node's first output
        for node in self.nodes:
            self.maker.update((name, node) for name in node.output)
            names = [name for name in read_names([node]) if name and name not in self.constants]
            self.inputs[node.output[0]] = names
            for name in set(names):
                self.readers[name].append(node)

    def after(self, sources: Iterable[str], without: Iterable[str] = ()) -> set[str]:
        """The tensors that are made of `sources`, themselves included, but for what is made
        only by way of `without`.
        """
        closed = set(without)
        found = set(sources) - closed
        waiting = list(found)
        while waiting:
            for node in self.readers.get(waiting.pop(), ()):
                new = set(node.output) - found - closed
                found |= new
                waiting += new
        return found

    def channels_made(self, node: NodeProto) -> int:
        """How many channels a convolution makes, by its weights; 0 if it is none."""
        dims = self.constants.get(node.input[1], ()) if len(node.input) > 1 else ()
        if node.op_type == "Conv" and dims:
            return dims[0]
        if node.op_type == "ConvTranspose" and dims:
            groups = next((a.i for a in node.attribute if a.name == "group"), 1)
            return int(dims[1] * groups)
        return 0

    def reaches(self, source: str, target: str, without: str) -> bool:
        return target in self.after([source], [without])


def find(graph: GraphProto) -> Boundaries:
    """Raises NoPartsError if this is no graph of Kokoro's kind."""
    flow = Flow(graph)
    tokens = next((v.name for v in graph.input if v.name in ("tokens", "input_ids")), "")
    audio = next((v.name for v in graph.output if v.name in ("audio", "waveform")), "")
    if not tokens or not audio:
        raise NoPartsError("its inputs or outputs are not Kokoro's")
    first, second = _curves(flow)
    pitch, energy = (first, second) if _oscillates(flow, first) else (second, first)
    f0, steps = _shared(flow, pitch)
    joined = _joined(flow, pitch, energy)
    asr = next(
        name
        for name in flow.inputs[joined.output[0]]
        if name not in (pitch.output[0], energy.output[0])
    )
    har = _source_end(flow, f0, pitch, audio)
    x = _front_end(flow, joined, har, audio)
    return Boundaries(tokens, asr, f0, _upwards(flow, energy.input[0], steps), har, x, audio)


def _curves(flow: Flow) -> tuple[NodeProto, NodeProto]:
    """The convolutions of pitch and energy."""
    found = [
        node
        for node in flow.nodes
        if node.op_type == "Conv"
        and flow.constants.get(node.input[1], ())[:2] == (1, 1)
        and any(a.name == "strides" and list(a.ints) == [2] for a in node.attribute)
    ]
    if len(found) != 2:
        raise NoPartsError(f"it has {len(found)} convolutions of pitch and energy, not 2")
    return found[0], found[1]


def _upwards(flow: Flow, name: str, steps: int) -> str:
    for _ in range(steps):
        name = flow.maker[name].input[0]
    return name


def _shared(flow: Flow, curve: NodeProto) -> tuple[str, int]:
    """What the curve's convolution and others read, and how many nodes lie between."""
    name, steps = curve.input[0], 0
    while len(flow.readers[name]) < 2:
        maker = flow.maker.get(name)
        if maker is None or maker.op_type not in _RESHAPING:
            raise NoPartsError("nothing but the front reads the pitch")
        name, steps = maker.input[0], steps + 1
    return name, steps


def _oscillates(flow: Flow, curve: NodeProto) -> bool:
    """A running sum is made of what this convolution reads: pitch becomes phase."""
    try:
        name, _ = _shared(flow, curve)
    except NoPartsError:
        return False
    made = flow.after([name], curve.output)
    return any(node.op_type == "CumSum" and node.output[0] in made for node in flow.nodes)


def _joined(flow: Flow, pitch: NodeProto, energy: NodeProto) -> NodeProto:
    """The first that puts pitch, energy and the encoder's output together."""
    for node in flow.nodes:
        names = flow.inputs[node.output[0]]
        if node.op_type == "Concat" and {pitch.output[0], energy.output[0]} <= set(names):
            if len(names) != 3:
                break
            return node
    raise NoPartsError("pitch and energy are not joined to the encoder's output")


def _source_end(flow: Flow, f0: str, pitch: NodeProto, audio: str) -> str:
    """The last tensor made of pitch alone, by which all of the source goes on its way."""
    made = flow.after([f0], pitch.output)
    alone = {f0}
    for node in flow.nodes:
        names = flow.inputs[node.output[0]]
        if node.output[0] in made and all(n in alone or _drawn(flow, n) for n in names):
            alone.update(node.output)
    borders = {
        name
        for name in alone - {f0}
        if any(out not in alone for node in flow.readers[name] for out in node.output)
    }
    for node in reversed(flow.nodes):
        name = str(node.output[0])
        # Convolutions of it belong to the generator: they need little and make much.
        if name not in alone or name == f0 or node.op_type == "Conv":
            continue
        if not borders & flow.after([f0], [name, *pitch.output]):
            return name
    raise NoPartsError("its source of pitch has no one end")


def _drawn(flow: Flow, name: str) -> bool:
    """Noise that depends on nothing."""
    maker = flow.maker.get(name)
    return maker is not None and not flow.inputs[maker.output[0]]


def _front_end(flow: Flow, joined: NodeProto, har: str, audio: str) -> str:
    """What is lengthened first after the front: all of the front goes that way."""
    start = joined.output[0]
    ahead = flow.after([start]) - flow.after([har])
    x: str = ""
    for node in flow.nodes:
        if node.op_type != "ConvTranspose" or node.output[0] not in ahead:
            continue
        name = str(node.input[0])
        if (maker := flow.maker.get(name)) is not None and maker.op_type == "LeakyRelu":
            name = str(maker.input[0])
        if not flow.reaches(start, audio, name):
            x = str(name)
    if not x:
        raise NoPartsError("its front has no one end")
    return x
