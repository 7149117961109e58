"""kokoroctl say --follow and --progress through a real terminal, at a loudspeaker."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.daemon.making import MakeDaemon
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until
from support.screen import Screen
from support.speaker.null_sink import NullSink, null_sink

TEXT = "It costs $5.30, and **that** is all there is to say.\n\nThe second line: end."
WORDS = [word.strip("*,.:") for word in TEXT.split()]


@pytest.fixture
def speaker() -> Iterator[NullSink]:
    with null_sink() as sink:
        yield sink


class Typed:
    """A process whose standard output and error are a terminal."""

    def __init__(
        self, arguments: list[str], environ: dict[str, str], columns: int, stdin: int
    ) -> None:
        self._keyboard, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
        self.screen = Screen(columns)
        self.written = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self.process = subprocess.Popen(
            ["kokoroctl", "say", *arguments],
            env=environ,
            stdin=stdin,
            stdout=terminal,
            stderr=terminal,
        )
        os.close(terminal)

    def read(self) -> bool:
        """Some of what it writes; False at its end."""
        try:
            data = os.read(self._keyboard, 65536)
        except OSError:  # EIO: nobody has the terminal open any more
            data = b""
        text = self._decoder.decode(data)
        self.written += text
        self.screen.feed(text)
        return bool(data)

    def read_to_end(self, status: int = 0) -> None:
        while self.read():
            pass
        assert self.process.wait(PATIENCE_S) == status, self.written

    def close(self) -> None:
        os.close(self._keyboard)
        self.process.kill()
        self.process.wait()


@contextmanager
def typed(
    daemon: DaemonProcess,
    *arguments: str | Path,
    speaker: NullSink | None = None,
    columns: int = 80,
    stdin: int = subprocess.DEVNULL,
    **environ: str,
) -> Iterator[Typed]:
    sound = speaker.environ if speaker else {}
    terminal = Typed(
        [str(argument) for argument in arguments],
        {**daemon.environ, **sound, "TERM": "xterm", **environ},
        columns,
        stdin,
    )
    try:
        yield terminal
    finally:
        terminal.close()


@pytest.mark.parametrize(("columns", "rows"), [(80, 3), (24, 5)])
def test_each_word_is_highlighted_once_in_order(
    shared_daemon: DaemonProcess, speaker: NullSink, tmp_path: Path, columns: int, rows: int
) -> None:
    (tmp_path / "talk.md").write_text(TEXT)
    with typed(
        shared_daemon, "--follow", "-f", tmp_path / "talk.md", speaker=speaker, columns=columns
    ) as terminal:
        terminal.read_to_end()
        assert terminal.screen.marked == WORDS
        assert " ".join(terminal.screen.shown).split() == TEXT.split()
        assert len(terminal.screen.shown) == rows + 1  # the cursor stands below
        assert terminal.screen.codes == {"7;33", "0"}
    speaker.sink.wait_sound(1.0)


def test_without_colour_it_is_reversed(shared_daemon: DaemonProcess, speaker: NullSink) -> None:
    with typed(
        shared_daemon, "--follow", "Hello, world.", speaker=speaker, NO_COLOR="1"
    ) as terminal:
        terminal.read_to_end()
        assert terminal.screen.marked == ["Hello", "world"]
        assert terminal.screen.codes == {"7", "0"}


def test_several_texts_follow_each_other(
    shared_daemon: DaemonProcess, speaker: NullSink, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text(f"Number {name}.\n")
    with typed(
        shared_daemon, "--follow", "-f", tmp_path / "one", "-f", tmp_path / "two", speaker=speaker
    ) as terminal:
        terminal.read_to_end()
        assert terminal.screen.marked == ["Number", "one", "Number", "two"]
        assert terminal.screen.shown == ["Number one.", "Number two.", ""]


def test_ctrl_c_leaves_the_terminal_as_it_was(
    shared_daemon: DaemonProcess, speaker: NullSink
) -> None:
    with typed(shared_daemon, "--follow", TEXT, speaker=speaker) as terminal:
        while not terminal.screen.marked:
            assert terminal.read()
        terminal.process.send_signal(signal.SIGINT)
        terminal.read_to_end(130)
        assert terminal.screen.shown[-1] == ""
        assert terminal.written.rfind("\x1b[0m") > terminal.written.rfind("\x1b[7")


@pytest.mark.parametrize(
    ("arguments", "term", "said"),
    [
        (["--follow", "-o", "x.wav", "Hi"], "xterm", "--follow goes with the loudspeaker"),
        (["--follow", "--progress", "Hi"], "xterm", "give --follow or --progress"),
        (["--follow", "--json", "Hi"], "xterm", "only one thing can go to standard output"),
        (["--follow", "Hi"], "dumb", "--follow needs a terminal"),
    ],
)
def test_what_does_not_go_together(
    make_daemon: MakeDaemon, arguments: list[str], term: str, said: str
) -> None:
    with typed(make_daemon(), *arguments, columns=500, TERM=term) as terminal:
        terminal.process.wait(PATIENCE_S)
        terminal.read_to_end(2)
        assert said in terminal.written


def test_a_bar_for_a_text_whose_length_is_known(
    shared_daemon: DaemonProcess, speaker: NullSink, tmp_path: Path
) -> None:
    (tmp_path / "long.txt").write_text("The quick brown fox jumps over the lazy dog. " * 3)
    with typed(
        shared_daemon, "--progress", "-f", tmp_path / "long.txt", speaker=speaker, NO_COLOR="1"
    ) as terminal:
        terminal.read_to_end()
        shares = [int(share) for share in re.findall(r"(\d+)%", terminal.written)]
        assert shares == sorted(shares)
        assert any(0 < share < 100 for share in shares)
        assert "left" in terminal.written
        last, empty = terminal.screen.shown
        assert re.fullmatch(r"\[=+\] 100%  0:\d\d spoken", last)
        assert empty == ""
        assert terminal.screen.codes == set()


def test_a_counter_for_a_text_whose_length_is_not(
    shared_daemon: DaemonProcess, speaker: NullSink
) -> None:
    read_end, write_end = os.pipe()
    with typed(shared_daemon, "--progress", "-", speaker=speaker, stdin=read_end) as terminal:
        os.close(read_end)
        os.write(write_end, b"One sentence that takes a while to say. Another one. And ")
        while not re.search(r"0:0[1-9] spoken, \d+ characters", terminal.written):
            assert terminal.read()
        assert "%" not in terminal.written
        os.close(write_end)
        terminal.read_to_end()
        assert "100%" in terminal.screen.shown[0]


def test_no_bar_where_nobody_looks(shared_daemon: DaemonProcess, tmp_path: Path) -> None:
    ended = subprocess.run(
        ["kokoroctl", "say", "--progress", "-o", tmp_path / "x.wav", "Hello"],
        env=shared_daemon.environ,
        capture_output=True,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


def test_an_interrupted_bar_is_wiped(shared_daemon: DaemonProcess, tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    path = tmp_path / "x.wav"
    with typed(
        shared_daemon, "--progress", "-o", path, "-", columns=500, stdin=read_end
    ) as terminal:
        os.close(read_end)
        os.write(write_end, b"One sentence. Another one. And ")
        while "spoken" not in terminal.written:
            assert terminal.read()
        terminal.process.send_signal(signal.SIGINT)
        terminal.read_to_end(130)
        os.close(write_end)
        wait_until(lambda: (tmp_path / "x.part.wav").exists(), "what was made")
        assert "spoken" not in " ".join(terminal.screen.shown)
