"""Pulling over real HTTP: resumed, tried again, and never installed unless it is right."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import model_server
from support.model_server import (
    MODEL,
    MODEL_PATH,
    QUICK,
    RELEASE,
    VOICES,
    VOICES_PATH,
    Fault,
    FileServer,
)

from kokorod.errors import DownloadError, ModelError
from kokorod.models.manifest import RemoteFile
from kokorod.models.pull import Progress
from kokorod.models.pull import pull_release as pull
from kokorod.models.store import Store


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    model_server.without_proxy(monkeypatch)


@pytest.fixture
def server() -> Iterator[FileServer]:
    with model_server.serving() as state:
        yield state


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


def _parts(store: Store) -> list[Path]:
    return sorted((store.folder / ".downloads").glob("*"))


def _part_of_model(store: Store) -> Path:
    downloads = store.folder / ".downloads"
    downloads.mkdir(parents=True)
    return downloads / f"{RELEASE.model.sha256[:16]}-toy.onnx.part"


def test_a_pull_installs_both_files_and_puts_the_first_to_use(
    server: FileServer, store: Store
) -> None:
    seen: list[Progress] = []
    model = pull(RELEASE, server.url, store, seen.append, patience=QUICK)
    assert model.model.read_bytes() == MODEL
    assert model.voices.read_bytes() == VOICES
    assert (model.variant, model.source) == ("fp32", server.url + MODEL_PATH)
    assert store.chosen() == model
    store.verify(model)
    assert seen[-1].done == seen[-1].total == RELEASE.bytes
    assert server.sent == RELEASE.bytes
    assert _parts(store) == []


def test_a_model_that_is_whole_is_not_fetched_again(server: FileServer, store: Store) -> None:
    pull(RELEASE, server.url, store, patience=QUICK)
    asked = len(server.requests)
    notes: list[str] = []
    pull(RELEASE, server.url, store, note=notes.append, patience=QUICK)
    assert len(server.requests) == asked
    assert "already" in notes[0]


def test_a_damaged_model_is_replaced_and_whole_voices_are_kept(
    server: FileServer, store: Store
) -> None:
    model = pull(RELEASE, server.url, store, patience=QUICK)
    model.model.write_bytes(b"damaged")
    asked = len(server.requests)
    again = pull(RELEASE, server.url, store, patience=QUICK)
    assert [request.path for request in server.requests[asked:]] == [MODEL_PATH]
    assert again.model.read_bytes() == MODEL
    store.check(again)


def test_damaged_voices_are_not_borrowed(server: FileServer, store: Store) -> None:
    model = pull(RELEASE, server.url, store, patience=QUICK)
    model.voices.write_bytes(bytes(len(VOICES)))
    again = pull(RELEASE, server.url, store, patience=QUICK)
    assert again.voices.read_bytes() == VOICES


def test_a_cut_connection_is_resumed_where_it_broke(server: FileServer, store: Store) -> None:
    server.faults.extend([None, Fault(cut_after=150_000), Fault(cut_after=100_000)])
    notes: list[str] = []
    model = pull(RELEASE, server.url, store, note=notes.append, patience=QUICK)
    assert model.model.read_bytes() == MODEL
    assert [request.start for request in server.requests] == [0, 0, 150_000, 250_000]
    assert server.sent == RELEASE.bytes
    assert len(notes) == 2
    assert "150,000 of 400,000" in notes[0]


def test_a_later_pull_goes_on_where_one_gave_up(server: FileServer, store: Store) -> None:
    server.faults.extend([None, Fault(cut_after=300_000), *[Fault(status=503)] * 2])
    with pytest.raises(DownloadError, match=r"503.*given up after 3 attempts"):
        pull(RELEASE, server.url, store, patience=QUICK)
    assert store.installed() == []
    server.requests.clear()
    seen: list[Progress] = []
    model = pull(RELEASE, server.url, store, seen.append, patience=QUICK)
    assert model.model.read_bytes() == MODEL
    assert [(request.path, request.start) for request in server.requests] == [(MODEL_PATH, 300_000)]
    assert server.sent == 100_000
    assert seen[0].done >= len(VOICES)


def test_attempts_that_bring_much_do_not_count_up(server: FileServer, store: Store) -> None:
    server.faults.extend([None, *[Fault(cut_after=60_000)] * 6])
    assert pull(RELEASE, server.url, store, patience=QUICK).model.read_bytes() == MODEL


def test_attempts_that_bring_little_end(server: FileServer, store: Store) -> None:
    server.faults.extend([None, *[Fault(cut_after=10)] * 100])
    with pytest.raises(DownloadError, match="given up after 3 attempts in a row"):
        pull(RELEASE, server.url, store, patience=QUICK)
    assert len(server.requests) == 1 + 3


def test_a_server_that_ignores_range_makes_it_begin_anew(server: FileServer, store: Store) -> None:
    server.faults.extend([None, Fault(cut_after=150_000), Fault(ignore_range=True)])
    notes: list[str] = []
    model = pull(RELEASE, server.url, store, note=notes.append, patience=QUICK)
    assert model.model.read_bytes() == MODEL
    assert "cannot resume" in notes[1]
    assert server.sent == RELEASE.bytes + 150_000


def test_rubbish_left_by_a_crash_is_fetched_again(server: FileServer, store: Store) -> None:
    _part_of_model(store).write_bytes(bytes(100_000))
    notes: list[str] = []
    model = pull(RELEASE, server.url, store, note=notes.append, patience=QUICK)
    assert model.model.read_bytes() == MODEL
    assert [request.start for request in server.requests] == [0, 100_000, 0]
    assert "damaged" in notes[0]


def test_beginning_anew_forgets_what_was_there(server: FileServer, store: Store) -> None:
    _part_of_model(store).write_bytes(bytes(100_000))
    server.faults.extend([None, Fault(ignore_range=True, cut_after=60_000)])
    assert pull(RELEASE, server.url, store, patience=QUICK).model.read_bytes() == MODEL
    assert [request.start for request in server.requests] == [0, 0, 60_000]


def test_wrong_bytes_fetched_whole_are_not_fetched_twice(server: FileServer, store: Store) -> None:
    _part_of_model(store).write_bytes(MODEL[:100_000])
    server.files[MODEL_PATH] = bytes(len(MODEL))
    server.faults.extend([None, Fault(ignore_range=True)])
    with pytest.raises(DownloadError, match="is not the file it should be"):
        pull(RELEASE, server.url, store, patience=QUICK)
    assert len(server.requests) == 2


def test_a_finished_file_that_rotted_is_fetched_again(server: FileServer, store: Store) -> None:
    part = _part_of_model(store)
    part.with_name(part.name.removesuffix(".part")).write_bytes(bytes(len(MODEL)))
    assert pull(RELEASE, server.url, store, patience=QUICK).model.read_bytes() == MODEL


@pytest.mark.parametrize("size", [len(MODEL), len(MODEL) + 5])
def test_a_part_too_long_or_full_of_rubbish_is_no_obstacle(
    size: int, server: FileServer, store: Store
) -> None:
    _part_of_model(store).write_bytes(bytes(size))
    assert pull(RELEASE, server.url, store, patience=QUICK).model.read_bytes() == MODEL


def test_a_full_part_that_is_right_is_not_fetched(server: FileServer, store: Store) -> None:
    _part_of_model(store).write_bytes(MODEL)
    pull(RELEASE, server.url, store, patience=QUICK)
    assert [request.path for request in server.requests] == [VOICES_PATH]


def test_what_another_release_left_is_dropped(server: FileServer, store: Store) -> None:
    _part_of_model(store).with_name("0123-other.onnx.part").write_bytes(b"old")
    server.faults.extend([None, *[Fault(cut_after=60_000), Fault(status=404)]])
    with pytest.raises(DownloadError):
        pull(RELEASE, server.url, store, patience=QUICK)
    assert {path.name.split("-", 1)[1] for path in _parts(store)} == {
        "voices.bin",
        "toy.onnx.part",
    }


def test_wrong_bytes_are_deleted_and_said(server: FileServer, store: Store) -> None:
    wrong = bytes(len(MODEL))
    server.files[MODEL_PATH] = wrong
    with pytest.raises(DownloadError) as caught:
        pull(RELEASE, server.url, store, patience=QUICK)
    assert RELEASE.model.sha256 in str(caught.value)
    assert hashlib.sha256(wrong).hexdigest() in str(caught.value)
    assert store.installed() == []
    assert [path.name for path in _parts(store) if "toy.onnx" in path.name] == []
    assert len(server.requests) == 2


@pytest.mark.parametrize("no_length", [False, True])
def test_a_longer_file_is_refused(no_length: bool, server: FileServer, store: Store) -> None:
    server.files[MODEL_PATH] = MODEL + b"more"
    server.faults.extend([None, *[Fault(no_length=no_length)] * 10])
    with pytest.raises(DownloadError, match=r"expected are 400,000"):
        pull(RELEASE, server.url, store, patience=QUICK)
    assert len(server.requests) == 2
    assert [path.name for path in _parts(store) if "toy.onnx" in path.name] == []


def test_a_short_page_instead_of_the_file_is_refused_at_once(
    server: FileServer, store: Store
) -> None:
    server.faults.extend([None, Fault(cut_after=150_000)])
    server.faults.append(Fault(meanwhile=lambda: server.files.update({MODEL_PATH: b"<html>"})))
    with pytest.raises(DownloadError) as caught:
        pull(RELEASE, server.url, store, patience=QUICK)
    # 416: the page ends before the byte asked for; asked anew, it has the wrong size.
    assert "it has 6 bytes" in str(caught.value)


def test_a_file_of_another_size_is_seen_in_content_range(server: FileServer, store: Store) -> None:
    server.faults.extend([None, Fault(cut_after=150_000)])
    server.faults.append(Fault(content_range="bytes 150000-499999/500000"))
    with pytest.raises(DownloadError, match="it has 500000 bytes"):
        pull(RELEASE, server.url, store, patience=QUICK)


def test_another_part_than_asked_for_is_refused(server: FileServer, store: Store) -> None:
    server.faults.extend([None, Fault(cut_after=150_000)])
    server.faults.append(Fault(content_range="bytes 10-399999/400000"))
    with pytest.raises(DownloadError, match="the bytes from 150,000 on were asked for"):
        pull(RELEASE, server.url, store, patience=QUICK)


def test_a_stall_counts_as_broken(server: FileServer, store: Store) -> None:
    server.faults.extend([None, Fault(stall_after=120_000)])
    notes: list[str] = []
    model = pull(RELEASE, server.url, store, note=notes.append, patience=QUICK)
    assert model.model.read_bytes() == MODEL
    assert "no bytes came for 0.5 s" in notes[0]
    assert server.sent == RELEASE.bytes


def test_a_pull_that_cannot_fit_asks_the_server_nothing(server: FileServer, store: Store) -> None:
    huge = RemoteFile("huge.onnx", 10**18, "0" * 64)
    release = dataclasses.replace(RELEASE, model=huge)
    with pytest.raises(ModelError, match=r"MB are needed and .* MB are free"):
        pull(release, server.url, store, patience=QUICK)
    assert server.requests == []
