"""Minutes of whatever can happen to a daemon, at once and in any order.

Not among the default tests: `make chaos`. CHAOS_S is how long, in seconds; CHAOS_SEED
repeats a run (as far as threads let it).
"""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest
from support.daemon.conversation import Conversation
from support.daemon.hearing import hear
from support.daemon.homes import toy_home
from support.daemon.mixed_load import MixedLoad, calm, rss_mb
from support.daemon.process import PATIENCE_S, DaemonProcess
from support.daemon.texts import phonemes

CHAOS_S = float(os.environ.get("CHAOS_S", "120"))
SEED = int(os.environ.get("CHAOS_SEED", str(random.SystemRandom().randrange(10**6))))

#: What the daemon may grow by, after a first part in which it learns its size. A reader
#: that stalls holds 1.5 MB; eight of them, and what the allocator keeps.
GROWTH_MB = 60.0


class DeadlyLoad(MixedLoad):
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


@pytest.mark.timeout(CHAOS_S * 2 + 300)
def test_nothing_grows_under_everything_at_once(tmp_path: Path) -> None:
    daemon = DaemonProcess(toy_home(tmp_path, cost=20))
    try:
        daemon.start().wait_ready()
        process = calm(daemon)
        descriptors, threads = process.num_fds(), process.num_threads()
        MixedLoad(daemon, SEED, deadly=False).run(CHAOS_S / 3)
        first_mb = rss_mb(calm(daemon))
        MixedLoad(daemon, SEED, deadly=False).run(CHAOS_S / 3)
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
        DeadlyLoad(daemon, SEED, deadly=True).run(CHAOS_S / 3)
        text = phonemes(random.Random(1), 2)
        with Conversation(daemon.socket) as conversation:
            hear(conversation.said(1, text, phonemes=True), text)
        calm(daemon)
        assert "Traceback" not in daemon.log
        assert daemon.stop() == 0
        assert not daemon.socket.exists()
    finally:
        daemon.clean_up()
