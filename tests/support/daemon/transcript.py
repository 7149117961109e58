"""Shell transcripts as tests: what is typed, what is seen.

A transcript is a text file. Lines that begin with `#` are prose. A step is

    $ kokoroctl say --raw "Hi" | wc -c     run by sh in an empty folder
    12345                                  standard output, line for line
    ! kokoroctl: no daemon runs            standard error, line for line
    ? 3                                    the exit status, if it is not 0

Empty lines count on neither side. `...` in a line stands for anything; a line that is
only `...` for any number of lines.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from support.daemon.process import PATIENCE_S

_ANYTHING = "..."


@dataclass
class Step:
    command: str
    line: int
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    status: int = 0


def read_steps(path: Path) -> list[Step]:
    """The steps of the transcript at `path`."""
    steps: list[Step] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("$ "):
            steps.append(Step(line[2:], number))
        elif not line.strip() or line.startswith("#"):
            continue
        elif line.startswith("! "):
            steps[-1].err.append(line[2:])
        elif line.startswith("? "):
            steps[-1].status = int(line[2:])
        else:
            steps[-1].out.append(line)
    assert steps, f"{path} has no step"
    return steps


def play(path: Path, environ: Mapping[str, str], folder: Path) -> None:
    """Run each step of the transcript in `folder` and compare."""
    for step in read_steps(path):
        ended = subprocess.run(
            ["/bin/sh", "-c", step.command],
            env=environ,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_S,
        )
        out, err = (
            stream.decode("utf-8", "backslashreplace") for stream in (ended.stdout, ended.stderr)
        )
        seen = f"{path.name}:{step.line}: $ {step.command}\n{out}{_marked(err)}? {ended.returncode}"
        assert _matches(step.out, out), f"standard output differs\n{seen}"
        assert _matches(step.err, err), f"standard error differs\n{seen}"
        assert ended.returncode == step.status, f"another exit status\n{seen}"


def _marked(err: str) -> str:
    return "".join(f"! {line}\n" for line in err.splitlines())


def _matches(expected: list[str], seen: str) -> bool:
    pattern = "".join(
        "(?:.*\n)*" if line == _ANYTHING else re.escape(line).replace(r"\.\.\.", ".*") + "\n"
        for line in expected
    )
    lines = "".join(line + "\n" for line in seen.splitlines() if line.strip())
    return re.fullmatch(pattern, lines) is not None
