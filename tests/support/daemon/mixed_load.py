"""Clients that do whatever clients can, at once and in any order, and hear what they are told.

Owns:       threads, a client each, until it is told to end.
Invariants: each text that is spoken whole is decoded and held against what was asked for.
"""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections import Counter
from typing import Any

import psutil

from kokoro_client import errors

from .conversation import Conversation, frame, raw_frame
from .hearing import hear
from .process import DaemonProcess, wait_until
from .texts import phonemes

CLIENTS = 8

#: Who is less important waits behind all others, on a machine that may do other work.
PATIENT_S = 240.0

#: What a client that waits for sound may get.
HEARD = ("audio", "done", "error")


class MixedLoad:
    """Clients that do one thing after another until they are told to stop."""

    def __init__(self, daemon: DaemonProcess, seed: int, *, deadly: bool) -> None:
        """deadly: the daemon is killed now and then, so that a lost connection is no failure."""
        self.daemon = daemon
        self.deadly = deadly
        self.seed = seed
        self.over = threading.Event()
        self.done: Counter[str] = Counter()
        self.failures: list[str] = []

    def run_client(self, number: int) -> None:
        source = random.Random(self.seed * 100 + number)
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

    def connected(self) -> Conversation:
        conversation = Conversation(self.daemon.socket)
        conversation.sock.settimeout(PATIENT_S)
        return conversation

    def speak(self, source: random.Random) -> None:
        text = phonemes(source, source.choice([1, 1, 2, 8]))
        with self.connected() as conversation:
            conversation.speak(
                1,
                text,
                phonemes=True,
                cache=source.random() < 0.5,
                priority=source.choice(["important", "text", "progress"]),
            )
            end = conversation.end_of(1)
            self.hear_out(conversation, end, text)

    def hear_out(self, conversation: Conversation, end: dict[str, Any], text: str) -> None:
        if end["type"] == "error":
            assert end["code"] in ("busy", "shutting_down"), end
            self.done["busy"] += 1
            return
        hear(conversation.pcm(1), text, hindered=self.deadly)
        self.done["heard"] += 1

    def cancel(self, source: random.Random) -> None:
        with self.connected() as conversation:
            for id in range(source.randint(1, 4)):
                conversation.speak(id, phonemes(source, 20), phonemes=True, cache=False)
                if source.random() < 0.5:
                    # Or it is refused: others may have taken every place there is.
                    conversation.until(lambda a, id=id: a.get("id") == id and a["type"] in HEARD)
                conversation.send("cancel", id)
                conversation.end_of(id)

    def die(self, source: random.Random) -> None:
        with self.connected() as conversation:
            for id in range(source.randint(1, 5)):
                conversation.speak(id, phonemes(source, 10), phonemes=True)
            if source.random() < 0.5:
                conversation.next()

    def stall(self, source: random.Random) -> None:
        text = phonemes(source, 40)
        with self.connected() as conversation:
            conversation.speak(1, text, phonemes=True, cache=False)
            conversation.next()
            self.over.wait(source.uniform(0, 3))
            if source.random() < 0.5:
                conversation.end_of(1)

    def write_slowly(self, source: random.Random) -> None:
        text = phonemes(source, 3)
        with self.connected() as conversation:
            conversation.send("speak", 1, text="", phonemes=True, final=False)
            for word in text.split(" "):
                conversation.send("append", 1, text=f"{word} ")
                if source.random() < 0.2:
                    self.over.wait(0.02)
            conversation.send("append", 1, text="", final=True)
            end = conversation.end_of(1)
            self.hear_out(conversation, end, text)

    def send_nonsense(self, source: random.Random) -> None:
        with self.connected() as conversation:
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
        with self.connected() as conversation:
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
        with self.connected() as conversation:
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
                thread.join(2 * PATIENT_S)
        assert not self.failures, f"seed {self.seed}: {self.failures[0]}"
        assert not any(thread.is_alive() for thread in threads)
        assert self.done["speak"] > 0, self.done

    def watch(self, until: float) -> None:
        while time.monotonic() < until and not self.over.wait(0.2):
            assert self.daemon.alive, self.daemon.log[-3_000:]


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


def at_rest_mb(process: psutil.Process) -> float:
    """The resident memory once it has stayed as it is for two seconds; or that of half a minute
    later: a warm-up may be under way.
    """
    sizes = [rss_mb(process)]
    while len(sizes) < 60 and sizes[-5:] != [sizes[-1]] * 5:
        time.sleep(0.5)
        sizes.append(rss_mb(process))
    return sizes[-1]
