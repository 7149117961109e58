"""What is refused at import: by structure, without onnxruntime."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import model_files

from kokorod.errors import ModelError
from kokorod.models import structure


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    return model_files.write_model(tmp_path / "model.onnx")


@pytest.fixture
def voices(tmp_path: Path) -> Path:
    return model_files.write_voices(tmp_path / "voices.bin")


@pytest.mark.parametrize("tokens", ["tokens", "input_ids"])
def test_graphs_of_both_releases_pass(tokens: str, tmp_path: Path) -> None:
    structure.check_model(model_files.write_model(tmp_path / "m", (tokens, "style", "speed")))


def test_another_model_is_told_by_its_inputs(tmp_path: Path) -> None:
    path = model_files.write_model(tmp_path / "m", ("input", "sr", "state"))
    with pytest.raises(ModelError, match=r"not Kokoro: its inputs are input, sr, state"):
        structure.check_model(path)


def test_weights_in_another_file_are_refused(graph: Path, tmp_path: Path) -> None:
    path = tmp_path / "external.onnx"
    onnx.save(onnx.load(graph), path, save_as_external_data=True, size_threshold=0)
    with pytest.raises(ModelError, match="weights are in another file"):
        structure.check_model(path)


def test_a_cut_graph_is_refused_wherever_it_is_cut(graph: Path) -> None:
    whole = graph.read_bytes()
    # The opset field is last: what remains without it is a shorter, still whole message.
    for size in [*range(0, 300), *range(300, len(whole) - 8, 997)]:
        graph.write_bytes(whole[:size])
        with pytest.raises(ModelError, match="no whole onnx model"):
            structure.check_model(graph)


@pytest.mark.parametrize(
    "content", [b"", b"<html>not here</html>", bytes(1000), b"PK\x03\x04" * 99]
)
def test_what_is_no_model_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(content)
    for check in (structure.check_model, structure.check_voices):
        with pytest.raises(ModelError, match=r"no whole"):
            check(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_end_in_one_kind_of_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)
    for check in (structure.check_model, structure.check_voices):
        with pytest.raises(ModelError):
            check(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_damage_anywhere_in_the_voices_is_refused_or_harmless(
    tmp_path: Path, data: st.DataObject
) -> None:
    path = model_files.write_voices(tmp_path / "voices.bin")
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        structure.check_voices(path)
    except ModelError:
        return
    # What passed can only be damaged where nobody looks, in the archive's bookkeeping.
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize("shape", [(510, 1, 256), (1, 256)])
@pytest.mark.parametrize("kind", ["<f2", "<f4", "<f8"])
def test_voices_of_every_width_pass(shape: tuple[int, ...], kind: str, tmp_path: Path) -> None:
    path = tmp_path / "voices.npz"
    np.savez(path, af_one=np.full(shape, -1.5, kind), af_two=np.zeros(shape, kind))
    structure.check_voices(path)


def test_voices_of_floats_pass(voices: Path) -> None:
    structure.check_voices(voices)


@pytest.mark.parametrize(
    ("array", "problem"),
    [
        (np.zeros((8, 1, 256), "<i4"), "not float"),
        (np.zeros(256, "<f4"), "shape"),
        (np.zeros((0, 1, 256), "<f4"), r"shape \(0, 1, 256\)"),
        (np.zeros((8, 1, 128), "<f4"), "shape"),
        (np.zeros((256, 8), "<f4"), "shape"),
        (np.zeros((8, 2, 256), "<f4"), "shape"),
        (np.full((8, 1, 256), np.nan, "<f4"), "NaN"),
        (np.full((8, 1, 256), -np.inf, "<f8"), "NaN"),
        (np.full((8, 1, 256), np.inf, "<f2"), "NaN"),
        (np.array([{}], dtype=object), "not float"),
    ],
)
def test_arrays_that_are_no_voices_are_refused(
    array: np.ndarray, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "voices.npz"
    np.savez(path, af_odd=array)
    with pytest.raises(ModelError, match=problem):
        structure.check_voices(path)


def test_an_archive_of_other_things_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voices.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ModelError, match=r"readme.txt is no array"):
        structure.check_voices(path)


def test_an_archive_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voices.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("af_bomb.npy", "w", force_zip64=True) as entry:
            entry.write(bytes(1000))
        archive.getinfo("af_bomb.npy").file_size = 3 * 1024**3
    with pytest.raises(ModelError, match="unpacks to more"):
        structure.check_voices(path)


def test_an_array_header_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voices.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("af_long.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\x7f" + b"(" * 9000)
    with pytest.raises(ModelError, match="header of af_long"):
        structure.check_voices(path)


@pytest.mark.parametrize("header", [b"{", b"[]", b"{}", b"(" * 3000, b"\x00", b"1"])
def test_array_headers_of_rubbish_are_refused(header: bytes, tmp_path: Path) -> None:
    path = tmp_path / "voices.zip"
    with zipfile.ZipFile(path, "w") as archive:
        size = len(header).to_bytes(2, "little")
        archive.writestr("af_odd.npy", b"\x93NUMPY\x01\x00" + size + header)
    with pytest.raises(ModelError):
        structure.check_voices(path)


def test_neither_numpy_nor_onnxruntime_is_loaded(graph: Path, voices: Path) -> None:
    code = """
import sys
from pathlib import Path
from kokorod.models import structure
from kokorod.models.store import Store
structure.check_model(Path(sys.argv[1]))
structure.check_voices(Path(sys.argv[2]))
print(*sorted({"numpy", "onnxruntime", "onnx", "ssl"} & sys.modules.keys()))
"""
    ended = subprocess.run(
        [sys.executable, "-c", code, str(graph), str(voices)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ended.stdout.split() == []
