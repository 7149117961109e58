"""A daemon with the toy model, its doors, and what runs the programs of others."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.daemon.homes import speaking, toy_home
from support.daemon.process import DaemonProcess
from support.gateway import Gateway, gateway
from support.paths import ROOT

#: `make strangers` makes it.
THERE = Path(os.environ.get("KOKORO_STRANGERS", ROOT / "build" / "strangers"))

#: Programs load a second or ten of packages, and speak a few sentences or ask a thousand times.
PATIENCE_S = 900


@pytest.fixture(scope="session")
def there() -> Path:
    if not THERE.is_dir():
        pytest.fail(f"there is no {THERE}: run `make strangers`")
    return THERE


@pytest.fixture(scope="session")
def stranger(there: Path) -> Callable[..., bytes]:
    """Runs one and returns what it printed; its arguments are those of a command line."""

    def run(program: str, *arguments: str) -> bytes:
        ended = subprocess.run(
            [program if program == "node" else str(there / "bin" / program), *arguments],
            capture_output=True,
            cwd=there,
            timeout=PATIENCE_S,
        )
        told = ended.stderr + ended.stdout[-4_000:]
        assert ended.returncode == 0, told[-8_000:].decode(errors="replace")
        return ended.stdout

    return run


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with speaking(toy_home(tmp_path_factory.mktemp("strangers"))) as daemon:
        yield daemon


@pytest.fixture(scope="session")
def door(toy: DaemonProcess) -> Iterator[Gateway]:
    with gateway(toy.environ) as door:
        yield door
