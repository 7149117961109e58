"""Nothing leaves this machine: onnxruntime's telemetry is off before it is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def _load(home: Path, program: str, **changes: str) -> list[str]:
    """Run `program`; what it left in its home folder."""
    environ = {
        key: value
        for key, value in os.environ.items()
        # onnxruntime sends nothing if it believes that it runs in a CI job.
        if key not in ("ORT_DISABLE_TELEMETRY", "CI", "GITHUB_ACTIONS", "TF_BUILD")
        and not key.startswith("XDG_")
    }
    subprocess.run(
        [sys.executable, "-c", program], env={**environ, "HOME": str(home), **changes}, check=True
    )
    return [str(path.relative_to(home)) for path in home.rglob("*")]


@pytest.mark.parametrize(
    "program",
    [
        "import kokorod.engine.kokoro",
        "import kokorod; import onnxruntime; onnxruntime.get_available_providers()",
        "from kokorod.doctor import parts; assert parts.check_onnxruntime().outcome == 'ok'",
    ],
)
def test_loading_onnxruntime_leaves_no_device_id(tmp_path: Path, program: str) -> None:
    assert _load(tmp_path, program) == []


def test_a_user_who_wants_it_can_have_it(tmp_path: Path) -> None:
    program = "import kokorod, os; assert os.environ['ORT_DISABLE_TELEMETRY'] == '0'"
    assert _load(tmp_path, program, ORT_DISABLE_TELEMETRY="0") == []
