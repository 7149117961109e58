"""The default output as Core Audio tells it, against a small library that answers likewise."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kokoro_client.sound import default_output as module
from kokoro_client.sound.default_output import default_output

#: As AudioHardware.h declares it; the device is the number in a file, so that it can change.
_SOURCE = r"""
#include <stdint.h>
#include <stdio.h>

typedef struct { uint32_t selector, scope, element; } Address;

int32_t AudioObjectGetPropertyData(uint32_t object, const Address *address, uint32_t qualifiers,
                                   const void *qualifier, uint32_t *size, void *data) {
    FILE *file = fopen(DEVICE, "r");
    int found = file && fscanf(file, "%u", (uint32_t *)data) == 1;
    if (file) fclose(file);
    if (!found) return 0x73746f70;  /* kAudioHardwareNotRunningError, 'stop' */
    if (object != 1 || qualifiers || qualifier) return 0x216f626a;  /* '!obj' */
    if (address->selector != 'dOut' || address->scope != 'glob' || address->element)
        return 0x77686f3f;  /* kAudioHardwareUnknownPropertyError, 'who?' */
    return *size == 4 ? 0 : 0x2173697a;  /* kAudioHardwareBadPropertySizeError, '!siz' */
}
"""


@pytest.fixture(autouse=True)
def not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_loaded", None)


def _library(folder: Path) -> tuple[Path, Path]:
    source, built, device = folder / "audio.c", folder / "libaudio.so", folder / "device"
    source.write_text(_SOURCE)
    flags = ["-shared", "-fPIC", "-Wall", "-Wno-multichar", f'-DDEVICE="{device}"']
    subprocess.run(["cc", *flags, "-o", built, source], check=True)
    return built, device


def test_core_audio_is_asked_for_the_number_of_its_default_output(tmp_path: Path) -> None:
    library, device = _library(tmp_path)
    for number in (73, 4_000_000_000):
        device.write_text(str(number))
        assert default_output("darwin", library) == number
    device.unlink()
    assert default_output("darwin", library) is None


def test_nobody_is_asked_elsewhere_or_where_there_is_no_core_audio(tmp_path: Path) -> None:
    assert default_output("linux", tmp_path / "none") is None
    assert module._loaded is None
    assert default_output("darwin", tmp_path / "none") is None
    assert default_output("darwin", tmp_path / "none") is None
