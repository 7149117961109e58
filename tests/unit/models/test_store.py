"""The store on a real disk: import, choose, remove, and what interruptions leave."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support import model_files

from kokorod.errors import ModelDamagedError, ModelError, ModelMissingError
from kokorod.models import disk, lock
from kokorod.models import store as store_module
from kokorod.models.store import Store, check_name

_ALLOWED = "abcdefghijklmnopqrstuvwxyz0123456789._-"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home" / "models")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return (
        model_files.write_model(tmp_path / "some.onnx"),
        model_files.write_voices(tmp_path / "some.bin"),
    )


@given(st.text(_ALLOWED, min_size=1, max_size=64))
def test_allowed_names_pass_and_stay_in_the_folder(name: str) -> None:
    if name[0] in "._-":
        with pytest.raises(ModelError):
            check_name(name)
        return
    folder = Path("/store")
    assert (folder / check_name(name)).parent == folder
    assert (folder / name).name == name
    assert os.path.normpath(folder / name) == str(folder / name)


@given(st.text())
@example("")
@example("..")
@example("a/../b")
@example("a\n")
@example("a\x00")
@example("Ä")
@example("kokoro v1")
@example("a" * 65)
@example(".lock")
def test_every_other_name_is_refused(name: str) -> None:
    allowed = 1 <= len(name) <= 64 and set(name) <= set(_ALLOWED) and name[0] not in "._-"
    if allowed:
        check_name(name)
    else:
        with pytest.raises(ModelError, match="is no name for a model"):
            check_name(name)


@pytest.mark.parametrize("name", ["../x", ".in-use", "", "x" * 65])
def test_no_way_in_takes_a_bad_name(name: str, store: Store, files: tuple[Path, Path]) -> None:
    for act in (
        lambda: store.get(name),
        lambda: store.use(name),
        lambda: store.remove(name),
        lambda: store.import_files(*files, name),
    ):
        with pytest.raises(ModelError, match="is no name"):
            act()


def test_an_empty_store_says_how_to_get_a_model(store: Store) -> None:
    assert store.installed() == []
    for preferred in ("", "kokoro-v1.1-fp32"):
        with pytest.raises(ModelMissingError, match=r"kokoroctl setup.*models pull.*models import"):
            store.chosen(preferred)
    assert not store.folder.exists()


def test_an_import_is_complete_pinned_and_put_to_use(
    store: Store, files: tuple[Path, Path]
) -> None:
    told: list[tuple[int, int]] = []
    model = store.import_files(*files, "toy", lambda done, total: told.append((done, total)))
    assert model.model.read_bytes() == files[0].read_bytes()
    assert model.voices.read_bytes() == files[1].read_bytes()
    assert model.folder == store.folder / "toy"
    assert (model.source, model.variant) == (str(files[0]), "")
    assert model.bytes == sum(path.stat().st_size for path in files)
    assert told[-1] == (model.bytes, model.bytes)
    assert store.in_use() == "toy"
    assert [model] == store.installed()
    assert model == store.get("toy") == store.chosen() == store.chosen("toy")
    assert sorted(path.name for path in model.folder.iterdir()) == [
        "model.json",
        "model.onnx",
        "verified.json",
        "voices.bin",
    ]
    assert {path.name for path in store.folder.iterdir()} == {"toy", ".lock", ".in-use"}
    store.check(model)
    store.verify(model)


def test_the_folders_are_for_the_user_alone(store: Store, files: tuple[Path, Path]) -> None:
    store.import_files(*files, "toy")
    for folder in (store.folder.parent, store.folder, store.folder / "toy"):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_the_imported_files_may_go_afterwards(store: Store, files: tuple[Path, Path]) -> None:
    model = store.import_files(*files, "toy")
    for path in files:
        path.write_bytes(b"")
    store.verify(model)


def test_a_second_import_leaves_the_choice_alone(store: Store, files: tuple[Path, Path]) -> None:
    store.import_files(*files, "one")
    store.import_files(*files, "two")
    assert store.chosen().name == "one"
    store.use("two")
    assert store.chosen().name == "two"
    assert store.chosen("one").name == "one"
    assert [model.name for model in store.installed()] == ["one", "two"]


def test_a_taken_name_is_refused(store: Store, files: tuple[Path, Path]) -> None:
    store.import_files(*files, "toy")
    with pytest.raises(ModelError, match="is taken"):
        store.import_files(*files, "toy")
    assert store.chosen().name == "toy"


def test_what_is_no_model_is_not_imported(
    store: Store, files: tuple[Path, Path], tmp_path: Path
) -> None:
    model, voices = files
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for pair in ((voices, model), (model, model), (tmp_path, voices), (tmp_path / "no", voices)):
        with pytest.raises(ModelError):
            store.import_files(*pair, "toy")
    with pytest.raises(ModelError, match="is no file"):
        store.import_files(fifo, voices, "toy")
    assert not store.folder.exists()


def test_removing_what_is_in_use_leaves_the_only_other(
    store: Store, files: tuple[Path, Path]
) -> None:
    for name in ("one", "two", "three"):
        store.import_files(*files, name)
    store.remove("one")
    assert store.in_use() == ""
    with pytest.raises(ModelMissingError, match=r"models use N.*three, two"):
        store.chosen()
    store.remove("two")
    assert store.chosen().name == "three"
    store.remove("three")
    assert {path.name for path in store.folder.iterdir()} == {".lock"}
    with pytest.raises(ModelMissingError):
        store.remove("three")


def test_a_folder_deleted_by_hand_is_just_gone(store: Store, files: tuple[Path, Path]) -> None:
    store.import_files(*files, "one")
    disk.delete(store.import_files(*files, "two").folder)
    store.use("one")
    disk.delete(store.get("one").folder)
    with pytest.raises(ModelMissingError):
        store.chosen()


def test_removing_a_link_keeps_what_it_leads_to(
    store: Store, files: tuple[Path, Path], tmp_path: Path
) -> None:
    model = store.import_files(*files, "toy")
    elsewhere = tmp_path / "big-disk"
    model.folder.rename(elsewhere)
    model.folder.symlink_to(elsewhere)
    store.check(store.chosen())
    store.remove("toy")
    assert store.installed() == []
    assert (elsewhere / "model.onnx").exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"format": 2}',
        "null",
        "[" * 60_000,
        "x" * 100_000,
        '{"format":1,"model":{"bytes":-1,"sha256":"00"},"voices":{},"source":"","variant":""}',
    ],
)
def test_an_unreadable_record_is_damage_that_can_be_removed(
    content: str, store: Store, files: tuple[Path, Path]
) -> None:
    model = store.import_files(*files, "toy")
    (model.folder / "model.json").write_text(content)
    with pytest.raises(ModelDamagedError, match=r"kokoroctl models remove toy"):
        store.chosen()
    assert store.installed() == []
    assert list(store.broken()) == ["toy"]
    store.remove("toy")
    assert store.broken() == {}


def test_a_folder_without_record_is_damage(store: Store) -> None:
    (store.folder / "stray").mkdir(parents=True)
    with pytest.raises(ModelDamagedError, match=r"has no model.json"):
        store.chosen()
    assert "models remove stray" in store.broken()["stray"]


@pytest.mark.parametrize("content", [b"", b"../../etc", b"\xff\xfe", b"a" * 1000, b"gone\n"])
def test_a_broken_choice_counts_as_none(
    content: bytes, store: Store, files: tuple[Path, Path]
) -> None:
    store.import_files(*files, "toy")
    (store.folder / ".in-use").write_bytes(content)
    assert store.chosen().name == "toy"


def test_leftovers_of_a_crash_are_cleaned_by_the_next_change(
    store: Store, files: tuple[Path, Path]
) -> None:
    model = store.import_files(*files, "toy")
    half = store.folder / ".tmp-abc"
    half.mkdir()
    (half / "model.onnx").write_bytes(b"half")
    (store.folder / ".tmp-file").write_bytes(b"half")
    (model.folder / ".tmp-verified").write_bytes(b"half")
    store.use("toy")
    assert {path.name for path in store.folder.iterdir()} == {"toy", ".lock", ".in-use"}
    assert not (model.folder / ".tmp-verified").exists()


def test_an_import_that_fails_half_way_leaves_nothing(
    store: Store, files: tuple[Path, Path]
) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.import_files(*files, "toy", stop)
    assert [path.name for path in store.folder.iterdir()] == [".lock"]


def test_a_disk_that_fills_up_is_one_error_and_leaves_nothing(
    store: Store, files: tuple[Path, Path]
) -> None:
    code = """
import resource, sys
from pathlib import Path
from kokorod.errors import ModelError
from kokorod.models.store import Store
sys.dont_write_bytecode = True
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    Store(Path(sys.argv[1])).import_files(Path(sys.argv[2]), Path(sys.argv[3]), "toy")
except ModelError as error:
    print(error)
"""
    arguments = [str(store.folder), *map(str, files)]
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ended.stdout.startswith("importing toy failed: ")
    assert "free some space" in ended.stdout
    assert [path.name for path in store.folder.iterdir()] == [".lock"]


def test_an_import_that_cannot_fit_is_not_begun(store: Store, files: tuple[Path, Path]) -> None:
    store.folder.mkdir(parents=True)
    with pytest.raises(ModelError, match=r"MB are needed and .* MB are free on the disk of"):
        disk.require_space(store.folder, 10**18)
    # A sparse file: it has the size, and takes no room.
    with files[0].open("r+b") as file:
        disk.require_space(store.folder, file.seek(0, os.SEEK_END))


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path, files: tuple[Path, Path]) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match=r"importing toy failed: .*(Not a directory|File exists)"):
        Store(tmp_path / "file" / "models").import_files(*files, "toy")


def test_who_holds_the_lock_is_named(
    store: Store, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "LOCK_WAIT_S", 0.0)
    with (
        store.changing("importing something"),
        pytest.raises(ModelError, match=f"process {os.getpid()} is importing something"),
    ):
        store.import_files(*files, "toy")
    store.import_files(*files, "toy")


def test_a_lock_without_a_note_still_holds(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with (
            pytest.raises(lock.LockHeldError, match="another process"),
            lock.exclusive(path, "trying", 0),
        ):
            pass
    with lock.exclusive(path, "trying", 0):
        pass


def test_the_record_says_what_the_files_must_be(store: Store, files: tuple[Path, Path]) -> None:
    model = store.import_files(*files, "toy")
    content = json.loads((model.folder / "model.json").read_bytes())
    assert content["model"] == {"bytes": model.model_bytes, "sha256": model.model_sha256}
    assert content["voices"] == {"bytes": model.voices_bytes, "sha256": model.voices_sha256}
    assert content["format"] == 1
