"""The quick check trusts what was hashed and not touched since; the full one trusts nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest
from support import model_files

from kokorod.errors import ModelDamagedError
from kokorod.models import manifest, record, verification
from kokorod.models.record import InstalledModel
from kokorod.models.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


@pytest.fixture
def model(store: Store, tmp_path: Path) -> InstalledModel:
    return store.import_files(
        model_files.write_model(tmp_path / "some.onnx"),
        model_files.write_voices(tmp_path / "some.bin"),
        "toy",
    )


def _flip(path: Path, at: int = -1) -> None:
    """Turn one bit over in place, and put the time of change back as rot would leave it."""
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(at, os.SEEK_END)
        byte = file.read(1)[0]
        file.seek(at, os.SEEK_END)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _hashed(store: Store, model: InstalledModel) -> int:
    """How many bytes a check hashes."""
    told = [0]
    store.check(model, lambda done, total: told.append(done))
    return told[-1]


def test_what_was_just_stored_is_trusted_at_once(store: Store, model: InstalledModel) -> None:
    assert _hashed(store, model) == 0


@pytest.mark.parametrize("which", ["model", "voices"])
def test_flipped_bits_are_found_by_the_full_check(
    which: str, store: Store, model: InstalledModel
) -> None:
    path: Path = getattr(model, which)
    expected: str = getattr(model, f"{which}_sha256")
    _flip(path)
    assert _hashed(store, model) == 0
    with pytest.raises(ModelDamagedError) as caught:
        store.verify(model)
    for part in (str(path), expected, hashlib.sha256(path.read_bytes()).hexdigest()):
        assert part in str(caught.value)
    assert "kokoroctl models remove toy" in str(caught.value)


@pytest.mark.parametrize("which", ["model", "voices"])
def test_damage_with_a_new_time_is_found_by_the_quick_check(
    which: str, store: Store, model: InstalledModel
) -> None:
    path: Path = getattr(model, which)
    _flip(path)
    os.utime(path, ns=(1, 1))
    for _ in range(2):
        with pytest.raises(ModelDamagedError, match="has the sha256"):
            store.check(model)


@pytest.mark.parametrize("change", [-1, 1])
def test_another_size_is_found_without_hashing(
    change: int, store: Store, model: InstalledModel
) -> None:
    status = model.model.stat()
    os.truncate(model.model, model.model_bytes + change)
    os.utime(model.model, ns=(status.st_atime_ns, status.st_mtime_ns))
    told: list[int] = []
    for check in (store.check, store.verify):
        with pytest.raises(ModelDamagedError, match=f"expected are {model.model_bytes:,}"):
            check(model, lambda done, total: told.append(done))
    assert told == []


def test_touched_but_whole_files_are_hashed_once(store: Store, model: InstalledModel) -> None:
    os.utime(model.voices, ns=(5, 5))
    assert _hashed(store, model) == model.bytes
    assert _hashed(store, model) == 0


def test_another_file_of_the_same_size_and_time_is_hashed(
    store: Store, model: InstalledModel
) -> None:
    copied = model.folder / "copy"
    shutil.copy2(model.model, copied)
    _flip(copied)
    copied.replace(model.model)
    with pytest.raises(ModelDamagedError, match="has the sha256"):
        store.check(model)


@pytest.mark.parametrize("which", ["model", "voices"])
def test_a_missing_file_is_damage(which: str, store: Store, model: InstalledModel) -> None:
    getattr(model, which).unlink()
    for check in (store.check, store.verify):
        with pytest.raises(ModelDamagedError, match="is missing"):
            check(model)


def test_a_folder_in_place_of_a_file_is_damage(store: Store, model: InstalledModel) -> None:
    model.model.unlink()
    model.model.mkdir()
    with pytest.raises(ModelDamagedError):
        store.verify(model)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\xff", b'{"model.onnx": {}}', b"[" * 9999]
)
def test_without_a_readable_record_everything_is_hashed(
    content: bytes, store: Store, model: InstalledModel
) -> None:
    (model.folder / record.VERIFIED).write_bytes(content)
    assert _hashed(store, model) == model.bytes
    assert _hashed(store, model) == 0


def test_a_record_of_other_content_vouches_for_nothing(store: Store, model: InstalledModel) -> None:
    path = model.folder / record.VERIFIED
    content = json.loads(path.read_bytes())
    content["model.onnx"]["sha256"] = "0" * 64
    path.write_text(json.dumps(content))
    assert _hashed(store, model) == model.bytes


def test_a_failed_check_is_not_recorded(store: Store, model: InstalledModel) -> None:
    before = (model.folder / record.VERIFIED).read_bytes()
    _flip(model.model)
    with pytest.raises(ModelDamagedError):
        store.verify(model)
    assert (model.folder / record.VERIFIED).read_bytes() == before


def test_a_folder_that_takes_no_record_is_hashed_each_time(
    store: Store, model: InstalledModel
) -> None:
    # A folder in its place: nobody, root included, can put a file there.
    path = model.folder / record.VERIFIED
    path.unlink()
    path.mkdir()
    assert _hashed(store, model) == model.bytes
    assert _hashed(store, model) == model.bytes
    assert [entry.name for entry in model.folder.glob(".tmp-*")] == []


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("kokoro-v1.1-fp16", "`kokoroctl models pull fp16` to"),
        ("kokoro-v1.0-int8", "`kokoroctl models pull int8 --tag model-files-v1.0` to"),
    ],
)
def test_a_damaged_release_can_be_fetched_again(name: str, remedy: str, tmp_path: Path) -> None:
    release = next(release for release in manifest.RELEASES if release.name == name)
    model = InstalledModel(
        "mine",
        tmp_path / record.MODEL,
        tmp_path / record.VOICES,
        release.model.bytes,
        release.model.sha256,
        release.voices.bytes,
        release.voices.sha256,
    )
    with pytest.raises(ModelDamagedError, match="is missing") as caught:
        verification.check(model)
    assert remedy in str(caught.value)
