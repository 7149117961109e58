"""Starting a daemon if none runs.

Two clients may do so at once: the daemons settle it by their lock, the loser ends with
status 0, and both clients find the winner.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from . import errors
from .transport import connection
from .wire import address
from .wire.errors import WireError

#: A cold disk needs a few seconds to load Python and bind; a daemon that has not bound
#: after this long will not.
START_S: Final = 30.0

#: The log is begun anew when a daemon is started and it has grown over this.
LOG_BYTES: Final = 1024 * 1024

#: Descriptors of a daemon: 64 clients, models, and the children that make copies of them.
_FILES: Final = 4096

#: No event tells that a socket has been bound. 10 ms cost little and are not noticed.
_POLL_S: Final = 0.01

_TAIL_BYTES: Final = 4096


def start(path: Path, environ: Mapping[str, str] = os.environ, timeout: float = START_S) -> None:
    """Start `kokorod` for the socket at `path`, detached, and wait until it can be reached.

    Raises NoDaemonError if it is not installed, ends at once or does not bind within
    `timeout` s, and what open_socket() raises for a socket that is not ours.
    """
    program = find_daemon(environ)
    if program is None:
        raise errors.NoDaemonError(
            "no daemon runs and the command `kokorod` is not installed; "
            "install the package kokorod, or start the daemon yourself"
        )
    try:
        home = address.home_folder(environ)
    except WireError as error:
        raise errors.AddressError(error.message) from None
    _make_folder(home, "KOKORO_HOME")
    _make_folder(path.absolute().parent, "KOKORO_SOCKET")
    # The daemon gets absolute paths: it must not hold the caller's folder.
    env = {**environ, "KOKORO_HOME": str(home), "KOKORO_SOCKET": str(path.absolute())}
    with ExitStack() as stack:
        log = _open_log(home, stack)
        begin = log.tell() if log else 0
        try:
            with _all_processors():
                process = subprocess.Popen(
                    [program],
                    stdin=subprocess.DEVNULL,
                    stdout=log or subprocess.DEVNULL,
                    stderr=log or subprocess.DEVNULL,
                    cwd="/",
                    env=env,
                    umask=0o077,
                    start_new_session=True,
                )
        except OSError as error:
            raise errors.NoDaemonError(f"cannot start {program}: {error.strerror}") from None
        _raise_limits(process.pid)
        # Reaps it, should it end before this process does.
        threading.Thread(target=process.wait, name="kokorod-reaper", daemon=True).start()
        deadline = time.monotonic() + timeout
        while not _reachable(path):
            # Status 0 is the loser of a race: the winner is about to bind.
            if process.poll():
                raise errors.NoDaemonError(
                    f"the daemon ended with status {process.returncode}: {_last_line(log, begin)}"
                )
            if time.monotonic() > deadline:
                raise errors.NoDaemonError(
                    f"the daemon was started but does not answer at {path} after "
                    f"{timeout:g} s; see {home / 'logs'}"
                )
            time.sleep(_POLL_S)


def find_daemon(environ: Mapping[str, str] = os.environ) -> str | None:
    """The command `kokorod`: beside this Python, else on PATH."""
    beside = Path(sys.executable).parent / "kokorod"
    if os.access(beside, os.X_OK):
        return str(beside)
    return shutil.which("kokorod", path=environ.get("PATH"))


@contextmanager
def _all_processors() -> Iterator[None]:
    """What this thread starts meanwhile may use every processor: it is for all clients."""
    if sys.platform != "linux":
        yield
        return
    ours = os.sched_getaffinity(0)
    try:
        # The kernel leaves out those that this machine or container has not.
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
        yield
    finally:
        os.sched_setaffinity(0, ours)


def _raise_limits(pid: int) -> None:
    """Raise the limits that were set for the caller, as far as that is allowed."""
    if sys.platform != "linux":
        return
    import resource

    for limit, most in ((resource.RLIMIT_NOFILE, _FILES), (resource.RLIMIT_CPU, None)):
        with suppress(OSError, ValueError):  # it has ended, or may not
            soft, hard = resource.prlimit(pid, limit)
            if soft != hard:
                wanted = hard if most is None or 0 <= hard < most else max(soft, most)
                resource.prlimit(pid, limit, (wanted, hard))


def _reachable(path: Path) -> bool:
    try:
        connection.open_socket(path).close()
    except errors.NoDaemonError as error:
        if type(error) is not errors.NoDaemonError:
            raise
        return False
    return True


def _make_folder(folder: Path, variable: str) -> None:
    """Raises NoDaemonError if no file can be made there; the daemon's log could not be, either."""
    why = ""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            why = "it may not be written"
    except OSError as error:
        if error.errno != errno.ENOSPC:  # a full disk has room for a socket, as a rule
            why = error.strerror or str(error)
    if why:
        raise errors.NoDaemonError(
            f"no daemon can be started: the folder {folder} cannot be used: {why}; "
            f"set {variable} to a path that you may write"
        )


def _open_log(home: Path, stack: ExitStack) -> IO[bytes] | None:
    # A daemon without a log is better than none, e.g. on a full disk.
    try:
        folder = home / "logs"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / "kokorod.log"
        # Neither a link, which would have another file written, nor a FIFO, which holds up.
        safe = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | safe, 0o600)
        log = stack.enter_context(os.fdopen(fd, "ab+"))
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return None
        if log.tell() > LOG_BYTES:
            log.truncate(0)
            log.seek(0)
        return log
    except OSError:
        return None


def _last_line(log: IO[bytes] | None, begin: int) -> str:
    if log is None:
        return "its log could not be opened"
    try:
        log.seek(max(begin, log.seek(0, os.SEEK_END) - _TAIL_BYTES))
        lines = log.read(_TAIL_BYTES).decode("utf-8", "replace").split("\n")
    except OSError:
        return "its log could not be read"
    said = [line.strip() for line in lines if line.strip()]
    return said[-1] if said else f"it said nothing; see {log.name}"
