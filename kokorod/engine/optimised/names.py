# pure: no socket, thread or clock.
"""Files and tensors of a copy in parts."""

from __future__ import annotations

from typing import Final

ENCODER: Final = "encoder.onnx"
SOURCE: Final = "source.onnx"
FRONT: Final = "front.onnx"
GENERATOR: Final = "generator.onnx"
PARTS: Final = (ENCODER, SOURCE, FRONT, GENERATOR)

#: The generator's output, whatever the model calls it.
AUDIO: Final = "audio"

#: In the generator's metadata: its norms in their order, a line each: channels, kind, name.
LAYOUT: Final = "kokorod_norms"
