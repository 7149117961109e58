# pure: no socket, thread or clock; reads one file of an installed package.
"""Kokoro's vocabulary: phoneme -> token id.

Source: the `vocab` table of kokoro-onnx's config.json, or the one that a model carries.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from .errors import EngineError

#: Where an export keeps its configuration (kokoro-onnx, scripts/export.py).
METADATA_KEY = "kokoro_config"


@cache
def default_vocabulary() -> Mapping[str, int]:
    """The one shipped with kokoro-onnx, for models that carry none.

    The package's data file is read without importing the package, which would load
    onnxruntime: 0.2 s on the way to the first sound. Raises EngineError if the package or
    its table is missing.
    """
    spec = importlib.util.find_spec("kokoro_onnx")
    if spec is None or not spec.submodule_search_locations:
        raise EngineError("kokoro-onnx is not installed; run: pip install kokoro-onnx")
    path = Path(spec.submodule_search_locations[0]) / "config.json"
    try:
        config = path.read_text(encoding="utf-8")
    except OSError as error:
        raise EngineError(
            f"the table of symbols cannot be read: {error}; reinstall kokoro-onnx"
        ) from None
    return _parsed(config)


@cache
def alphabet() -> frozenset[str]:
    """Every symbol that the model has a token for, as single characters.

    Raises EngineError as default_vocabulary() does.
    """
    return frozenset(default_vocabulary())


def embedded_vocabulary(metadata: Mapping[str, str]) -> Mapping[str, int]:
    """The vocabulary in a model's metadata, else the default one. Raises EngineError."""
    config = metadata.get(METADATA_KEY)
    return _parsed(config) if config else default_vocabulary()


def _parsed(config: str) -> Mapping[str, int]:
    try:
        vocabulary = json.loads(config)["vocab"]
        return {str(symbol): int(token) for symbol, token in vocabulary.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"the model's vocabulary cannot be read: {error!r}") from None
