"""The stand-in for Kokoro: its v1.1 graph with random weights, and durations like its own.

    python -m bench.stand_in BUILD_PY OUT.onnx

BUILD_PY is ../shared/reference-model/build.py. What it writes gives every token 3 frames, the
pads too. Kokoro's leading pad lasts 13 to 19 frames, and about 18 follow the last phoneme
(the full stop and the last pad): without them a short run costs half of what it really does.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import helper, numpy_helper

#: Frames of 25 ms, at speed 1.
LEADING_PAD: Final = 15
LAST_PAD: Final = 1
FULL_STOP: Final = 12
OTHERS: Final = 3

#: Token id of the full stop in Kokoro's vocabulary.
_STOP_ID: Final = 4


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    script, out = Path(arguments[0]), Path(arguments[1])
    plain = out.with_suffix(".plain")
    try:
        subprocess.run([sys.executable, str(script), str(plain)], check=True)
        model = onnx.load(plain)
        last_like_kokoro(model)
        part = out.with_suffix(".part")
        onnx.save(model, part)
        part.replace(out)
    finally:
        plain.unlink(missing_ok=True)
    return 0


def last_like_kokoro(model: onnx.ModelProto) -> None:
    """Put frames by the table above in place of the predicted ones, before speed divides them.

    Raises ValueError if the graph has no Div before its Round, as Kokoro's has.
    """
    graph = model.graph
    rounds = [n for n in graph.node if n.op_type == "Round"]
    divides = [n for n in graph.node if rounds and n.output[0] == rounds[0].input[0]]
    if not divides or divides[0].op_type != "Div":
        raise ValueError("the graph divides no durations by the speed; it is not Kokoro's")
    ids = graph.input[0].name

    def constant(name: str, value: object, kind: type[np.generic]) -> str:
        graph.initializer.append(numpy_helper.from_array(np.array(value, kind), "stand_in/" + name))
        return "stand_in/" + name

    def node(op: str, *inputs: str, **attributes: object) -> str:
        made.append(helper.make_node(op, list(inputs), [f"stand_in/{len(made)}"], **attributes))
        return str(made[-1].output[0])

    made: list[onnx.NodeProto] = []
    stop = node("Equal", ids, constant("stop", _STOP_ID, np.int64))
    frames = node(
        "Where",
        stop,
        constant("full_stop", FULL_STOP, np.float32),
        constant("others", OTHERS, np.float32),
    )
    inner = node(
        "Slice",
        frames,
        constant("first", [1], np.int64),
        constant("end", [-1], np.int64),
        constant("along", [1], np.int64),
    )
    lead = constant("leading_pad", [[LEADING_PAD]], np.float32)
    last = constant("last_pad", [[LAST_PAD]], np.float32)
    divides[0].input[0] = node("Concat", lead, inner, last, axis=1)
    at = list(graph.node).index(divides[0])
    for number, each in enumerate(made):
        graph.node.insert(at + number, each)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
