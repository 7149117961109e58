# process: a child that answers; used by one thread at a time.
"""Work that may end the process that does it, in a process of its own: native code that writes
beyond its buffers, or never comes back.

The child is a nursery: it loads what is slow to load, forks a worker that answers, and forks the
next one when that dies. It has one thread, which makes that fork safe; it is itself started by
posix_spawn or vfork and exec, never by a fork of the daemon, which has many.

Owns:       the nursery, its worker, and the socket to them.
Invariants: one question at a time, each with a deadline; a worker that dies or hangs costs that
            question alone; no more than _MOST_DEATHS in _DEATHS_S are tried. Both processes end
            with the daemon: on Linux by a signal (PR_SET_PDEATHSIG), elsewhere when the socket
            closes.
Never:      passes objects: a frame is its length, a kind and bytes.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from ..errors import EngineError

_HEADER: Final = struct.Struct(">IBI")  # bytes that follow, kind, number of the question

#: Kinds of frame. READY once, DIED when a worker has died over a question.
_ASK, _CANCEL, _DONE, _FAILED, _READY, _DIED = range(6)

#: The longest answer: ten minutes of the built-in voice.
_MOST_BYTES: Final = 32 * 1024 * 1024

#: Python and a library, on a slow and busy machine.
_START_S: Final = 30.0

#: Workers that died, in so many seconds, after which no question is asked for a while: a new
#: one takes some 30 ms, and who sends such texts by the thousand is not to take a core.
_MOST_DEATHS: Final = 40
_DEATHS_S: Final = 60.0

_PR_SET_PDEATHSIG: Final = 1


class DiedError(RuntimeError):
    """The worker died or hung over the question, or (over_it is False) too many have lately."""

    def __init__(self, message: str, *, over_it: bool = True) -> None:
        super().__init__(message)
        self.over_it = over_it


class Isolated:
    """The daemon's side. See the module for what it owns and must not do."""

    def __init__(self, module: str, arguments: Sequence[str] = ()) -> None:
        """`python -m module arguments` calls nursery() there."""
        self._command = [sys.executable, "-P", "-m", module, *arguments, str(os.getpid())]
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._ready = False
        self._number = 0
        self._sending = threading.Lock()
        self._deaths: deque[float] = deque(maxlen=_MOST_DEATHS)

    def begin(self) -> None:
        """Start it, if it does not run, and do not wait. Raises EngineError."""
        if self._process is not None:
            return
        ours, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # one group, to be ended together
            )
        except OSError as error:
            ours.close()
            raise EngineError(
                f"a process for espeak-ng cannot be started: {error.strerror or error}; "
                "end other programs, or raise the limit on processes"
            ) from None
        finally:
            theirs.close()
        self._socket, self._ready = ours, False

    def ask(self, question: bytes, patience_s: float) -> bytes:
        """The answer. Raises DiedError, or EngineError if the worker says why it has none."""
        now = time.monotonic()
        if len(self._deaths) == _MOST_DEATHS and now - self._deaths[0] < _DEATHS_S:
            raise DiedError("too many have died; the next is tried in a minute", over_it=False)
        self._number += 1
        try:
            try:
                kind, answer = self._exchange(question, patience_s)
            except (EOFError, ConnectionError):
                # Somebody has ended the nursery, maybe long ago: no question does.
                self._deaths.append(now)
                self.close()
                kind, answer = self._exchange(question, patience_s)
        except (OSError, EOFError, ValueError) as error:
            # The nursery is gone again, the worker hangs, or what it says makes no sense.
            self._deaths.append(now)
            self.close()
            raise DiedError(f"it hung or was ended ({type(error).__name__})") from None
        if kind == _DIED:
            self._deaths.append(now)
            raise DiedError("it crashed")
        if kind == _FAILED:
            raise EngineError(answer.decode("utf-8", "replace"))
        return answer

    def _exchange(self, question: bytes, patience_s: float) -> tuple[int, bytes]:
        """How the question of the present number ended, and its answer."""
        self.begin()
        if not self._ready:
            self._await(_READY, 0, time.monotonic() + _START_S)
            self._ready = True
        self._send(_ASK, self._number, question)
        return self._await(_DONE, self._number, time.monotonic() + patience_s)

    @property
    def number(self) -> int:
        """Of the last question."""
        return self._number

    def cancel(self, number: int) -> None:
        """Any thread: the question of that number, if it is under way, need no answer."""
        with contextlib.suppress(OSError):
            self._send(_CANCEL, number, b"")

    def close(self) -> None:
        """End it; the next question starts another."""
        process, self._process = self._process, None
        sock, self._socket = self._socket, None
        if sock is not None:
            sock.close()
        if process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def __del__(self) -> None:
        self.close()  # it goes with the lane or the reader that had it

    def _send(self, kind: int, number: int, body: bytes) -> None:
        with self._sending:
            if self._socket is not None:
                self._socket.sendall(_HEADER.pack(len(body), kind, number) + body)

    def _await(self, wanted: int, number: int, deadline: float) -> tuple[int, bytes]:
        """The frame that ends the question; what is left of earlier ones is passed over."""
        sock = self._socket
        assert sock is not None
        while True:
            kind, about, body = _receive(sock, deadline)
            if wanted == _READY and kind == _READY:
                return kind, body
            if about == number and kind in (_DONE, _FAILED, _DIED):
                return kind, body


def _receive(sock: socket.socket, deadline: float | None = None) -> tuple[int, int, bytes]:
    """A frame. Raises EOFError, TimeoutError, OSError, ValueError."""
    size, kind, number = _HEADER.unpack(_exactly(sock, _HEADER.size, deadline))
    if size > _MOST_BYTES:
        raise ValueError("a frame is too long")
    return kind, number, _exactly(sock, size, deadline)


def _exactly(sock: socket.socket, count: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < count:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)
        piece = sock.recv(min(count - len(data), 1 << 20))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


# -- in the child

#: Answers a question; `cancelled()` tells, between its steps, whether it still need be.
Answer = Callable[[bytes, Callable[[], bool]], bytes]


def nursery(make: Callable[[], Answer]) -> None:
    """Serve the daemon on descriptor 0 until it is gone. make() runs in each worker."""
    daemon = int(sys.argv[-1])
    end_with(daemon)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sock = socket.socket(fileno=0)
    sock.setblocking(True)
    asked = _Asked()
    with contextlib.suppress(OSError):
        sock.sendall(_HEADER.pack(0, _READY, 0))
        while _one_worker(sock, make, asked):
            # Its question was read whole, or it would not have been answered.
            sock.sendall(_HEADER.pack(0, _DIED, asked.number))


class _Asked:
    """The number of the question that a worker is at, in memory that it shares."""

    def __init__(self) -> None:
        import mmap

        self._shared = mmap.mmap(-1, 4)

    @property
    def number(self) -> int:
        return int.from_bytes(self._shared[:4], "big")

    @number.setter
    def number(self, value: int) -> None:
        self._shared[:4] = value.to_bytes(4, "big")


def _one_worker(sock: socket.socket, make: Callable[[], Answer], asked: _Asked) -> bool:
    """True if it died, False if the daemon is gone."""
    nursery_pid = os.getpid()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            end_with(nursery_pid)
            _work(sock, make, asked)
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(pid, 0)
    return ended != 0


def _work(sock: socket.socket, make: Callable[[], Answer], asked: _Asked) -> None:
    answer: Answer | None = None
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            kind, number, question = _receive(sock)
            if kind != _ASK:
                continue  # of a question that is answered already
            asked.number = number
            try:
                if answer is None:
                    answer = make()
                kind, said = _DONE, answer(question, partial(_cancelled, sock, number))
            except EngineError as error:
                kind, said = _FAILED, str(error).encode()
            sock.sendall(_HEADER.pack(len(said), kind, number) + said)


def _cancelled(sock: socket.socket, number: int) -> bool:
    """Something has come while the worker is at a question: only that it is to end."""
    try:
        waiting = sock.recv(_HEADER.size, socket.MSG_DONTWAIT | socket.MSG_PEEK)
    except BlockingIOError:
        return False
    if len(waiting) < _HEADER.size:
        return True  # the daemon is gone
    _, about, _ = _receive(sock)
    return about == number


def end_with(parent: int) -> None:
    """In a child: end, even when stopped, as soon as its parent has; Linux alone can do it."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)  # it ended before it was asked to tell
