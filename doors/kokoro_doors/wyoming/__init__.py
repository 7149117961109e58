# process: a command of kokoroctl.
"""kokoroctl wyoming: a text-to-speech service of the Wyoming protocol (Home Assistant, satellites).

events.py      what a client says, bounded
info.py        which voices there are
connection.py  one client: its texts, one after the other
serving.py     the socket
"""

from __future__ import annotations

import argparse
from typing import Any, Final

from kokoro_client.cli import exits

HELP = """\
Speak for programs of the Wyoming protocol, Home Assistant first of all.

Text that is still being written is spoken as it comes. The protocol has no password: whoever
reaches the port can have texts spoken, so that it is this machine alone unless --host says
otherwise."""

PORT: Final = 10200
HOST: Final = "127.0.0.1"

EPILOG: Final = f"""\
examples:
  kokoroctl wyoming                    # tcp://127.0.0.1:{PORT}
  kokoroctl wyoming --host 0.0.0.0     # for Home Assistant on another machine
  kokoroctl wyoming -v bf_emma

docs/gateway.md tells more.

{exits.HELP}"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"default: {PORT}")
    parser.add_argument(
        "--host", default=HOST, metavar="ADDRESS", help=f"default: {HOST}; others let machines in"
    )
    parser.add_argument("-v", "--voice", default="", help="when a client names none")
    parser.add_argument("-s", "--speed", type=float, default=1.0, help="0.25 to 4; 1 is normal")


def run(args: argparse.Namespace, context: Any) -> int:
    try:
        import wyoming.info  # noqa: F401 - whether it is there
    except ImportError:
        raise exits.CommandError(
            "the package wyoming is not installed; pip install 'kokoro-doors[wyoming]'"
        ) from None
    _check_speed(args.speed)
    from . import serving

    serving.run(args.host, args.port, args.voice, args.speed, context.environ)
    return exits.OK


def _check_speed(speed: float) -> None:
    from ..stretching import FASTEST, MISSING, SLOWEST, available, shared

    if not SLOWEST <= speed <= FASTEST:
        raise exits.CommandError(
            f"--speed is {speed:g}, allowed is {SLOWEST:g} to {FASTEST:g}", exits.USAGE
        )
    spoken, factor = shared(speed)
    if factor != 1 and not available():
        raise exits.CommandError(
            f"--speed {speed:g}: Kokoro speaks at {spoken:g}, the rest is stretching, which is not "
            f"installed; {MISSING}"
        )
