# loop: the process's main thread.
"""`kokorod`: arguments to configuration, the socket, then app.py; the only exit of the process."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

#: Python is up sooner. A process that is older was another program before its exec.
_YOUNG_S = 1.0

#: All bytecode of the daemon and what it stands on has 30 MB.
_BYTECODE_BYTES = 64 * 2**20

#: Signals that the loop answers.
_STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

#: Of a read of standard input that only waits for its end.
_READ_BYTES = 4096

#: Set by tests: what is logged as a bug that does no harm ends the daemon instead.
_STRICT = "KOKOROD_STRICT"


def _began() -> float:
    """When this process was started, of time.monotonic(): to 10 ms if the system tells."""
    now = time.monotonic()
    if sys.platform != "linux":
        return now
    try:
        fields = Path("/proc/self/stat").read_text(errors="replace").rpartition(")")[2].split()
        started = int(fields[19]) / os.sysconf("SC_CLK_TCK")  # starttime: proc(5)
    except (OSError, ValueError, IndexError):
        return now
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - started
    return now - age if 0.0 < age < _YOUNG_S else now


_BEGAN = _began()


def daemon_parser() -> argparse.ArgumentParser:
    """The command line of kokorod: an option for each setting."""
    import argparse

    from . import __version__, config

    parser = argparse.ArgumentParser(
        prog="kokorod",
        description="The resident text-to-speech daemon. Settings come from the options "
        "here, KOKORO_* in the environment, or config.toml in the home folder; "
        "`kokoroctl config` shows each and where it came from.",
    )
    parser.add_argument("--version", action="version", version=f"kokorod {__version__}")
    parser.add_argument(
        "--end-with-stdin",
        action="store_true",
        help="end when standard input ends: for a program that has a daemon for itself, so that "
        "it does not outlive the program",
    )
    for name, spec in config.settings().items():
        unit = f", in {spec.metadata['unit']}" if spec.metadata["unit"] else ""
        default = spec.default if spec.default not in ("", ()) else "empty"
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            dest=name,
            metavar="VALUE",
            help=f"{spec.metadata['why']}{unit} (default {default})".replace("%", "%%"),
        )
    return parser


def run(
    environ: MutableMapping[str, str], flags: Mapping[str, Any], end_with_stdin: bool = False
) -> int:
    """Start the daemon and serve until told to stop; the exit status.

    The socket is bound before the rooms are loaded: from then on clients can queue.
    Raises KokorodError if it cannot start.
    """
    from . import config as configuration
    from .net import activation, listener
    from .watch import notify
    from .watch.startup import Startup

    notifier = notify.from_environment(environ)
    config, _ = configuration.load(environ, flags)
    # Until the loop hears of signals: one that came sooner would leave the socket behind.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    try:
        listens = activation.inherited(environ) or listener.bind(config.socket)
    except listener.AlreadyRunningError as winner:
        from .watch.log import Log

        Log().info("already_running", socket=config.socket, pid=winner.pid)
        return 0
    startup = Startup(_BEGAN, bound_s=time.monotonic() - _BEGAN)
    from .app import App

    app = App(
        config,
        listens,
        lambda: configuration.load(environ, flags)[0],
        startup,
        notifier,
        strict=_STRICT in environ,
    )
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
    if end_with_stdin:
        import threading

        threading.Thread(target=_end_with_stdin, name="stdin", daemon=True).start()
    return app.run()


def _end_with_stdin() -> None:
    """In a thread of its own: as if told to stop, once whoever holds the other end has gone."""
    with contextlib.suppress(OSError):  # it was closed from the first
        while os.read(0, _READ_BYTES):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def keep_no_bytecode_if_full(environ: MutableMapping[str, str], package: Path) -> None:
    """Python 3.11 keeps what fits of a module's bytecode on a full disk, and fails to
    import it ever after: EOFError, python/cpython issue 126606.
    """
    with contextlib.suppress(OSError):
        disk = os.statvfs(package)
        if disk.f_bavail * disk.f_frsize < _BYTECODE_BYTES:
            sys.dont_write_bytecode = True
            environ["PYTHONDONTWRITEBYTECODE"] = "1"  # for children


def _say(text: str) -> None:
    """There is no log yet, or none any more."""
    from .watch.log import one_line

    with contextlib.suppress(OSError):
        print(one_line(text), file=sys.stderr)  # noqa: T201


def main() -> None:
    """The console script."""
    keep_no_bytecode_if_full(os.environ, Path(__file__).parent)
    from .errors import KokorodError
    from .safety import numpy_threads

    numpy_threads.keep_to_one(os.environ)

    flags = vars(daemon_parser().parse_args())
    end_with_stdin = bool(flags.pop("end_with_stdin"))
    try:
        status = run(os.environ, flags, end_with_stdin)
    except KokorodError as error:
        _say(f"kokorod: {error}")
        status = 1
    except Exception as error:  # noqa: BLE001 - told without its message, which may hold a text
        from .safety.faults import trace_of

        _say(f"kokorod: ended by a bug: {' < '.join(reversed(trace_of(error)))}")
        status = 1
    sys.stderr.flush()
    # A lane that hangs in native code would crash the interpreter's own shutdown.
    os._exit(status)


if __name__ == "__main__":
    main()
