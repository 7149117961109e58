"""Daemons by the thousand: each is forked from a process that has loaded the libraries.

Such a start takes a fraction of the processor that one from exec on takes, and opens, reads and
loads the same files. It is spared the children that others start before they are asked anything:
espeak-ng's starts with the first word that needs it, and no copy is made. Run as a program it is
that process: a line of JSON a start, and its pid as the answer; the exit status goes to a file.

Owns:       that process, and through it the daemons.
Never:      forks with a thread: nothing that makes one is called before.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from support.daemon.process import DaemonProcess
from support.phonemizing import with_dictionary


class Loaded:
    """The process that has the libraries; with it daemons are started."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.daemon.forked"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, environ: dict[str, str], folder: Path, log: Path, status: Path) -> int:
        """The pid of a daemon."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"env": environ, "cwd": str(folder), "log": str(log), "status": str(status)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def __enter__(self) -> Loaded:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()


class _Child:
    """What DaemonProcess asks of a process."""

    def __init__(self, pid: int, status: Path) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._status = status

    def poll(self) -> int | None:
        if self.returncode is None and self._status.exists():
            self.returncode = int(self._status.read_text())
        return self.returncode

    def wait(self, timeout: float = 60.0) -> int:
        until = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("kokorod", timeout)
            time.sleep(0.005)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class ForkedDaemon(DaemonProcess):
    """A DaemonProcess whose start() is a fork."""

    def __init__(self, home: Path, loaded: Loaded) -> None:
        super().__init__(home)
        self._loaded = loaded
        self._starts = 0

    def _start(self, command: Sequence[str | Path]) -> DaemonProcess:
        with_dictionary(self.home)
        self._starts += 1
        status = self._folder / f"status-{self._starts}"
        pid = self._loaded.start(self.environ, self._folder, self.log_path, status)
        self.process = _Child(pid, status)  # type: ignore[assignment]
        return self


def main() -> None:
    import kokorod.__main__
    import kokorod.app
    import kokorod.engine.accelerators.hardware
    import kokorod.engine.accelerators.providers
    import kokorod.engine.kokoro
    import kokorod.engine.optimised.build
    import kokorod.engine.parts
    import kokorod.engine.plausible
    import kokorod.engine.recheck_model
    import kokorod.engine.shipped_voices
    import kokorod.net.activation
    import kokorod.speech.frontend
    import kokorod.speech.phonemes.phonemizer  # noqa: F401

    children: dict[int, str] = {}
    pending = b""
    while True:
        _reap(children)
        if not select.select([0], [], [], 0.02 if children else None)[0]:
            continue
        piece = os.read(0, 65536)
        if not piece:
            return
        *lines, pending = (pending + piece).split(b"\n")
        for line in lines:
            order = json.loads(line)
            if (pid := os.fork()) == 0:
                _be_daemon(order)
            children[pid] = order["status"]
            os.write(1, b"%d\n" % pid)


def _reap(children: dict[int, str]) -> None:
    for pid, path in list(children.items()):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            del children[pid]
            whole = Path(f"{path}.part")
            whole.write_text(str(os.waitstatus_to_exitcode(status)))
            whole.rename(path)


def _be_daemon(order: dict[str, str]) -> None:
    """The child, to its end."""
    os.setsid()
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.argv = ["kokorod"]
    from kokorod.__main__ import main as kokorod
    from kokorod.lanes.after_ready import AfterReady
    from kokorod.speech.phonemes import espeak_process

    class LateIsolated(espeak_process.Isolated):
        """Begun by the first question."""

        asked = False

        def begin(self) -> None:
            if self.asked:
                super().begin()

        def ask(self, question: bytes, patience_s: float) -> bytes:
            self.asked = True
            return super().ask(question, patience_s)

    espeak_process.Isolated = LateIsolated  # type: ignore[misc]
    AfterReady.begin = lambda *_: None  # type: ignore[method-assign]
    try:
        kokorod()
    finally:
        os._exit(70)


if __name__ == "__main__":
    main()
