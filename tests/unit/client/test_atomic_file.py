"""A file that gets its name when it is whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kokoro_client.atomic_file import AtomicFile


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_nothing_has_the_name_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_text("old")
    file = AtomicFile(path)
    file.stream.write(b"new")
    file.stream.flush()
    assert path.read_text() == "old"
    file.commit()
    assert path.read_text() == "new"
    file.discard()
    assert names(tmp_path) == ["a.wav"]


def test_what_is_kept_stands_beside(tmp_path: Path) -> None:
    file = AtomicFile(tmp_path / "a.wav")
    file.stream.write(b"half")
    assert file.keep() == tmp_path / "a.part.wav"
    file.discard()
    assert names(tmp_path) == ["a.part.wav"]
    assert (tmp_path / "a.part.wav").read_text() == "half"


def test_what_is_discarded_leaves_nothing(tmp_path: Path) -> None:
    file = AtomicFile(tmp_path / "a.wav")
    file.stream.write(b"half")
    file.discard()
    assert names(tmp_path) == []


def test_the_longest_name_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("ä" * 124 + ".wav")
    file = AtomicFile(path)
    file.commit()
    assert names(tmp_path) == [path.name]


def test_a_new_file_has_the_rights_that_the_umask_leaves(tmp_path: Path) -> None:
    AtomicFile(tmp_path / "a").commit()
    (tmp_path / "b").touch()
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as reader:
        file = AtomicFile(path)
        file.stream.write(b"sound")
        file.commit()
        assert reader.read() == b"sound"
    assert file.keep() is None
    assert path.is_fifo()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        AtomicFile(tmp_path / "nowhere" / "a")


def test_an_interruption_while_it_is_opened_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """fdopen() that is interrupted closes the descriptor as it drops the file."""

    def interrupted(fd: int, mode: str) -> None:
        os.close(fd)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fdopen", interrupted)
    with pytest.raises(KeyboardInterrupt):
        AtomicFile(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []
