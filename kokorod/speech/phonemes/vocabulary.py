# pure: no socket, thread or clock; reads one file of an installed package.
"""Kokoro's alphabet: the symbols the model has a token for.

Source: the `vocab` table of kokoro-onnx's config.json, read without importing the package,
which would load onnxruntime.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from pathlib import Path

from ...errors import KokorodError


@functools.cache
def vocabulary() -> frozenset[str]:
    """Every symbol of the model, as single characters.

    Raises KokorodError if kokoro-onnx or its table is missing.
    """
    spec = importlib.util.find_spec("kokoro_onnx")
    if spec is None or not spec.submodule_search_locations:
        raise KokorodError("kokoro-onnx is not installed; run: pip install kokoro-onnx")
    path = Path(spec.submodule_search_locations[0]) / "config.json"
    try:
        table = json.loads(path.read_text(encoding="utf-8"))["vocab"]
    except (OSError, ValueError, KeyError) as error:
        raise KokorodError(
            f"the table of symbols cannot be read: {error}; reinstall kokoro-onnx"
        ) from None
    return frozenset(table)
