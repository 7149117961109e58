"""Faults by the thousand: clients that leave, kills, rivals, damaged models, idle crowds.

Not among the default tests: `make chaos`. CHAOS_N divides the counts, e.g. 10 for a tenth.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from support import toy
from support.daemon.conversation import Conversation
from support.daemon.forked import ForkedDaemon, Loaded
from support.daemon.hearing import hear
from support.daemon.homes import speaking, toy_home
from support.daemon.mixed_load import at_rest_mb, rss_mb
from support.daemon.process import DaemonProcess, wait_until
from support.daemon.program import Program
from support.figures import figure, percentile
from support.hostile import damaged_homes
from support.loop import bind_race

from kokorod.speech.phonemes.espeak import Espeak
from kokorod.speech.phonemes.espeak_process import EspeakProcess

DIVISOR = int(os.environ.get("CHAOS_N", "1"))
SEED = int(os.environ.get("CHAOS_SEED", "17"))

DISCONNECTS = 10_000 // DIVISOR
KILLS = 1_000 // DIVISOR
STARTS = 2_000 // DIVISOR
ROUNDS = 200 // DIVISOR
IDLE = 1_000 // DIVISOR
SENTENCES = 1_000 // DIVISOR
STOPPED_S = 600 // DIVISOR

SAID = "ˈOnli ðˈɪs ɪz hˈɜɹd."
LONG = " ".join(["ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˈOvəɹ ðə lˈAzi dˈɔɡ, ænd slˈips."] * 20)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[DaemonProcess]:
    with speaking(toy_home(tmp_path)) as made:
        wait_until(lambda: made.ask("status")["startup"]["phase"] in ("", "ready"), "rest", 120)
        yield made


def process_of(daemon: DaemonProcess) -> psutil.Process:
    assert daemon.process is not None
    return psutil.Process(daemon.process.pid)


def busy_share(process: psutil.Process, seconds: float = 10.0) -> float:
    """Of a processor, by the process alone."""
    used, began = process.cpu_times(), time.monotonic()
    time.sleep(seconds)
    now, took = process.cpu_times(), time.monotonic() - began
    return (now.user + now.system - used.user - used.system) / took


def speaks(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        hear(conversation.said(1, SAID, phonemes=True, cache=False), SAID)


@pytest.mark.timeout(3600)
def test_clients_that_leave_while_they_are_spoken_to(daemon: DaemonProcess) -> None:
    source = random.Random(SEED)
    process = process_of(daemon)
    speaks(daemon)
    before = process.num_fds(), process.num_threads()
    free: list[float] = []
    for number in range(DISCONNECTS):
        with Conversation(daemon.socket) as conversation:
            conversation.speak(1, LONG, phonemes=True, cache=False)
            if source.random() < 0.8:
                conversation.first_audio(1)
        if number % 20 == 0:
            began = time.monotonic()
            wait_until(lambda: daemon.ask("status")["requests"]["active"] == 0, "a free lane")
            free.append(time.monotonic() - began)
    wait_until(lambda: daemon.ask("status")["clients"] == 1, "all to be gone")
    speaks(daemon)
    print(f"figure: clients that left in the middle: {DISCONNECTS}")
    figure("lane free after, p99", percentile(free, 99) * 1000, "ms", 120, timed=True)
    figure("descriptors more", process.num_fds() - before[0], "", 2)
    figure("threads more", process.num_threads() - before[1], "", 2)


@pytest.mark.timeout(3600)
def test_killed_at_any_time_the_next_start_binds_and_speaks(tmp_path: Path) -> None:
    source = random.Random(SEED)
    daemon = DaemonProcess(toy_home(tmp_path))
    try:
        for number in range(KILLS):
            daemon.start()
            time.sleep(source.uniform(0, 2.2))
            daemon.stop(signal.SIGKILL)
            if number % 50 == 0:
                daemon.start().wait_ready()
                assert daemon.ask("status")["engine"] == "kokoro", daemon.log[-3_000:]
                speaks(daemon)
                daemon.stop(signal.SIGKILL)
        daemon.start().wait_ready()
        wait_until(lambda: daemon.ask("status")["startup"]["phase"] in ("", "ready"), "rest", 120)
        assert daemon.stop() == 0
        assert "Traceback" not in daemon.log
        being_written = (".tmp-*", "*.part", "espeak-*")
        assert [path for what in being_written for path in daemon.home.rglob(what)] == []
        print(f"figure: kills, after each of which it started and bound: {KILLS}")
    finally:
        daemon.clean_up()


@pytest.mark.timeout(3600)
def test_of_eight_rivals_one_owns_the_socket(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    folder.mkdir(mode=0o700)
    ended = subprocess.run(
        [sys.executable, bind_race.__file__, str(folder / "s"), "8", str(ROUNDS)],
        capture_output=True,
        text=True,
        check=True,
    )
    rounds = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(rounds) == ROUNDS
    print(f"figure: rounds of 8 rivals, each with one owner: {ROUNDS}")
    for said in rounds:
        assert sum("listens" in each for each in said) == 1, said


@pytest.mark.timeout(6 * 3600)
def test_no_damaged_model_makes_a_crash_loop(tmp_path: Path) -> None:
    """Whatever is in the store: the daemon is ready, twice in a row, and ends as it is told.

    One home in twenty is started from exec on, the others are forked: see forked.py. One in four
    is asked for a text too.
    """
    engines: Counter[str] = Counter()
    with Loaded() as loaded:
        for number, home in enumerate(damaged_homes(tmp_path, random.Random(SEED), STARTS // 2)):
            daemon = ForkedDaemon(home, loaded) if number % 20 else DaemonProcess(home)
            try:
                for turn in range(2):
                    daemon.start().wait_ready()
                    if turn == 1 and number % 4 == 0:
                        speaks_or_says_why(daemon)
                    engines[daemon.ask("status")["engine"]] += 1
                    assert daemon.stop() == 0, daemon.log[-3_000:]
                assert "Traceback" not in daemon.log, daemon.log[-3_000:]
            finally:
                daemon.clean_up()
            if number % 50 == 49:
                print(f"{2 * number + 2} starts: {dict(engines)}", flush=True)
    print(f"figure: starts with damaged models: {engines.total()}, by engine: {dict(engines)}")


def speaks_or_says_why(daemon: DaemonProcess) -> None:
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, "Here I am.", cache=False)
        end = conversation.end_of(1)
        assert end["type"] == "done" or end["code"] == "engine_failed", end


@pytest.mark.timeout(1800)
def test_a_thousand_that_ask_for_nothing_cost_nothing(daemon: DaemonProcess) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = IDLE + 200
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    process = process_of(daemon)
    speaks(daemon)
    before = at_rest_mb(process)
    with ExitStack() as stack:
        # One asks, and one place is kept for it.
        for _ in range(IDLE - 2):
            sock = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            sock.connect(str(daemon.socket))
        wait_until(lambda: daemon.ask("status")["clients"] >= IDLE - 1, "all to be in")
        grown = rss_mb(process) - before
        busy = min(busy_share(process) for _ in range(4))  # a warm-up may be among them
        waits = []
        for _ in range(200):
            asked = time.monotonic()
            daemon.ask("status")
            waits.append(time.monotonic() - asked)
        figure(f"growth with {IDLE} idle connections", grown, "MB", 5)
        figure("the processor while they idle", busy * 100, "%", 0.5)
        figure("status, p99", percentile(waits, 99) * 1000, "ms", 10, timed=True)
        speaks(daemon)
    wait_until(lambda: daemon.ask("status")["clients"] == 1, "all to be gone")


def test_the_toy_is_what_is_damaged(tmp_path: Path) -> None:
    """Else the tests above would have nothing to find."""
    homes = damaged_homes(tmp_path, random.Random(1), 1)
    model = next(homes) / "models" / "toy"
    whole = toy.build(tmp_path / "whole.onnx"), toy.write_voices(tmp_path / "whole.bin")
    damaged = model / "model.onnx", model / "voices.bin"
    pairs = zip(damaged, whole, strict=True)
    assert any(one.read_bytes() != other.read_bytes() for one, other in pairs)
    homes.close()


def test_what_a_sentence_pays_for_espeak_in_a_process_of_its_own(tmp_path: Path) -> None:
    """Beside the library in this process, in turns: a sentence is one question or a few."""
    words = "le chat noir dort sur le toit de la vieille maison grise".split()
    process = EspeakProcess(tmp_path / "espeak")
    here, there = Espeak(), Espeak(library=process)
    took: dict[Espeak, list[float]] = {here: [], there: []}
    try:
        for number in range(SENTENCES + 20):
            for espeak in (here, there):
                began = time.perf_counter()
                assert len(espeak.words(words, "fr")) == len(words)
                if number >= 20:
                    took[espeak].append((time.perf_counter() - began) * 1000)
    finally:
        process._isolated.close()
    alone, asked = percentile(took[here], 50), percentile(took[there], 50)
    print(f"figure: a sentence by the library {alone:.2f} ms, by the process {asked:.2f} ms")
    figure("more for a sentence", asked - alone, "ms", 0.5, timed=True)


@pytest.mark.timeout(STOPPED_S + 300)
def test_who_is_stopped_for_ten_minutes_has_timed_nobody_out(daemon: DaemonProcess) -> None:
    """One client is heard at the speaker, one waits there, one still writes its text."""
    assert daemon.process is not None
    with ExitStack() as stack:
        heard, waits, writes = (stack.enter_context(Program(daemon.socket)) for _ in range(3))
        assert heard.say(1, priority="message") == "play"
        heard.rendered(1)
        assert waits.say(1, priority="message") == "wait"
        writes.speak(1, SAID, phonemes=True, cache=False, final=False)
        writes.until(lambda a: a["type"] == "accepted")
        daemon.process.send_signal(signal.SIGSTOP)
        try:
            time.sleep(STOPPED_S)
            heard.send("played", 1, at_s=heard.rendered(1), final=True)
            writes.send("append", 1, text="", final=True)
        finally:
            daemon.process.send_signal(signal.SIGCONT)
        assert heard.ending(1) == "finished"
        assert waits.turn(1) == "play"
        assert waits.hear_out(1)["type"] == "done"
        assert waits.ending(1) == "finished"
        assert writes.end_of(1)["type"] == "done"
        hear(writes.pcm(1), SAID)
    print(f"figure: seconds it was stopped, and nobody was given up: {STOPPED_S}")
