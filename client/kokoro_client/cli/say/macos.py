"""What `say` of macOS has on its command line and kokoroctl calls otherwise.

Taken is what means the same; what does not is refused by the name that it has here.
"""

from __future__ import annotations

import argparse
from typing import Final

from ...sound.formats import SoundFormat
from .. import exits
from ..context import Context

#: What a .wav holds here, in the words of afconvert(1): little-endian, integers of 16 bits.
_DATA: Final = ("LEI16", "LEI16@24000")

_FORMATS: Final = ", ".join(SoundFormat)

#: Flags that have no like here, and what to do instead.
_REFUSED: Final = {
    "bit_rate": ("--bit-rate", "choose a format with --format: mp3 and opus are small"),
    "quality": ("--quality", "choose a format with --format: flac and wav lose nothing"),
    "network_send": ("-n", "nothing leaves this machine; pipe --raw to a program that sends"),
}


def add_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--file-format", metavar="WAVE", help="as --format wav")
    group.add_argument("--data-format", metavar="LEI16", help="what a .wav has anyway")
    group.add_argument("--channels", metavar="1", help="what every file has anyway")
    group.add_argument("--bit-rate", help=argparse.SUPPRESS)
    group.add_argument("--quality", help=argparse.SUPPRESS)
    group.add_argument("-n", "--network-send", help=argparse.SUPPRESS)


def settle(args: argparse.Namespace) -> None:
    """Say it in our words. Raises CommandError(USAGE) for what means something else here."""
    for name, (flag, instead) in _REFUSED.items():
        if getattr(args, name) is not None:
            _refuse(f"{flag} is not for kokoroctl; {instead}")
    if args.file_format is not None:
        if args.file_format.upper() != "WAVE":
            _refuse(
                f"--file-format {args.file_format[:20]} is not written, only WAVE;"
                f" --format has {_FORMATS}"
            )
        if args.format not in (None, SoundFormat.WAV.value):
            _refuse(f"--file-format WAVE and --format {args.format} contradict each other")
        args.format = SoundFormat.WAV.value
    if args.data_format is not None and args.data_format.upper() not in _DATA:
        _refuse(
            f"--data-format {args.data_format[:20]} is not written, only {' or '.join(_DATA)};"
            f" --format has {_FORMATS}"
        )
    if args.channels not in (None, "1"):
        _refuse(f"--channels {args.channels[:20]} is not written: a voice is one channel")


def list_voices(args: argparse.Namespace, context: Context) -> int:
    """`-v '?'`: the list of macOS' say."""
    from ...client import Client
    from ..voice_table import as_say_lists, listed

    with Client(start=not args.no_start, environ=context.environ) as client:
        print("\n".join(as_say_lists(listed(client.voices()))))
    return exits.OK


def _refuse(message: str) -> None:
    raise exits.CommandError(message, exits.USAGE)
