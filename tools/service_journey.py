"""The life of the login item under this machine's real launchd or systemd user manager.

    python tools/service_journey.py

It installs, speaks, kills, speaks, restarts while speaking, stops, starts, uninstalls, and
looks that nothing stays. It changes the login items of the user who calls it, so it is no
part of `make test`; .github/workflows/macos-service.yml calls it on machines of its own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import wave
from pathlib import Path
from typing import Any

PATIENCE_S = 120.0
RESTARTS = 5


class Journey:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # What a path may hold: blanks, umlauts, and what XML, units and shells act on.
        self.home = folder / "Kö & ko %h $x"
        self.environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith("KOKORO_")},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "KOKORO_HOME": str(self.home),
            "KOKORO_SOCKET": str(folder / "s"),
        }
        self.said = 0

    def ctl(self, *arguments: str, status: int = 0) -> str:
        print("$ kokoroctl", *arguments, flush=True)
        ended = subprocess.run(
            ["kokoroctl", *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        print(ended.stdout + ended.stderr, end="", flush=True)
        assert ended.returncode == status, f"it ended with {ended.returncode}, not {status}"
        return ended.stdout

    def state(self, status: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ctl("service", "status", "--json", status=status))
        return found

    def say(self) -> None:
        """No daemon of the client's own: the supervisor's must answer."""
        self.said += 1
        path = self.folder / f"{self.said}.wav"
        self.ctl("say", "--no-start", "-o", str(path), f"Hello number {self.said}")
        with wave.open(str(path)) as wav:
            assert wav.getnframes() > 2400, path

    def kill(self) -> None:
        before = self.state()["pid"]
        assert type(before) is int
        assert before > 1
        os.kill(before, signal.SIGKILL)
        self.say()
        assert self.state()["pid"] not in (None, before)

    def restart_while_speaking(self) -> None:
        done = threading.Event()
        failures: list[Exception] = []

        def speak() -> None:
            while not done.is_set() and not failures:
                try:
                    self.say()
                except Exception as error:  # noqa: BLE001 - raised again below
                    failures.append(error)

        speaker = threading.Thread(target=speak)
        speaker.start()
        try:
            for _ in range(RESTARTS):
                before, pid = self.said, self.state()["pid"]
                self.ctl("service", "restart")
                assert self.state()["pid"] not in (None, pid)
                deadline = time.monotonic() + PATIENCE_S
                while self.said == before and not failures:
                    assert time.monotonic() < deadline, "nothing was said after a restart"
                    time.sleep(0.05)
        finally:
            done.set()
            speaker.join()
        if failures:
            raise failures[0]

    def run(self) -> None:
        self.state(status=3)
        self.ctl("service", "install", "--dry-run")
        assert self.state(status=3)["files"] == []
        self.ctl("service", "install")
        state = self.state()
        assert state["supervisor"] in ("launchd", "systemd"), state
        files = [Path(name) for name in state["files"]]
        assert files
        assert "already installed" in self.ctl("service", "install")
        assert self.state()["pid"] == state["pid"]
        self.say()
        for _ in range(2):
            self.kill()
        self.restart_while_speaking()
        self.ctl("reload")
        self.say()
        assert "ready" in self.ctl("logs", "-n", "200")
        self.ctl("doctor")
        # Other settings: the same command puts them in force.
        self.environ["KOKORO_SENTENCE_PAUSE_MS"] = "300"
        pid = self.state()["pid"]
        self.ctl("service", "install")
        assert self.state()["pid"] != pid
        self.say()
        self.ctl("service", "stop")
        self.state(status=3)
        self.ctl("say", "--no-start", "-o", str(self.folder / "no.wav"), "Hello", status=3)
        self.ctl("service", "start")
        self.say()
        last = self.state()["pid"]
        self.ctl("service", "uninstall")
        assert self.state(status=3)["files"] == []
        assert not [path for path in files if path.exists()]
        assert not [p for p in self.folder.iterdir() if p.name.startswith("s") and p.suffix == ""]
        try:
            os.kill(last, 0)
        except ProcessLookupError:
            pass
        else:
            raise AssertionError(f"process {last} is still there")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="kk-", dir="/tmp") as folder:
        journey = Journey(Path(folder))
        try:
            journey.run()
        except BaseException:
            # What the reader of a failure asks for first; then leave no login item behind.
            for arguments in (
                ("logs", "-n", "100"),
                ("service", "print"),
                ("service", "uninstall"),
            ):
                subprocess.run(["kokoroctl", *arguments], env=journey.environ, check=False)
            raise
    print(f"arrived: {journey.said} times spoken, nothing left behind")
    return 0


if __name__ == "__main__":
    sys.exit(main())
