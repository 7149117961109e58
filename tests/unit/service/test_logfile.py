"""The log that launchd opens and nobody else rotates: bounded, followed, never fatal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kokorod.watch import logfile

#: Writes `lines` lines through the LogFile that standard error is, with small bounds.
_WRITER = """
import os, sys
from pathlib import Path
from kokorod.watch import logfile
from kokorod.watch.log import Log
stream = logfile.standard_error(Path(sys.argv[1]))
if stream is None:
    sys.exit(3)
stream._max_bytes, stream._kept = 2000, 2
log = Log(stream=stream)
for number in range(int(sys.argv[2])):
    log.info("line", number=number)
os.write(2, b"native\\n")
print("printed", flush=True)
"""


def _write(logs: Path, lines: int, opened: Path | None = None) -> int:
    with (opened or logs / "kokorod.log").open("ab") as log:
        return subprocess.run(
            [sys.executable, "-c", _WRITER, str(logs), str(lines)], stdout=log, stderr=log
        ).returncode


def test_it_is_bounded_and_loses_no_recent_line(tmp_path: Path) -> None:
    assert _write(tmp_path, 300) == 0
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["kokorod.log", "kokorod.log.1", "kokorod.log.2"]
    assert all(file.stat().st_size <= 2100 for file in files)
    newest_last = "".join(file.read_text() for file in reversed(files))
    numbers = [
        int(line.rpartition("=")[2]) for line in newest_last.splitlines() if "number=" in line
    ]
    assert numbers == list(range(numbers[0], 300))


def test_what_native_code_and_print_write_lands_in_the_newest(tmp_path: Path) -> None:
    _write(tmp_path, 300)
    assert (tmp_path / "kokorod.log").read_text().endswith("native\nprinted\n")


def test_a_few_lines_rotate_nothing(tmp_path: Path) -> None:
    _write(tmp_path, 3)
    assert [file.name for file in tmp_path.iterdir()] == ["kokorod.log"]


def test_new_files_are_the_users_alone(tmp_path: Path) -> None:
    _write(tmp_path, 100)
    assert (tmp_path / "kokorod.log").stat().st_mode & 0o777 == 0o600


def test_another_file_is_left_alone(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "kokorod.log").touch()
    assert _write(logs, 1, opened=tmp_path / "mine.log") == 3
    assert _write(tmp_path / "nowhere", 1, opened=tmp_path / "mine.log") == 3


def test_a_pipe_is_no_log_file(tmp_path: Path) -> None:
    (tmp_path / "kokorod.log").touch()
    ended = subprocess.run(
        [sys.executable, "-c", _WRITER, str(tmp_path), "1"], stderr=subprocess.PIPE
    )
    assert ended.returncode == 3


def test_where_nothing_can_be_renamed_it_stays_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kokorod.log"
    # A folder in the way of the first older file: rename fails for every user.
    (tmp_path / "kokorod.log.1").mkdir()
    (tmp_path / "kokorod.log.1" / "full").touch()
    saved = os.dup(2)
    try:
        with path.open("ab") as log:
            os.dup2(log.fileno(), 2)
        stream = logfile.LogFile(path, max_bytes=1000, kept=1)
        for _ in range(500):
            stream.write("forty characters of log, give or take.\n")
    finally:
        os.dup2(saved, 2)
        os.close(saved)
    assert 0 < path.stat().st_size <= 2_100
