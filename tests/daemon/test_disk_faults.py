"""A disk that is full or fails, a kernel without memory, at each place that touches a disk.

Some of the steps of each place; `make chaos` has every one, and whole daemons.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.faults.running import fail_at_every_place

#: Of the steps, one in so many: a few seconds of the processor.
EVERY = 20


@pytest.mark.skipif(sys.platform != "linux", reason="LD_PRELOAD and glibc's names")
def test_what_fails_at_the_disk_is_told_in_a_line_and_goes_right_afterwards(
    tmp_path: Path,
) -> None:
    fail_at_every_place(tmp_path, EVERY)
