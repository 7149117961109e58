"""A worker: commands in order, a bound, one report of a crash, nothing kept of its owner."""

from __future__ import annotations

import gc
import queue
import threading
import traceback
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kokorod.worker import InboxFullError, Worker

PATIENCE_S = 30.0

Make = Callable[..., Worker]


@pytest.fixture
def said() -> queue.SimpleQueue[Any]:
    """What happened on the worker's thread, in order."""
    return queue.SimpleQueue()


@pytest.fixture
def make(said: queue.SimpleQueue[Any]) -> Iterator[Make]:
    made: list[Worker] = []

    def one(limit: int = 100, **rest: Any) -> Worker:
        made.append(Worker("tested", limit, lambda trace: said.put(trace), **rest))
        return made[-1]

    yield one
    for worker in made:
        worker.close()
        assert worker.join(PATIENCE_S)


def following(said: queue.SimpleQueue[Any]) -> Any:
    return said.get(timeout=PATIENCE_S)


def fail() -> None:
    raise ValueError("a bug")


def test_commands_are_done_in_order_on_the_one_thread(
    make: Make, said: queue.SimpleQueue[Any]
) -> None:
    worker = make()
    worker.do(lambda: said.put(threading.current_thread().name))  # before it starts
    worker.start()
    worker.start()
    for number in range(5):
        worker.do(lambda number=number: said.put(number))  # type: ignore[misc]
    assert [following(said) for _ in range(6)] == ["tested", 0, 1, 2, 3, 4]


def test_what_was_asked_before_close_is_done(make: Make, said: queue.SimpleQueue[Any]) -> None:
    worker = make(begin=lambda: True, end=lambda: said.put("end"))
    for number in range(3):
        worker.do(lambda number=number: said.put(number))  # type: ignore[misc]
    worker.close()
    worker.do(lambda: said.put("late"))
    worker.start()
    assert worker.join(PATIENCE_S)
    assert [following(said) for _ in range(4)] == [0, 1, 2, "end"]
    assert said.empty()


def test_no_more_than_the_limit_wait(make: Make) -> None:
    worker = make(limit=3)
    go, begun = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        assert go.wait(PATIENCE_S)

    worker.start()
    worker.do(hang)
    assert begun.wait(PATIENCE_S)
    for _ in range(3):
        worker.do(lambda: None)
    with pytest.raises(InboxFullError, match="3 commands wait for the thread tested"):
        worker.do(lambda: None)
    assert not worker.join(0)
    go.set()


def test_a_crash_is_told_once_and_ends_the_thread(make: Make, said: queue.SimpleQueue[Any]) -> None:
    worker = make(end=lambda: said.put("end"))
    worker.do(fail)
    worker.do(lambda: said.put("never"))
    worker.start()
    assert worker.join(PATIENCE_S)
    trace = following(said)
    assert isinstance(trace, ValueError)
    assert "fail" in traceback.format_tb(trace.__traceback__)[-1]
    assert following(said) == "end"
    assert said.empty()


def test_one_that_goes_on_does_the_next_command(make: Make, said: queue.SimpleQueue[Any]) -> None:
    worker = make(goes_on=True)
    worker.start()
    for _ in range(2):
        worker.do(fail)
        worker.do(lambda: said.put("next"))
    for _ in range(2):
        assert str(following(said)) == "a bug"
        assert following(said) == "next"


@pytest.mark.parametrize("goes_on", [False, True])
def test_where_it_cannot_begin_it_does_nothing(
    goes_on: bool, make: Make, said: queue.SimpleQueue[Any]
) -> None:
    for begin in (lambda: False, fail):
        worker = make(begin=begin, end=lambda: said.put("end"), goes_on=goes_on)
        worker.do(lambda: said.put("never"))
        worker.start()
        assert worker.join(PATIENCE_S)
    assert following(said) == "end"
    assert str(following(said)) == "a bug"
    assert following(said) == "end"
    assert said.empty()


def test_it_is_idle_once_after_its_last_command(make: Make, said: queue.SimpleQueue[Any]) -> None:
    worker = make(idle=lambda: said.put("idle"), idle_s=0.0)
    worker.start()
    assert following(said) == "idle"
    for number in range(2):
        worker.do(lambda number=number: said.put(number))  # type: ignore[misc]
        assert following(said) == number
        assert following(said) == "idle"
    worker.close()
    assert worker.join(PATIENCE_S)
    assert said.empty()


def test_one_that_never_began_has_ended() -> None:
    assert Worker("never", 1, lambda trace: None).join(0)


class Owner:
    """Its worker knows it, as a lane's does."""

    def __init__(self) -> None:
        self.resting: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.worker = Worker("owned", 10, self.crashed, idle=self.idle, idle_s=0.0, end=self.end)

    def crashed(self, trace: str) -> None:
        raise AssertionError(trace)

    def idle(self) -> None:
        self.resting.put(None)

    def end(self) -> None: ...


def test_when_it_has_ended_its_owner_is_freed_without_the_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        owner = Owner()
        known = weakref.ref(owner)
        owner.worker.start()
        owner.worker.close()
        assert owner.worker.join(PATIENCE_S)
        del owner
        assert known() is None
    finally:
        gc.enable()


def test_what_a_command_worked_on_is_not_kept_while_nothing_comes() -> None:
    class Task: ...

    owner, task = Owner(), Task()
    known = weakref.ref(task)
    owner.worker.start()
    owner.resting.get(timeout=PATIENCE_S)
    owner.worker.do(lambda task=task: None)  # type: ignore[misc]
    del task
    owner.resting.get(timeout=PATIENCE_S)
    assert known() is None
    owner.worker.close()
    assert owner.worker.join(PATIENCE_S)


def test_one_that_goes_on_does_so_if_it_has_no_memory_for_the_next_command(
    make: Make, said: queue.SimpleQueue[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = make(goes_on=True)
    real, failures = worker._next, iter([MemoryError("none")])

    def without_memory() -> Any:
        for error in failures:
            raise error
        return real()

    monkeypatch.setattr(worker, "_next", without_memory)
    worker.start()
    worker.do(lambda: said.put("done"))
    assert isinstance(following(said), MemoryError)
    assert following(said) == "done"


def test_one_that_always_fails_ends(make: Make, said: queue.SimpleQueue[Any]) -> None:
    worker = make(10_000, goes_on=True)
    for _ in range(1_001):
        worker.do(fail)
    worker.start()
    assert worker.join(PATIENCE_S)
    assert said.qsize() == 1_000
