"""Waiting for another thread."""

from __future__ import annotations

import threading
import time

import pytest

from kokoro_client import wakeup
from kokoro_client.wakeup import Wakeup

PATIENCE_S = 30.0


def test_a_notification_wakes_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeup, "_LOOK_S", 10 * PATIENCE_S)
    wake, true = Wakeup(), []
    waiter = threading.Thread(target=wake.wait_for, args=(lambda: bool(true), None), daemon=True)
    waiter.start()
    wake.notify()  # nothing is true yet: the waiter looks and goes on waiting
    assert waiter.is_alive()
    true.append(1)
    wake.notify()
    waiter.join(PATIENCE_S)
    assert not waiter.is_alive()


def test_one_notification_wakes_every_waiter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeup, "_LOOK_S", 10 * PATIENCE_S)
    wake, true = Wakeup(), []
    waiters = [
        threading.Thread(target=wake.wait_for, args=(lambda: bool(true), None), daemon=True)
        for _ in range(20)
    ]
    for waiter in waiters:
        waiter.start()
    true.append(1)
    wake.notify()
    deadline = time.monotonic() + PATIENCE_S
    for waiter in waiters:
        waiter.join(max(0.0, deadline - time.monotonic()))
    assert not any(waiter.is_alive() for waiter in waiters)


def test_what_is_true_is_not_waited_for() -> None:
    assert Wakeup().wait_for(lambda: True, 0)


def test_a_wait_ends_at_its_timeout() -> None:
    assert not Wakeup().wait_for(lambda: False, 0.01)
    assert not Wakeup().wait_for(lambda: False, 0)


def test_notifications_do_not_pile_up() -> None:
    wake = Wakeup()
    for _ in range(1_000):
        wake.notify()
    assert wake._notified.qsize() == 1


def test_a_notification_that_is_lost_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeup, "_LOOK_S", 0.001)
    wake, true = Wakeup(), []
    waiter = threading.Thread(target=wake.wait_for, args=(lambda: bool(true), None), daemon=True)
    waiter.start()
    true.append(1)  # and nobody notifies
    waiter.join(PATIENCE_S)
    assert not waiter.is_alive()
