# loop: the process's main thread.
"""`kokorod`: arguments to configuration, then app.run(); the only exit of the process."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

#: Python is up sooner. A process that is older was another program before its exec.
_YOUNG_S = 1.0


def _began() -> float:
    """When this process was started, of time.monotonic(): to 10 ms where the system tells."""
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


def main() -> None:
    """The console script."""
    from . import app
    from .errors import KokorodError

    flags = vars(daemon_parser().parse_args())
    try:
        status = app.run(os.environ, flags, _BEGAN)
    except KokorodError as error:
        print(f"kokorod: {error}", file=sys.stderr)  # noqa: T201 - there is no log yet
        status = 1
    sys.stderr.flush()
    # A lane that hangs in native code would crash the interpreter's own shutdown.
    os._exit(status)


if __name__ == "__main__":
    main()
