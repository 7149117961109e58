"""What the process may use of its machine, from a tree of files as the kernel lays them out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kokorod.safety import limits
from kokorod.safety.limits import Limits


def tree(root: Path, groups: str, files: dict[str, str]) -> Path:
    for name, text in {"proc/self/cgroup": groups, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def read(root: Path, groups: str, files: dict[str, str]) -> tuple[float, int]:
    found = limits.read(tree(root, groups, files))
    return found.quota, found.memory


def test_the_least_of_the_groups_counts(tmp_path: Path) -> None:
    files = {
        "sys/fs/cgroup/pod/box/cpu.max": "max 100000\n",
        "sys/fs/cgroup/pod/box/memory.max": "943718400\n",
        "sys/fs/cgroup/pod/cpu.max": "50000 100000\n",
        "sys/fs/cgroup/pod/memory.max": "max\n",
    }
    assert read(tmp_path, "0::/pod/box\n", files) == (0.5, 943718400)


def test_groups_of_version_1(tmp_path: Path) -> None:
    files = {
        "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "150000\n",
        "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        "sys/fs/cgroup/memory/a/memory.limit_in_bytes": "1073741824\n",
    }
    groups = "9:memory:/a\n4:cpu,cpuacct:/a\n1:name=systemd:/a\n"
    assert read(tmp_path, groups, files) == (1.5, 1 << 30)


@pytest.mark.parametrize(
    "groups",
    ["", "0::/\n", "0::/../../elsewhere\n", "nonsense", "0::" + "/a" * 4000],
    ids=["none", "root", "outside", "nonsense", "deep"],
)
def test_what_cannot_be_read_is_no_limit(tmp_path: Path, groups: str) -> None:
    assert read(tmp_path, groups, {"sys/fs/cgroup/cpu.max": "what"}) == (0.0, 0)


def test_threads_are_no_more_than_can_run() -> None:
    assert Limits().threads(8) == 0
    assert Limits(processors=8).threads(8) == 0
    assert Limits(processors=1).threads(2) == 1
    assert Limits(quota=0.5).threads(2) == 1
    assert Limits(processors=4, quota=2.5).threads(8) == 2
    assert Limits(quota=16).threads(8) == 0


def test_they_are_told() -> None:
    assert Limits().described() == ""
    assert Limits(1, 0.5, 900 * 10**6).described() == (
        "limited to 1 processor, 0.5 processors' time, 0.9 GB"
    )


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no masks here")
def test_the_mask_is_read(tmp_path: Path) -> None:
    own = os.sched_getaffinity(0)
    if len(own) < 2:
        pytest.skip("one processor")
    try:
        os.sched_setaffinity(0, {min(own)})
        assert limits.read(tmp_path).processors == 1
    finally:
        os.sched_setaffinity(0, own)
