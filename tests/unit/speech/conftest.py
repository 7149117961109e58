"""For every test of reading: no rule raises, the net below them or not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kokorod.speech.normalize.faults import FAULTS


@pytest.fixture(autouse=True)
def no_rule_raises() -> Iterator[None]:
    before = FAULTS.value()
    yield
    assert FAULTS.value() == before
