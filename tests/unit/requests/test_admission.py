"""What is taken on: by process, with places for what is important, and when to try again."""

from __future__ import annotations

from pathlib import Path

import pytest

from kokoro_client.wire.errors import ErrorCode, WireError
from kokorod.config import Config
from kokorod.requests import admission
from kokorod.types import Priority

CONFIG = Config(home=Path("/h"), socket=Path("/h/s"), max_requests=10, max_requests_per_client=4)


def taken(in_flight: int, of_client: int, priority: Priority) -> bool:
    try:
        admission.check_number(in_flight, of_client, priority, CONFIG, lambda: 2.5)
    except WireError as error:
        return (error.code, error.retry_after_ms) != (ErrorCode.BUSY, 2_500)
    return True


@pytest.mark.parametrize("priority", [Priority.TEXT, Priority.PROGRESS])
def test_what_is_not_important_keeps_to_the_limits(priority: Priority) -> None:
    assert taken(9, 3, priority)
    assert not taken(10, 0, priority)
    assert not taken(5, 4, priority)


def test_what_is_important_has_some_places_more() -> None:
    important = Priority.IMPORTANT
    assert taken(10, 4, important)
    assert taken(10 + admission.KEPT - 1, 0, important)
    assert not taken(10 + admission.KEPT, 0, important)
    assert not taken(5, 4 + admission.KEPT_A_CLIENT, important)


def test_too_much_text_in_all_is_busy_with_a_time() -> None:
    most = admission.MAX_TEXT_IN_ALL

    def check(in_all: int, priority: Priority) -> None:
        admission.check_text(10, in_all, priority, CONFIG, lambda: 0.1)

    check(most, Priority.TEXT)
    check(most + 100, Priority.IMPORTANT)
    for in_all, priority in ((most + 1, Priority.TEXT), (most + 2_000_000, Priority.IMPORTANT)):
        with pytest.raises(WireError) as caught:
            check(in_all, priority)
        assert caught.value.code is ErrorCode.BUSY
        assert caught.value.retry_after_ms == 100
