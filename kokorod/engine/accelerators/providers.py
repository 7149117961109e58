# worker: called by worker threads.
"""Which lanes a machine can have, and what onnxruntime is asked for each.

The CPU's lanes run the optimised copy and share one session. An accelerator has a session
of its own on the original graph, and is used only after its self-test (selftest.py).

Source: onnxruntime's CoreML and CUDA pages, coreml_options.cc for the allowed values.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ...config import ACCELERATORS, CPU_LANES
from ...errors import EngineError
from ...models import disk
from ...models.record import InstalledModel
from .hardware import Hardware

if TYPE_CHECKING:
    import onnxruntime as ort

CPU: Final = "CPUExecutionProvider"
COREML: Final = "CoreMLExecutionProvider"
CUDA: Final = "CUDAExecutionProvider"

_COREML: Final = {
    "ModelFormat": "MLProgram",
    # Kokoro's lengths differ from run to run; CoreML would compile each anew.
    "RequireStaticInputShapes": "1",
}

#: Lane -> its provider and options.
_PROVIDERS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = MappingProxyType(
    {
        "coreml-ane": (COREML, {**_COREML, "MLComputeUnits": "CPUAndNeuralEngine"}),
        "coreml-gpu": (COREML, {**_COREML, "MLComputeUnits": "CPUAndGPU"}),
        # The default tries every algorithm for each new length, for seconds.
        "cuda": (CUDA, {"cudnn_conv_algo_search": "HEURISTIC"}),
    }
)


@dataclass(frozen=True, slots=True)
class Choice:
    """lanes: to be opened, the CPU's first; refused: lane -> why it is not."""

    lanes: tuple[str, ...]
    refused: Mapping[str, str]


def choose(wanted: str, machine: Hardware) -> Choice:
    """The lanes of the setting `lanes` that this machine can have; auto: all it offers.

    More CPU lanes than one only on request: they share the cores.
    """
    auto = wanted == "auto"
    lanes: list[str] = ["cpu"]
    refused: dict[str, str] = {}
    for lane in ACCELERATORS if auto else wanted.split(","):
        if lane in CPU_LANES:
            lanes.append(lane)
        elif problem := _missing(lane, machine):
            if not auto:
                refused[lane] = problem
        else:
            lanes.append(lane)
    return Choice(tuple(dict.fromkeys(lanes)), MappingProxyType(refused))


def _missing(lane: str, machine: Hardware) -> str:
    """Why the machine cannot have the lane; empty if it can."""
    provider, _ = _PROVIDERS[lane]
    if provider not in machine.providers:
        offered = ", ".join(machine.providers) or "none"
        return f"onnxruntime has no {provider} here; it has {offered}"
    if lane == "coreml-ane" and not machine.apple_silicon:
        return f"only Apple silicon has a neural engine, this is {machine.architecture}"
    return ""


def prepare(lane: str, cache: Path | None, model: InstalledModel) -> list[Any]:
    """What to ask onnxruntime for, the CPU last. Makes the folder CoreML compiles into.

    The folders of other models are removed: CoreML's copies have hundreds of MB.
    """
    provider, options = _PROVIDERS[lane]
    options = dict(options)
    if provider == COREML and cache is not None:
        folder = cache / "coreml" / f"{lane}-{model.model_sha256[:16]}"
        # Without it CoreML compiles at every start; slower, but not worth a failure.
        with contextlib.suppress(OSError):
            for old in folder.parent.glob(f"{lane}-*"):
                if old != folder:
                    disk.delete(old)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            options["ModelCacheDirectory"] = str(folder)
    return [(provider, options), CPU]


def watched(options: ort.SessionOptions) -> ort.SessionOptions:
    """Options with which a session can tell how much of the graph each provider has."""
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    return options


def require_share(session: ort.InferenceSession, provider: str) -> None:
    """Raises EngineError if the session is on the provider's list but it has no node."""
    ask = getattr(session, "get_provider_graph_assignment_info", None)
    if ask is None:  # a build without it
        return
    shares = [(part.ep_name, len(part.get_nodes())) for part in ask()]
    if not any(nodes for name, nodes in shares if name == provider):
        total = sum(nodes for _, nodes in shares)
        raise EngineError(f"{provider} takes none of the graph's {total} nodes")
