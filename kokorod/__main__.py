# loop: the process's main thread.
"""`kokorod`: arguments to configuration, then app.run(); the only exit of the process."""

from __future__ import annotations

import os
import sys
import time

_BEGAN = time.monotonic()  # of this process, as near to exec as Python allows


def main() -> None:
    """The console script."""
    import argparse

    from . import __version__, app, config
    from .errors import KokorodError

    parser = argparse.ArgumentParser(
        prog="kokorod",
        description="The resident text-to-speech daemon. Settings come from the options "
        "here, KOKORO_* in the environment, or config.toml in the home folder; "
        "`kokoroctl config` shows each and where it came from.",
    )
    parser.add_argument("--version", action="version", version=f"kokorod {__version__}")
    for name, spec in config.settings().items():
        unit = f", in {spec.metadata['unit']}" if spec.metadata["unit"] else ""
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            dest=name,
            metavar="VALUE",
            help=f"{spec.metadata['why']}{unit} (default {spec.default!r})".replace("%", "%%"),
        )
    flags = vars(parser.parse_args())
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
