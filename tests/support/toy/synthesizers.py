"""Toy models in a store, and synthesizers on real CPU sessions, some of them wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from kokorod.engine.kokoro import KokoroSynthesizer, open_session, session_options
from kokorod.engine.styles import Voices
from kokorod.engine.synthesizer import Run, Sound, WholeOnly
from kokorod.models.record import InstalledModel
from kokorod.models.store import Store
from kokorod.types import Engine, Segment, Utterance
from support import toy


def install(
    home: Path, name: str = "toy", *, quantized: bool = False, **build: Any
) -> tuple[Store, InstalledModel]:
    """A store below `home` with a toy model; build: of toy.build."""
    home.mkdir(parents=True, exist_ok=True)
    graph = toy.build(home / f"{name}.onnx", **build)
    if quantized:
        quantize(graph)
    voices = toy.write_voices(home / f"{name}.bin")
    store = Store(home / "models")
    return store, store.import_files(graph, voices, name)


def change(graph: Path, constant: str, by: Callable[[Any], Any]) -> Path:
    """Alter one of the toy graph's constants in place, e.g. tone_hz or base_frames."""
    model = onnx.load(graph)
    (tensor,) = (t for t in model.graph.initializer if t.name == constant)
    value = numpy_helper.to_array(tensor)
    changed = np.asarray(by(value), value.dtype)
    tensor.CopyFrom(numpy_helper.from_array(changed, constant))
    onnx.save(model, str(graph))
    return graph


def quantize(graph: Path) -> Path:
    """Send the toy's sound through a product that changes nothing, quantized dynamically.

    In place; the 8 bits of its activations are heard as noise 50 dB below the loudest sound.
    """
    model = onnx.load(graph)
    for node in model.graph.node:
        for at, name in enumerate(node.input):
            if name == "sound":
                node.input[at] = "passed"
    size = toy.SAMPLES_PER_FRAME
    model.graph.initializer.append(numpy_helper.from_array(np.eye(size, dtype="f4"), "unity"))
    made = onnx.helper.make_node("MatMul", ["sound", "unity"], ["passed"], name="pass")
    at = next(i for i, node in enumerate(model.graph.node) if "passed" in node.input)
    model.graph.node.insert(at, made)
    onnx.save(model, str(graph))
    logging.disable()  # it recommends another of its tools
    try:
        quantize_dynamic(graph, graph, nodes_to_quantize=["pass"], weight_type=QuantType.QInt8)
    finally:
        logging.disable(logging.NOTSET)
    return graph


def synthesizer(
    folder: Path,
    *,
    constant: str = "",
    by: Callable[[Any], Any] = lambda value: value,
    voices: Path | None = None,
    **build: Any,
) -> KokoroSynthesizer:
    """The toy on a real CPU session, with one constant altered if asked."""
    folder.mkdir(parents=True, exist_ok=True)
    graph = toy.build(folder / "toy.onnx", **build)
    if constant:
        change(graph, constant, by)
    session = open_session(graph, session_options(1))
    return KokoroSynthesizer(session, Voices(voices or toy.write_voices(folder / "v.bin")))


class Turning(WholeOnly):
    """Speaks with the first synthesizer, from run `after` + 1 on with the second."""

    engine = Engine.KOKORO
    has_edges = True

    def __init__(self, first: KokoroSynthesizer, then: KokoroSynthesizer, after: int) -> None:
        self._first = first
        self._then = then
        self._left = after

    def voices(self) -> Sequence[str]:
        return self._first.voices()

    def rest(self) -> None:
        self._first.rest()

    def synthesize(self, segment: Segment, utterance: Utterance, run: Run) -> Sound:
        self._left -= 1
        chosen = self._first if self._left >= 0 else self._then
        return chosen.synthesize(segment, utterance, run)
