# worker: runs on a worker thread; asks the operating system.
"""What this machine is: chip, cores, memory, instruction sets, onnxruntime's providers.

Nothing here raises. Each probe is on its own; one that fails leaves a gap and a warning
with its cause, and the daemon starts all the same.

Source: sysctl(3) of macOS (hw.perflevelN, hw.optional, machdep.cpu), /proc/cpuinfo.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")

_SYSCTL: Final = "/usr/sbin/sysctl"
_SYSCTL_NAMES: Final = ("hw", "machdep.cpu", "kern.osproductversion", "sysctl.proc_translated")
_PATIENCE_S: Final = 5.0

#: sysctl prints some 15 kB, the first processor of /proc/cpuinfo 2 kB.
_MAX_READ: Final = 256 * 1024

#: Flags that decide which kernels onnxruntime chooses. Others come and go with the kernel
#: (mitigations, say) and change no arithmetic.
_INSTRUCTION_SETS: Final = re.compile(
    r"(sse|ssse|avx|amx|fma|f16c|bmi|vnni|asimd|neon|sve|sme(?!p)|fphp|i8mm|bf16|dotprod|feat_)\w*"
)

#: Those that tell the fast processors from the slow ones.
_TELLING: Final = (
    "avx2",
    "fma",
    "avx512f",
    "avx512_vnni",
    "avx_vnni",
    "amx_tile",
    "asimd",
    "feat_dotprod",
    "i8mm",
    "feat_i8mm",
    "bf16",
    "feat_bf16",
    "sve",
    "feat_sme",
)


@dataclass(frozen=True, slots=True)
class CoreLevel:
    """Cores of one kind, e.g. Performance 8."""

    name: str
    cores: int


@dataclass(frozen=True, slots=True)
class Hardware:
    """A machine. What could not be found out is empty or 0, and told in `warnings`.

    system            e.g. "macOS 15.5", "Linux 6.8.0"
    architecture      arm64, x86_64
    chip              e.g. "Apple M3 Pro"
    levels            cores by performance, the fastest first; empty: all are alike
    physical, logical cores
    memory            bytes
    instruction_sets  what the processor can beyond its architecture's first
    providers         onnxruntime's, on this machine
    """

    system: str
    architecture: str
    chip: str
    levels: tuple[CoreLevel, ...]
    physical: int
    logical: int
    memory: int
    instruction_sets: tuple[str, ...]
    providers: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @property
    def apple_silicon(self) -> bool:
        return self.system.startswith("macOS") and self.architecture == "arm64"

    @property
    def cuda(self) -> bool:
        return "CUDAExecutionProvider" in self.providers

    def described(self) -> str:
        """One line for people, of what was found out."""
        cores = " + ".join(f"{level.cores} {level.name}" for level in self.levels)
        if not cores and self.physical:
            cores = str(self.physical)
        threads = self.logical if self.logical != self.physical else 0
        sets = [name for name in _TELLING if name in self.instruction_sets]
        parts = (
            self.system,
            f"{self.chip} ({self.architecture})" if self.chip else self.architecture,
            f"{cores} cores" if cores else "",
            f"{threads} threads" if threads else "",
            f"{self.memory / 1e9:.0f} GB" if self.memory else "",
            " ".join(sets),
            "CUDA" if self.cuda else "",
        )
        return ", ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Probes:
    """Where the facts come from. Each may raise anything.

    platform          sys.platform
    sysctl            the output of sysctl, "name: value" a line (macOS)
    cpuinfo           the beginning of /proc/cpuinfo (Linux)
    """

    platform: str
    release: Callable[[], str]
    architecture: Callable[[], str]
    sysctl: Callable[[], str]
    cpuinfo: Callable[[], str]
    physical: Callable[[], int | None]
    logical: Callable[[], int | None]
    memory: Callable[[], int]
    providers: Callable[[], list[str]]


def _sysctl() -> str:
    # It ends with 1 if a name is unknown, as translated processes' is on Intel.
    done = subprocess.run(
        [_SYSCTL, *_SYSCTL_NAMES], capture_output=True, timeout=_PATIENCE_S, check=False
    )
    if not done.stdout:
        raise OSError(f"sysctl said nothing and ended with {done.returncode}")
    return done.stdout[:_MAX_READ].decode("utf-8", "replace")


def _cpuinfo() -> str:
    # The first processor's part: a machine of 256 cores has a file of 400 kB.
    with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as file:
        return file.read(16 * 1024)


def _physical() -> int | None:
    import psutil

    count: int | None = psutil.cpu_count(logical=False)
    return count


def _memory() -> int:
    import psutil

    total: int = psutil.virtual_memory().total
    return total


def _providers() -> list[str]:
    import onnxruntime

    return list(onnxruntime.get_available_providers())


THIS: Final = Probes(
    platform=sys.platform,
    release=platform.release,
    architecture=platform.machine,
    sysctl=_sysctl,
    cpuinfo=_cpuinfo,
    physical=_physical,
    logical=os.cpu_count,
    memory=_memory,
    providers=_providers,
)


def detect(probes: Probes = THIS) -> Hardware:
    """This machine, as far as it can be found out. Takes 0.1 s; imports onnxruntime."""
    warnings: list[str] = []

    def ask(what: str, probe: Callable[[], T], default: T) -> T:
        try:
            return probe()
        except Exception as error:  # noqa: BLE001 - whatever it is, the daemon starts
            warnings.append(f"{what} could not be found out: {_cause(error)}")
            return default

    mac = probes.platform == "darwin"
    facts: Mapping[str, str] = {}
    if mac:
        facts = ask("the chip", lambda: _read(probes.sysctl()), {})
    elif probes.platform.startswith("linux"):
        facts = ask("the processor", lambda: _read(probes.cpuinfo()), {})
    architecture = ask("the architecture", probes.architecture, "")
    release = facts.get("kern.osproductversion") or ask("the system", probes.release, "")
    if facts.get("sysctl.proc_translated") == "1":
        warnings.append(
            "this Python is translated by Rosetta; install one for arm64, which is faster"
        )
    physical = ask("the number of cores", probes.physical, None)
    logical = ask("the number of threads", probes.logical, None)
    return Hardware(
        system=f"{_SYSTEMS.get(probes.platform, probes.platform)} {release}".strip(),
        architecture=architecture,
        chip=facts.get("machdep.cpu.brand_string") or facts.get("model name", ""),
        levels=ask("the kinds of cores", lambda: _levels(facts), ()),
        physical=physical or _number(facts, "hw.physicalcpu"),
        logical=logical or _number(facts, "hw.logicalcpu"),
        memory=ask("the memory", probes.memory, 0) or _number(facts, "hw.memsize"),
        instruction_sets=ask("the instruction sets", lambda: _instruction_sets(facts), ()),
        providers=tuple(ask("onnxruntime's providers", probes.providers, [])),
        warnings=tuple(warnings),
    )


_SYSTEMS: Final = {"darwin": "macOS", "linux": "Linux"}


@cache
def instruction_sets() -> tuple[str, ...]:
    """This machine's alone, in a few ms and with nothing imported; empty if unknown."""
    try:
        return _instruction_sets(_read(_sysctl() if sys.platform == "darwin" else _cpuinfo()))
    except Exception:  # noqa: BLE001 - detect() says why; here any answer will do
        return ()


def _read(text: str) -> dict[str, str]:
    """`name: value` lines. The first of a name counts: the first processor speaks for all."""
    facts: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            facts.setdefault(name.strip(), value.strip())
    return facts


def _instruction_sets(facts: Mapping[str, str]) -> tuple[str, ...]:
    words = " ".join(
        facts.get(name, "")
        for name in ("flags", "Features", "machdep.cpu.features", "machdep.cpu.leaf7_features")
    )
    # macOS on Apple silicon has a name for each: hw.optional.arm.FEAT_DotProd: 1
    optional = [
        name.rpartition(".")[2]
        for name, value in facts.items()
        if name.startswith("hw.optional") and value == "1"
    ]
    known = {word.lower() for word in [*words.split(), *optional]}
    return tuple(sorted(word for word in known if _INSTRUCTION_SETS.fullmatch(word)))


def _levels(facts: Mapping[str, str]) -> tuple[CoreLevel, ...]:
    # At most 8: none has more than 3, and a number from elsewhere bounds no loop.
    return tuple(
        CoreLevel(
            facts.get(f"hw.perflevel{level}.name", f"level {level}"),
            int(facts[f"hw.perflevel{level}.physicalcpu"]),
        )
        for level in range(min(_number(facts, "hw.nperflevels"), 8))
    )


def _number(facts: Mapping[str, str], name: str) -> int:
    value = facts.get(name, "")
    return int(value) if value.isascii() and value.isdigit() else 0


def _cause(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
