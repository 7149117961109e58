"""`say --selection`: what is selected in any window, or lies in the clipboard.

The desktop's own programs are asked: wl-paste, xclip, xsel or pbpaste, whichever is there.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Final

from .. import exits

#: A program that owns the selection and hangs would be waited for; the others answer at once.
_ANSWER_S: Final = 5.0

#: Of a selection: a long book.
_MAX_BYTES: Final = 4 * 1024 * 1024

#: What a desktop has to be asked by: the variable that tells of it, and its programs.
_ASKED: Final = (
    (
        "WAYLAND_DISPLAY",
        (
            ("wl-paste", "--primary", "--no-newline"),
            ("wl-paste", "--no-newline"),
        ),
    ),
    (
        "DISPLAY",
        (
            ("xclip", "-out", "-selection", "primary"),
            ("xsel", "--output", "--primary"),
            ("xclip", "-out", "-selection", "clipboard"),
            ("xsel", "--output", "--clipboard"),
        ),
    ),
)
_MACOS: Final = (("pbpaste",),)


def selected(environ: Mapping[str, str], platform: str = sys.platform) -> str:
    """What is selected, else what lies in the clipboard. Raises CommandError if nothing does."""
    asked = False
    for command in _commands(environ, platform):
        asked = True
        if text := _answer(command, environ):
            return text
    if asked:
        raise exits.CommandError("nothing is selected, and no text lies in the clipboard")
    raise exits.CommandError(
        "no program tells what is selected; install wl-clipboard on Wayland, xclip or xsel on X11"
    )


def _commands(environ: Mapping[str, str], platform: str) -> Iterator[tuple[str, ...]]:
    """Those that are installed and whose desktop is there."""
    groups = [commands for variable, commands in _ASKED if environ.get(variable)]
    for commands in [*groups, *([_MACOS] if platform == "darwin" else [])]:
        for command in commands:
            if path := shutil.which(command[0], path=environ.get("PATH")):
                yield (path, *command[1:])


def _answer(command: tuple[str, ...], environ: Mapping[str, str]) -> str:
    try:
        ended = subprocess.run(
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_ANSWER_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    # With a status of its own each says that nothing, or no text, is selected.
    return "" if ended.returncode else ended.stdout[:_MAX_BYTES].decode("utf-8", "replace").strip()
