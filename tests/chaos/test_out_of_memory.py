"""MemoryError at any call of the daemon's own functions, on any of its threads.

Not among the default tests: `make chaos`. CHAOS_N divides the count; CHAOS_SEED repeats a run as
far as threads let it.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from support.daemon.conversation import Conversation
from support.daemon.hearing import hear
from support.daemon.homes import toy_home
from support.daemon.process import DaemonProcess, wait_until

from kokoro_client.errors import ConnectionLostError, NoDaemonError

DIVISOR = int(os.environ.get("CHAOS_N", "1"))
SEED = int(os.environ.get("CHAOS_SEED", "17"))

ERRORS = 500 // DIVISOR

#: Calls of the daemon's functions that one round of `ask_for_everything` makes, about.
CALLS = 4_000

SAID = "ˈOnli ðˈɪs ɪz hˈɜɹd."

#: Run before a daemon: a line N at the FIFO, and the N-th call of a function of the daemon raises,
#: whichever thread makes it. What contains an error is left alone, else it is never contained.
_FAILING = """
import os, sys, threading
from kokorod import worker
from kokorod.net import loop

left = 0
SPARED = ("/safety/faults.py", "/watch/containment.py", "/watch/log.py", "/watch/watchdog.py")

def trace(frame, event, argument):
    global left
    if left and event == "call":
        name = frame.f_code.co_filename
        if "/kokorod/" in name and not name.endswith(SPARED):
            left -= 1
            if not left:
                raise MemoryError("my secret")

def traced(owner, name):
    real = getattr(owner, name)
    def call(*arguments, **named):
        if sys.gettrace() is None:  # it ends with what it raises
            sys.settrace(trace)
        return real(*arguments, **named)
    setattr(owner, name, call)

traced(loop.Loop, "_call")
traced(worker.Worker, "_next")

def listen():
    global left
    with os.fdopen(os.open({fifo!r}, os.O_RDWR)) as fifo:  # so that there is always a writer
        for line in fifo:
            left = int(line)
            with open({taken!r}, "a") as taken:
                taken.write(line)

threading.Thread(target=listen, daemon=True).start()
"""

#: What may end the process: a decision left half done, and the loop itself.
_DECIDES = re.compile(
    r"trace line=\"?(schedule/|perform\.py:\d+ in (perform|_step_over)|net/loop\.py:\d+ in "
    r"(turn|run|_run_timers))"
    r"|crashed why=\"?BrokenInvariantError"
    r"|ended by a bug: MemoryError < <string>:\d+ in trace < net/loop\.py"
)


def ask_for_everything(daemon: DaemonProcess) -> Counter[str]:
    """How each request ended; a connection may end instead."""
    ends: Counter[str] = Counter()
    try:
        with Conversation(daemon.socket) as conversation:
            conversation.speak(1, "It was late. Nobody came.", cache=False)
            conversation.speak(2, "And then, ", final=False)
            conversation.send("append", 2, text="after a while, somebody did.", final=True)
            conversation.speak(3, SAID, phonemes=True, cache=False)
            conversation.send("cancel", 3)
            for id, kind in enumerate(("status", "voices", "metrics", "queue", "reload"), 4):
                conversation.send(kind, id)
            for id in range(1, 9):
                end = conversation.end_of(id)
                ends[str(end.get("code", end["type"]))] += 1
    except TimeoutError:
        raise
    except OSError:
        ends["closed"] += 1
    except AssertionError as error:
        if "closed; the last answers" not in str(error):
            raise
        ends["closed"] += 1
    return ends


class Orders:
    """Owns the FIFO at which the daemon is told when to raise, and the file of what it has read."""

    def __init__(self, folder: Path) -> None:
        self._fifo = folder / "fifo"
        self._taken = folder / "taken"
        os.mkfifo(self._fifo)
        self._taken.touch()
        self.before = _FAILING.format(fifo=str(self._fifo), taken=str(self._taken))

    def give(self, daemon: DaemonProcess, after: int) -> None:
        """An error after so many calls, 0: none; in force when this returns, or nobody reads."""
        known = self._taken.stat().st_size
        try:
            descriptor = os.open(self._fifo, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return  # the daemon has ended
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{after}\n")
        wait_until(
            lambda: self._taken.stat().st_size > known or not daemon.alive, "the order to be read"
        )


def settled(daemon: DaemonProcess) -> bool:
    """Nothing is in flight and nobody connected, or the daemon has ended."""
    if not daemon.alive:
        return True
    try:
        status = daemon.ask("status")
    except (ConnectionLostError, NoDaemonError):  # the error is still to come, or has just
        return False
    return bool(status["requests"]["active"] == 0 and status["clients"] == 1)


def told_why(daemon: DaemonProcess, began: int) -> bool:
    return _DECIDES.search(daemon.log[began:]) is not None


@pytest.mark.timeout(3600)
def test_it_ends_a_request_and_not_the_daemon(tmp_path: Path) -> None:
    source = random.Random(SEED)
    orders = Orders(tmp_path)
    home = toy_home(tmp_path)
    ends: Counter[str] = Counter()
    daemon = DaemonProcess(home)
    # There a harmless bug ends it.
    del daemon.environ["KOKOROD_STRICT"]
    try:
        daemon.start_after(orders.before).wait_ready()
        for _ in range(ERRORS):
            began = len(daemon.log)
            orders.give(daemon, source.randrange(1, CALLS))
            try:
                ends += ask_for_everything(daemon)
            except TimeoutError:
                pytest.fail(f"after {dict(ends)} an answer is missing: {daemon.log[began:]}")
            orders.give(daemon, 0)
            try:
                wait_until(lambda: settled(daemon), "nothing to be left")
            except AssertionError:
                pytest.fail(f"after {dict(ends)} something is left: {daemon.log[began:]}")
            log = daemon.log[began:]
            if "secret" in log:
                pytest.fail(f"told: {log.split('secret')[0][-2_000:]}")
            if not daemon.alive:
                assert daemon.process is not None
                assert daemon.process.wait(60) == 1, log[-5_000:]
                wait_until(partial(told_why, daemon, began), "the reason in its log")
                ends["ended the process"] += 1
                daemon.start_after(orders.before).wait_ready()
            try:
                with Conversation(daemon.socket) as conversation:
                    hear(conversation.said(1, SAID, phonemes=True, cache=False), SAID)
            except TimeoutError:
                status = daemon.ask("status")
                pytest.fail(f"after {dict(ends)} nothing is said: {status} {daemon.log[began:]}")
        print(f"figure: MemoryErrors: {ERRORS}; {dict(ends)}, CHAOS_SEED={SEED}")
        assert daemon.stop() == 0
    finally:
        daemon.clean_up()
