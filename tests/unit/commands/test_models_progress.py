"""Speed, time left, and how they are shown."""

from __future__ import annotations

import io

import pytest

from kokorod.commands.progress import Bar, describe
from kokorod.models.pull import Meter


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_speed_is_of_the_last_seconds() -> None:
    meter = Meter(10_000)
    assert meter.at(0, 0.0) == (0.0, None)
    for second in range(1, 11):
        speed, left = meter.at(second * 100, float(second))
    assert (speed, left) == (100.0, 90.0)
    for second in range(11, 21):
        speed, left = meter.at(1000 + (second - 10) * 500, float(second))
    assert speed == 500.0
    assert left == 8.0


def test_what_was_here_before_does_not_count_as_speed() -> None:
    meter = Meter(1_000)
    assert meter.at(900, 5.0) == (0.0, None)
    assert meter.at(950, 6.0) == (50.0, 1.0)


def test_beginning_anew_begins_the_measure_anew() -> None:
    meter = Meter(1_000)
    meter.at(0, 0.0)
    meter.at(900, 1.0)
    assert meter.at(0, 2.0) == (0.0, None)
    assert meter.at(10, 3.0) == (10.0, 99.0)


def test_a_line_says_share_speed_and_time_left() -> None:
    numbers = ("kokoro.onnx", 163_000_000, 326_000_000, 11_200_000.0, 14.2)
    assert describe(*numbers, width=99) == (
        "kokoro.onnx  [############------------]   50 %  163 of 326 MB  11.2 MB/s  0:15 left"
    )
    assert describe(*numbers, width=70) == (
        "kokoro.onnx  [#####------]   50 %  163 of 326 MB  11.2 MB/s  0:15 left"
    )
    assert describe(*numbers) == "kokoro.onnx   50 %  163 of 326 MB  11.2 MB/s  0:15 left"
    assert describe(*numbers, width=20) == "kokoro.onnx   50 %  "
    assert describe("x", 0, 0, 0.0, None) == "x  100 %  0 of 0 MB"
    assert describe("x", 1, 10**9, 1.0, 1e12).endswith("5999:59 left")


def test_on_a_terminal_the_line_is_drawn_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    terminal = _Terminal()
    with Bar(terminal) as bar:
        bar.show("a-long-name-of-a-file", 50, 100, 1e6, 10.0)
        bar.note("the connection broke")
        bar.show("short", 100, 100)
        bar.show("s", 100, 100)
    drawn = terminal.getvalue()
    assert "\x1b" not in drawn
    assert all(len(part) <= 60 for line in drawn.split("\n") for part in line.split("\r"))
    assert [line.rsplit("\r")[-1].strip() for line in drawn.rstrip("\n").split("\n")] == [
        "the connection broke",
        "s  [########################]  100 %  0 of 0 MB",
    ]
    # What was longer before is covered with spaces.
    shorter = drawn.rstrip("\n").rsplit("\r", 1)[1]
    assert shorter.endswith(" " * 4)


def test_off_a_terminal_there_is_no_bar() -> None:
    log = io.StringIO()
    with Bar(log) as bar:
        for done in range(100):
            bar.show("file", done, 100)
        bar.note("the connection broke")
    assert log.getvalue() == "the connection broke\n"
