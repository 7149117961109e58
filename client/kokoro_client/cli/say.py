"""kokoroctl say: text in, sound out."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path
from typing import Final

from .. import errors
from ..client import Client
from ..speech import Speech
from ..wire.messages import Accepted, Done, Markup, Priority, SegmentInfo, to_payload
from . import exits
from .context import Context
from .sinks import Device, Raw, Sink, Wav
from .typed import TypedText

HELP = """\
Speak TEXT, a file, or standard input.

With `-`, or without TEXT where standard input is no terminal, text is spoken as it
arrives: the first sentence is heard while the rest is still being written."""

EPILOG = f"""\
examples:
  kokoroctl say "Hello, world"
  kokoroctl say -v af_heart -s 1.2 -o hello.wav "Hello, world"
  kokoroctl say -f chapter.txt
  some-llm | kokoroctl say -
  kokoroctl say --raw "Hello" | aplay -t raw -f S16_LE -r 24000

--json prints a JSON object a line: {{"event": "accepted", ...}}, a "segment" for each
piece of speech, and "done" with the figures.

{exits.HELP}"""

#: After Ctrl-C the daemon's `done` is awaited this long; closing the connection
#: cancels as well.
_CANCEL_S: Final = 1.0

#: Suffixes of formats that are not written; anything else gets WAV.
_OTHER_FORMATS: Final = {".flac", ".ogg", ".opus", ".mp3", ".m4a", ".aac"}

_BUILT_IN: Final = "built-in"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="*", metavar="TEXT", help="what to say; - is standard input")
    parser.add_argument("-f", "--file", metavar="FILE", help="say what the file holds (UTF-8)")
    parser.add_argument("-v", "--voice", default="", help="a name that `kokoroctl voices` lists")
    parser.add_argument("-s", "--speed", type=float, default=1.0, help="0.5 to 2; 1 is normal")
    parser.add_argument("-l", "--lang", default="", help="e.g. en-us; default: the voice's own")
    parser.add_argument(
        "--markup",
        choices=[markup.value for markup in Markup],
        help="how the text is written; default: markdown for .md files, SSML where it begins"
        " with <speak>, else plain",
    )
    parser.add_argument(
        "--markdown", action="store_const", const="markdown", dest="markup", help="it is Markdown"
    )
    parser.add_argument("-o", "--output", metavar="FILE.wav", help="write a file, play nothing")
    parser.add_argument(
        "--raw", action="store_true", help="write PCM to standard output: 24 kHz, mono, s16le"
    )
    parser.add_argument("--json", action="store_true", help="print events as lines of JSON")
    parser.add_argument(
        "--priority",
        choices=[priority.value for priority in Priority],
        default=Priority.TEXT.value,
        help="default: text",
    )
    parser.add_argument(
        "--fallback-file", metavar="FILE.wav", help="where there is no sound device, write this"
    )
    parser.add_argument("--no-start", action="store_true", help="start no daemon")


def _markup_of(file: str | None) -> str:
    """By the file's ending: Markdown is known by its name, SSML by its first tag."""
    ending = (file or "").lower().rpartition(".")[2]
    return Markup.MARKDOWN.value if ending in ("md", "markdown") else Markup.AUTO.value


def run(args: argparse.Namespace, context: Context) -> int:
    _refuse_contradictions(args)
    with contextlib.ExitStack() as stack:
        typed = _typed_text(args)
        sink = _file_sink(args)
        if sink is not None:
            stack.callback(sink.close)
        client = stack.enter_context(Client(start=not args.no_start, environ=context.environ))
        speech = stack.enter_context(
            client.speak(
                "" if typed else " ".join(args.text),
                voice=args.voice,
                speed=args.speed,
                markup=args.markup or _markup_of(args.file),
                lang=args.lang,
                priority=args.priority,
                final=typed is None,
            )
        )
        try:
            if typed:
                typed.feed(speech)
            if sink is None:
                # Now that the daemon is at work: opening a device takes a while.
                sink = _device_or_fallback(args)
                stack.callback(sink.close)
            _play(speech, sink, args.json)
        except KeyboardInterrupt:
            return _interrupted(speech, sink)
    if typed and typed.failure:
        raise exits.CommandError(typed.failure)
    return exits.OK


def _refuse_contradictions(args: argparse.Namespace) -> None:
    if args.text and args.file:
        raise exits.CommandError("give TEXT or -f FILE, not both", exits.USAGE)
    if args.raw and args.output:
        raise exits.CommandError("give --raw or -o, not both", exits.USAGE)
    if args.json and (args.raw or args.output == "-"):
        raise exits.CommandError("--json and sound cannot both go to standard output", exits.USAGE)
    if (args.raw or args.output == "-") and sys.stdout is not None and sys.stdout.isatty():
        raise exits.CommandError("sound is not written to a terminal; redirect it", exits.USAGE)
    for name in (args.output, args.fallback_file):
        if name and Path(name).suffix.lower() in _OTHER_FORMATS:
            raise exits.CommandError(f"only .wav is written, not {name}", exits.USAGE)


def _typed_text(args: argparse.Namespace) -> TypedText | None:
    if args.file and args.file != "-":
        try:
            fd = os.open(args.file, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise exits.CommandError(f"cannot read {args.file}: {error.strerror}") from None
        return TypedText(fd, args.file)
    if args.file == "-" or args.text == ["-"]:
        return TypedText(0, "standard input")
    if args.text:
        return None
    if sys.stdin is None or sys.stdin.isatty():
        raise exits.CommandError("nothing to say; give TEXT, -f FILE or -", exits.USAGE)
    return TypedText(0, "standard input")


def _file_sink(args: argparse.Namespace) -> Sink | None:
    if args.raw:
        return Raw()
    return Wav(args.output) if args.output else None


def _device_or_fallback(args: argparse.Namespace) -> Sink:
    try:
        return Device()
    except errors.NoDeviceError as error:
        if not args.fallback_file:
            raise errors.NoDeviceError(f"{error}; write a file with -o FILE.wav") from None
        exits.say_why(f"{error}; writing {args.fallback_file}")
        return Wav(args.fallback_file)


def _play(speech: Speech, sink: Sink, as_json: bool) -> None:
    accepted = speech.accepted
    if accepted is not None:
        if accepted.engine == _BUILT_IN and accepted.note:
            exits.say_why(accepted.note)
        if as_json:
            _print_event("accepted", accepted)
    for event in speech.events():
        if isinstance(event, SegmentInfo):
            if as_json:
                _print_event("segment", event)
        else:
            sink.write(event.pcm)
    sink.finish()
    if as_json:
        _print_event("done", Done(id=0, cancelled=speech.cancelled, stats=speech.stats))


def _print_event(name: str, message: Accepted | SegmentInfo | Done) -> None:
    import json

    fields = to_payload(message)
    del fields["type"], fields["id"]
    print(json.dumps({"event": name, **fields}), flush=True)


def _interrupted(speech: Speech, sink: Sink | None) -> int:
    # A second Ctrl-C is in a hurry: the end of the connection cancels as well.
    with contextlib.suppress(KeyboardInterrupt, errors.KokoroError):
        if sink is not None:
            sink.close()
        speech.cancel()
        speech.wait(_CANCEL_S)
    return exits.INTERRUPTED
