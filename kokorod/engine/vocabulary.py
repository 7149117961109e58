# pure: no socket, thread or clock.
"""Kokoro's vocabulary: phoneme -> token id."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ..errors import EngineError

#: Where an export keeps its configuration (kokoro-onnx, scripts/export.py).
METADATA_KEY = "kokoro_config"


@cache
def default_vocabulary() -> Mapping[str, int]:
    """The one shipped with kokoro-onnx, for models that carry none.

    The package's data file is read without importing the package, which would cost
    0.2 s on the way to the first sound.
    """
    spec = importlib.util.find_spec("kokoro_onnx")
    if spec is None or spec.origin is None:
        raise EngineError("kokoro-onnx is not installed; run `pip install kokoro-onnx`")
    config = Path(spec.origin).with_name("config.json")
    return _vocabulary(config.read_text(encoding="utf-8"))


def embedded_vocabulary(metadata: Mapping[str, str]) -> Mapping[str, int]:
    """The vocabulary in a model's metadata, else the default one."""
    config = metadata.get(METADATA_KEY)
    return _vocabulary(config) if config else default_vocabulary()


def _vocabulary(config: str) -> Mapping[str, int]:
    try:
        vocabulary = json.loads(config)["vocab"]
        return {str(symbol): int(token) for symbol, token in vocabulary.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"the model's vocabulary cannot be read: {error!r}") from None
