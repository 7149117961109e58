"""`say` at the loudspeaker: its flags, its sink, how it ends."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from ... import errors
from ...wire.choices import SAMPLE_RATE, Ending, Output
from .. import exits

if TYPE_CHECKING:
    from ...playing import AtSpeaker
    from ...speech import Speech

#: What is told if there is no device.
_INSTEAD: Final = "write a file with -o FILE.wav, or PCM to a pipe with --raw"

#: The name of kokoroctl in `kokoroctl queue`.
_PROGRAM: Final = "kokoroctl"


def add_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-a",
        "--device",
        "--audio-device",
        metavar="NAME",
        help="play there: a name, part of it, or a number; '?' lists what there is",
    )
    group.add_argument(
        "--volume", type=int, default=100, metavar="PERCENT", help="0 to 100; default: 100"
    )
    group.add_argument(
        "--no-wait",
        action="store_true",
        help="return once the daemon has accepted it; it is heard all the same",
    )
    group.add_argument(
        "--as",
        dest="program",
        default=_PROGRAM,
        metavar="NAME",
        help=f"the program that `kokoroctl queue` shows; default: {_PROGRAM}",
    )


def refuse_contradictions(args: argparse.Namespace) -> None:
    """Raises CommandError(USAGE) for what is only for the loudspeaker, or only elsewhere."""
    if not 0 <= args.volume <= 100:
        raise exits.CommandError(f"--volume is {args.volume}, allowed is 0 to 100", exits.USAGE)
    elsewhere = "--raw" if args.raw else "-o" if args.output else ""
    for flag, given in (
        ("--device", args.device is not None),
        ("--volume", args.volume != 100),
        ("--no-wait", args.no_wait),
    ):
        if elsewhere and given:
            raise exits.CommandError(
                f"give {flag} or {elsewhere}, not both: {flag} is for the loudspeaker", exits.USAGE
            )
    if args.no_wait and (args.json or "-" in (args.srt, args.vtt, args.timings)):
        raise exits.CommandError(
            "--no-wait leaves standard output alone; give it or what prints there", exits.USAGE
        )


class Loudspeaker:
    """The device, opened anew for each text.

    Owns:       the player of each text; the last one may play.
    Invariants: another thread may ask for `heard_s` at any time: players are only added, and
                what a closed one has played does not change.
    """

    output = Output.SPEAKER

    def __init__(self, device: str | None, volume: int) -> None:
        self._device = device
        self._volume = volume
        self._played: list[AtSpeaker] = []

    @property
    def heard_s(self) -> float:
        return sum(at.heard_s for at in self._played)

    def begin(self, speech: Speech, lead_s: float) -> None:
        """Raises NoDeviceError if there is no device."""
        # Loaded and opened here, when the request is on its way: both take a while.
        from ...playing import AtSpeaker

        self.close()
        try:
            self._played.append(AtSpeaker(speech, self._device, self._volume, lead_s))
        except errors.NoDeviceError as error:
            raise errors.NoDeviceError(f"{error}; {_INSTEAD}") from None

    def write(self, pcm: bytes) -> None:
        self._played[-1].player.write(pcm)

    def end(self) -> None:
        self._played[-1].finish()

    def finish(self) -> None:
        pass

    def close(self) -> None:
        if self._played:
            self._played[-1].close()


def why_none(args: argparse.Namespace) -> str:
    """Why no device can be opened; empty if one can."""
    from ...sound.device import open_device

    try:
        open_device(SAMPLE_RATE, args.device).close()
    except errors.NoDeviceError as error:
        return str(error)
    return ""


def list_devices() -> int:
    """Print the outputs, a line each: number, name, which is the default."""
    from ...sound.device import devices

    found = devices()
    if not found:
        raise errors.NoDeviceError(f"no sound device; {_INSTEAD}")
    width = len(str(found[-1].number))
    for device in found:
        default = "  (default)" if device.is_default else ""
        print(f"{device.number:{width}}  {exits.one_line(device.name)}, {device.api}{default}")
    return exits.OK


def status_of(ending: Ending | None) -> int:
    """The exit status of a speech that did not fail."""
    if ending is Ending.REPLACED:
        exits.say_why("not heard to its end: it gave way to other speech at the speaker")
    return exits.ENDED_EARLY if ending in (Ending.STOPPED, Ending.REPLACED) else exits.OK
