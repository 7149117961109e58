"""The types of the fixtures that make daemons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from support.daemon.process import DaemonProcess

MakeDaemon = Callable[..., DaemonProcess]


class ToyFiles(NamedTuple):
    model: Path
    voices: Path
