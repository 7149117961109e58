"""A disk that is nearly full does not leave half a module's bytecode for later starts to read."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from kokorod.__main__ import keep_no_bytecode_if_full


@pytest.mark.parametrize(("free_blocks", "kept"), [(2**20, True), (100, False)])
def test_bytecode_is_kept_only_where_it_fits(
    free_blocks: int, kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SimpleNamespace(f_bavail=free_blocks, f_frsize=4096)
    monkeypatch.setattr(os, "statvfs", lambda path: disk)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    environ: dict[str, str] = {}
    keep_no_bytecode_if_full(environ, tmp_path)
    assert sys.dont_write_bytecode is not kept
    assert ("PYTHONDONTWRITEBYTECODE" in environ) is not kept


def test_a_folder_that_cannot_be_looked_at_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    keep_no_bytecode_if_full({}, tmp_path / "none")
    assert not sys.dont_write_bytecode
