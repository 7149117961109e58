# process: a command of kokoroctl.
"""What the user has chosen for hooks: silence, quiet hours; and which voice a session has.

Owns:       hook.json in the daemon's home folder.
Invariants: a file that cannot be read means that nothing was chosen: a hook never fails.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from kokoro_client.wire.address import home_folder

#: Of Kokoro's best, told apart at once: women and men, American and British.
VOICES: Final = ("af_heart", "am_michael", "bf_emma", "am_fenrir", "af_bella", "bm_george")

#: Of an answer that are spoken, unless the command says otherwise.
SENTENCES: Final = 3

_HOURS: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)")


class ChoiceError(ValueError):
    """A value that cannot be chosen."""


class Choices(NamedTuple):
    """muted: nothing is spoken; quiet: nothing from the first to the second, "HH:MM-HH:MM"."""

    muted: bool = False
    quiet: str = ""

    def silent_at(self, minute: int) -> bool:
        """Whether nothing is to be heard. minute: of the day."""
        if self.muted or not self.quiet:
            return self.muted
        begin, end = minutes_of(self.quiet)
        if begin <= end:
            return begin <= minute < end
        return minute >= begin or minute < end  # over midnight


def minutes_of(hours: str) -> tuple[int, int]:
    """The two times of "HH:MM-HH:MM" in minutes of the day. Raises ChoiceError."""
    found = _HOURS.fullmatch(hours)
    if found is None:
        raise ChoiceError(f"quiet hours are {hours[:40]!r}, allowed is e.g. 22:00-07:30, or off")
    first, second, third, fourth = map(int, found.groups())
    return first * 60 + second, third * 60 + fourth


def read(environ: Mapping[str, str]) -> Choices:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        value = json.loads(_file(environ).read_bytes())
        quiet = value.get("quiet")
        if not isinstance(quiet, str) or not _HOURS.fullmatch(quiet):
            quiet = ""
        return Choices(value.get("muted") is True, quiet)
    return Choices()


def write(choices: Choices, environ: Mapping[str, str]) -> None:
    """Raises OSError."""
    from kokoro_client.atomic_file import write_atomically

    path = _file(environ)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(path, json.dumps(choices._asdict()).encode() + b"\n")


def voice_of(session: str, voices: Sequence[str] = VOICES) -> str:
    """The session's voice: the same on every machine and in every run."""
    import zlib

    return voices[zlib.crc32(session.encode("utf-8", "replace")) % len(voices)] if voices else ""


def _file(environ: Mapping[str, str]) -> Path:
    return home_folder(environ) / "hook.json"
