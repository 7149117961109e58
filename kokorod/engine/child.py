# worker: a thread that waits for a child process; answer() runs in the child.
"""A child process of low priority that does one task and ends with one answer.

What may crash, leak or hang in native code (building a graph, trying an accelerator)
does so there. Its answer is its last line of output: a JSON map with "done" or "failed"; a line
before it that is a map with "told" says how far it is.

It can be held, so that a first sound that is waited for has the machine alone.

Owns:       the process and the thread that waits for it.
Invariants: exactly one report, from that thread, however the child ends; a child that
            takes longer than its time is ended; at most _SAID bytes of output are held.
Never:      passes a shell string; waits on the caller's thread.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

#: The end of its output that is kept: an answer has a few kB.
_SAID: Final = 64 * 1024

#: A terminated child gets this long before it is killed.
_GRACE_S: Final = 2.0

#: Of the output, in a reason for people.
_SHOWN: Final = 300

#: A quarter of a core when requests take all there is: the copy was made in 16 s beside
#: such a load [m, 2 cores], in 34 s at 10 and above, in 3 s alone.
_NICENESS: Final = 5


@dataclass(frozen=True, slots=True)
class Done:
    """value: what the child answered; seconds: how long it took."""

    value: dict[str, Any]
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """why: one line for people; answered: the child said so itself, it did not crash or hang."""

    why: str
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """terminate() was called."""


Report = Done | Failed | Stopped


class Child:
    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        patience_s: float,
        report: Callable[[Report], None],
        hear: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        """Runs `python -m module arguments`; report(), and hear(), which is given what the child
        tells on its way, must be safe from another thread.
        """
        self._command = [sys.executable, "-P", "-m", module, *arguments]
        self._patience_s = patience_s
        self._report = report
        self._hear = hear
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        # A daemon thread: nothing here may keep the process from ending.
        name = f"child-{module.rpartition('.')[2]}"
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Begin; once."""
        self._thread.start()

    def terminate(self) -> None:
        """End it, at any time, any number of times."""
        with self._lock:
            self._stopped = True
            self._signal(signal.SIGTERM)
            self._signal(signal.SIGCONT)

    def hold(self) -> None:
        """Stop it until release(), and no later than terminate()."""
        with self._lock:
            if not self._stopped:
                self._signal(signal.SIGSTOP)

    def release(self) -> None:
        """Go on, if it was held."""
        with self._lock:
            self._signal(signal.SIGCONT)

    def join(self, timeout: float) -> bool:
        """True if the report was made within `timeout` seconds, or nothing was begun."""
        if self._thread.ident is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    # -- on the thread

    def _heard(self, line: bytes) -> None:
        told = _map_of(line).get("told") if self._hear is not None else None
        if self._hear is not None and isinstance(told, dict):
            self._hear(told)

    def _work(self) -> None:
        began = time.monotonic()
        try:
            outcome = self._run(began)
        except Exception as error:  # noqa: BLE001 - exactly one report, whatever happens
            outcome = Failed(f"{type(error).__name__}: {error}"[:_SHOWN])
        self._report(Stopped() if self._stopped else outcome)

    def _run(self, began: float) -> Report:
        with self._lock:
            if self._stopped:
                return Stopped()
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        process = self._process
        assert process.stdout is not None
        with process.stdout as output:
            said = _read(output, began + self._patience_s, self._heard)
        if said is None:
            end(process, _GRACE_S)
            return Failed(f"it took longer than {self._patience_s:g} s and was ended")
        try:
            status = process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            status = end(process, _GRACE_S)
        return _outcome(said, status, time.monotonic() - began)


def end(process: subprocess.Popen[bytes], within_s: float) -> int:
    """Ask a process to end, make it after `within_s` s; its status."""
    process.terminate()
    try:
        return process.wait(within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _read(output: IO[bytes], deadline: float, hear: Callable[[bytes], None]) -> bytes | None:
    """The end of what it said, read until it closes; None when the time is over.

    hear: told each line, as it comes.
    """
    said = line = b""
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                continue
            piece = os.read(output.fileno(), _SAID)
            if not piece:
                return said
            said = (said + piece)[-_SAID:]
            *lines, line = (line + piece).split(b"\n")
            line = line[-_SAID:]
            for each in lines:
                hear(each)
    return None


def _outcome(said: bytes, status: int, seconds: float) -> Report:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    last = lines[-1] if lines else ""
    answer = _map_of(last)
    if isinstance(answer.get("done"), dict) and status == 0:
        return Done(answer["done"], seconds)
    if isinstance(answer.get("failed"), str):
        return Failed(answer["failed"][:_SHOWN], answered=True)
    ended = f"it ended with {status}"
    if status < 0:
        ended = f"signal {_signal_name(-status)} ended it"
    return Failed(f"{ended}: {last[:_SHOWN]}" if last else ended)


def _map_of(line: bytes | str) -> dict[str, Any]:
    """The JSON map that a line is; empty if it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


# -- in the child


def tell(**values: Any) -> None:
    """How far it is, for whoever started it: a line of its own."""
    sys.stdout.write("\n" + json.dumps({"told": values}) + "\n")
    sys.stdout.flush()


def answer(work: Callable[[], dict[str, Any]]) -> int:
    """Do the work at low priority and print the answer; the exit status.

    A bug's traceback goes out before the answer would, and the status is Python's own.
    """
    from ..errors import KokorodError
    from ..safety import numpy_threads
    from ..safety.isolated import end_with

    os.nice(_NICENESS)
    # Who is held while the daemon is killed would be left for good. Elsewhere than on Linux the
    # supervisor ends what a daemon leaves.
    end_with(os.getppid())
    # numpy's own threads would come on top of the one this child is to have.
    numpy_threads.keep_to_one(os.environ)
    try:
        said: dict[str, Any] = {"done": work()}
        status = 0
    except KokorodError as error:
        said = {"failed": str(error)}
        status = 1
    sys.stdout.write("\n" + json.dumps(said) + "\n")
    sys.stdout.flush()
    return status
