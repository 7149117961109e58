"""Files that somebody else may have put there are neither followed, waited for nor trusted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kokorod.safety import own_files


def test_a_regular_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 100)
    assert own_files.read(path, 100) == b"x" * 100
    with pytest.raises(OSError, match="more than 99 bytes"):
        own_files.read(path, 99)
    with pytest.raises(FileNotFoundError):
        own_files.read(tmp_path / "none", 99)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "f")
    with pytest.raises(OSError, match="symbolic link"):
        own_files.read(tmp_path / "link", 99)


def test_a_fifo_and_a_device_hold_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match=r"no regular file|directory"):
            own_files.read(path, 99)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("x")
    os.chown(path, 65534, 65534)
    with pytest.raises(OSError, match="another user"):
        own_files.read(path, 99)
