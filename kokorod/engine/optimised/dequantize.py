# process: runs in a child process, or in a command.
"""Dynamically quantized operators become the float ones they were made from.

Kokoro's int8 files were quantized by onnxruntime's quantize_dynamic: weights are 8 bits, and
each run quantizes the activations before every product, by their least and greatest value:

    x_q, x_s, x_z = DynamicQuantizeLinear(x)
    y = Mul(Cast(MatMulInteger(x_q, w_q, x_z, w_z)), Mul(x_s, w_s))      ConvInteger likewise,
                                               a bias, if it has one, quantized and added inside
    y = DynamicQuantizeLSTM(x, w_q, r_q, ..., w_s, w_z, r_s, r_z)

Here the weights are dequantized once, w = (w_q - w_z) w_s, and the activations stay as they
are: y = MatMul(x, w). What the 8 bits of the weights cost remains; what those of the
activations cost, in sound and on most processors in time, is gone.

Source: ONNX operators of opset 10 to 20, onnxruntime's ContribOperators.md.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from onnx import GraphProto, NodeProto, TensorProto, helper

from .wiring import Wiring, prune, replace_nodes

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Makes a constant of a name and a value.
Keep = Callable[[str, "NDArray[np.float32]"], TensorProto]

#: Between a bias and its quantized form.
_OF_A_BIAS: Final = frozenset({"Reshape", "Unsqueeze", "Cast", "Floor", "Round", "Div"})

_PRODUCTS: Final = frozenset({"MatMulInteger", "ConvInteger"})
_LSTM: Final = "DynamicQuantizeLSTM"


def dequantize(graph: GraphProto, keep: Keep) -> int:
    """Make the dynamically quantized operators float ones, in place; returns how many.

    keep: makes a constant of a name and a value.

    One whose surroundings are not those above, or whose weights are no constants, is left.
    """
    rewriting = _Rewriting(graph)
    for node in graph.node:
        if node.op_type in _PRODUCTS:
            rewriting.product(node)
        elif node.op_type == _LSTM:
            rewriting.lstm(node)
    if rewriting.instead:
        replace_nodes(graph, lambda node: rewriting.instead.get(node.output[0]))
        # Shapes and types of what was between the operators, which is gone.
        del graph.value_info[:]
        prune(graph)
        # One at a time: together they are 300 MB.
        for name, weight in rewriting.weights.items():
            graph.initializer.append(keep(name, weight()))
    return len(rewriting.instead)


class _Rewriting:
    """instead: first output of a node -> the nodes in its place; weights: those they read."""

    def __init__(self, graph: GraphProto) -> None:
        self.instead: dict[str, list[NodeProto]] = {}
        self.weights: dict[str, Callable[[], NDArray[np.float32]]] = {}
        self._wiring = Wiring(graph)

    def product(self, node: NodeProto) -> None:
        wiring = self._wiring
        quantize = wiring.made_by(node.input[0], "DynamicQuantizeLinear")
        weight = wiring.array(node.input[1])
        if quantize is None or weight is None:
            return
        if list(node.input[2:3]) != [quantize.output[2]]:
            return
        total, bias = node.output[0], []
        if (add := wiring.only_reader(total, "Add")) is not None:
            if (found := self._bias(add, total)) is None:
                return
            total, bias = add.output[0], [found]
        cast = wiring.only_reader(total, "Cast")
        scaled = cast and wiring.only_reader(cast.output[0], "Mul")
        if cast is None or scaled is None:
            return
        scale = self._weight_scale(_other(scaled, cast.output[0]), quantize.output[1])
        zero = wiring.array(node.input[3]) if len(node.input) > 3 else np.zeros(1, np.float32)
        if scale is None or zero is None:
            return
        conv = node.op_type == "ConvInteger"
        name = f"{node.input[1]}/float"
        self.weights[name] = partial(_dequantized, weight, scale, zero, 0 if conv else -1)
        made = helper.make_node(
            "Conv" if conv else "MatMul",
            [quantize.input[0], name, *bias],
            [scaled.output[0]],
            name=f"{node.name}/float",
        )
        made.attribute.extend(node.attribute)
        self.instead[scaled.output[0]] = [made]

    def _bias(self, add: NodeProto, total: str) -> str | None:
        """The float bias that was quantized, reshaped and is added; None if it is no such."""
        name = _other(add, total)
        while (maker := self._wiring.maker.get(name)) is not None and maker.op_type in _OF_A_BIAS:
            name = maker.input[0]
            if maker.op_type == "Div":
                bias = self._wiring.constants.get(name)
                if bias is None or bias.data_type != TensorProto.FLOAT:
                    return None
                return name if len(bias.dims) == 1 else None
        return None

    def _weight_scale(self, factor: str, of_x: str) -> NDArray[np.float32] | None:
        """w_s of factor = x_s * w_s."""
        multiply = self._wiring.made_by(factor, "Mul")
        if multiply is None or of_x not in multiply.input:
            return None
        return self._wiring.array(_other(multiply, of_x))

    def lstm(self, node: NodeProto) -> None:
        """Its weights are transposed beside LSTM's: [directions, inputs, 4 x hidden]."""
        names = list(node.input)
        weights: dict[str, Callable[[], NDArray[np.float32]]] = {}
        for at, scale_name, zero_name in ((1, *names[8:10]), (2, *names[10:12])):
            weight, scale, zero = map(self._wiring.array, (names[at], scale_name, zero_name))
            if weight is None or scale is None or zero is None:
                return
            name = names[at] = f"{names[at]}/float"
            weights[name] = partial(_dequantized_lstm, weight, scale, zero)
        self.weights |= weights
        made = helper.make_node("LSTM", names[:8], list(node.output), name=f"{node.name}/float")
        made.attribute.extend(node.attribute)
        self.instead[node.output[0]] = [made]


def _other(node: NodeProto, name: str) -> str:
    """The other of a node's two inputs."""
    first, second = map(str, node.input)
    return second if first == name else first


def _dequantized(
    weight: NDArray[Any], scale: NDArray[Any], zero: NDArray[Any], axis: int
) -> NDArray[np.float32]:
    """scale and zero: one number, or one for each index along `axis`."""
    shape = [1] * weight.ndim
    shape[axis] = -1

    def along(values: NDArray[Any]) -> NDArray[np.float32]:
        flat = np.asarray(values, np.float32).ravel()
        return flat.reshape(shape) if flat.size > 1 else flat

    return np.asarray((weight.astype(np.float32) - along(zero)) * along(scale), np.float32)


def _dequantized_lstm(
    weight: NDArray[Any], scale: NDArray[Any], zero: NDArray[Any]
) -> NDArray[np.float32]:
    """scale and zero: [directions], or [directions, 4 x hidden]."""
    if scale.ndim == 1:
        scale, zero = scale[:, None], zero[:, None]
    value = weight.astype(np.float32) - zero.astype(np.float32)[:, None, :]
    value *= scale.astype(np.float32)[:, None, :]
    return np.ascontiguousarray(value.transpose(0, 2, 1))
