"""Completions in real shells: what Tab makes of a line, with a daemon and without."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.daemon.homes import speaking, toy_home
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until
from support.daemon.shell import Shell

#: What is typed, and what Tab completes it to.
TYPED = [
    ("kokoroctl voi", "voices"),
    ("kokoroctl say --fall", "--fallback-file"),
    ("kokoroctl say --priority imp", "important"),
    ("kokoroctl say --voice am_", "am_adam"),
    ("kokoroctl say -v bf", "bf_emma"),
    ("kokoroctl voices --sample wa", "warm"),
    ("kokoroctl voices --lang pt", "pt-br"),
    ("kokoroctl say -f chap", "chapter.txt"),
    ("kokoroctl models ver", "verify"),
    ("kokoroctl models use to", "toy"),
]


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    home = toy_home(tmp_path_factory.mktemp("completions"))
    (home / "config.toml").write_text('[blends]\nwarm = "bf_emma,am_adam"\n')
    with speaking(home) as process:
        yield process


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the shell runs: a text to complete, and the script of each shell."""
    (tmp_path / "chapter.txt").write_text("Once.")
    return tmp_path


def script(daemon: DaemonProcess, shell: str, path: Path) -> Path:
    ended = subprocess.run(
        ["kokoroctl", "completions", shell],
        env=daemon.environ,
        capture_output=True,
        timeout=PATIENCE_S,
        check=True,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(ended.stdout)
    return path


def in_bash(daemon: DaemonProcess, folder: Path) -> Shell:
    path = script(daemon, "bash", folder / "completions.bash")
    shell = Shell(["bash", "--norc", "--noprofile", "-i"], daemon.environ, folder)
    shell.type(f"PS1=; source {path}; echo rea''dy\n")
    shell.wait_for("ready")
    return shell


def in_zsh(daemon: DaemonProcess, folder: Path) -> Shell:
    script(daemon, "zsh", folder / "functions" / "_kokoroctl")
    shell = Shell(["zsh", "-f", "-i"], daemon.environ, folder)
    shell.type(
        "PROMPT=; unsetopt zle_bracketed_paste; fpath=(functions $fpath);"
        " autoload -U compinit; compinit -u -D; echo rea''dy\n"
    )
    shell.wait_for("ready")
    return shell


@pytest.mark.parametrize("start", [in_bash, in_zsh])
@pytest.mark.parametrize(("typed", "completed"), TYPED)
def test_tab_completes(
    daemon: DaemonProcess,
    folder: Path,
    start: Callable[[DaemonProcess, Path], Shell],
    typed: str,
    completed: str,
) -> None:
    with start(daemon, folder) as shell:
        shell.type(typed)
        # zsh lists a flag with what it is for instead of writing it out.
        shell.press_until("\t", completed)
        assert completed not in typed


@pytest.mark.parametrize(("typed", "completed"), TYPED)
def test_fish_completes(daemon: DaemonProcess, folder: Path, typed: str, completed: str) -> None:
    script(daemon, "fish", folder / ".config" / "fish" / "completions" / "kokoroctl.fish")
    environ = {**daemon.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / ".config")}

    def offered() -> list[str]:
        ended = subprocess.run(
            ["fish", "-c", f"complete -C '{typed}'"],
            env=environ,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=True,
        )
        assert ended.stderr == ""
        return [line.split("\t")[0] for line in ended.stdout.splitlines()]

    wait_until(lambda: completed in offered(), completed)


def words(environ: dict[str, str], kind: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["kokoroctl", "completions", "--words", kind],
        env=environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def test_without_a_daemon_nothing_is_offered_and_none_is_started(
    daemon: DaemonProcess, tmp_path: Path
) -> None:
    elsewhere = {**daemon.environ, "KOKORO_SOCKET": str(tmp_path / "s")}
    ended = words(elsewhere, "voices")
    assert (ended.stdout, ended.stderr) == ("", "")
    assert not (tmp_path / "s").exists()
    assert words(elsewhere, "models").stdout == "toy\n"


def test_a_daemon_that_does_not_answer_is_not_waited_for(
    daemon: DaemonProcess, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "s"))
        deaf.listen()
        ended = words({**daemon.environ, "KOKORO_SOCKET": str(tmp_path / "s")}, "voices")
    assert (ended.stdout, ended.stderr) == ("", "")
    assert ended.returncode == -signal.SIGALRM


def test_the_command_line_is_told_what_is_missing(daemon: DaemonProcess) -> None:
    ended = subprocess.run(
        ["kokoroctl", "completions"], env=daemon.environ, capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert ended.stderr == "kokoroctl: for which shell? bash, zsh, fish\n"
