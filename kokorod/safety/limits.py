# pure: no socket, thread or clock; reads what the kernel says of this process.
"""What this process may use of its machine: processors by its mask and quota, memory by its limit.

Nothing here raises: what cannot be read is no limit.

Source: sched_getaffinity(2); cgroups(7), of version 2 (cpu.max, memory.max) and of version 1
(cpu.cfs_quota_us, cpu.cfs_period_us, memory.limit_in_bytes).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: Above this a limit of memory is none: version 1 writes a number near 2**63 for it.
_NO_LIMIT: Final = 1 << 60

#: Groups within groups: a container in a pod in a slice has five.
_DEEPEST: Final = 32


@dataclass(frozen=True, slots=True)
class Limits:
    """processors  that its mask allows; 0: all
    quota       processors' worth of time, e.g. 0.5; 0: no quota
    memory      bytes; 0: no limit
    """

    processors: int = 0
    quota: float = 0.0
    memory: int = 0

    def threads(self, machine: int) -> int:
        """Threads that can run at once, of `machine` processors; 0: as many as there are."""
        allowed = [machine]
        if self.processors:
            allowed.append(self.processors)
        if self.quota:
            allowed.append(max(1, int(self.quota)))
        return 0 if min(allowed) >= machine else min(allowed)

    def described(self) -> str:
        """For people; empty: there are none."""
        parts = (
            f"{self.processors} processors" if self.processors > 1 else "",
            "1 processor" if self.processors == 1 else "",
            f"{self.quota:g} processors' time" if self.quota else "",
            f"{self.memory / 1e9:.1f} GB" if self.memory else "",
        )
        said = ", ".join(filter(None, parts))
        return f"limited to {said}" if said else ""


def read(root: Path = Path("/")) -> Limits:
    """Those of this process. root: where proc and sys are, another in tests."""
    quota, memory = 0.0, 0
    for folder in _groups(root):
        quota = _least(quota, _quota(folder))
        memory = int(_least(memory, _memory(folder)))
    return Limits(_masked(), quota, memory)


def _masked() -> int:
    if not hasattr(os, "sched_getaffinity"):  # macOS has no masks
        return 0
    mask = len(os.sched_getaffinity(0))
    return mask if mask < (os.cpu_count() or 0) else 0


def _groups(root: Path) -> Iterator[Path]:
    """The folders of this process's control groups and of those around them."""
    for line in _text(root / "proc/self/cgroup").splitlines()[:_DEEPEST]:
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        for mount in (controllers, *controllers.split(",")) if controllers else ("",):
            if controllers and not {"cpu", "memory"} & set(mount.split(",")):
                continue
            parts = [part for part in path.split("/") if part]
            # In a container the path may be that of the machine outside; its own is the mount.
            if ".." in parts:
                parts = []
            base = root / "sys/fs/cgroup" / mount
            for count in range(min(len(parts), _DEEPEST), -1, -1):
                yield base.joinpath(*parts[:count])


def _quota(folder: Path) -> float:
    found = _text(folder / "cpu.max").split()
    if len(found) != 2:
        found = [
            _text(folder / "cpu.cfs_quota_us").strip(),
            _text(folder / "cpu.cfs_period_us").strip(),
        ]
    quota, period = (int(n) if n.isascii() and n.isdecimal() else 0 for n in found)
    return quota / period if quota and period else 0.0


def _memory(folder: Path) -> int:
    found = _text(folder / "memory.max").strip() or _text(folder / "memory.limit_in_bytes").strip()
    limit = int(found) if found.isascii() and found.isdecimal() else 0
    return limit if limit < _NO_LIMIT else 0


def _least(one: float, other: float) -> float:
    """The smaller of two limits, each 0 if there is none."""
    return min(one, other) if one and other else one or other


def _text(path: Path) -> str:
    try:
        # Files of the kernel: a few lines each.
        with path.open(encoding="ascii", errors="replace") as file:
            return file.read(4096)
    except OSError:
        return ""
