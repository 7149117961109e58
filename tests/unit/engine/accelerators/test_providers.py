"""Which lanes a machine can have, and what onnxruntime is asked for each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import onnxruntime
import pytest
from support import toy
from support.toy import synthesizers

from kokorod import config
from kokorod.config import Config
from kokorod.engine.accelerators import providers, selftest
from kokorod.engine.accelerators.hardware import Hardware
from kokorod.engine.accelerators.providers import COREML, CPU, CUDA, choose
from kokorod.engine.kokoro import KokoroSynthesizer, open_session, session_options
from kokorod.engine.loading import KokoroPlan, open_accelerator, open_kokoro
from kokorod.engine.sessions import Sessions
from kokorod.errors import ConfigError, EngineError
from kokorod.models.record import InstalledModel

MAC = Hardware(
    system="macOS 15.5",
    architecture="arm64",
    chip="Apple M3",
    levels=(),
    physical=8,
    logical=8,
    memory=16 * 2**30,
    instruction_sets=(),
    providers=(COREML, CPU),
)
INTEL_MAC = dataclasses.replace(MAC, architecture="x86_64", chip="Intel(R) Core(TM) i7")
LINUX = dataclasses.replace(MAC, system="Linux 6.8", architecture="x86_64", providers=(CPU,))
GPU = dataclasses.replace(LINUX, providers=(CUDA, CPU))


# -- the setting


def setting(tmp_path: Path, value: str, toml: str = "") -> Config:
    (tmp_path / "config.toml").write_text(toml)
    environ = {"KOKORO_HOME": str(tmp_path)} | ({"KOKORO_LANES": value} if value else {})
    return config.load(environ)[0]


@pytest.mark.parametrize(
    ("value", "lanes"),
    [
        ("", "auto"),
        ("auto", "auto"),
        ("cpu", "cpu"),
        ("cpu, cpu-2,cpu-3", "cpu,cpu-2,cpu-3"),
        ("coreml-ane", "cpu,coreml-ane"),
        ("cuda,cpu,cuda", "cpu,cuda"),
    ],
)
def test_the_setting_always_has_the_cpu(tmp_path: Path, value: str, lanes: str) -> None:
    assert setting(tmp_path, value).lanes == lanes


def test_the_setting_as_a_list_of_the_file(tmp_path: Path) -> None:
    assert setting(tmp_path, "", 'lanes = ["cpu", "cuda"]').lanes == "cpu,cuda"


@pytest.mark.parametrize("value", ["gpu", "cpu,auto", ",", "cpu,", "CPU", "cpu cpu-2"])
def test_what_is_no_lane_is_refused_with_those_there_are(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match="auto, or some of cpu, cpu-2, cpu-3, coreml-ane"):
        setting(tmp_path, value)


def test_a_list_of_other_things_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="must be auto, or some of"):
        setting(tmp_path, "", "lanes = [1, 2]")


# -- what the machine has


@pytest.mark.parametrize(
    ("machine", "lanes"),
    [
        (MAC, ("cpu", "coreml-ane", "coreml-gpu")),
        (INTEL_MAC, ("cpu", "coreml-gpu")),
        (LINUX, ("cpu",)),
        (GPU, ("cpu", "cuda")),
    ],
)
def test_auto_is_the_cpu_and_what_there_is(machine: Hardware, lanes: tuple[str, ...]) -> None:
    assert choose("auto", machine) == providers.Choice(lanes, {})


def test_what_was_asked_for_and_is_not_there_has_a_reason() -> None:
    found = choose("cpu,coreml-ane,cuda", LINUX)
    assert found.lanes == ("cpu",)
    assert found.refused == {
        "coreml-ane": "onnxruntime has no CoreMLExecutionProvider here; "
        "it has CPUExecutionProvider",
        "cuda": "onnxruntime has no CUDAExecutionProvider here; it has CPUExecutionProvider",
    }
    assert "Apple silicon" in choose("cpu,coreml-ane", INTEL_MAC).refused["coreml-ane"]


def test_more_cpu_lanes_only_on_request() -> None:
    assert choose("cpu,cpu-2,cpu-3", LINUX).lanes == ("cpu", "cpu-2", "cpu-3")


def test_where_nothing_is_known_the_cpu_is_left() -> None:
    unknown = Hardware("", "", "", (), 0, 0, 0, (), ())
    assert choose("auto", unknown).lanes == ("cpu",)
    assert "it has none" in choose("cuda", unknown).refused["cuda"]


# -- what onnxruntime is asked for


class Installed(NamedTuple):
    home: Path
    model: InstalledModel

    @property
    def plan(self) -> KokoroPlan:
        return KokoroPlan(self.home / "models", "toy", 1, cache_folder=self.home / "cache")


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    home = tmp_path / "home"
    return Installed(home, synthesizers.install(home)[1])


@pytest.mark.parametrize(
    ("lane", "units"), [("coreml-ane", "CPUAndNeuralEngine"), ("coreml-gpu", "CPUAndGPU")]
)
def test_coreml_is_asked_for_programs_of_static_shapes_kept_on_disk(
    lane: str, units: str, installed: Installed
) -> None:
    cache = installed.home / "cache"
    folder = cache / "coreml" / f"{lane}-{installed.model.model_sha256[:16]}"
    assert providers.prepare(lane, cache, installed.model) == [
        (
            COREML,
            {
                "ModelFormat": "MLProgram",
                "RequireStaticInputShapes": "1",
                "MLComputeUnits": units,
                "ModelCacheDirectory": str(folder),
            },
        ),
        CPU,
    ]
    assert folder.is_dir()


def test_what_coreml_compiled_of_another_model_is_removed(installed: Installed) -> None:
    cache = installed.home / "cache"
    old = cache / "coreml" / "coreml-ane-0123456789abcdef"
    others = cache / "coreml" / "coreml-gpu-0123456789abcdef"
    for folder in (old, others):
        (folder / "deep").mkdir(parents=True)
    providers.prepare("coreml-ane", cache, installed.model)
    assert not old.exists()
    assert others.exists()  # another lane's


def test_where_coreml_can_keep_nothing_it_is_asked_all_the_same(installed: Installed) -> None:
    (installed.home / "cache").write_text("a file in its place")
    ((_, options), _) = providers.prepare("coreml-ane", installed.home / "cache", installed.model)
    assert "ModelCacheDirectory" not in options


def test_a_provider_without_a_node_of_the_graph_is_refused(tmp_path: Path) -> None:
    graph = toy.build(tmp_path / "toy.onnx")
    session = open_session(graph, providers.watched(session_options(1)))
    providers.require_share(session, CPU)
    with pytest.raises(EngineError, match=r"CoreMLExecutionProvider takes none of the .*\d+ nodes"):
        providers.require_share(session, COREML)


@pytest.mark.filterwarnings("ignore:Specified provider")
@pytest.mark.parametrize("lane", ["coreml-ane", "coreml-gpu", "cuda"])
def test_an_accelerator_that_is_not_there_does_not_open(lane: str, installed: Installed) -> None:
    with pytest.raises(EngineError, match="ignored the provider"):
        open_accelerator(installed.plan, lane)


# -- with a CoreML that answers as documented


class _Part(NamedTuple):
    ep_name: str
    nodes: int

    def get_nodes(self) -> list[object]:
        return [object()] * self.nodes


@pytest.fixture
def coreml(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[Any]]:
    """onnxruntime with CoreML at its boundary; the CPU computes. coreml(nodes) -> asked."""
    real = onnxruntime.InferenceSession
    asked: list[Any] = []

    def install(nodes: int) -> list[Any]:
        class Session(real):  # type: ignore[misc, valid-type]
            def __init__(self, path: str, options: Any, providers: list[Any]) -> None:
                asked.append(providers)
                self._said = [p if isinstance(p, str) else p[0] for p in providers]
                super().__init__(path, options, providers=[CPU])

            def get_providers(self) -> list[str]:
                return self._said

            def get_provider_graph_assignment_info(self) -> list[_Part]:
                return [_Part(COREML, nodes), _Part(CPU, 50)]

        monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
        return asked

    return install


def test_coreml_opens_where_it_takes_a_part_of_the_graph(
    coreml: Callable[[int], list[Any]], installed: Installed
) -> None:
    asked = coreml(114)
    sessions: Sessions[KokoroSynthesizer] = Sessions()
    cpu = open_kokoro(installed.plan, sessions).synthesizer
    ane = open_accelerator(installed.plan, "coreml-ane", sessions)
    gpu = open_accelerator(installed.plan, "coreml-gpu", sessions)
    assert len({id(s) for s in (cpu, ane, gpu)}) == 3
    assert open_accelerator(installed.plan, "coreml-ane", sessions) is ane
    assert (sessions.created, sessions.hits, sessions.misses) == (3, 1, 3)
    assert asked[0] == [CPU]
    assert [a[0][1]["MLComputeUnits"] for a in asked[1:]] == ["CPUAndNeuralEngine", "CPUAndGPU"]
    # The same arithmetic and as fast: every length agrees, whatever the clock then says.
    assert len(selftest.examine("coreml-ane", cpu, lambda: ane).trials) == 3


def test_coreml_that_takes_nothing_of_the_graph_does_not_open(
    coreml: Callable[[int], list[Any]], installed: Installed
) -> None:
    coreml(0)
    with pytest.raises(EngineError, match="CoreMLExecutionProvider takes none of the graph's 50"):
        open_accelerator(installed.plan, "coreml-ane")
