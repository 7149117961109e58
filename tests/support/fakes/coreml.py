"""A CoreML at onnxruntime's boundary, for the daemon and its children; the CPU computes.

`install` gives the variable that puts it into every Python started with it. Its session
runs a model without the cost of the CPU's, so it is faster; a file makes it fail.
"""

from __future__ import annotations

import os
from pathlib import Path

_SITECUSTOMIZE = """
import pathlib
import onnxruntime

FOLDER = pathlib.Path({folder!r})
COREML, CPU = "CoreMLExecutionProvider", "CPUExecutionProvider"
Real = onnxruntime.InferenceSession


class Part:
    def __init__(self, ep_name, nodes):
        self.ep_name, self._nodes = ep_name, nodes

    def get_nodes(self):
        return [object()] * self._nodes


class Session(Real):
    def __init__(self, path, options, providers):
        self._said = [p if isinstance(p, str) else p[0] for p in providers]
        self._coreml = COREML in self._said
        if self._coreml and (FOLDER / "unopened").exists():
            raise RuntimeError("CoreML cannot compile this today")
        super().__init__(str(FOLDER / "fast.onnx") if self._coreml else path, options, [CPU])

    def get_providers(self):
        return self._said

    def get_provider_graph_assignment_info(self):
        return [Part(COREML, 114), Part(CPU, 50)]

    def run(self, *arguments):
        if self._coreml and (FOLDER / "failing").exists():
            raise RuntimeError("CoreML lost its model")
        return super().run(*arguments)


onnxruntime.InferenceSession = Session
onnxruntime.get_available_providers = lambda: [COREML, CPU]
"""


class CoreML:
    """failing: its runs fail from now on; unopened: it opens no session any more."""

    def __init__(self, folder: Path, fast_model: Path) -> None:
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(_SITECUSTOMIZE.format(folder=str(folder)))
        (folder / "fast.onnx").write_bytes(fast_model.read_bytes())
        self._folder = folder
        inherited = os.environ.get("PYTHONPATH")
        self.settings = {
            "PYTHONPATH": os.pathsep.join(filter(None, [str(folder), inherited])),
            "KOKORO_LANES": "cpu,coreml-gpu",
        }

    def fail(self) -> None:
        (self._folder / "failing").touch()

    def open_no_more(self) -> None:
        (self._folder / "unopened").touch()
