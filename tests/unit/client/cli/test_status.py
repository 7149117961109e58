"""kokoroctl status and voices: what is shown of what a daemon says."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kokoro_client.cli import status, voice_table

_STATUS = {
    "state": "ready",
    "version": "0.1.0",
    "pid": 4711,
    "uptime_s": 3600.4,
    "engine": "built-in",
    "note": "no model",
    "problem": None,
    "model": None,
    "voice": "af_heart",
    "startup": {"bound_ms": 97.31, "ready_ms": 1234.5},
    "memory": {"rss_mb": 88.71, "trims": 0},
    "first_sound_ms": {"p50": 51.5, "p95": None},
    "draining": False,
    "attention": ["it is slow; do this", "it is wrong; do that"],
    "lanes": [
        {"name": "cpu", "state": "idle", "rtf": 0.0157},
        {"name": "built-in", "state": "busy", "rtf": None},
    ],
}


def test_a_status_is_told_in_words_and_units() -> None:
    assert status.lines(_STATUS) == [
        "daemon       ready, version 0.1.0, pid 4711, uptime 3600 s",
        "engine       built-in, voice af_heart",
        "note         no model",
        "look at      it is slow; do this",
        "look at      it is wrong; do that",
        "lane         cpu, idle, rtf 0.0157",
        "lane         built-in, busy",
        "startup      bound 97.3 ms, ready 1234 ms",
        "memory       rss 88.7 MB, trims 0",
        "first sound  p50 51.5 ms",
        "draining     no",
    ]


def test_what_is_missing_is_left_out() -> None:
    assert status.lines({}) == []
    assert status.lines({"state": "starting"}) == ["daemon  starting"]
    assert status.lines("fine") == ["fine"]


def test_what_is_new_is_shown_and_what_is_too_much_is_not() -> None:
    shown = status.lines({"state": "ready", **{f"counter_{n}": n for n in range(50)}})
    assert len(shown) == status.MAX_LINES
    assert shown[1] == "counter 0   0"
    assert shown[-1].split() == ["...", "more", "with", "--json"]


def test_nothing_reaches_the_terminal_that_it_would_act_on() -> None:
    (line,) = status.lines({"note": "a\x1b[31mb\nc\u202ed\ud800"})
    assert line == "note  a\\x1b[31mb c\\u202ed\\ud800"


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(_ANY | st.dictionaries(st.sampled_from([*_STATUS, "other"]), _ANY))
def test_any_value_is_shown_on_single_lines(value: Any) -> None:
    shown = status.lines(value)
    assert len(shown) <= status.MAX_LINES
    assert all(line.isprintable() for line in shown)


@given(_ANY)
def test_any_list_of_voices_is_shown(value: Any) -> None:
    assert all(line.isprintable() for line in voice_table.table(voice_table.listed(value)))


def test_voices_stand_in_columns() -> None:
    listed = [
        {"name": "built-in", "engine": "built-in"},
        {"name": "jm_kumo", "lang": "ja", "gender": "male", "engine": "kokoro"},
        {"name": "af_heart", "lang": "en-us", "gender": "female", "grade": "A", "engine": "kokoro"},
    ]
    lines = [line.split() for line in voice_table.table(voice_table.listed(listed))[1:]]
    assert ["af_heart", "en-us", "female", "A"] in lines
    assert ["jm_kumo", "ja", "male", "-"] in lines
    assert ["built-in", "any", "-", "-"] in lines
