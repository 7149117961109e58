"""Where the home folder is, for the commands and the daemon alike, whatever the environment."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

_OWN = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".local" / "share"
_BIN = Path(sys.executable).parent


def _run(
    command: str, *arguments: str, cwd: Path, environ: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_BIN / command, *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
    )


@pytest.mark.skipif(sys.platform == "darwin", reason="XDG_DATA_HOME is not asked there")
@pytest.mark.parametrize(
    ("environ", "home"),
    [
        ({"HOME": "/u", "XDG_DATA_HOME": "data"}, Path("/u/.local/share")),
        ({"HOME": "/u", "XDG_DATA_HOME": "/data"}, Path("/data")),
        ({"HOME": "rel"}, _OWN),
        ({"HOME": ""}, _OWN),
        ({}, _OWN),
    ],
)
def test_it_is_the_same_from_every_folder(
    tmp_path: Path, environ: dict[str, str], home: Path
) -> None:
    for folder in (tmp_path, Path("/")):
        said = _run("kokoroctl", "config", "path", cwd=folder, environ=environ)
        assert said.stdout.strip() == str(home / "kokorod" / "config.toml"), said.stderr


@pytest.mark.parametrize("variable", ["KOKORO_HOME", "KOKORO_SOCKET"])
@pytest.mark.parametrize(
    "command",
    [
        "kokoroctl status",
        "kokoroctl say Hello",
        "kokoroctl config",
        "kokoroctl models list",
        "kokoroctl lexicon list",
        "kokoroctl service status",
        "kokorod",
    ],
)
def test_the_home_of_nobody_is_one_line(tmp_path: Path, variable: str, command: str) -> None:
    program, *arguments = command.split()
    said = _run(program, *arguments, cwd=tmp_path, environ={variable: "~nosuch/x"})
    assert said.returncode in (1, 3)
    (line,) = said.stderr.splitlines()
    assert f"{variable} is '~nosuch/x', but there is no user 'nosuch'; set it" in line
    assert list(tmp_path.iterdir()) == []
