"""The toy in a session, once for a file of tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import toy
from support.toy.speaking import SENTENCE, Sound, Toy, edges_of, open_session


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("toy")


@pytest.fixture(scope="module")
def new(folder: Path) -> Toy:
    return Toy(open_session(toy.build(folder / "toy.onnx")))


@pytest.fixture(scope="module")
def old(folder: Path) -> Toy:
    return Toy(open_session(toy.build(folder / "toy-1.0.onnx", "1.0")), "tokens")


@pytest.fixture(scope="module")
def voices(folder: Path) -> Path:
    return toy.write_voices(folder / "voices.bin")


@pytest.fixture(scope="module")
def spoken(new: Toy) -> tuple[list[int], Sound, list[int]]:
    """Tokens, their sound without pads, and where in it each begins."""
    tokens = toy.tokens_of(SENTENCE)
    return tokens, new.body(tokens), edges_of(tokens)
