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


#: Kokoro has 178 tokens.
_MOST = 10_000
_SHOWN = 200


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
        found = {str(symbol): int(token) for symbol, token in vocabulary.items()}
    except (
        ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError,
    ) as error:  # fmt: skip
        why = repr(error)[:_SHOWN]
        raise EngineError(f"the model's vocabulary cannot be read: {why}") from None
    if not found or len(found) > _MOST or not all(0 <= token < _MOST for token in found.values()):
        raise EngineError(f"the model's vocabulary is none: 1 to {_MOST} symbols and their ids")
    return found


def fitted(vocabulary: Mapping[str, int]) -> tuple[Mapping[str, int], str]:
    """A model's vocabulary with tokens for what it lacks of the alphabet, and what that is.

    A symbol that it lacks, as one of another release may, has the token of the nearest one that
    it has: one token a symbol, so that times stay those of the phonemes.
    """
    lacks = "".join(sorted(alphabet() - vocabulary.keys()))
    if not lacks:
        return vocabulary, ""
    near = {
        symbol: next((vocabulary[n] for n in _NEAR.get(symbol, "") if n in vocabulary), None)
        for symbol in lacks
    }
    silence = vocabulary.get(" ")
    tokens = {symbol: silence if token is None else token for symbol, token in near.items()}
    return {**vocabulary, **{s: t for s, t in tokens.items() if t is not None}}, lacks


#: What sounds nearest to a symbol, the nearest first.
_NEAR = {
    "ɹ": "rɻɾ", "r": "ɹɾ", "ɾ": "tdr", "T": "tɾd", "ʔ": "t", "ᵊ": "əɪ", "ᵻ": "ɪiə",
    "ʤ": "ʒd", "ʧ": "ʃt", "ʦ": "sz", "ʣ": "zs", "ʨ": "ʧt", "ʥ": "ʤd", "ʂ": "ʃs", "ʐ": "ʒz",
    "ɕ": "ʃs", "ʑ": "ʒz", "θ": "tf", "ð": "dz", "ʃ": "s", "ʒ": "z", "ŋ": "n", "ɲ": "n",
    "ɡ": "gk", "ɫ": "l", "ʎ": "lj", "ɣ": "ɡ", "χ": "xh", "x": "hk", "ç": "ʃh", "β": "bv",
    "A": "eɛ", "I": "aɑ", "O": "oɔ", "Q": "oə", "W": "aɑ", "Y": "ɔo", "æ": "aɛ", "a": "æɑ",
    "ʌ": "ɐəa", "ɐ": "ʌəa", "ə": "ɐʌɪ", "ɜ": "əɛ", "ɚ": "əɜ", "ɑ": "aʌ", "ɒ": "ɔɑ", "ɔ": "oɒ",
    "o": "ɔO", "ɪ": "i", "i": "ɪ", "ʊ": "u", "u": "ʊ", "ɛ": "eæ", "e": "ɛA", "y": "uɪ", "ø": "ɜə",
    "œ": "ɛə", "ɨ": "ɪ", "ɯ": "u", "ˌ": "ˈ", "ˈ": "ˌ", "…": ".", "—": ",", ";": ",", ":": ",",
    "!": ".", "?": ".", "“": "\"", "”": "\"", "(": ",", ")": ",", "\"": " ",
}  # fmt: skip
