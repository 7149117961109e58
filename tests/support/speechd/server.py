"""A real speech-dispatcher, with our output module as its only voice, at a null sink.

Owns:       a home of its own, the process; ends it by its pid. Nobody else's is asked.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until

#: Debian's python3-speechd is for the system's Python.
_PYTHON = "/usr/bin/python3"
_SPEECHD = Path("/usr/lib/python3/dist-packages/speechd")
_CLIENT = Path(__file__).with_name("ssip_client.py")

_CONFIG = """\
LogLevel 4
AudioOutputMethod "pulse"
DefaultVolume 100
DefaultLanguage "en"
AddModule "kokoro" "sd_kokoro" "kokoro.conf"
AddModule "kokoro-generic" "sd_generic" "kokoro-generic.conf"
DefaultModule kokoro
"""


def why_not() -> str:
    """Why there is no speech-dispatcher; empty if there is."""
    for program in ("speech-dispatcher", "spd-say"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return "" if _SPEECHD.is_dir() else "python3-speechd is not installed"


class Server:
    def __init__(self, folder: Path, environ: dict[str, str], socket: Path) -> None:
        self.folder = folder
        self.environ = environ
        self.socket = socket

    @property
    def log(self) -> str:
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-6000:]}"
            for path in sorted((self.folder / "log").glob("*"))
            if path.is_file()
        )

    def spd_say(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                ["spd-say", *arguments],
                env=self.environ,
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
            )
        except subprocess.TimeoutExpired as expired:
            # The folder with the log goes before anybody could look.
            raise AssertionError(f"{expired}\n{self.log}") from None

    def client(self, *arguments: str) -> subprocess.Popen[str]:
        """ssip_client.py beside the test."""
        return subprocess.Popen(
            [_PYTHON, str(_CLIENT), *arguments],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@contextmanager
def speech_dispatcher(daemon: DaemonProcess) -> Iterator[Server]:
    """daemon: whose environment has the null sink."""
    if why := why_not():
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="kk-spd-", dir="/tmp"))
    socket = folder / "s"
    environ = {
        **daemon.environ,
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "SPEECHD_ADDRESS": f"unix_socket:{socket}",
    }
    for flags in ((), ("--generic",)):
        installed = subprocess.run(
            ["kokoroctl", "speechd", "install", "--no-default", *flags],
            env=environ,
            capture_output=True,
            text=True,
        )
        assert installed.returncode == 0, installed.stderr
    config = folder / "config" / "speech-dispatcher"
    (config / "speechd.conf").write_text(_CONFIG)
    (folder / "log").mkdir()
    with (folder / "log" / "out").open("wb") as out:
        process = subprocess.Popen(
            [
                *("speech-dispatcher", "-s", "-c", "unix_socket", "-S", str(socket)),
                *(
                    "-C",
                    str(config),
                    "-L",
                    str(folder / "log"),
                    "-P",
                    str(folder / "pid"),
                    "-t",
                    "0",
                ),
            ],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
    server = Server(folder, environ, socket)
    try:
        wait_until(lambda: socket.exists() or process.poll() is not None, "speech-dispatcher")
        assert process.poll() is None, server.log
        yield server
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        shutil.rmtree(folder)
