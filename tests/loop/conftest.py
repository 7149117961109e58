"""Scripted daemons for the client's tests."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.loop.scripted_peer import PATIENCE_S, Peer, ScriptedDaemon

from kokoro_client import Client

MakePair = Callable[..., Client]


@pytest.fixture
def socket_path() -> Iterator[Path]:
    """Where a socket can be bound; pytest's own folder can be too long for its path."""
    with tempfile.TemporaryDirectory(prefix="kk-", dir="/tmp") as folder:
        yield Path(folder) / "s"


@pytest.fixture
def pair(socket_path: Path) -> Iterator[MakePair]:
    """pair(script, ...) gives a client whose connections are played by the scripts."""
    made: list[Any] = []

    def make(*scripts: Callable[[Peer], None]) -> Client:
        daemon = ScriptedDaemon(socket_path, *scripts)
        daemon.__enter__()
        client = Client(socket_path, start=False, timeout=PATIENCE_S)
        made.extend([daemon, client])
        return client

    yield make
    for one in reversed(made):
        one.__exit__(None, None, None)
