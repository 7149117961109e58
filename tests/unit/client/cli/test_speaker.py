"""What `kokoroctl queue` shows of an answer, whatever that holds."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kokoro_client.cli import speaker

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_PLACE = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys("turn client pid priority characters played_s sound_s".split(), _JSON),
)


def test_each_request_is_a_line_in_columns() -> None:
    place = {"turn": "play", "client": "kokoroctl", "pid": 71, "request": 1, "priority": "text"}
    assert speaker.lines(
        [
            {**place, "characters": 120, "played_s": 1.26, "sound_s": 8},
            {**place, "turn": "wait", "client": "", "pid": None, "characters": 5},
        ]
    ) == [
        "play  kokoroctl (71)  text  120 characters  1.3 of 8.0 s",
        "wait  ?               text  5 characters    ? of ? s",
    ]


def test_nobody_is_said_in_words() -> None:
    assert speaker.lines([]) == ["nothing is being spoken"]


@given(_JSON | st.lists(_PLACE, max_size=4))
def test_any_answer_is_shown(value: Any) -> None:
    assert all(line.isprintable() for line in speaker.lines(value))
