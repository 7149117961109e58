# process: a part of `kokoroctl doctor`.
"""Python, the installed packages, disk and memory."""

from __future__ import annotations

import platform
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import Final

from ..safety import limits
from .result import CheckResult, fail, ok, warn

_LOWEST_PYTHON: Final = (3, 11)

#: onnxruntime: leaks memory or computes wrong convolutions on Apple silicon.
_BROKEN_ON_APPLE: Final = ((1, 24), (1, 27))

#: What the daemon is built and tested with.
_LOWEST_ONNXRUNTIME: Final = (1, 28)

#: Log, cache and a .wav need little; a model 354 MB, its optimised copy as much again.
_DISK_FAIL: Final = 64 * 2**20
_DISK_WARN: Final = 1024 * 2**20

#: The built-in voice takes 100 MB, Kokoro 480 MB at rest and 790 MB at its peak.
_MEMORY_FAIL: Final = 200 * 2**20
_MEMORY_WARN: Final = 1000 * 2**20


def check_python(
    version: tuple[int, int] = sys.version_info[:2], bits: int = sys.maxsize.bit_length() + 1
) -> CheckResult:
    found = f"{platform.python_version()}, {bits} bits, {platform.machine()}, {sys.executable}"
    if version < _LOWEST_PYTHON:
        return fail("python", found, "install Python 3.11 or newer, then kokorod with it")
    if bits < 64:
        return fail("python", found, "install a 64-bit Python: onnxruntime needs one")
    if sys.platform == "darwin" and platform.machine() == "x86_64" and _is_apple_silicon():
        return warn("python", f"{found}, translated by Rosetta", "install a Python for arm64")
    return ok("python", found)


def check_packages() -> CheckResult:
    daemon, client = metadata.version("kokorod"), metadata.version("kokoro-client")
    found = f"kokorod {daemon}, kokoro-client {client}"
    if daemon != client:
        return warn("packages", found, "pip install --upgrade kokorod kokoro-client")
    return ok("packages", found)


def check_onnxruntime_version(
    version: str | None = None,
    system: str = sys.platform,
    machine: str = platform.machine(),
) -> CheckResult:
    """Read from the package's metadata, without loading it."""
    version = metadata.version("onnxruntime") if version is None else version
    number = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    found = f"{version} on {machine}"
    todo = "pip install --upgrade 'onnxruntime>=1.28'"
    low, high = _BROKEN_ON_APPLE
    if system == "darwin" and machine == "arm64" and low <= number <= high:
        return fail(
            "onnxruntime version",
            f"{found}: 1.24 to 1.27 leak memory or compute wrong sound on Apple silicon",
            todo,
        )
    if number < _LOWEST_ONNXRUNTIME:
        return warn("onnxruntime version", f"{found} is older than 1.28", todo)
    return ok("onnxruntime version", found)


def check_disk(home: Path) -> CheckResult:
    there = next(path for path in (home, *home.parents) if path.exists())
    return judge_disk(shutil.disk_usage(there).free, there)


def judge_disk(free: int, where: Path) -> CheckResult:
    found = f"{free / 1e9:,.1f} GB free at {where}"
    if free < _DISK_FAIL:
        return fail("disk", found, "free some space, or move everything with KOKORO_HOME")
    if free < _DISK_WARN:
        return warn("disk", found, "a model and its optimised copy need 0.8 GB; free some space")
    return ok("disk", found)


def check_memory() -> CheckResult:
    import psutil

    memory = psutil.virtual_memory()
    limit = limits.read().memory or memory.total
    return judge_memory(min(memory.available, limit), min(memory.total, limit))


def judge_memory(available: int, total: int) -> CheckResult:
    found = f"{available / 1e9:,.1f} of {total / 1e9:,.1f} GB available"
    if available < _MEMORY_FAIL:
        return fail("memory", found, "end other programs: the daemon would be killed")
    if available < _MEMORY_WARN:
        return warn("memory", found, "Kokoro takes up to 0.8 GB; end other programs")
    return ok("memory", found)


def _is_apple_silicon() -> bool:
    import subprocess

    ran = subprocess.run(
        ["/usr/sbin/sysctl", "-n", "hw.optional.arm64"], capture_output=True, timeout=10
    )
    return ran.stdout.strip() == b"1"
