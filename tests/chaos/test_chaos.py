"""Minutes of whatever can happen to a daemon, at once and in any order.

Not among the default tests: `make chaos`. CHAOS_S is how long, in seconds; CHAOS_SEED
repeats a run (as far as threads let it).
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

import psutil
import pytest
from support.daemon.conversation import Conversation, frame, raw_frame
from support.daemon.hearing import hear
from support.daemon.homes import toy_home
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until
from support.daemon.texts import phonemes

from kokoro_client import errors

CHAOS_S = float(os.environ.get("CHAOS_S", "120"))
SEED = int(os.environ.get("CHAOS_SEED", str(random.SystemRandom().randrange(10**6))))

#: What the daemon may grow by, after a first part in which it learns its size. A reader
#: that stalls holds 1.5 MB; eight of them, and what the allocator keeps.
GROWTH_MB = 60.0

CLIENTS = 8

#: What a client that waits for sound may get.
HEARD = ("audio", "done", "error")


class Chaos:
    """Clients that do one thing after another until they are told to stop."""

    def __init__(self, daemon: DaemonProcess, deadly: bool) -> None:
        """deadly: the daemon is killed now and then, so that a lost connection is no failure."""
        self.daemon = daemon
        self.deadly = deadly
        self.over = threading.Event()
        self.done: Counter[str] = Counter()
        self.failures: list[str] = []

    def run_client(self, number: int) -> None:
        source = random.Random(SEED * 100 + number)
        acts = [
            self.speak,
            self.speak,
            self.speak,
            self.cancel,
            self.die,
            self.stall,
            self.write_slowly,
            self.send_nonsense,
            self.burst,
            self.half_close,
            self.ask,
        ]
        while not self.over.is_set():
            act = source.choice(acts)
            try:
                act(source)
                self.done[act.__name__] += 1
            except (OSError, errors.KokoroError) as error:
                if not self.deadly:
                    self.fail(f"{act.__name__}: {error!r}")
                    return
                self.over.wait(0.05)
            except AssertionError as error:
                # A connection that was lost in the middle shows as an answer that is missing.
                if not (self.deadly and "closed; the last answers" in str(error)):
                    # What `hear` asks says nothing of itself.
                    self.fail(f"{act.__name__}: {error}\n{traceback.format_exc(limit=-2)}")
                    return

    def fail(self, why: str) -> None:
        self.failures.append(why[:2_000])
        self.over.set()

    # -- what clients do

    def speak(self, source: random.Random) -> None:
        text = phonemes(source, source.choice([1, 1, 2, 8]))
        with Conversation(self.daemon.socket) as conversation:
            conversation.speak(
                1,
                text,
                phonemes=True,
                cache=source.random() < 0.5,
                priority=source.choice(["important", "text", "progress"]),
            )
            end = conversation.end_of(1)
            if end["type"] == "error":
                assert end["code"] in ("busy", "shutting_down"), end
                return
            hear(conversation.pcm(1), text, hindered=self.deadly)

    def cancel(self, source: random.Random) -> None:
        with Conversation(self.daemon.socket) as conversation:
            for id in range(source.randint(1, 4)):
                conversation.speak(id, phonemes(source, 20), phonemes=True, cache=False)
                if source.random() < 0.5:
                    # Or it is refused: others may have taken every place there is.
                    conversation.until(lambda a, id=id: a.get("id") == id and a["type"] in HEARD)
                conversation.send("cancel", id)
                conversation.end_of(id)

    def die(self, source: random.Random) -> None:
        with Conversation(self.daemon.socket) as conversation:
            for id in range(source.randint(1, 5)):
                conversation.speak(id, phonemes(source, 10), phonemes=True)
            if source.random() < 0.5:
                conversation.next()

    def stall(self, source: random.Random) -> None:
        text = phonemes(source, 40)
        with Conversation(self.daemon.socket) as conversation:
            conversation.speak(1, text, phonemes=True, cache=False)
            conversation.next()
            self.over.wait(source.uniform(0, 3))
            if source.random() < 0.5:
                conversation.end_of(1)

    def write_slowly(self, source: random.Random) -> None:
        text = phonemes(source, 3)
        with Conversation(self.daemon.socket) as conversation:
            conversation.send("speak", 1, text="", phonemes=True, final=False)
            for word in text.split(" "):
                conversation.send("append", 1, text=f"{word} ")
                if source.random() < 0.2:
                    self.over.wait(0.02)
            conversation.send("append", 1, text="", final=True)
            end = conversation.end_of(1)
            if end["type"] == "done":
                hear(conversation.pcm(1), text, hindered=self.deadly)

    def send_nonsense(self, source: random.Random) -> None:
        with Conversation(self.daemon.socket) as conversation:
            conversation.send_bytes(
                source.choice(
                    [
                        source.randbytes(source.randint(1, 5_000)),
                        raw_frame(source.randbytes(source.randint(0, 500))),
                        b"\xff\xff\xff\xff",
                        frame({"type": "speak", "id": 1, "text": 1}),
                    ]
                )
            )
            conversation.end_of_input()
            conversation.rest()

    def burst(self, source: random.Random) -> None:
        with Conversation(self.daemon.socket) as conversation:
            count = source.randint(50, 400)
            requests = [
                {"type": "status", "id": id}
                if source.random() < 0.8
                else {"type": "speak", "id": id, "text": "a b.", "phonemes": True}
                for id in range(count)
            ]
            conversation.send_bytes(b"".join(frame(request) for request in requests))
            for id in range(count):
                conversation.end_of(id)

    def half_close(self, source: random.Random) -> None:
        with Conversation(self.daemon.socket) as conversation:
            conversation.speak(1, phonemes(source, 2), phonemes=True)
            conversation.end_of_input()
            conversation.end_of(1)
            conversation.rest()

    def ask(self, source: random.Random) -> None:
        self.daemon.ask(source.choice(["status", "voices", "metrics", "reload"]))

    # -- running

    def run(self, seconds: float) -> None:
        threads = [
            threading.Thread(target=self.run_client, args=(number,), name=f"client-{number}")
            for number in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        try:
            self.watch(time.monotonic() + seconds)
        finally:
            self.over.set()
            for thread in threads:
                thread.join(2 * PATIENCE_S)
        assert not self.failures, f"CHAOS_SEED={SEED}: {self.failures[0]}"
        assert not any(thread.is_alive() for thread in threads)
        assert self.done["speak"] > 0, self.done

    def watch(self, until: float) -> None:
        while time.monotonic() < until and not self.over.wait(0.2):
            assert self.daemon.alive, self.daemon.log[-3_000:]


class DeadlyChaos(Chaos):
    """The daemon too is killed, stopped, told to end, and started again."""

    def watch(self, until: float) -> None:
        source = random.Random(SEED)
        process = self.daemon.process
        while time.monotonic() < until and not self.over.wait(source.uniform(0.3, 4)):
            process = self.daemon.process
            assert process is not None
            number = source.choice(
                [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGSTOP, signal.SIGINT]
            )
            process.send_signal(number)
            if number == signal.SIGSTOP:
                self.over.wait(source.uniform(0, 1))
                process.send_signal(signal.SIGCONT)
            elif number != signal.SIGHUP:
                assert process.wait(PATIENCE_S) == (-9 if number == signal.SIGKILL else 0)
                self.daemon.start().wait_ready()


def calm(daemon: DaemonProcess) -> psutil.Process:
    """The process, once nobody wants anything of it any more."""

    def quiet() -> bool:
        status = daemon.ask("status")
        busy = any(lane["state"] == "busy" for lane in status["lanes"])
        return not busy and status["requests"]["active"] == 0 and status["clients"] == 1

    wait_until(quiet, "calm")
    assert daemon.process is not None
    return psutil.Process(daemon.process.pid)


def rss_mb(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 2**20


@pytest.mark.timeout(CHAOS_S * 2 + 300)
def test_nothing_grows_under_everything_at_once(tmp_path: Path) -> None:
    daemon = DaemonProcess(toy_home(tmp_path, cost=20))
    try:
        daemon.start().wait_ready()
        process = calm(daemon)
        descriptors, threads = process.num_fds(), process.num_threads()
        Chaos(daemon, deadly=False).run(CHAOS_S / 3)
        first_mb = rss_mb(calm(daemon))
        Chaos(daemon, deadly=False).run(CHAOS_S / 3)
        process = calm(daemon)
        assert rss_mb(process) <= first_mb + GROWTH_MB
        assert process.num_fds() <= descriptors + 4
        assert process.num_threads() <= threads + 4
        assert "Traceback" not in daemon.log
        assert daemon.stop() == 0
    finally:
        daemon.clean_up()


@pytest.mark.timeout(CHAOS_S * 2 + 300)
def test_it_comes_back_from_whatever_is_done_to_it(tmp_path: Path) -> None:
    daemon = DaemonProcess(toy_home(tmp_path, cost=20))
    try:
        daemon.start().wait_ready()
        DeadlyChaos(daemon, deadly=True).run(CHAOS_S / 3)
        text = phonemes(random.Random(1), 2)
        with Conversation(daemon.socket) as conversation:
            hear(conversation.said(1, text, phonemes=True), text)
        calm(daemon)
        assert "Traceback" not in daemon.log
        assert daemon.stop() == 0
        assert not daemon.socket.exists()
    finally:
        daemon.clean_up()
