# process: a command of kokoroctl.
"""`kokoroctl logs`: the daemon's log, wherever it is."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Final

from kokoro_client.wire import address
from kokoro_service.detect import supervisor_in_force
from kokoro_service.systemd import Systemd
from kokoro_service.units import SERVICE

from ..errors import KokorodError
from ..watch import logfile
from . import OK, USAGE, Context

HELP = "show the daemon's log; -f follows it"

#: A screen and a half.
_LINES: Final = 50
_MAX_LINES: Final = 1_000_000

#: No event tells that a file has grown; a fifth of a second is not noticed.
_POLL_S: Final = 0.2

_CHUNK: Final = 64 * 1024

#: Of a file; a daemon of ours begins a new one long before.
_MAX_READ: Final = 4 * logfile.MAX_BYTES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-f", "--follow", action="store_true", help="go on with what comes; Ctrl-C ends it"
    )
    parser.add_argument(
        "-n", "--lines", type=int, default=_LINES, metavar="N", help=f"last N lines ({_LINES})"
    )


def run(args: argparse.Namespace, context: Context) -> int:
    if not 0 <= args.lines <= _MAX_LINES:
        print(f"-n is {args.lines}, allowed is 0 to {_MAX_LINES}", file=sys.stderr)
        return USAGE
    if isinstance(supervisor_in_force(context.environ), Systemd):
        _become_journalctl(args.lines, args.follow)
    path = logfile.log_path(address.home_folder(context.environ) / "logs")
    file = _open(path)
    if file is None and not args.follow:
        raise KokorodError(f"there is no log at {path}: no daemon has been started with one")
    out = sys.stdout.buffer
    out.write(b"".join(_last_lines(path, file, args.lines)))
    out.flush()
    if args.follow:
        for piece in _following(path, file):
            out.write(piece)
            out.flush()
    return OK


def _become_journalctl(lines: int, follow: bool) -> None:
    """Does not return."""
    program = shutil.which("journalctl")
    if program is None:
        raise KokorodError("the log is in the journal, but there is no command `journalctl`")
    # Not --user --unit: that looks into the user's own journal alone, which there is not
    # if the journal is kept in memory. cat: a line has its time already.
    options = ["--quiet", "--user-unit", SERVICE, "--output", "cat", "--lines", str(lines)]
    options.append("--follow" if follow else "--no-pager")
    sys.stdout.flush()
    os.execv(program, ["journalctl", *options])  # noqa: S606


def _last_lines(path: Path, file: FileIO | None, count: int) -> list[bytes]:
    """The last lines of `file`, which is read to its end, and of those before it."""
    lines = _lines(file) if file else []
    for number in range(1, logfile.KEPT + 1):
        if len(lines) >= count:
            break
        if before := _open(logfile.older(path, number)):
            with before:
                lines = _lines(before) + lines
    return lines[len(lines) - min(count, len(lines)) :]


def _lines(file: FileIO) -> list[bytes]:
    file.seek(max(0, os.fstat(file.fileno()).st_size - _MAX_READ))
    return file.read().splitlines(keepends=True)


def _following(path: Path, file: FileIO | None) -> Iterator[bytes]:
    """What is written from here on, through rotations, forever."""
    while True:
        if file is not None:
            while piece := file.read(_CHUNK):
                yield piece
            if file.tell() > os.fstat(file.fileno()).st_size:
                file.seek(0)  # cut off
                continue
        if file is None or not _is_open(file, path):
            # First what came between the last read and the rename.
            if file is not None:
                yield file.read()
                file.close()
            file = _open(path)
            if file is not None:
                continue
        time.sleep(_POLL_S)


def _open(path: Path) -> FileIO | None:
    try:
        return path.open("rb", buffering=0)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KokorodError(f"cannot read {path}: {error.strerror}") from None


def _is_open(file: FileIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False
