"""A book on a real Ray cluster of three nodes, and a gateway on one: `make chaos`."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from support import ray_cluster, toy
from support.daemon.homes import speaking, toy_home
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until

pytestmark = [
    pytest.mark.skipif(not ray_cluster.installed(), reason=ray_cluster.MISSING),
    pytest.mark.timeout(900),
]

#: Two processors, shared by nine processes of Ray and four daemons.
_SLOW_S = 300.0

_BOOK = "\n\n".join(
    f"# Part {n}\n\nThe boat came back {n} times, and then over the shore. It sank, and rose.\n\n"
    f"Then {n} of them waited near the water, until it was over."
    for n in range(20)
)
_PARTS = 60
_NODES = 3


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """Sounds the same whenever it speaks, and not too fast."""
    home = toy_home(tmp_path_factory.mktemp("still"), noise=0.0, cost=40)
    with speaking(home, {"KOKORO_STREAMING": "false"}) as process:
        yield process


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ray_cluster.RayCluster]:
    cache = str(tmp_path_factory.mktemp("cache"))
    with ray_cluster.cluster(_NODES, XDG_CACHE_HOME=cache) as made:
        yield made
    wait_until(lambda: not _daemons_of(cache), "the end of the workers' daemons")


def _daemons_of(cache: str) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"KOKORO_HOME={cache}".encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.md"
    path.write_text(_BOOK)
    return path


class Rendering:
    """`kokoroctl book render --json`, and what it told so far. Use it in a `with`."""

    def __init__(
        self, daemon: DaemonProcess, book: Path, out: Path, on: ray_cluster.RayCluster | None = None
    ) -> None:
        flags = [] if on is None else ["--on", "ray", "--cores", "1"]
        self._said = out.with_suffix(".err")
        self._lines: list[str] = []
        with self._said.open("w") as said:
            self._process = subprocess.Popen(
                ["kokoroctl", "book", "render", "--json", book, "-o", out, *flags],
                env={
                    **daemon.environ,
                    **ray_cluster.ENVIRON,
                    "RAY_ADDRESS": on.address if on else "",
                },
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
        self._thread = threading.Thread(target=self._read, name="rendering", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()

    @property
    def said(self) -> str:
        return self._said.read_text()

    @property
    def events(self) -> list[dict[str, Any]]:
        """Each line of its standard output is one, whatever Ray has to say meanwhile."""
        return [json.loads(line) for line in self._lines]

    def count(self, event: str) -> int:
        return sum(told["event"] == event for told in self.events)

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """While it runs."""
        wait_until(lambda: condition() or self._process.poll() is not None, what, _SLOW_S)
        assert self._process.poll() is None, self.said

    def end(self) -> None:
        """By itself, with all that was asked for."""
        try:
            status = self._process.wait(_SLOW_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it has not ended: {self.said}") from None
        self._thread.join()
        assert status == 0, self.said
        assert (self.events[0]["event"], self.events[-1]["event"]) == ("begun", "done")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._lines.append(line)


@pytest.fixture(scope="module")
def whole(daemon: DaemonProcess, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The book, spoken here."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "book.md").write_text(_BOOK)
    with Rendering(daemon, folder / "book.md", folder / "whole.wav") as rendering:
        rendering.end()
        assert rendering.count("part") == _PARTS
    return (folder / "whole.wav").read_bytes()


def test_begun_there_and_ended_here(
    daemon: DaemonProcess,
    cluster: ray_cluster.RayCluster,
    book: Path,
    tmp_path: Path,
    whole: bytes,
) -> None:
    out = tmp_path / "out.wav"
    with Rendering(daemon, book, out, cluster) as there:
        there.wait(lambda: there.count("part") >= _PARTS // 4, "a quarter of the book")
    spoken = len(list((tmp_path / "out.wav.work").glob("parts/*.json")))
    with Rendering(daemon, book, out) as here:
        here.end()
        assert here.count("part") == _PARTS - spoken
    assert out.read_bytes() == whole


def test_a_node_that_is_killed_in_the_middle_changes_no_sample(
    daemon: DaemonProcess,
    cluster: ray_cluster.RayCluster,
    book: Path,
    tmp_path: Path,
    whole: bytes,
) -> None:
    out = tmp_path / "out.wav"

    def in_the_middle() -> bool:
        """Each node has a worker that speaks, and some of the book is spoken."""
        told = [event["count"] for event in rendering.events if event["event"] == "workers"]
        return bool(told) and told[-1] == _NODES and rendering.count("part") >= _PARTS // 4

    with Rendering(daemon, book, out, cluster) as rendering:
        rendering.wait(in_the_middle, "the middle of the book")
        cluster.kill(_NODES - 1)
        rendering.end()
        assert rendering.count("part") == _PARTS
        assert "a worker was lost" in rendering.said
        said = rendering.said.splitlines()
        assert all(line.startswith("kokoroctl: ") for line in said), said
    assert out.read_bytes() == whole


def test_a_gateway_on_the_cluster_speaks(
    daemon: DaemonProcess, cluster: ray_cluster.RayCluster, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = f"""
import sys, ray
from ray import serve
from kokoro_doors.gateway.on_ray import build
ray.init(address={cluster.address!r}, log_to_driver=False)
# Nodes of one machine share its ports.
serve.start(proxy_location="HeadOnly", http_options={{"host": "127.0.0.1", "port": {port}}})
serve.run(build({{"cores": 1, "most": 2}}))
print("serving", flush=True)
sys.stdin.read()
serve.shutdown()
"""
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", served],
            env={**daemon.environ, **ray_cluster.ENVIRON},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        assert any(line == "serving\n" for line in lines), (tmp_path / "log").read_text()
        body = json.dumps({"input": "The boat came back.", "response_format": "pcm"})
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        head = {"Content-Type": "application/json"}
        connection.request("POST", "/v1/audio/speech", body, head)
        answer = connection.getresponse()
        pcm = answer.read()
        assert answer.status == 200, f"{pcm!r}\n{cluster.log_ends()}"
        heard = toy.decode(np.frombuffer(pcm, "<i2"))
        assert toy.phonemes_of(heard.tokens).startswith("ðə bˈO")
        connection.request("GET", "/v1/models")
        assert connection.getresponse().status == 200
        connection.close()
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(_SLOW_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()
