"""Homes with a toy model, and daemons that speak with it for a whole file of tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kokorod.models.store import Store
from support import toy
from support.daemon.process import DaemonProcess


def toy_home(folder: Path, version: Any = "1.1", **build: Any) -> Path:
    """A home whose one model is a toy: see toy.build."""
    model = toy.build(folder / "built.onnx", version, **build)
    voices = toy.write_voices(folder / "built-voices.bin")
    home = folder / "home"
    Store(home / "models").import_files(model, voices, "toy")
    return home


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
