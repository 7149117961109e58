"""A machine for `kokoroctl doctor` to look at, and what it finds there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from support.fakes import launchctl, systemctl

_BIN = Path(sys.executable).parent

CHECKS = [
    "python",
    "packages",
    "hardware",
    "onnxruntime version",
    "onnxruntime",
    "espeak",
    "sound",
    "configuration",
    "lexicon",
    "home",
    "model",
    "socket",
    "daemon",
    "service",
    "disk",
    "memory",
]

Results = dict[str, dict[str, str]]


def environ_in(folder: Path, **changes: str) -> dict[str, str]:
    """A home of its own, on a machine whose service manager, if any, is a fake."""
    systemctl.install_fake(folder / "bin", folder / ".config" / "systemd" / "user", reachable=False)
    launchctl.install_fake(folder / "bin")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("KOKORO_", "XDG_"))}
    return {
        **inherited,
        "HOME": str(folder),
        "PATH": f"{folder / 'bin'}:{_BIN}:{os.environ['PATH']}",
        "KOKORO_HOME": str(folder / "home"),
        "KOKORO_SOCKET": str(folder / "s"),
        **changes,
    }


def examine(environ: dict[str, str], status: int) -> Results:
    """The results by the name of their check; the command ends with `status`."""
    ended = subprocess.run(
        ["kokoroctl", "doctor", "--json"], env=environ, capture_output=True, text=True
    )
    assert ended.returncode == status, (ended.stdout, ended.stderr)
    assert ended.stderr == ""
    results = json.loads(ended.stdout)
    assert [result["check"] for result in results] == CHECKS
    for result in results:
        assert result["outcome"] in ("ok", "warn", "fail")
        # What is wrong comes with what to do; what is right needs nothing.
        assert bool(result["todo"]) == (result["outcome"] != "ok"), result
    return {result["check"]: result for result in results}


def outcomes(results: Results, *names: str) -> list[str]:
    return [results[name]["outcome"] for name in names]
