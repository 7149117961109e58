"""Which model `make bench` measures: the given one, Kokoro's own, or the stand-in; built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import model
from kokorod.errors import ModelMissingError

_REFERENCE = """
import sys, pathlib
with pathlib.Path(__file__).parents[2].joinpath("calls").open("a") as calls:
    calls.write("x")
import onnx
from onnx import TensorProto, helper
ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "n"])
speed = helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1])
out = helper.make_tensor_value_info("duration", TensorProto.FLOAT, [1, "n"])
nodes = [
    helper.make_node("Cast", ["input_ids"], ["predicted"], to=TensorProto.FLOAT),
    helper.make_node("Div", ["predicted", "speed"], ["slower"]),
    helper.make_node("Round", ["slower"], ["duration"]),
]
graph = helper.make_graph(nodes, "reference", [ids, speed], [out])
opset = [helper.make_opsetid("", 17)]
onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), sys.argv[1])
"""

_REAL = """
import sys, pathlib
with pathlib.Path(__file__).parents[2].joinpath("calls").open("a") as calls:
    calls.write("x")
folder = pathlib.Path(sys.argv[1])
folder.mkdir()
folder.joinpath("kokoro-v1.0.int8.onnx").write_text("as released")
folder.joinpath("kokoro-v1.0.wide.onnx").write_text("weights")
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A shared folder whose build scripts leave a mark beside it for each call."""
    shared = tmp_path / "shared"
    for folder, script in (("reference-model", _REFERENCE), ("real-model", _REAL)):
        (shared / folder).mkdir(parents=True)
        (shared / folder / "build.py").write_text(script)
    (shared / "voices").mkdir()
    (shared / "voices" / "voices-v1.0.bin").write_text("voices")
    return {"KOKORO_SHARED": str(shared), "XDG_CACHE_HOME": str(tmp_path / "cache")}


def test_kokoro_itself_is_built_once_and_kept(environ: dict[str, str], tmp_path: Path) -> None:
    first = model.find(environ, None, None)
    assert first == model.find(environ, None, None)
    assert (tmp_path / "calls").read_text() == "x"
    assert first.name == "kokoro"
    assert first.model.read_text() == "weights"
    assert first.model.is_relative_to(tmp_path / "cache" / "kokorod-bench")
    assert first.voices.read_text() == "voices"


def test_the_stand_in_is_built_once_if_it_is_asked_for(
    environ: dict[str, str], tmp_path: Path
) -> None:
    first = model.find(environ, None, None, reference=True)
    assert first == model.find(environ, None, None, reference=True)
    assert (tmp_path / "calls").read_text() == "x"
    assert first.name == "reference"
    assert first.model.is_relative_to(tmp_path / "cache" / "kokorod-bench")


def test_the_stand_in_lasts_as_kokoro_does(environ: dict[str, str]) -> None:
    """15 frames before the first phoneme, 12 of a full stop, 1 at the end; slower at less speed."""
    np = pytest.importorskip("numpy")
    ort = pytest.importorskip("onnxruntime")
    files = model.find(environ, None, None, reference=True)
    session = ort.InferenceSession(str(files.model), providers=["CPUExecutionProvider"])
    ids = np.array([[0, 50, 51, 4, 0]], np.int64)
    for speed, frames in ((1.0, [15, 3, 3, 12, 1]), (0.5, [30, 6, 6, 24, 2])):
        feed = {"input_ids": ids, "speed": np.array([speed], np.float32)}
        assert session.run(None, feed)[0].ravel().tolist() == frames


@pytest.mark.parametrize("reference", [False, True])
def test_it_is_built_again_if_it_is_built_from_something_else(
    environ: dict[str, str], tmp_path: Path, reference: bool
) -> None:
    first = model.find(environ, None, None, reference=reference)
    for folder in ("reference-model", "real-model"):
        (Path(environ["KOKORO_SHARED"]) / folder / "weights.json").write_text("{}")
    assert model.find(environ, None, None, reference=reference).model != first.model
    assert (tmp_path / "calls").read_text() == "xx"


def test_given_files_are_taken_without_building(environ: dict[str, str], tmp_path: Path) -> None:
    given = tmp_path / "own.onnx"
    given.write_text("own")
    files = model.find(environ, given, None)
    assert (files.model, files.name) == (given, "given")
    assert not (tmp_path / "calls").exists()


def test_a_build_that_fails_says_what_else_there_is(environ: dict[str, str]) -> None:
    script = Path(environ["KOKORO_SHARED"]) / "real-model" / "build.py"
    script.write_text("import sys; sys.exit('no registry')")
    with pytest.raises(ModelMissingError, match=r"building Kokoro's weights failed.*give --model"):
        model.find(environ, None, None)


@pytest.mark.parametrize(
    ("missing", "reference"),
    [
        ("real-model/build.py", False),
        ("reference-model/build.py", True),
        ("voices/voices-v1.0.bin", False),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(
    environ: dict[str, str], missing: str, reference: bool
) -> None:
    (Path(environ["KOKORO_SHARED"]) / missing).unlink()
    with pytest.raises(ModelMissingError, match=r"set KOKORO_SHARED .* or give --model FILE"):
        model.find(environ, None, None, reference=reference)
