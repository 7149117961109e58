# process: a command of kokoroctl.
"""What has happened is handed to a process of its own, and the agent has its answer.

The agent waits for this: it asks nothing of the daemon, reads no Markdown, and returns in
milliseconds. Most of those would go into loading Python's own parts, so that they are few: flags
as docs/agents.md writes them are read here, all others by argparse (command.py).
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections import namedtuple

from kokoro_client.wire.home import home_path

from . import choices
from .payload import MAX_BYTES, Event, Payload, PayloadError, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Final

#: What becomes of a block of code.
CODES: Final = ("announce", "skip")
PRIORITIES: Final = ("message", "text", "notification")

#: Agents write at once and close; one that does not is answered all the same.
_READ_S: Final = 2.0

#: The daemon's name for a program has 64 characters.
_NAME_CHARS: Final = 48


class Options(
    namedtuple(
        "Options",
        ("what", "sentences", "code", "voices", "speed", "priority"),
        defaults=(None, choices.SENTENCES, CODES[0], ",".join(choices.VOICES), 1.0, "text"),
    )
):
    """what: the JSON object, None if it comes on standard input; the others: the flags."""

    __slots__ = ()


#: Flag -> the option, and how its value is read.
_FLAGS: Final[dict[str, tuple[str, Any]]] = {
    "--sentences": ("sentences", int),
    "--code": ("code", CODES),
    "--voices": ("voices", str),
    "-s": ("speed", float),
    "--speed": ("speed", float),
    "--priority": ("priority", PRIORITIES),
}


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int | None:
    """The exit status; None: not done, as only argparse understands the arguments.

    Raises CommandError and OSError."""
    options = read(arguments)
    if options is None:
        return None
    hand_over(options, environ)
    return 0


def read(arguments: Sequence[str]) -> Options | None:
    """Arguments that are as they should be, without argparse; None: others."""
    try:
        "".join(arguments).encode()
    except UnicodeEncodeError:
        return None
    found: dict[str, Any] = {}
    rest = iter(arguments)
    for argument in rest:
        if argument.startswith("{") and "what" not in found:
            found["what"] = argument
            continue
        flag, equals, value = argument.partition("=")
        if not equals or not flag.startswith("--"):
            flag, value = argument, next(rest, "-")
        option, kind = _FLAGS.get(flag, ("", str))
        if not option or not value or value.startswith("-"):
            return None
        if isinstance(kind, tuple):
            if value not in kind:
                return None
            found[option] = value
            continue
        try:
            found[option] = kind(value)
        except ValueError:
            return None
    return Options(**found)


def hand_over(options: Options, environ: Mapping[str, str], *, wait: bool = False) -> None:
    """All that a hook does. wait: speak it here. Raises CommandError, OSError."""
    try:
        payload = parse(_read() if options.what is None else options.what)
    except PayloadError as error:
        _answer()
        raise _failure(str(error)) from None
    order = _order(payload, options)
    if order.get("answer") and not _found("markdown_it"):
        _answer()
        raise _failure(
            "markdown-it-py is missing, which reads answers; pip install 'kokoro-doors[hook]'"
        )
    if payload.event is Event.PROMPT:
        from .session import Session

        Session(payload.session, environ).end_speech()
    elif order and not choices.read(environ).silent_at(_minute()):
        if wait:
            from .speaking import speak

            speak(order, environ)
        else:
            _start(order, environ)
    _answer()


def _order(payload: Payload, options: Options) -> dict[str, Any]:
    """What the process that speaks is told; empty if there is nothing to say."""
    answers = payload.event is Event.ANSWER
    if payload.event in (Event.OTHER, Event.PROMPT) or not payload.text.strip():
        return {}
    voices = [name for name in options.voices.split(",") if name]
    return {
        "session": payload.session,
        "text": payload.text,
        "answer": answers,
        "sentences": options.sentences,
        "code": options.code,
        "voice": choices.voice_of(payload.session, voices),
        "speed": options.speed,
        "priority": options.priority if answers else "message",
        "name": f"hook {os.path.basename(payload.folder)}"[:_NAME_CHARS].strip(),
    }


def _start(order: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Start the process that speaks, with a session of its own and no terminal.

    The order is a file without a name: a pipe would hold less than an answer has.
    """
    fd = _nameless_file(environ)
    quiet = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    actions = [(os.POSIX_SPAWN_DUP2, fd, 0), quiet, (os.POSIX_SPAWN_DUP2, 1, 2)]
    command = [sys.executable, "-P", "-m", f"{__package__}.speaking"]
    try:
        with open(fd, "wb", closefd=False) as file:
            file.write(json.dumps(order, ensure_ascii=False).encode("utf-8", "replace"))
        os.lseek(fd, 0, os.SEEK_SET)
        try:
            os.posix_spawn(command[0], command, os.environ, file_actions=actions, setsid=True)
        except NotImplementedError:  # it does so by itself
            os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    finally:
        os.close(fd)


def _nameless_file(environ: Mapping[str, str]) -> int:
    """In memory if the system has that; else in a folder of the user's."""
    if hasattr(os, "memfd_create"):
        try:
            return os.memfd_create("order", os.MFD_CLOEXEC)
        except OSError:  # forbidden in some containers
            return _unnamed_file(environ)
    return _unnamed_file(environ)


def _unnamed_file(environ: Mapping[str, str]) -> int:
    folder = os.path.join(home_path(environ), "hook")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = os.path.join(folder, f"order-{os.getpid()}")
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.unlink(path)
    return fd


def _read() -> bytes:
    """Standard input, to its end or as much as came in time."""
    if sys.stdin is None or sys.stdin.isatty():
        raise _failure(
            "standard input is a terminal; this is called by an agent, see docs/agents.md"
        )
    data = b""
    deadline = time.monotonic() + _READ_S
    while len(data) <= MAX_BYTES:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([0], [], [], left)[0]:
            break
        part = os.read(0, MAX_BYTES)
        if not part:
            break
        data += part
    return data


def _found(module: str) -> bool:
    """Whether it could be imported; importlib's own question for it loads more."""
    return any(finder.find_spec(module, None) for finder in sys.meta_path)


def _answer() -> None:
    print("{}", flush=True)


def _minute() -> int:
    now = time.localtime()
    return now.tm_hour * 60 + now.tm_min


def _failure(message: str) -> Exception:
    from kokoro_client.cli.exits import CommandError

    return CommandError(message)
