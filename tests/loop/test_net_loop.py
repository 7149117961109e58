"""The loop: one door for other threads, timers in their order, descriptors that come and go."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.loop.turning import turn_until

from kokorod.net.loop import READ, WRITE, Loop


@pytest.fixture
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


def test_calls_of_many_threads_all_run_on_the_loops_thread_in_their_order(loop: Loop) -> None:
    ran: list[tuple[int, int, int]] = []

    def post(number: int) -> None:
        for at in range(500):
            loop.post(lambda at=at: ran.append((number, at, threading.get_ident())))  # type: ignore[misc]

    threads = [threading.Thread(target=post, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    turn_until(loop, lambda: len(ran) == 8 * 500, "every call")
    for thread in threads:
        thread.join()
    assert {ident for _, _, ident in ran} == {threading.get_ident()}
    for number in range(8):
        assert [at for n, at, _ in ran if n == number] == list(range(500))


def test_a_call_wakes_a_loop_that_waits(loop: Loop) -> None:
    """run() is in select() without a timeout: only the wake-up pipe can end that."""
    entered = threading.Event()

    def wake() -> None:
        entered.wait()
        loop.post(loop.stop)

    thread = threading.Thread(target=wake)
    thread.start()
    loop.post(entered.set)
    loop.run()
    thread.join()


def test_a_flood_of_calls_leaves_room_for_descriptors(loop: Loop) -> None:
    one, other = socket.socketpair()
    with one, other:
        ran: list[int] = []
        seen: list[int] = []
        loop.watch(one.fileno(), READ, lambda events: seen.append(len(ran)))
        for at in range(10_000):
            loop.post(lambda at=at: ran.append(at))  # type: ignore[misc]
        loop.turn(0)
        other.send(b"x")
        loop.turn(0)
        assert 0 < seen[0] < 1_000
        loop.unwatch(one.fileno())


def test_more_calls_than_one_turn_takes_are_all_run(loop: Loop) -> None:
    """The pipe is empty after the first turn: the rest must not wait for another wake-up."""
    ran: list[int] = []
    for at in range(2_000):
        loop.post(lambda at=at: ran.append(at))  # type: ignore[misc]
    loop.post(loop.stop)
    loop.run()
    assert len(ran) == 2_000


def test_a_full_wake_up_pipe_loses_no_call(loop: Loop) -> None:
    ran: list[int] = []
    for at in range(66_000):  # a pipe holds 64 KiB
        loop.post(lambda at=at: ran.append(at))  # type: ignore[misc]
    turn_until(loop, lambda: len(ran) == 66_000, "every call")
    assert ran == list(range(66_000))


@given(st.lists(st.floats(0, 100), max_size=30), st.sets(st.integers(0, 29)))
def test_timers_run_in_their_order_and_once(delays: list[float], cancelled: set[int]) -> None:
    now = [0.0]
    loop = Loop(clock=lambda: now[0])
    try:
        ran: list[int] = []
        timers = [
            loop.after(delay, lambda at=at: ran.append(at))  # type: ignore[misc]
            for at, delay in enumerate(delays)
        ]
        for at in cancelled & set(range(len(timers))):
            timers[at].cancel()
            timers[at].cancel()
        left = [at for at in range(len(delays)) if at not in cancelled]
        for step in sorted({0.0, *delays}):
            now[0] = step
            loop.turn(0)
            assert set(ran) == {at for at in left if delays[at] <= step}
        assert ran == sorted(left, key=lambda at: (delays[at], at))
        now[0] = 1000
        loop.turn(0)
        assert len(ran) == len(left)
    finally:
        loop.close()


def test_a_timer_set_by_a_timer_waits_for_its_own_time() -> None:
    now = [0.0]
    loop = Loop(clock=lambda: now[0])
    ran: list[float] = []

    def again() -> None:
        ran.append(now[0])
        loop.after(1.0, again)

    loop.after(1.0, again)
    for step in range(1, 5):
        now[0] = float(step)
        loop.turn(0)
    loop.close()
    assert ran == [1.0, 2.0, 3.0, 4.0]


def test_timers_end_the_wait_of_run(loop: Loop) -> None:
    ran: list[str] = []
    loop.after(0.02, lambda: ran.append("first"))
    loop.after(0.04, loop.stop)
    loop.after(60, lambda: ran.append("never"))
    loop.run()
    assert ran == ["first"]


def test_a_callback_may_remove_another_that_is_ready(loop: Loop) -> None:
    pairs = [socket.socketpair() for _ in range(2)]
    called: list[int] = []

    def on_ready(at: int) -> None:
        called.append(at)
        loop.unwatch(pairs[1 - at][0].fileno())
        loop.unwatch(pairs[1 - at][0].fileno())  # twice is fine

    for at in range(2):
        loop.watch(pairs[at][0].fileno(), READ, lambda events, at=at: on_ready(at))  # type: ignore[misc]
        pairs[at][1].send(b"x")
    for _ in range(3):
        loop.turn(0)
    assert len(set(called)) == 1
    for one, other in pairs:
        one.close()
        other.close()


def test_waiting_for_nothing_and_again_for_something(loop: Loop) -> None:
    one, other = socket.socketpair()
    with one, other:
        events_seen: list[int] = []
        loop.watch(one.fileno(), READ, events_seen.append)
        other.send(b"x")
        loop.change(one.fileno(), 0, events_seen.append)
        loop.turn(0)
        assert events_seen == []
        loop.change(one.fileno(), READ | WRITE, events_seen.append)
        loop.turn(0)
        assert events_seen == [READ | WRITE]
        loop.unwatch(one.fileno())


def test_a_signal_is_a_call_like_any_other() -> None:
    loop = Loop()
    before = signal.getsignal(signal.SIGUSR1)
    seen: list[tuple[int, int]] = []
    loop.on_signals([signal.SIGUSR1], lambda number: seen.append((number, threading.get_ident())))
    os.kill(os.getpid(), signal.SIGUSR1)
    turn_until(loop, lambda: seen, "the signal")
    assert seen == [(signal.SIGUSR1, threading.get_ident())]
    loop.close()
    assert signal.getsignal(signal.SIGUSR1) is before


def test_after_the_end_calls_go_nowhere() -> None:
    loop = Loop()
    loop.close()
    loop.post(lambda: pytest.fail("nobody is there to run it"))


def test_a_process_that_was_stopped_times_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    loop = Loop(lambda: now[0])
    ours, theirs = socket.socketpair()
    happened: list[str] = []
    loop.watch(ours.fileno(), READ, lambda _: (ours.recv(9), happened.append("read"))[0] and None)
    loop.after(5.0, lambda: happened.append("too late"))
    real = loop._selector.select

    def stopped(timeout: float | None) -> list[object]:
        monkeypatch.setattr(loop._selector, "select", real)
        theirs.send(b"x")
        now[0] += 600
        return []  # as epoll does after SIGCONT

    monkeypatch.setattr(loop._selector, "select", stopped)
    loop.turn(1.0)
    assert happened == ["read"]
    now[0] += 5
    loop.turn(0)
    assert happened == ["read", "too late"]
    ours.close()
    theirs.close()
    loop.close()


def test_a_process_that_was_stopped_in_the_middle_of_a_turn_times_nobody_out() -> None:
    now = [1_000.0]
    loop = Loop(lambda: now[0])
    began = loop.clock()
    pairs = [socket.socketpair() for _ in range(2)]
    happened: list[str] = []

    def first(events: int) -> None:
        pairs[0][0].recv(9)
        happened.append("first")
        now[0] += 600  # stopped here
        pairs[1][1].send(b"x")

    def second(events: int) -> None:
        pairs[1][0].recv(9)
        happened.append("second")

    loop.watch(pairs[0][0].fileno(), READ, first)
    loop.watch(pairs[1][0].fileno(), READ, second)
    loop.after(5.0, lambda: happened.append("too late"))
    pairs[0][1].send(b"x")
    loop.turn(1.0)
    loop.turn(1.0)
    assert happened == ["first", "second"]
    assert loop.clock() - began < 5  # deadlines are kept in it
    now[0] += 5
    loop.turn(0)
    assert happened == ["first", "second", "too late"]
    for pair in pairs:
        for end in pair:
            end.close()
    loop.close()
