"""A worker of a cluster, without the cluster: it speaks as the daemon here."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.daemon.homes import toy_home
from support.daemon.making import MakeDaemon
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until
from support.phonemizing import with_dictionary

from kokoro_client import Client
from kokoro_doors.book.render.speaking import manner_of
from kokoro_doors.book.wide.worker import Worker
from kokoro_doors.cluster.kit import LEARNED, Kit, KitFile, kit_of
from kokoro_doors.cluster.node_home import KitError, NodeHome
from kokorod.engine.norms.learned import LearnedFiles
from kokorod.models.store import Store

TEXT = "The boat came back. It waited on the shore, and sank."


class Here:
    """The files of a kit that need not travel."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit

    def pieces(self, number: int) -> Iterator[bytes]:
        return self.kit.files[number].pieces()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "kokorod" / "nodes"


def test_a_worker_sounds_as_the_daemon_here(built_in_daemon: DaemonProcess, cache: Path) -> None:
    """With the built-in voice, for which no model travels; tests/chaos has one that does."""
    with Client(built_in_daemon.socket, start=False) as client:
        kit = kit_of(client, built_in_daemon.environ)
        manner, _ = manner_of(client, "", 1.0, "")
        pcm = b"".join(client.speak(TEXT, ttfa_ms=60_000, cache=False))
    assert manner.engine == "built-in"
    home = NodeHome(kit, Here(kit), os.environ)
    with_dictionary(home.path)  # which its daemon would make first
    home.close()
    worker = Worker("here", kit, Here(kit), threads=1)
    try:
        assert worker.begin(manner, "plain").failure == ""
        assert worker.speak(TEXT).pcm == pcm
        assert worker._daemon is not None
        os.kill(worker._daemon.client.status()["pid"], signal.SIGKILL)
        again = worker.speak(TEXT)
        assert (again.failure, again.pcm) == ("", pcm)
        assert worker.speak("\x00" * 10).failure == ""
    finally:
        worker.close()


def test_files_that_came_damaged_are_not_taken(cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not what was sent")
    wrong = Kit("toy", (KitFile("model", str(path), "0" * 64),), "", (), "0")
    with pytest.raises(KitError, match="came with sha256"):
        NodeHome(wrong, Here(wrong), os.environ)
    assert not [path for path in cache.iterdir() if path.is_dir()]


class Told:
    """In place of a client: what a daemon of that home says of itself."""

    def __init__(self, home: Path, **settings: str) -> None:
        self._status = {"home": str(home), "settings": settings, "model": "toy", "version": "0"}

    def status(self) -> dict[str, Any]:
        return self._status

    def voices(self) -> list[dict[str, Any]]:
        return []


def test_what_was_learned_of_voices_travels(cache: Path, tmp_path: Path) -> None:
    home = toy_home(tmp_path)
    (model,) = Store(home / "models").installed()
    files = LearnedFiles(home / "cache", model)
    assert files.folder == home / LEARNED
    files.folder.mkdir(parents=True)
    learned = files.folder / files.name("af_heart")
    learned.write_bytes(b"what was learned")
    (files.folder / "0123456789abcdef-of-another-model.npz").touch()
    kit = kit_of(Told(home), os.environ)
    assert [file.name for file in kit.files] == ["model", "voices", f"{LEARNED}/{learned.name}"]
    assert kit.digest != replace(kit, files=kit.files[:2]).digest

    alone = replace(kit, model="", files=kit.files[2:])
    node = NodeHome(alone, Here(alone), os.environ)
    assert (node.path / LEARNED / learned.name).read_bytes() == b"what was learned"
    node.close()

    told = kit_of(Told(home, calibrate="False"), os.environ)
    assert (len(told.files), dict(told.settings)) == (2, {"KOKORO_CALIBRATE": "False"})


def test_homes_that_nobody_uses_are_removed(cache: Path) -> None:
    kits = [Kit("", (), str(number), (), "0") for number in range(5)]
    homes = [NodeHome(kit, Here(kit), os.environ) for kit in kits]
    used, *rest = homes
    for number, home in enumerate(homes):
        os.utime(home.path.parent, (number, number))
    for home in rest:
        home.close()
    NodeHome(kits[-1], Here(kits[-1]), os.environ).close()
    left = {path.name for path in cache.iterdir() if path.is_dir()}
    assert left == {kits[0].digest, *(kit.digest for kit in kits[2:])}
    assert used.path.is_dir()
    used.close()


def test_a_daemon_ends_with_the_program_that_has_it(make_daemon: MakeDaemon) -> None:
    daemon = make_daemon()
    process = subprocess.Popen(
        ["kokorod", "--end-with-stdin"],
        env=daemon.environ,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    wait_until(daemon.socket.exists, "the socket")
    assert process.poll() is None
    process.stdin.close()
    assert process.wait(PATIENCE_S) == 0
    assert not daemon.socket.exists()
