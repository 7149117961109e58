"""What is asked of Ray, and what of it is told, without Ray: a real one is in tests/chaos."""

from __future__ import annotations

import importlib.util
import signal
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kokoro_client.cli.exits import CommandError
from kokoro_doors import cluster
from kokoro_doors.book.render.progress import Progress
from kokoro_doors.cluster.kit import Kit, KitFile

_NAME = "kokoro_doors.cluster.ray_cluster"


class RayError(Exception):
    """As Ray's own."""


class Ray(ModuleType):
    """In place of the package: says on standard output what it likes, and takes signals."""

    def __init__(self) -> None:
        super().__init__("ray")
        self.exceptions = ModuleType("ray.exceptions")
        self.exceptions.RayError = RayError  # type: ignore[attr-defined]
        self.reached = True
        self.asked: dict[str, Any] = {}
        self.options: dict[str, Any] = {}
        self.killed: list[Any] = []
        self.alive = [True, True]

    def init(self, **asked: Any) -> None:
        self.asked = asked
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("(raylet) welcome")
        if not self.reached:
            raise ConnectionError("Could not find any\nrunning Ray instance")

    def shutdown(self) -> None:
        print("(raylet) goodbye")

    def nodes(self) -> list[dict[str, Any]]:
        has = {"CPU": 5.0, "GPU": 1.0}
        return [{"Alive": alive, "Resources": has} for alive in self.alive]

    def put(self, piece: bytes) -> tuple[str, bytes]:
        return "ref", piece

    def get(self, ref: Any, timeout: float) -> Any:
        print("(raylet) a node has died")
        if isinstance(ref, Exception):
            raise ref
        return ref[1]

    def wait(self, refs: list[Any], *, num_returns: int, **_: Any) -> tuple[list[Any], list[Any]]:
        print("(autoscaler) waiting")
        return refs[:num_returns], refs[num_returns:]

    def remote(self, worker: Any) -> Any:
        made = self

        class Actor:
            def options(self, **options: Any) -> Actor:
                made.options = options
                return self

            def remote(self, *arguments: Any) -> Any:
                return worker(*arguments)

        return Actor()

    def kill(self, actor: Any) -> None:
        self.killed.append(actor)


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> Ray:
    made = Ray()
    monkeypatch.setitem(sys.modules, "ray", made)
    monkeypatch.setitem(sys.modules, "ray.exceptions", made.exceptions)
    return made


@pytest.fixture
def room(ray: Ray, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module, with that package, whether or not a real one is installed."""
    path = Path(str(cluster.__file__)).with_name("ray_cluster.py")
    spec = importlib.util.spec_from_file_location(_NAME, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, _NAME, module)
    spec.loader.exec_module(module)
    return module


def test_what_ray_says_stays_out_of_what_is_told(
    room: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress(as_json=True)
    handler = signal.getsignal(signal.SIGTERM)
    made = room.RayCluster("ray", 2, False, {"RAY_ADDRESS": "10.0.0.1:6379"})
    progress.workers(2)
    made.wait([("ref", b"a"), ("ref", b"b")], 1.0)
    assert made.answer(("ref", b"said")) == b"said"
    with pytest.raises(room.LostError, match="RayError: its node is gone"):
        made.answer(RayError("\n its node is gone \n and more"))
    made.close()
    progress.workers(0)
    out, said = capsys.readouterr()
    assert out == '{"event": "workers", "count": 2}\n{"event": "workers", "count": 0}\n'
    assert said == ""
    assert signal.getsignal(signal.SIGTERM) is handler


def test_which_cluster_is_asked(room: Any, ray: Ray) -> None:
    for where, environ, expected in (
        ("ray", {}, "auto"),
        ("ray", {"RAY_ADDRESS": "10.0.0.1:6379"}, "10.0.0.1:6379"),
        ("ray://head:10001", {"RAY_ADDRESS": "10.0.0.1:6379"}, "ray://head:10001"),
    ):
        room.RayCluster(where, 2, False, environ).close()
        assert ray.asked["address"] == expected


def test_no_cluster_is_a_line(room: Any, ray: Ray, capsys: pytest.CaptureFixture[str]) -> None:
    ray.reached = False
    with pytest.raises(CommandError, match=r"at auto: Could not find any running.*`ray status`"):
        room.RayCluster("ray", 2, False, {})
    print("heard again")
    assert capsys.readouterr().out == "heard again\n"


def test_room_is_that_of_nodes_that_live(room: Any, ray: Ray) -> None:
    cores, gpus = (room.RayCluster("ray", 2, gpu, {}) for gpu in (False, True))
    assert (cores.capacity(), gpus.capacity()) == (4, 2)
    ray.alive = [True, False]
    assert (cores.capacity(), gpus.capacity()) == (2, 1)
    gpus.close()
    cores.close()


def test_a_worker_is_started_once_and_ended_at_once(room: Any, ray: Ray) -> None:
    made = room.RayCluster("ray", 3, False, {})
    actor = made.start(lambda *arguments: arguments, "kit", 3)
    assert actor == ("kit", 3)
    assert (ray.options["num_cpus"], ray.options["max_restarts"]) == (3, 0)
    made.end(actor)
    assert ray.killed == [actor]
    made.close()


def test_files_are_shipped_in_pieces(room: Any, tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"model")
    shipped = room.ship(Kit("toy", (KitFile("model", str(path), ""),), "", (), "0"))
    assert b"".join(shipped.pieces(0)) == b"model"
