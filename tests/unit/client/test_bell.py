"""Waiting for another thread."""

from __future__ import annotations

import threading
import time

import pytest

from kokoro_client import bell
from kokoro_client.bell import Bell

PATIENCE_S = 30.0


def test_a_ring_wakes_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell, "_LOOK_S", 10 * PATIENCE_S)
    door, true = Bell(), []
    waiter = threading.Thread(target=door.wait_for, args=(lambda: bool(true), None), daemon=True)
    waiter.start()
    door.ring()  # nothing is true yet: the waiter looks and goes on waiting
    assert waiter.is_alive()
    true.append(1)
    door.ring()
    waiter.join(PATIENCE_S)
    assert not waiter.is_alive()


def test_one_ring_wakes_every_waiter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell, "_LOOK_S", 10 * PATIENCE_S)
    door, true = Bell(), []
    waiters = [
        threading.Thread(target=door.wait_for, args=(lambda: bool(true), None), daemon=True)
        for _ in range(20)
    ]
    for waiter in waiters:
        waiter.start()
    true.append(1)
    door.ring()
    deadline = time.monotonic() + PATIENCE_S
    for waiter in waiters:
        waiter.join(max(0.0, deadline - time.monotonic()))
    assert not any(waiter.is_alive() for waiter in waiters)


def test_what_is_true_is_not_waited_for() -> None:
    assert Bell().wait_for(lambda: True, 0)


def test_a_wait_ends_at_its_timeout() -> None:
    assert not Bell().wait_for(lambda: False, 0.01)
    assert not Bell().wait_for(lambda: False, 0)


def test_rings_do_not_pile_up() -> None:
    door = Bell()
    for _ in range(1_000):
        door.ring()
    assert door._rung.qsize() == 1


def test_a_ring_that_is_lost_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell, "_LOOK_S", 0.001)
    door, true = Bell(), []
    waiter = threading.Thread(target=door.wait_for, args=(lambda: bool(true), None), daemon=True)
    waiter.start()
    true.append(1)  # and nobody rings
    waiter.join(PATIENCE_S)
    assert not waiter.is_alive()
