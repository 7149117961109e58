"""What is freed is given back, in a process of its own: the setting is for a whole process."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Blocks of 2 MB with a small one behind each, as an inference leaves them; the small ones
# stay. The first round teaches glibc to take such blocks from its heap.
_PROGRAM = """
import ctypes
import sys

import psutil

from kokorod.engine import heap

if sys.argv[1] == "apart":
    heap.keep_big_blocks_apart()
c = ctypes.CDLL(None)
c.malloc.restype = ctypes.c_void_p
c.malloc.argtypes = [ctypes.c_size_t]
c.free.argtypes = [ctypes.c_void_p]
c.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
size = 2 << 20
for _ in range(2):
    pairs = [(c.malloc(size), c.malloc(3000)) for _ in range(40)]
    for big, small in pairs:
        c.memset(big, 1, size)
        c.memset(small, 1, 3000)
    before = psutil.Process().memory_info().rss
    for big, _ in pairs:
        c.free(big)
print((before - psutil.Process().memory_info().rss) >> 20)
"""


def _given_back_mb(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, how], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")
def test_big_blocks_are_given_back_when_they_are_freed() -> None:
    assert _given_back_mb("apart") > 70
