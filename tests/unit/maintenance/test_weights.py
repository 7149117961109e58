"""The weights file in the page cache: mapped, touched, locked, and no memory of its own."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from kokorod.maintenance.weights import Weights

SIZE = 40 * 2**20 + 5_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "weights.bin"
    path.write_bytes(os.urandom(2**20) * (SIZE // 2**20) + b"x" * 5_000)
    return path


def _mapped_mb(path: Path) -> float:
    """Of the file, how much is mapped here at the moment."""
    maps = psutil.Process().memory_maps(grouped=True)
    return sum(found.rss for found in maps if found.path == str(path)) / 2**20


def test_touching_reads_every_page_and_keeps_none(file: Path) -> None:
    weights = Weights(file)
    assert weights.bytes == SIZE
    looks = 0

    def stop() -> bool:
        nonlocal looks
        looks += 1
        if sys.platform == "linux":
            assert _mapped_mb(file) < 1  # of the chunks before
        return False

    assert weights.touch(stop)
    assert looks == 6
    if sys.platform == "linux":
        assert _mapped_mb(file) < 1
    weights.close()


def test_it_stops_when_it_is_told(file: Path) -> None:
    weights = Weights(file)
    answers = iter([False, False, True])
    assert not weights.touch(lambda: next(answers))
    assert next(answers, None) is None
    weights.close()


def test_what_is_no_file_of_weights_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Weights(tmp_path / "none")
    (tmp_path / "empty").touch()
    with pytest.raises(ValueError):
        Weights(tmp_path / "empty")


#: Root may lock anything: the right is given up first. Prints what lock() says.
_LOCKER = """
import ctypes, os, resource, sys
from pathlib import Path
if "child" not in sys.argv:
    if sys.platform == "linux":
        PR_CAPBSET_DROP, CAP_IPC_LOCK = 24, 14
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_IPC_LOCK, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (int(sys.argv[2]),) * 2)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:], "child"])
from kokorod.maintenance.weights import Weights, lock_limit
weights = Weights(Path(sys.argv[1]))
print(weights.lock() or "locked", weights.locked, lock_limit())
weights.close()
"""


def _lock(file: Path, limit: int) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", _LOCKER, file, str(limit)], capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_over_the_limit_it_says_which_limit_and_what_to_do(file: Path) -> None:
    said = _lock(file, 65_536)
    assert said.startswith("40.0 MB cannot be locked, RLIMIT_MEMLOCK allows 0.1 MB")
    assert "LimitMEMLOCK" in said
    assert "KOKORO_MLOCK_WEIGHTS=false" in said
    assert said.endswith(" 0 65536")


def test_within_the_limit_it_is_locked(file: Path) -> None:
    small = file.with_name("small")
    small.write_bytes(b"x" * 20_000)
    assert _lock(small, 65_536) == "locked 20000 65536"


def test_the_limit_is_raised_as_far_as_it_may_be(file: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]\n"
        "resource.setrlimit(resource.RLIMIT_MEMLOCK, (4096, hard))\n"
        "from kokorod.maintenance.weights import Weights, lock_limit\n"
        "weights = Weights(Path(sys.argv[1]))\n"
        "weights.lock()\n"
        "print(lock_limit())\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, file], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == str(None if hard == resource.RLIM_INFINITY else hard)
    assert resource.getrlimit(resource.RLIMIT_MEMLOCK) == (soft, hard)
