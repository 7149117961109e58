# process: runs in a child process, or in a command.
"""The source's short-time Fourier transform as a convolution.

Kokoro's source gives its harmonics to the generator as a spectrum of 20 samples, every 5. For
20, which is no power of two, onnxruntime's STFT takes Bluestein's way: 0.1 s for 60 tokens, all
of it before the first sound. As a convolution with 22 waves it takes a few ms.

The angle of each bin is an input of the generator, also if the bin is 0 but for rounding: the
imaginary part of the highest bin, and all of them where there is no voice and the source is
one number c. So the waves are not computed but measured, as the answers to single samples,
and what c becomes is kept:

    STFT(s) = convolution(s - c) + STFT(c)

Without voice that is the same to the bit; elsewhere 99 % of the highest bin's signs are.

Source: onnx's operators of opset 17.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, helper, numpy_helper

from ...errors import EngineError
from .boundaries import Flow, NoPartsError, find
from .parts import cut
from .wiring import Wiring, read, replace_nodes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

#: A longer window is some other model's: a convolution would take longer than the transform.
_LONGEST: Final = 64

#: Half frames without voice that the source is tried with.
_TRIED: Final = 40


def convolve(path: Path) -> bool:
    """Rewrite the transform of the onnx file's source, in place; whether there was one.

    Raises EngineError if the file is none, NoPartsError if the graph is not of Kokoro's kind.
    """
    model = read(path)
    nodes = [node for node in model.graph.node if node.op_type == "STFT"]
    if len(nodes) != 1:
        return False
    (node,) = nodes
    wiring = Wiring(model.graph)
    step, window, length = (wiring.array(name) for name in node.input[1:4])
    if step is None or window is None or length is None:
        return False
    if window.shape != (int(length),) or int(length) > _LONGEST:
        return False
    try:
        measured = _measured(model, node, int(length))
    except EngineError:
        raise
    except Exception as error:  # noqa: BLE001 - onnxruntime raises its own types, unrelated
        raise NoPartsError(f"its spectrum cannot be measured: {error}") from None
    new = _convolution(model.graph, node, int(step), measured)
    replace_nodes(model.graph, lambda n: new if n.output[0] == node.output[0] else None)
    path.write_bytes(model.SerializeToString())
    return True


@dataclass(frozen=True, slots=True)
class _Measured:
    """resting: what the source is without voice, 0 if that is no one number, as with noise.

    bias   float32 [2 * bins], real and imaginary in turn: the spectrum of that
    waves  float32 [2 * bins, 1, window]: what each sample adds to each
    """

    resting: float
    bias: NDArray[np.float32]
    waves: NDArray[np.float32]


def _measured(model: ModelProto, node: NodeProto, size: int) -> _Measured:
    import onnxruntime as ort

    def opened(inputs: dict[str, str], output: str) -> Callable[[Array], Array]:
        piece = cut(model, flow, list(inputs), [output], inputs | {output: "output"})
        session = ort.InferenceSession(
            piece.SerializeToString(), providers=["CPUExecutionProvider"]
        )
        (name,) = inputs.values()
        return lambda value: np.asarray(session.run(["output"], {name: value})[0])

    flow = Flow(model.graph)
    signal, spectrum = node.input[0], node.output[0]
    silent = opened({find(model.graph).f0: "f0"}, signal)(np.zeros((1, 1, _TRIED), np.float32))
    transform = opened({signal: "signal"}, spectrum)

    def first_frame(samples: Array) -> Array:
        shape = (1, size) if silent.ndim == 2 else (1, size, 1)
        frames: Array = transform(samples.astype(np.float32).reshape(shape))
        return np.ravel(frames[0, 0])

    waves = np.stack([first_frame(one) for one in np.eye(size)], axis=1)[:, None]
    resting, bias = 0.0, np.zeros(len(waves), np.float32)
    if silent.min() == silent.max():
        resting = float(silent.ravel()[0])
        bias = first_frame(np.full(size, silent.ravel()[0]))
    return _Measured(resting, bias, waves)


def _convolution(
    graph: GraphProto, node: NodeProto, step: int, measured: _Measured
) -> list[NodeProto]:
    """The nodes that make of the signal, [1, samples], what `node` does: [1, frames, bins, 2]."""
    out = node.output[0]
    constants: dict[str, Array] = {
        "row": np.array([1, 1, -1], np.int64),
        "resting": np.array(measured.resting, np.float32),
        "waves": measured.waves,
        "bias": measured.bias,
        "by_bin": np.array([1, len(measured.bias) // 2, 2, -1], np.int64),
    }
    for name, value in constants.items():
        graph.initializer.append(numpy_helper.from_array(value, f"{out}/{name}"))

    def made(kind: str, source: str, constants: Sequence[str], output: str) -> NodeProto:
        inputs = [source, *(f"{out}/{name}" for name in constants)]
        return helper.make_node(kind, inputs, [output], name=output)

    convolved = made("Conv", f"{out}/voiced", ["waves", "bias"], f"{out}/spectrum")
    convolved.attribute.append(helper.make_attribute("strides", [step]))
    turned = made("Transpose", f"{out}/binned", [], out)
    turned.attribute.append(helper.make_attribute("perm", [0, 3, 1, 2]))
    return [
        made("Reshape", node.input[0], ["row"], f"{out}/samples"),
        made("Sub", f"{out}/samples", ["resting"], f"{out}/voiced"),
        convolved,
        made("Reshape", f"{out}/spectrum", ["by_bin"], f"{out}/binned"),
        turned,
    ]
