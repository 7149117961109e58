"""`say --no-wait`: another process says it, with a session of its own and no terminal.

This process waits until the daemon has accepted and the device is open, or shows why not.
The text goes over through a pipe: a process's arguments can be read by everybody.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
from typing import Final

from .. import exits
from ..context import Context

#: The last that the other process says on standard error: it needs nobody any more.
_GOES_ON: Final = b"\0"


def hand_over(args: argparse.Namespace) -> int:
    """Have it said; the exit status, which is the other process's if that has ended."""
    reads = "-" in (*(args.file or []), *args.text) or not (args.file or args.text)
    if reads and (sys.stdin is None or sys.stdin.isatty()):
        raise exits.CommandError(
            "--no-wait reads no terminal; give TEXT, -f FILE or a pipe", exits.USAGE
        )
    order = json.dumps({**vars(args), "no_wait": False}).encode()
    its, ours = os.pipe()
    with os.fdopen(ours, "wb") as pipe:
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, str(its)],
                stdin=None if reads else subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[its],
                start_new_session=True,
            )
        finally:
            os.close(its)
        with contextlib.suppress(BrokenPipeError):  # it has ended, and says why
            pipe.write(order)
            pipe.flush()
    try:
        return _until_it_goes_on(process)
    except KeyboardInterrupt:
        process.terminate()
        raise


def _until_it_goes_on(process: subprocess.Popen[bytes]) -> int:
    """Show what it says; return when it needs nobody any more, or has ended."""
    assert process.stderr is not None
    said = process.stderr.fileno()
    while data := os.read(said, 4096):
        if sys.stderr is not None:
            sys.stderr.write(data.rstrip(_GOES_ON).decode("utf-8", "replace"))
            sys.stderr.flush()
        if data.endswith(_GOES_ON):
            return exits.OK
    return process.wait()


def _goes_on() -> None:
    os.write(2, _GOES_ON)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _main() -> int:
    """The other process. Its argument: a descriptor that gives it the arguments of `say`."""
    from ..main import guarded
    from .running import speak_texts

    with os.fdopen(int(sys.argv[1]), "rb") as order:
        args = argparse.Namespace(**json.loads(order.read()))
    return guarded(lambda: speak_texts(args, Context(on_speaking=_goes_on)))


if __name__ == "__main__":
    sys.exit(_main())
