"""The log: one bounded line an event, which nobody outside can forge; no spoken text."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokorod.watch.log import Level, Log, fingerprint, one_line

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} (debug|info|warning|error) [a-z_]+( \w+=.+)*"
)


def logged(level: Level = Level.DEBUG, **fields: object) -> str:
    stream = io.StringIO()
    Log(level, stream).info("event", **fields)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("af_heart", "af_heart"),
        ("/tmp/a.sock", "/tmp/a.sock"),
        (7, "7"),
        (True, "True"),
        (None, "None"),
        (1.23456, "1.235"),
        ("", '""'),
        ("two words", '"two words"'),
        ('a "quote"', r'"a \"quote\""'),
        ("a\nb", r'"a\nb"'),
        ("a\r\x1b[31mred", r'"a\r\x1b[31mred"'),
        ("back\\slash", r'"back\\slash"'),
        ("x=1", '"x=1"'),
        ("\u2028", r'"\u2028"'),
        ("\ud800", r'"\ud800"'),
        ("\0", r'"\x00"'),
    ],
)
def test_a_value_is_escaped(value: object, shown: str) -> None:
    assert logged(value=value).split(" event ", 1)[1] == f"value={shown}\n"


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(max_size=500), max_size=3))
def test_nothing_forges_a_line_or_a_field(fields: dict[str, str]) -> None:
    text = logged(**fields)
    assert text.endswith("\n")
    line = text[:-1]
    assert line.splitlines() == [line]
    assert all(c.isprintable() for c in line)
    assert LINE.fullmatch(line)
    # What stands outside of quotes has as many `=` as there are fields.
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", line)
    assert bare.count("=") == len(fields)


@given(st.lists(st.text(min_size=1, max_size=3_000), max_size=12))
def test_a_line_is_bounded(values: list[str]) -> None:
    text = logged(**{f"k{at}": value for at, value in enumerate(values)})
    assert len(text) <= 2_001


def test_what_is_less_important_is_left_out() -> None:
    stream = io.StringIO()
    log = Log(Level.WARNING, stream)
    for level in ("debug", "info", "warning", "error"):
        getattr(log, level)("happened")
    found = [line.split()[1] for line in stream.getvalue().splitlines()]
    assert found == ["warning", "error"]


class _Full(io.StringIO):
    def write(self, text: str, /) -> int:
        raise OSError(28, "no space left on device")


def test_a_full_disk_or_a_closed_stream_ends_nothing() -> None:
    Log(stream=_Full()).error("lost")
    closed = io.StringIO()
    closed.close()
    Log(stream=closed).error("lost")


@given(st.text(max_size=200))
def test_a_fingerprint_says_the_length_and_not_the_text(text: str) -> None:
    found = fingerprint(text)
    assert re.fullmatch(rf"{len(text)}:[0-9a-f]{{8}}", found)
    assert fingerprint(text) == found


def test_fingerprints_tell_texts_apart() -> None:
    texts = [f"a secret of {n}" for n in range(1_000)]
    assert len({fingerprint(text) for text in texts}) == 1_000
    assert fingerprint("\ud800").startswith("1:")


def test_a_text_is_not_found_again_by_its_fingerprint() -> None:
    """Keyed per process: who knows the text knows nothing of what another daemon logs of it."""
    ask = (
        "from kokorod.watch.log import fingerprint, one_line; print(fingerprint('My PIN is 4711.'))"
    )
    runs = {
        subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True).stdout
        for _ in range(2)
    }
    assert len(runs) == 2


@given(st.text(max_size=5_000))
def test_what_is_said_without_a_log_is_one_bounded_line(text: str) -> None:
    shown = one_line(text)
    assert shown.isprintable()
    assert len(shown) <= 2_000


def test_what_people_can_read_is_left_as_it_is() -> None:
    assert one_line("Kö ko: 1\n2 \x1b[31m") == "Kö ko: 1\\n2 \\x1b[31m"
