# process: a part of `kokoroctl bench`.
"""What a figure depends on: processor, system and versions. No names, no paths."""

from __future__ import annotations

import contextlib
import platform
import re
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import psutil

_PACKAGES: Final = ("kokorod", "onnxruntime", "kokoro-onnx", "numpy")


def physical_cores() -> int:
    """Cores, hyper-threads not counted."""
    return psutil.cpu_count(logical=False) or logical_cores()


def logical_cores() -> int:
    return psutil.cpu_count() or 1


def facts() -> dict[str, Any]:
    """Plain maps and numbers, ready for JSON."""
    return {
        "cpu": cpu_model(),
        "cores": physical_cores(),
        "threads": logical_cores(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version for name in _PACKAGES if (version := _version(name))},
    }


def cpu_model() -> str:
    """As the maker calls it; the instruction set if nobody says."""
    with contextlib.suppress(OSError):
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
        if found:
            return found[1].strip()
    if platform.system() == "Darwin":
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            said = subprocess.run(
                ["sysctl", "-n", "machdep.cpu.brand_string"],
                capture_output=True,
                text=True,
                timeout=5,
                check=True,
            )
            return said.stdout.strip()
    return platform.machine()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
