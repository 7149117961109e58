"""The toy's graph: Kokoro's inputs and outputs around a few dozen cheap nodes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper, numpy_helper, save

from support.toy import tones

if TYPE_CHECKING:
    from onnx import NodeProto

#: Side of the square weight: 64 KiB, so that the file has something to map, to damage, to load.
WIDTH = 128

#: As old as the operators allow, so that any onnxruntime reads the file.
OPSET = 17
IR_VERSION = 8


class _Nodes:
    """Collects nodes and constants; a node has the name of what it makes."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, value: NDArray[Any]) -> None:
        self.constants.append(numpy_helper.from_array(value, name))

    def ints(self, name: str, *values: int) -> None:
        self.constant(name, np.array(values, dtype=np.int64))

    def real(self, name: str, value: float) -> None:
        self.constant(name, np.array(value, dtype=np.float32))

    def add(self, name: str, op: str, *inputs: str, **attributes: Any) -> None:
        self.nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))


def build(
    path: str | Path,
    version: Literal["1.0", "1.1"] = "1.1",
    *,
    cost: int = 0,
    noise: float = 1e-4,
    int_speed: bool = False,
    constant_norms: bool = True,
) -> Path:
    """Write the toy model to `path`; returns it.

    version    names and outputs. "1.1": input_ids int64[1,n], style float32[1,256], speed
               float32[1] -> waveform float32[samples], duration int64[n] in frames, the
               vocabulary in the metadata. "1.0": tokens, style, speed -> audio, no vocabulary.
               Both say in their metadata that a tone begins with its frames.
    cost       matrix products (128 x 128 x 128, a node each, some 0.02 ms) per token, done
               before any sound is made: something for cancel and preemption to interrupt.
    noise      standard deviation of the noise added, relative to the loudness (1e-4: -80 dB).
               No two runs agree bit for bit unless it is 0, as with the real graph.
    int_speed  speed is int32[1], as in the Chinese v1.1-zh export.
    constant_norms  the metadata says what its norms are; else they have to be learned.

    Loudness is the mean of the style row, held within 0.1..0.9. Ids outside 0..177 fail the
    run, as in the real model. ValueError: another version, a cost or noise below 0.
    """
    if version not in ("1.0", "1.1"):
        raise ValueError(f"version is {version!r}; the toy knows '1.0' and '1.1'")
    if cost < 0 or noise < 0:
        raise ValueError(f"cost is {cost}, noise is {noise}; both must be 0 or more")
    tokens_name = "input_ids" if version == "1.1" else "tokens"
    sound_name = "waveform" if version == "1.1" else "audio"

    g = _Nodes()
    g.ints("all", -1)
    g.add("ids", "Reshape", tokens_name, "all")
    _add_durations(g)
    _add_work(g, cost)
    _add_sound(g)
    _add_source(g)
    _add_front(g)
    _add_generator(g, noise)
    g.add(sound_name, "Reshape", "voiced", "all")
    outputs = [helper.make_tensor_value_info(sound_name, TensorProto.FLOAT, ["samples"])]
    if version == "1.1":
        g.add("duration", "Identity", "frames")
        outputs.append(helper.make_tensor_value_info("duration", TensorProto.INT64, ["n"]))

    speed = TensorProto.INT32 if int_speed else TensorProto.FLOAT
    inputs = [
        helper.make_tensor_value_info(tokens_name, TensorProto.INT64, [1, "n"]),
        helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, 256]),
        helper.make_tensor_value_info("speed", speed, [1]),
    ]
    graph = helper.make_graph(g.nodes, "toy_kokoro", inputs, outputs, g.constants)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    metadata = {"kokorod_edges": "exact"}
    if constant_norms:
        metadata["kokorod_constant_norms"] = "0 1"
    if version == "1.1":
        metadata["kokoro_config"] = json.dumps({"vocab": tones.VOCABULARY}, ensure_ascii=False)
    helper.set_model_props(model, metadata)
    checker.check_model(model, full_check=True)
    save(model, str(path))
    return Path(path)


def _add_durations(g: _Nodes) -> None:
    """`frames`: int64[n], how long each token sounds."""
    g.constant("base_frames", tones.BASE_FRAMES.astype(np.float32))
    g.real("one_frame", 1.0)
    g.add("speed_f", "Cast", "speed", to=TensorProto.FLOAT)
    g.add("base", "Gather", "base_frames", "ids")
    g.add("stretched", "Div", "base", "speed_f")
    g.add("rounded", "Round", "stretched")
    g.add("frames_f", "Max", "rounded", "one_frame")
    g.add("frames", "Cast", "frames_f", to=TensorProto.INT64)


def _add_work(g: _Nodes, cost: int) -> None:
    """`work`: a number near 0 that takes `cost` matrix products a token to know."""
    weight = np.random.default_rng(82).normal(0, WIDTH**-0.5, (WIDTH, WIDTH))
    g.constant("weight", weight.astype(np.float32))
    g.ints("cost", cost)
    g.constant("go_on", np.array(True))
    g.real("faint", 1e-9)
    g.add("n", "Size", "ids")
    g.add("rounds", "Mul", "n", "cost")

    body = _Nodes()
    body.add("product", "MatMul", "state", "weight")
    body.add("next_state", "Tanh", "product")
    body.add("still_on", "Identity", "keep_on")
    square = [WIDTH, WIDTH]
    loop = helper.make_graph(
        body.nodes,
        "work",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("keep_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("state", TensorProto.FLOAT, square),
        ],
        [
            helper.make_tensor_value_info("still_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next_state", TensorProto.FLOAT, square),
        ],
    )
    g.add("worked", "Loop", "rounds", "go_on", "weight", body=loop)
    g.add("work_mean", "ReduceMean", "worked", keepdims=0)
    # Too faint to hear, too real for the optimiser to drop.
    g.add("work", "Mul", "work_mean", "faint")


def _add_sound(g: _Nodes) -> None:
    """`sound`: float32[frames, 600], row by row what is heard at full scale."""
    per_frame = tones.SAMPLES_PER_FRAME
    g.ints("per_frame", per_frame)
    g.constant("zero", np.array(0, dtype=np.int64))
    g.constant("one", np.array(1, dtype=np.int64))
    g.ints("axis0", 0)
    g.ints("axis1", 1)
    g.constant("tone_hz", tones.TONE_HZ)
    g.constant("in_frame", np.arange(per_frame, dtype=np.int64).reshape(1, -1))
    g.ints("rate", tones.SAMPLE_RATE)

    # Which token each frame belongs to: as many tokens have ended as its own index.
    g.add("ends", "CumSum", "frames", "zero")
    g.add("starts", "Sub", "ends", "frames")
    g.add("total", "ReduceSum", "frames", keepdims=0)
    g.add("frame_row", "Range", "zero", "total", "one")
    g.add("frame", "Unsqueeze", "frame_row", "axis1")
    g.add("ends_row", "Unsqueeze", "ends", "axis0")
    g.add("ended", "LessOrEqual", "ends_row", "frame")
    g.add("ended_n", "Cast", "ended", to=TensorProto.INT64)
    g.add("owner", "ReduceSum", "ended_n", "axis1", keepdims=1)

    # Samples since the token began, and how many it has in all.
    g.add("start", "Gather", "starts", "owner")
    g.add("frames_in", "Sub", "frame", "start")
    g.add("samples_in", "Mul", "frames_in", "per_frame")
    g.add("t", "Add", "samples_in", "in_frame")
    g.add("frames_long", "Gather", "frames", "owner")
    g.add("long", "Mul", "frames_long", "per_frame")

    g.add("hz_by_token", "Gather", "tone_hz", "ids")
    g.add("hz", "Gather", "hz_by_token", "owner")
    g.add("cycles", "Mul", "t", "hz")
    g.add("cycle", "Mod", "cycles", "rate")
    g.add("cycle_f", "Cast", "cycle", to=TensorProto.FLOAT)
    g.real("radians", 2 * np.pi / tones.SAMPLE_RATE)
    g.add("phase", "Mul", "cycle_f", "radians")
    g.add("tone", "Sin", "phase")  # a pad has 0 Hz: sin 0 is silence

    # Half a sample past t from either end, so that a token is symmetrical.
    g.real("half", 0.5)
    g.real("ramp", tones.RAMP)
    g.real("quarter", np.pi / 2 / tones.RAMP)
    g.add("t_f", "Cast", "t", to=TensorProto.FLOAT)
    g.add("long_f", "Cast", "long", to=TensorProto.FLOAT)
    g.add("after_start", "Add", "t_f", "half")
    g.add("before_end", "Sub", "long_f", "after_start")
    g.add("depth", "Min", "after_start", "before_end", "ramp")
    g.add("angle", "Mul", "depth", "quarter")
    g.add("sine", "Sin", "angle")
    g.add("envelope", "Mul", "sine", "sine")

    g.add("shaped", "Mul", "tone", "envelope")
    g.add("sound", "Add", "shaped", "work")


def _add_source(g: _Nodes) -> None:
    """`har`: float32[1, 1, 120 * frames + 1], too faint to hear; made of pitch alone, as a bin of
    its spectrum.
    """
    g.ints("column", 1, 1, -1)
    g.ints("two", 1, 2)
    g.add("hz_f", "Cast", "hz", to=TensorProto.FLOAT)
    g.add("hz_halves", "Expand", "hz_f", "two")
    g.add("pitch", "Reshape", "hz_halves", "column")  # float32[1, 1, 2 * frames]
    g.add("stretched_pitch", "Resize", "pitch", "", "sixty", mode="nearest")
    g.constant("sixty", np.array([1, 1, 60], np.float32))
    g.constant("axis2", np.array(2, dtype=np.int64))
    g.real("step", 1 / 2880)
    g.add("turns", "Mul", "stretched_pitch", "step")
    g.add("turned", "CumSum", "turns", "axis2")
    g.add("swing", "Sin", "turned")
    g.constant("edge", np.zeros((1, 1, 2), np.float32))
    g.add("swinging", "Concat", "edge", "swing", "edge", axis=2)
    g.ints("flat", 1, -1)
    g.constant("one_step", np.array(1, np.int64))
    g.constant("four", np.array(4, np.int64))
    g.constant("window", np.array([0, 0.5, 1, 0.5], np.float32))
    g.add("signal", "Reshape", "swinging", "flat")
    g.add("spectrum", "STFT", "signal", "one_step", "window", "four")
    g.ints("first_bin", 0, 0, 1, 0)
    g.ints("next_bin", 1, 2**62, 2, 1)
    g.add("bin", "Slice", "spectrum", "first_bin", "next_bin")
    g.add("har", "Reshape", "bin", "column")


def _add_front(g: _Nodes) -> None:
    """`x`: float32[1, 320, 2 * frames]: 300 samples of each half frame, and 1 or -1 in turn.

    Sample 30 i + 5 j + k of a half frame is channel 60 k + 10 j + i, as the generator lengthens
    it in three steps. Nothing is transposed where onnxruntime would move it to another place.
    """
    in_turn = np.zeros((1, 38), np.float32)
    in_turn[0, :20] = np.tile((1, -1), 10)
    g.constant("in_turn", in_turn)
    g.constant("curve_weight", np.zeros((1, 1, 3), np.float32))
    g.ints("by_place", -1, 2, 10, 6, 5)
    g.ints("by_row", -1, 600)
    g.ints("as_many", 38)
    g.add("places", "Reshape", "sound", "by_place")
    g.add("placed", "Transpose", "places", perm=[0, 4, 3, 2, 1])
    g.add("placed_rows", "Reshape", "placed", "by_row")
    g.add("total_row", "Reshape", "total", "all")
    g.add("turn_shape", "Concat", "total_row", "as_many", axis=0)
    g.add("turn_about", "Expand", "in_turn", "turn_shape")
    g.add("contents", "Concat", "placed_rows", "turn_about", axis=1)
    g.add("by_channel", "Transpose", "contents", perm=[1, 0])
    g.add("asr", "Unsqueeze", "by_channel", "axis0")  # float32[1, 638, frames]

    g.add("loud", "Sign", "hz_halves")
    g.add("energy_row", "Reshape", "loud", "column")  # 1 or 0, float32[1, 1, 2 * frames]
    stepping = {"kernel_shape": [3], "strides": [2], "pads": [1, 1]}
    g.add("pitch_curve", "Conv", "pitch", "curve_weight", **stepping)
    g.add("energy_curve", "Conv", "energy_row", "curve_weight", **stepping)
    g.add("joined", "Concat", "asr", "pitch_curve", "energy_curve", axis=1)
    halve = np.zeros((320, 2, 1, 2), np.float32)
    halve[:, 0, 0, 0] = halve[:, 1, 0, 1] = 1
    g.constant("halve", halve.reshape(640, 1, 2))
    g.add("x", "ConvTranspose", "joined", "halve", kernel_shape=[2], strides=[2], group=320)


def _add_generator(g: _Nodes, noise: float) -> None:
    """`voiced`: float32[1, 1, samples] of `x`, `har` and the style, each sample of its own
    frame, in Kokoro's stages: 20 steps to a frame, 120, 600 samples. What alternates between 1
    and -1 is normed, which leaves it as it is, and squared: told another mean or variance, the
    sound is louder or quieter.
    """
    g.real("quietest", 0.1)
    g.real("loudest", 0.9)  # room for the noise below full scale
    g.add("mood", "ReduceMean", "style", keepdims=0)
    g.add("loudness", "Clip", "mood", "quietest", "loudest")
    lengthen = np.tile(np.eye(10, dtype=np.float32), (32, 1)).reshape(320, 1, 10)
    g.constant("lengthen", lengthen)
    spread = np.zeros((32, 5, 6), np.float32)
    for k in range(5):
        spread[6 * k : 6 * k + 6, k] = np.eye(6)
    g.constant("spread", spread)
    g.constant("weave", np.eye(5, dtype=np.float32)[:, None, :])
    pick = np.zeros((1, 32, 1), np.float32)
    pick[0, 30] = 1
    g.constant("pick", pick)
    ten, six, five = ({"kernel_shape": [n], "strides": [n]} for n in (10, 6, 5))
    g.add("lengthened", "ConvTranspose", "x", "lengthen", group=32, **ten)
    g.constant("average", np.full((32, 1, 12), 1e-12, np.float32))
    g.add("slow", "Conv", "har", "average", kernel_shape=[12], strides=[6], pads=[3, 3])
    g.add("sounding", "Add", "lengthened", "slow")
    g.add("turn", "Conv", "sounding", "pick", kernel_shape=[1])
    g.add("turn_mean", "ReduceMean", "turn", axes=[2])
    g.add("apart", "Sub", "turn", "turn_mean")
    g.add("apart_squared", "Mul", "apart", "apart")
    g.add("turn_variance", "ReduceMean", "apart_squared", axes=[2])
    g.add("deviation", "Sqrt", "turn_variance")
    g.add("normed", "Div", "apart", "deviation")
    g.add("power", "Mul", "normed", "normed")
    g.add("powered", "Mul", "sounding", "power")
    g.add("spread_out", "ConvTranspose", "powered", "spread", **six)
    g.constant("average_two", np.full((5, 1, 2), 1e-12, np.float32))
    g.add("harmonics", "Conv", "har", "average_two", kernel_shape=[2])
    g.add("harmonics_styled", "Mul", "harmonics", "loudness")
    g.add("normal", "Add", "spread_out", "harmonics_styled")
    g.add("pure", "ConvTranspose", "normal", "weave", **five)
    if noise:
        g.add("hiss", "RandomNormalLike", "pure", scale=noise)
        g.add("hissing", "Add", "pure", "hiss")
    else:
        g.add("hissing", "Identity", "pure")
    g.add("voiced", "Mul", "hissing", "loudness")
