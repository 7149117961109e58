"""Commands that come with the daemon's package, and what is said when it is not installed."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import kokoro_client

#: kokoroctl with nothing installed but itself and msgpack.
_ALONE = """
import sys
sys.path[:0] = sys.argv[1].split(":")
del sys.argv[1]
from kokoro_client.cli.main import entry
sys.exit(entry())
"""


def _alone(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    spec = find_spec("msgpack")
    assert spec is not None
    assert spec.origin is not None
    (tmp_path / "msgpack").symlink_to(Path(spec.origin).parent)
    # Beside this Python stands the daemon: use one that stands elsewhere.
    python = tmp_path / "python"
    python.symlink_to(Path(sys.executable).resolve())
    client = Path(kokoro_client.__file__).parents[1]
    return subprocess.run(
        [python, "-S", "-c", _ALONE, f"{tmp_path}:{client}", *arguments],
        env={"PATH": "/nonexistent", "KOKORO_SOCKET": str(tmp_path / "s")},
        capture_output=True,
        text=True,
    )


def test_without_the_daemon_its_commands_are_known_by_name(tmp_path: Path) -> None:
    ended = _alone(tmp_path, "models", "list")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "kokoroctl: `models` comes with the daemon's package; pip install kokorod\n"
    )


def test_without_the_daemon_say_tells_what_to_install(tmp_path: Path) -> None:
    ended = _alone(tmp_path, "say", "Hello")
    assert ended.returncode == 3
    (line,) = ended.stderr.splitlines()
    assert "install the package kokorod" in line


def test_without_the_daemon_help_lists_its_commands_all_the_same(tmp_path: Path) -> None:
    ended = _alone(tmp_path, "--help")
    assert ended.returncode == 0
    assert "\n  models " in ended.stdout
