"""Single flight: each lane that needs the same session waits for one creation."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from kokorod.engine.sessions import Sessions
from kokorod.errors import EngineError

PATIENCE_S = 30.0


class Session:
    """Stands for one; only its identity counts."""


class Gate:
    """A make() that says when it began and goes on when told."""

    def __init__(self, fails: bool = False) -> None:
        self.calls = 0
        self.began = threading.Event()
        self.go_on = threading.Event()
        self._fails = fails

    def __call__(self) -> Session:
        self.calls += 1
        self.began.set()
        assert self.go_on.wait(PATIENCE_S)
        if self._fails:
            raise EngineError("it cannot be loaded")
        return Session()


@pytest.fixture
def sessions() -> Sessions[Session]:
    return Sessions()


def _counts(sessions: Sessions[Session]) -> tuple[int, int, int]:
    return sessions.created, sessions.hits, sessions.misses


def _wait_for_hits(sessions: Sessions[Session], hits: int) -> None:
    pause = threading.Event()
    for _ in range(int(PATIENCE_S / 0.005)):
        if sessions.hits >= hits:
            return
        pause.wait(0.005)
    raise AssertionError(f"{sessions.hits} of {hits} hits")


def test_what_is_there_is_not_made_again(sessions: Sessions[Session]) -> None:
    first = sessions.get("cpu", Session)
    assert sessions.get("cpu", Session) is first
    assert sessions.get("coreml-ane", Session) is not first
    assert _counts(sessions) == (2, 1, 2)


def test_eight_who_need_the_same_wait_for_one_creation(sessions: Sessions[Session]) -> None:
    gate = Gate()
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(sessions.get, "cpu", gate) for _ in range(8)]
        assert gate.began.wait(PATIENCE_S)
        _wait_for_hits(sessions, 7)
        assert not any(future.done() for future in asked)
        gate.go_on.set()
        made = {id(future.result(PATIENCE_S)) for future in asked}
    assert len(made) == 1
    assert gate.calls == 1
    assert _counts(sessions) == (1, 7, 1)


def test_another_key_does_not_wait(sessions: Sessions[Session]) -> None:
    gate = Gate()
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(sessions.get, "coreml-ane", gate)
        assert gate.began.wait(PATIENCE_S)
        sessions.get("cpu", Session)
        assert not slow.done()
        gate.go_on.set()
        slow.result(PATIENCE_S)


def test_a_failure_goes_to_all_who_waited_and_is_not_kept(sessions: Sessions[Session]) -> None:
    gate = Gate(fails=True)
    with ThreadPoolExecutor(3) as pool:
        asked: list[Future[Session]] = [pool.submit(sessions.get, "cpu", gate) for _ in range(3)]
        assert gate.began.wait(PATIENCE_S)
        _wait_for_hits(sessions, 2)
        gate.go_on.set()
        for future in asked:
            with pytest.raises(EngineError, match="cannot be loaded"):
                future.result(PATIENCE_S)
    assert gate.calls == 1
    assert isinstance(sessions.get("cpu", Session), Session)
    assert _counts(sessions) == (1, 2, 2)


def test_one_that_nobody_uses_goes(sessions: Sessions[Session]) -> None:
    kept = sessions.get("cpu", Session)
    assert len(sessions) == 1
    del kept
    gc.collect()
    assert len(sessions) == 0
    sessions.get("cpu", Session)
    assert sessions.misses == 2


def test_forgotten_ones_stay_with_their_users_and_are_made_anew(
    sessions: Sessions[Session],
) -> None:
    old = sessions.get("cpu", Session)
    sessions.forget()
    new = sessions.get("cpu", Session)
    assert new is not old
    assert sessions.get("cpu", Session) is new


def test_one_forgotten_while_it_is_made_is_not_handed_to_those_who_come_later(
    sessions: Sessions[Session],
) -> None:
    gate = Gate()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(sessions.get, "cpu", gate)
        assert gate.began.wait(PATIENCE_S)
        sessions.forget()
        new = sessions.get("cpu", Session)
        gate.go_on.set()
        old = slow.result(PATIENCE_S)
    assert new is not old
    assert sessions.get("cpu", Session) is new
