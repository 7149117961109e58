# process: a command of kokoroctl.
"""What the user has chosen for hooks: silence, quiet hours; and which voice a session has.

Owns:       hook.json in the daemon's home folder.
Invariants: a file that cannot be read means that nothing was chosen: a hook never fails.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections import namedtuple

from kokoro_client.wire.home import home_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Final

#: Of Kokoro's best, told apart at once: women and men, American and British.
VOICES: Final = ("af_heart", "am_michael", "bf_emma", "am_fenrir", "af_bella", "bm_george")

#: Of an answer that are spoken, unless the command says otherwise.
SENTENCES: Final = 3

#: Compiled when there are any: to compile it takes longer than to read the file.
_HOURS: Final = r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)"


class ChoiceError(ValueError):
    """A value that cannot be chosen."""


class Choices(namedtuple("Choices", ("muted", "quiet"), defaults=(False, ""))):
    """muted: nothing is spoken; quiet: nothing from the first to the second, "HH:MM-HH:MM"."""

    __slots__ = ()

    def silent_at(self, minute: int) -> bool:
        """Whether nothing is to be heard. minute: of the day."""
        if self.muted or not self.quiet:
            return bool(self.muted)
        begin, end = minutes_of(self.quiet)
        if begin <= end:
            return begin <= minute < end
        return minute >= begin or minute < end  # over midnight


def minutes_of(hours: str) -> tuple[int, int]:
    """The two times of "HH:MM-HH:MM" in minutes of the day. Raises ChoiceError."""
    found = re.fullmatch(_HOURS, hours)
    if found is None:
        raise ChoiceError(f"quiet hours are {hours[:40]!r}, allowed is e.g. 22:00-07:30, or off")
    first, second, third, fourth = map(int, found.groups())
    return first * 60 + second, third * 60 + fourth


def read(environ: Mapping[str, str]) -> Choices:
    try:
        with open(_path(environ), "rb") as file:
            value = json.loads(file.read())
        muted, quiet = value.get("muted") is True, value.get("quiet")
    except (OSError, ValueError, AttributeError):
        return Choices()
    if not quiet or not isinstance(quiet, str) or not re.fullmatch(_HOURS, quiet):
        quiet = ""
    return Choices(muted, quiet)


def write(choices: Choices, environ: Mapping[str, str]) -> None:
    """Raises OSError."""
    from pathlib import Path

    from kokoro_client.atomic_file import write_atomically

    path = Path(_path(environ))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(path, json.dumps(choices._asdict()).encode() + b"\n")


def voice_of(session: str, voices: Sequence[str] = VOICES) -> str:
    """The session's voice: the same on every machine and in every run."""
    return voices[zlib.crc32(session.encode("utf-8", "replace")) % len(voices)] if voices else ""


def _path(environ: Mapping[str, str]) -> str:
    return os.path.join(home_path(environ), "hook.json")
