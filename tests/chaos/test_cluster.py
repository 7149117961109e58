"""A book on a real Ray cluster of three nodes, and a gateway on one: `make chaos`."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

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


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """Sounds the same whenever it speaks, and not too fast."""
    home = toy_home(tmp_path_factory.mktemp("still"), noise=0.0, cost=40)
    with speaking(home, {"KOKORO_STREAMING": "false"}) as process:
        yield process


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ray_cluster.RayCluster]:
    cache = str(tmp_path_factory.mktemp("cache"))
    with ray_cluster.cluster(3, XDG_CACHE_HOME=cache) as made:
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


def _begin(
    daemon: DaemonProcess, book: Path, out: Path, on: ray_cluster.RayCluster | None
) -> subprocess.Popen[str]:
    flags = [] if on is None else ["--on", "ray", "--cores", "1"]
    return subprocess.Popen(
        ["kokoroctl", "book", "render", "--json", book, "-o", out, *flags],
        env={**daemon.environ, **ray_cluster.ENVIRON, "RAY_ADDRESS": on.address if on else ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _end(process: subprocess.Popen[str]) -> tuple[list[str], str]:
    out, said = process.communicate(timeout=_SLOW_S)
    assert process.returncode == 0, said
    return [json.loads(line)["event"] for line in out.splitlines()], said


def _spoken(out: Path) -> int:
    return len(list(out.with_name(f"{out.name}.work").glob("parts/*.json")))


def _wait_for(process: subprocess.Popen[str], out: Path, parts: int) -> None:
    wait_until(
        lambda: process.poll() is not None or _spoken(out) >= parts, f"{parts} parts", _SLOW_S
    )
    assert process.poll() is None, process.communicate()[1]


@pytest.fixture(scope="module")
def whole(daemon: DaemonProcess, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The book, spoken here."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "book.md").write_text(_BOOK)
    events, _ = _end(_begin(daemon, folder / "book.md", folder / "whole.wav", None))
    assert events.count("part") == _PARTS
    return (folder / "whole.wav").read_bytes()


def test_begun_there_and_ended_here(
    daemon: DaemonProcess,
    cluster: ray_cluster.RayCluster,
    book: Path,
    tmp_path: Path,
    whole: bytes,
) -> None:
    out = tmp_path / "out.wav"
    process = _begin(daemon, book, out, cluster)
    _wait_for(process, out, _PARTS // 4)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    there = _spoken(out)
    events, _ = _end(_begin(daemon, book, out, None))
    assert events.count("part") == _PARTS - there
    assert out.read_bytes() == whole


def test_a_node_that_is_killed_in_the_middle_changes_no_sample(
    daemon: DaemonProcess,
    cluster: ray_cluster.RayCluster,
    book: Path,
    tmp_path: Path,
    whole: bytes,
) -> None:
    out = tmp_path / "out.wav"
    process = _begin(daemon, book, out, cluster)
    _wait_for(process, out, _PARTS // 4)
    cluster.kill(2)
    events, said = _end(process)
    assert "a worker was lost" in said
    assert events.count("part") == _PARTS
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
serve.start(http_options={{"host": "127.0.0.1", "port": {port}}})
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
        assert answer.status == 200, pcm
        heard = toy.decode(toy_samples(pcm))
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


def toy_samples(pcm: bytes) -> object:
    import numpy as np

    return np.frombuffer(pcm, "<i2")
