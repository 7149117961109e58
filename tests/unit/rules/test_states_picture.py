"""The picture of a request's states in docs/architecture.md is that of the table."""

from __future__ import annotations

from kokorod.requests.state import TRANSITIONS
from tools import states


def test_the_page_has_the_picture_of_today() -> None:
    page = states.PAGE.read_text(encoding="utf-8")
    assert page.count(states.BEGIN) == page.count(states.END) == 1
    assert page == states.with_picture(page, states.picture()), "run: python tools/states.py"


def test_every_transition_is_drawn() -> None:
    drawn = states.picture()
    for state, following in TRANSITIONS.items():
        for after, why in following.items():
            assert f"    {state} --> {after}: {why}\n" in drawn
