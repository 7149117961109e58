# process: a command of kokoroctl.
"""kokoroctl speechd: a voice of speech-dispatcher, for screen readers.

install.py     the files in the user's folders
module.py      the process that speech-dispatcher starts: commands and replies
protocol.py    lines, replies, events, sound in events
settings.py    what speech-dispatcher sets; which voice that is
wording.py     a message as a text for the daemon; names.py: of characters and keys
stream.py      standard output: no event of a message that is over
speaking.py    the thread that speaks; playing.py: a little ahead of what is heard
echo_cache.py  what is said a thousand times a day, on disk
"""

from __future__ import annotations

import argparse
from typing import Any, Final

from kokoro_client.cli import exits

HELP = """\
Be a voice of speech-dispatcher, for screen readers, browsers and e-readers on Linux.

Puts an output module into your own folders; nothing of the system is changed."""

EPILOG: Final = f"""\
examples:
  kokoroctl speechd install            # and make it the voice that is used
  kokoroctl speechd install --no-default
  kokoroctl speechd status
  kokoroctl speechd uninstall

docs/screen-readers.md tells more. speech-dispatcher reads its files when it starts: end
it (`pkill -u $USER speech-dispatch`) or log in again.

{exits.HELP}"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("install", "uninstall", "status"), metavar="ACTION",
                        help="install, uninstall or status")  # fmt: skip
    parser.add_argument(
        "--default",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether it is the voice of programs that choose none",
    )
    parser.add_argument(
        "--generic",
        action="store_true",
        help="by speech-dispatcher's sd_generic, if the module cannot be used: slower, no marks",
    )


def run(args: argparse.Namespace, context: Any) -> int:
    from .. import stretching
    from . import install

    places = install.Places.of(context.environ)
    if args.action == "status":
        for key, value in install.state(places).items():
            print(f"{key:18} {value}")
        fast = "yes" if stretching.available() else f"no; {stretching.MISSING}"
        print(f"{'rates over 2, pitch':18} {fast}")
        return exits.OK
    if args.action == "install":
        paths = install.install(places, generic=args.generic, default=args.default)
        done = "wrote"
    else:
        paths = install.uninstall(places)
        done = "removed from" if places.daemon in paths and places.daemon.exists() else "removed"
    for path in paths:
        print(f"{done if path == places.daemon else done.split()[0]} {path}")
    if not paths:
        print("nothing was installed")
    return exits.OK
