"""The picture in the README: a recorded terminal, drawn as an SVG that plays.

    python tools/picture.py docs/picture.svg

A real bash on a terminal of its own runs kokoroctl against a daemon with the tests' toy
model, and plays into a null sink. pyte (LGPL-3.0, for developing only) keeps the screen.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

COLUMNS, LINES = 100, 27
COMMANDS = (
    "kokoroctl say --follow 'Each word is marked as you hear it. Nothing leaves your machine.'",
    "kokoroctl status",
)

#: A screen that is replaced sooner is not drawn: nobody sees it.
_LEAST_S = 0.04
#: The last screen stays, then the recording begins again.
_HOLD_S = 5.0
#: A command that takes longer hangs.
_PATIENCE_S = 60.0

_CHAR, _LINE, _MARGIN = 8.4, 19.0, 16.0
_COLOURS = {
    "default": "#d7dce2", "black": "#14171c", "red": "#f07178", "green": "#a5d76e",
    "brown": "#ffd580", "yellow": "#ffd580", "blue": "#73b8f1", "magenta": "#d4a5ff",
    "cyan": "#8fe1e7", "white": "#ffffff",
}  # fmt: skip
_GROUND = "#14171c"


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one look; column counts from 0. ground: colour behind them, or empty."""

    column: int
    text: str
    colour: str
    ground: str = ""
    bold: bool = False
    underlined: bool = False


Row = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands on the screen from `at` seconds on."""

    at: float
    rows: tuple[Row, ...]


def draw(frames: Sequence[Frame], ends: float) -> str:
    """An SVG that shows each frame in its time, again and again; `ends`: of the recording.

    If nothing moves (print, a reader's wish) it shows the last frame.
    """
    total = ends + _HOLD_S
    height = max(len(frame.rows) for frame in frames)
    styles: dict[tuple[float, float], str] = {}
    texts = []
    for line in range(height):
        for row, start, end in _spans(frames, line, total):
            key = (round(100 * start / total, 2), round(100 * end / total, 2))
            name = "" if key == (0.0, 100.0) else styles.setdefault(key, f"t{len(styles)}")
            texts.append(_drawn(row, line, name, key[1] == 100.0))
    width, tall = COLUMNS * _CHAR + 2 * _MARGIN, height * _LINE + 2 * _MARGIN
    rules = "".join(_timed(name, *key, total) for key, name in styles.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {tall:.0f}"'
        f' role="img" aria-label="A terminal: kokoroctl say --follow, then kokoroctl status">\n'
        "<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;"
        "white-space:pre}.gone{visibility:hidden}\n"
        f"@media (prefers-reduced-motion:no-preference){{\n{rules}}}</style>\n"
        f'<rect width="100%" height="100%" rx="8" fill="{_GROUND}"/>\n'
        + "\n".join(filter(None, texts))
        + "\n</svg>\n"
    )


def _spans(frames: Sequence[Frame], line: int, total: float) -> Iterator[tuple[Row, float, float]]:
    """Each row that stands in this line, from when to when."""
    shown: Row = ()
    since = 0.0
    for frame in frames:
        row = frame.rows[line] if line < len(frame.rows) else ()
        if row != shown:
            if shown:
                yield shown, since, frame.at
            shown, since = row, frame.at
    if shown:
        yield shown, since, total


def _drawn(row: Row, line: int, name: str, last: bool) -> str:
    """One line of the screen; name: of its animation; last: it stands in the last frame."""
    y = _MARGIN + line * _LINE
    parts = []
    for run in row:
        x, width = _MARGIN + run.column * _CHAR, len(run.text) * _CHAR
        if run.ground:
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{_LINE:.1f}"'
                f' fill="{run.ground}"/>'
            )
        look = ' font-weight="bold"' if run.bold else ""
        look += ' text-decoration="underline"' if run.underlined else ""
        if run.text.strip():
            parts.append(
                f'<text x="{x:.1f}" y="{y + 14:.1f}" textLength="{width:.1f}" xml:space="preserve"'
                f' fill="{run.colour}"{look}>{escape(run.text)}</text>'
            )
    classes = " ".join(filter(None, [name, "" if last else "gone"]))
    return f'<g class="{classes}">{"".join(parts)}</g>' if classes else "".join(parts)


def _timed(name: str, start: float, end: float, total: float) -> str:
    steps = ["0%{visibility:hidden}"] if start else []
    steps.append(f"{start:g}%{{visibility:visible}}")
    steps.append(f"{end:g}%{{visibility:hidden}}" if end < 100 else "100%{visibility:visible}")
    return (
        f".{name}{{animation:{name} {total:.2f}s step-end infinite}}"
        f"@keyframes {name}{{{''.join(steps)}}}\n"
    )


def record(
    environ: dict[str, str], folder: Path, shown: dict[str, str]
) -> tuple[list[Frame], float]:
    """Run COMMANDS in a shell; its screens, and how long it took. shown: text to replace."""
    import pyte

    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    keyboard, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("4H", LINES, COLUMNS, 0, 0))
    shell = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"],
        env={**environ, "PS1": "$ ", "TERM": "xterm-256color", "HOME": str(folder)},
        stdin=terminal, stdout=terminal, stderr=terminal, cwd=folder, start_new_session=True,
    )  # fmt: skip
    os.close(terminal)
    frames: list[Frame] = []
    began = time.monotonic()

    def look(until_prompt: bool) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while not (until_prompt and _at_prompt(screen)):
            if time.monotonic() > deadline:
                raise SystemExit(f"nothing more came:\n{chr(10).join(screen.display)}")
            if not select.select([keyboard], [], [], 1.0)[0]:
                continue
            stream.feed(os.read(keyboard, 65536))
            at = time.monotonic() - began
            if frames and at - frames[-1].at < _LEAST_S:
                at = frames.pop().at
            frames.append(Frame(at, _rows(screen, shown)))
            if not until_prompt:
                return

    try:
        look(until_prompt=True)
        frames.clear()
        for command in COMMANDS:
            os.write(keyboard, f"{command}\n".encode())
            look(until_prompt=False)
            look(until_prompt=True)
        ends = time.monotonic() - began
    finally:
        shell.kill()
        shell.wait()
        os.close(keyboard)
    first = frames[0].at
    return [Frame(frame.at - first, frame.rows) for frame in frames], ends - first


def _at_prompt(screen: object) -> bool:
    cursor = screen.cursor  # type: ignore[attr-defined]
    line = screen.display[cursor.y]  # type: ignore[attr-defined]
    return bool(cursor.x == 2 and line.rstrip() == "$")


def _rows(screen: object, shown: dict[str, str]) -> tuple[Row, ...]:
    rows = []
    for y in range(LINES):
        cells = screen.buffer[y]  # type: ignore[attr-defined]
        runs: list[Run] = []
        for x in range(COLUMNS):
            cell = cells[x]
            colour, ground = _colour(cell.fg), "" if cell.bg == "default" else _colour(cell.bg)
            if cell.reverse:
                colour, ground = ground or _GROUND, colour
            last = runs[-1] if runs else None
            look = (colour, ground, cell.bold, cell.underscore)
            if last and look == (last.colour, last.ground, last.bold, last.underlined):
                runs[-1] = Run(last.column, last.text + cell.data, *look)
            else:
                runs.append(Run(x, cell.data, *look))
        kept = [run for run in runs if run.text.strip() or run.ground]
        rows.append(tuple(_replaced(run, shown) for run in kept))
    while rows and not rows[-1]:
        rows.pop()
    return tuple(rows)


def _replaced(run: Run, shown: dict[str, str]) -> Run:
    text = run.text.rstrip() if not run.ground else run.text
    for old, new in shown.items():
        text = text.replace(old, new)
    return Run(run.column, text, run.colour, run.ground, run.bold, run.underlined)


def _colour(name: str) -> str:
    if len(name) == 6 and all(digit in "0123456789abcdef" for digit in name):
        return f"#{name}"
    return _COLOURS.get(name.removeprefix("bright"), _COLOURS["default"])


def main(path: Path) -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from support.daemon.homes import speaking, toy_home
    from support.daemon.process import wait_until
    from support.speaker.null_sink import null_sink

    with tempfile.TemporaryDirectory(prefix="kk-", dir="/tmp") as folder, null_sink() as speaker:
        home = toy_home(Path(folder))
        with speaking(home) as daemon:  # as after the first day: with the optimised copy
            wait_until(
                lambda: daemon.ask("status")["startup"]["optimised_ms"], "the optimised copy"
            )
        with speaking(home) as daemon:
            environ = {**daemon.environ, **speaker.environ}
            usual = "~/.local/share/kokorod"
            shown = {str(daemon.socket): f"{usual}/kokorod.sock", str(home): usual}
            subprocess.run(["kokoroctl", "say", "Ready."], env=environ, check=True)
            frames, ends = record(environ, Path(folder), shown)
    path.write_text(draw(frames, ends), encoding="utf-8")
    print(f"{path}: {len(frames)} screens, {ends:.1f} s, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
