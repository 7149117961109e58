"""Homes with a toy model, and daemons that speak with it for a whole file of tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kokorod.models.store import Store
from support import toy
from support.daemon.copies import with_copy
from support.daemon.process import DaemonProcess, wait_until
from support.toy import synthesizers


def toy_home(
    folder: Path,
    version: Any = "1.1",
    *,
    quantized: bool = False,
    copied: bool = False,
    **build: Any,
) -> Path:
    """A home whose one model is a toy: see toy.build. copied: with its optimised copy."""
    model = toy.build(folder / "built.onnx", version, **build)
    if quantized:
        synthesizers.quantize(model)
    voices = toy.write_voices(folder / "built-voices.bin")
    home = folder / "home"
    Store(home / "models").import_files(model, voices, "toy")
    return with_copy(home) if copied else home


def wait_for_changed_copy(daemon: DaemonProcess) -> None:
    """The copy shows or computes more than the model, and a session on it speaks."""

    def taken_up() -> bool:
        status = daemon.ask("status")
        cpu = [lane for lane in status["lanes"] if lane["name"] == "cpu"]
        return status["sessions"]["created"] == 2 and bool(cpu)

    wait_until(taken_up, f"the copy is taken up: {daemon.log}")


@contextmanager
def speaking(home: Path, settings: Mapping[str, str] | None = None) -> Iterator[DaemonProcess]:
    """A daemon that is ready and speaks with the model of its home."""
    daemon = DaemonProcess(home, settings)
    try:
        daemon.start().wait_ready()
        assert daemon.ask("status")["engine"] == "kokoro", daemon.log
        yield daemon
    finally:
        daemon.clean_up()
