"""Which model `make bench` measures: the given one, or the reference model, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import model
from kokorod.errors import ModelMissingError

_BUILD = """
import sys, pathlib
with pathlib.Path(__file__).parents[2].joinpath("calls").open("a") as calls:
    calls.write("x")
pathlib.Path(sys.argv[1]).write_text("weights")
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A shared folder whose build script leaves a mark beside it for each call."""
    shared = tmp_path / "shared"
    (shared / "reference-model").mkdir(parents=True)
    (shared / "voices").mkdir()
    (shared / "voices" / "voices-v1.0.bin").write_text("voices")
    (shared / "reference-model" / "build.py").write_text(_BUILD)
    return {"KOKORO_SHARED": str(shared), "XDG_CACHE_HOME": str(tmp_path / "cache")}


def test_the_reference_model_is_built_once_and_kept(
    environ: dict[str, str], tmp_path: Path
) -> None:
    first = model.find(environ, None, None)
    assert first == model.find(environ, None, None)
    assert (tmp_path / "calls").read_text() == "x"
    assert first.name == "reference"
    assert first.model.read_text() == "weights"
    assert first.model.is_relative_to(tmp_path / "cache" / "kokorod-bench")
    assert first.voices.read_text() == "voices"


def test_it_is_built_again_where_it_is_built_from_something_else(
    environ: dict[str, str], tmp_path: Path
) -> None:
    first = model.find(environ, None, None)
    (Path(environ["KOKORO_SHARED"]) / "reference-model" / "weights.json").write_text("{}")
    assert model.find(environ, None, None).model != first.model
    assert (tmp_path / "calls").read_text() == "xx"


def test_given_files_are_taken_without_building(environ: dict[str, str], tmp_path: Path) -> None:
    given = tmp_path / "own.onnx"
    given.write_text("own")
    files = model.find(environ, given, None)
    assert (files.model, files.name) == (given, "given")
    assert not (tmp_path / "calls").exists()


@pytest.mark.parametrize("missing", ["reference-model/build.py", "voices/voices-v1.0.bin"])
def test_what_is_missing_is_said_with_what_to_do(environ: dict[str, str], missing: str) -> None:
    (Path(environ["KOKORO_SHARED"]) / missing).unlink()
    with pytest.raises(ModelMissingError, match=r"set KOKORO_SHARED .* or give --model FILE"):
        model.find(environ, None, None)
