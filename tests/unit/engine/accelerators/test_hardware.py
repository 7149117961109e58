"""Hardware detection on texts as machines write them; whatever fails, there is an answer."""

from __future__ import annotations

import dataclasses
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokorod.engine.accelerators import hardware
from kokorod.engine.accelerators.hardware import CoreLevel, Probes, detect

#: Excerpts in sysctl's format; the names are those of Apple's documentation.
APPLE_M3_PRO = """\
hw.ncpu: 12
hw.byteorder: 1234
hw.memsize: 38654705664
hw.perflevel0.physicalcpu: 6
hw.perflevel0.logicalcpu: 6
hw.perflevel0.name: Performance
hw.perflevel1.physicalcpu: 6
hw.perflevel1.logicalcpu: 6
hw.perflevel1.name: Efficiency
hw.optional.arm.FEAT_DotProd: 1
hw.optional.arm.FEAT_BF16: 1
hw.optional.arm.FEAT_SME: 0
hw.optional.neon: 1
hw.optional.floatingpoint: 1
hw.physicalcpu: 12
hw.logicalcpu: 12
hw.nperflevels: 2
machdep.cpu.brand_string: Apple M3 Pro
machdep.cpu.core_count: 12
kern.osproductversion: 15.5
"""
INTEL_MAC = """\
hw.memsize: 17179869184
hw.physicalcpu: 6
hw.logicalcpu: 12
machdep.cpu.features: FPU VME SSE SSE2 SSSE3 FMA SSE4.1 AVX1.0
machdep.cpu.leaf7_features: SMEP BMI1 AVX2 BMI2
machdep.cpu.brand_string: Intel(R) Core(TM) i7-8750H CPU @ 2.20GHz
kern.osproductversion: 14.7.1
"""
X86_LINUX = """\
processor\t: 0
model name\t: AMD EPYC
flags\t\t: fpu sse sse2 fma avx avx2 smep avx512f spec_ctrl amx_tile md_clear
bugs\t\t: spectre_v1

processor\t: 1
model name\t: another
flags\t\t: fpu sse avx512_fp16

"""
ARM_LINUX = """\
processor\t: 0
BogoMIPS\t: 243.75
Features\t: fp asimd evtstrm aes fphp asimdhp asimddp sve i8mm bf16
"""


def _raise() -> NoReturn:
    raise OSError(5, "no answer")


def _never() -> NoReturn:
    raise AssertionError("asked on a machine that has none")


def probes(**known: Any) -> Probes:
    """A Linux machine of which nothing else can be found out."""
    silent = {f.name: _raise for f in dataclasses.fields(Probes)} | {"platform": "linux"}
    return Probes(**(silent | known))


def mac(text: str, architecture: str) -> Probes:
    return Probes(
        platform="darwin",
        release=lambda: "24.5.0",
        architecture=lambda: architecture,
        sysctl=lambda: text,
        cpuinfo=_never,
        physical=lambda: None,
        logical=lambda: None,
        memory=lambda: 0,
        providers=lambda: ["CoreMLExecutionProvider", "CPUExecutionProvider"],
    )


def test_apple_silicon_has_chip_levels_memory_and_version() -> None:
    found = detect(mac(APPLE_M3_PRO, "arm64"))
    assert found.apple_silicon
    assert found.chip == "Apple M3 Pro"
    assert found.system == "macOS 15.5"
    assert found.levels == (CoreLevel("Performance", 6), CoreLevel("Efficiency", 6))
    assert (found.physical, found.logical, found.memory) == (12, 12, 38654705664)
    assert found.instruction_sets == ("feat_bf16", "feat_dotprod", "neon")
    assert "CoreMLExecutionProvider" in found.providers
    assert not found.cuda
    assert found.warnings == ()


def test_an_intel_mac_is_no_apple_silicon() -> None:
    found = detect(mac(INTEL_MAC, "x86_64"))
    assert not found.apple_silicon
    assert found.levels == ()
    assert "avx2" in found.instruction_sets
    assert "smep" not in found.instruction_sets  # a mitigation, and changes no arithmetic
    assert found.physical == 6


def test_a_translated_python_is_told() -> None:
    found = detect(mac(APPLE_M3_PRO + "sysctl.proc_translated: 1\n", "x86_64"))
    assert any("Rosetta" in warning for warning in found.warnings)


def test_the_first_processor_of_a_linux_machine_speaks_for_all() -> None:
    found = detect(probes(cpuinfo=lambda: X86_LINUX, sysctl=_never, release=lambda: "6.8"))
    assert found.chip == "AMD EPYC"
    assert found.system == "Linux 6.8"
    expected = ("amx_tile", "avx", "avx2", "avx512f", "fma", "sse", "sse2")
    assert found.instruction_sets == expected


def test_arm_on_linux() -> None:
    found = detect(probes(cpuinfo=lambda: ARM_LINUX))
    assert set(found.instruction_sets) >= {"asimd", "sve", "i8mm", "bf16", "fphp"}
    assert "aes" not in found.instruction_sets


def test_cuda_is_what_onnxruntime_says() -> None:
    assert detect(probes(providers=lambda: ["CUDAExecutionProvider"])).cuda


@pytest.mark.parametrize("platform", ["linux", "darwin", "sunos5"])
def test_where_nothing_can_be_found_out_each_gap_has_its_cause(platform: str) -> None:
    found = detect(probes(platform=platform))
    assert found.instruction_sets == found.providers == found.levels == ()
    assert found.memory == found.physical == 0
    assert len(found.warnings) >= 6
    assert all("no answer" in warning for warning in found.warnings)


def test_one_failing_probe_leaves_the_others() -> None:
    facts = mac(APPLE_M3_PRO, "arm64")
    found = detect(dataclasses.replace(facts, providers=_raise))
    assert found.chip == "Apple M3 Pro"
    assert len(found.warnings) == 1
    assert "providers" in found.warnings[0]


def test_a_level_without_its_number_of_cores_is_a_warning() -> None:
    text = APPLE_M3_PRO.replace("hw.perflevel1.physicalcpu: 6\n", "")
    found = detect(mac(text, "arm64"))
    assert found.levels == ()
    assert any("kinds of cores" in warning for warning in found.warnings)
    assert found.chip == "Apple M3 Pro"


_NAMES = st.sampled_from(
    ["hw.nperflevels", "hw.perflevel0.physicalcpu", "hw.physicalcpu", "flags", "hw.optional.x"]
)
_LINES = st.tuples(_NAMES, st.sampled_from([": ", ":", " = ", ""]), st.text(max_size=12))


@given(
    st.lists(_LINES.map("".join), max_size=12).map("\n".join) | st.text(max_size=60),
    st.sampled_from(["darwin", "linux"]),
)
def test_whatever_the_texts_hold_detection_answers(text: str, platform: str) -> None:
    detect(probes(platform=platform, sysctl=lambda: text, cpuinfo=lambda: text))


def test_this_machine() -> None:
    found = detect()
    assert found.warnings == ()
    assert found.physical >= 1
    assert found.memory > 100_000_000
    assert "CPUExecutionProvider" in found.providers
    assert found.instruction_sets == hardware.instruction_sets()


def test_a_machine_in_one_line_for_people() -> None:
    assert detect(mac(APPLE_M3_PRO, "arm64")).described() == (
        "macOS 15.5, Apple M3 Pro (arm64), 6 Performance + 6 Efficiency cores, 39 GB, "
        "feat_dotprod feat_bf16"
    )
    linux = probes(
        release=lambda: "6.8.0",
        architecture=lambda: "x86_64",
        cpuinfo=lambda: X86_LINUX,
        physical=lambda: 4,
        logical=lambda: 8,
        memory=lambda: 16 * 10**9,
        providers=lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"],
    )
    assert detect(linux).described() == (
        "Linux 6.8.0, AMD EPYC (x86_64), 4 cores, 8 threads, 16 GB, avx2 fma avx512f amx_tile, CUDA"
    )
    assert detect(probes()).described() == "Linux"
