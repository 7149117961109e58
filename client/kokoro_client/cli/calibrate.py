"""kokoroctl calibrate."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from typing import Any, Final, TextIO

from . import exits
from .context import Context

HELP = """\
Learn how a voice streams on this machine, so that it sounds from inside a sentence.

The daemon says phrases of its own in that voice, unheard, some minutes long, and learns what it
has to know before the first sound of a sentence. What it learned is compared with the exact
sound and used only if it is nearer than what there was. Requests go first; after Ctrl-C the same
command goes on where it stopped."""

EPILOG: Final = f"""\
examples:
  kokoroctl calibrate af_heart
  kokoroctl calibrate af_heart:0.6,am_adam:0.4

docs/streaming.md tells more.

{exits.HELP}"""

#: A phrase takes two seconds.
_LOOK_S: Final = 0.5

#: Off a terminal, in a log, a line this often is enough to see that it moves.
_LINE_EVERY_S: Final = 10.0

#: Phrases after which the time left can be told.
_GUESS: Final = 4

_BAR: Final = 30
_LEAST_BAR: Final = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "voice",
        nargs="?",
        default="",
        metavar="VOICE",
        help="a voice or a blend (default: the one that speaks if a request names none)",
    )
    parser.add_argument("--json", action="store_true", help="print what came of it as JSON")


def run(args: argparse.Namespace, context: Context) -> int:
    voice, shown = args.voice, _Shown(sys.stderr)
    try:
        value = _ask(context, voice, "start")
        voice = str(value.get("voice") or voice)  # a saved blend by its voices
        while value.get("state") in ("waiting", "running", "held"):
            shown.show(voice, value)
            time.sleep(_LOOK_S)
            value = _ask(context, voice, "look")
    except KeyboardInterrupt:
        shown.close()
        _ask(context, voice, "stop")
        print("stopped; the same command goes on where it stopped", file=sys.stderr)
        raise
    finally:
        shown.close()
    if value.get("state") != "done":
        why = value.get("why") or "the daemon has begun anew; try again"
        raise exits.CommandError(f"{voice} was not learned: {why}")
    if args.json:
        import json

        print(json.dumps(value, indent=2))
    else:
        print(exits.one_line(told(value)))
    return exits.OK


def told(value: dict[str, Any]) -> str:
    """What came of it, in a sentence."""
    voice, rows, before = value.get("voice"), value.get("rows"), value.get("before_db")
    after = f"{_db(value.get('after_db'))} from the exact sound"
    if value.get("taken"):
        was = f", before {_db(before)}" if before is not None else ""
        return f"{voice} is learned from {rows} phrases: {after}{was}; it streams so from now on"
    if before is not None:
        return f"{voice} keeps what it has, {_db(before)} from the exact sound; learned: {after}"
    return f"{voice} speaks sentence by sentence, as before: what was learned is {after}"


def _db(value: Any) -> str:
    return f"{value:.2f} dB" if isinstance(value, int | float) else "?"


def _ask(context: Context, voice: str, step: str) -> dict[str, Any]:
    value = context.demand({"type": "calibrate", "voice": voice, "step": step})
    return value if isinstance(value, dict) else {}


class _Shown:
    """How far it is: a bar on a terminal, else a line now and then."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream is not None and stream.isatty()
        self._drawn = False
        self._next_line = time.monotonic()
        self._first: tuple[int, float] | None = None  # phrases there when it began, and when

    def show(self, voice: str, value: dict[str, Any]) -> None:
        now = time.monotonic()
        if not self._terminal and (self._stream is None or now < self._next_line):
            return
        self._next_line = now + _LINE_EVERY_S
        done, total = int(value.get("done") or 0), int(value.get("total") or 0)
        text = self._text(voice, str(value.get("state")), done, total, now)
        if self._terminal:
            columns = shutil.get_terminal_size().columns - 1
            self._stream.write(f"\r\033[K{_with_bar(text, done, total, columns)[:columns]}")
            self._stream.flush()
            self._drawn = True
        else:
            print(text, file=self._stream, flush=True)

    def close(self) -> None:
        if self._drawn:
            self._stream.write("\n")
            self._stream.flush()
            self._drawn = False

    def _text(self, voice: str, state: str, done: int, total: int, now: float) -> str:
        if state == "waiting" or not total:
            return exits.one_line(f"{voice}: waiting until the daemon is idle")
        text = f"{voice}: {done} of {total} phrases"
        if state == "held":
            return exits.one_line(f"{text}, waiting for what is being spoken")
        if self._first is None or done < self._first[0]:
            self._first = done, now
        made = done - self._first[0]
        if made >= _GUESS:
            left = round((total - done) * (now - self._first[1]) / made)
            text += f", {left // 60}:{left % 60:02} left"
        return exits.one_line(text)


def _with_bar(text: str, done: int, total: int, columns: int) -> str:
    bar = min(_BAR, columns - len(text) - 3)
    if bar < _LEAST_BAR or not total:
        return text
    full = round(bar * min(1.0, done / total))
    return f"[{'=' * full}{' ' * (bar - full)}] {text}"
