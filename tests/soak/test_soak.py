"""Half an hour of all that clients do, decoded: nothing is lost, refused wrongly, or grows.

Not among the default tests: `make soak`. SOAK_S is how long, in seconds; SOAK_SEED repeats a run
(as far as threads let it).
"""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest
from support.daemon.conversation import Conversation
from support.daemon.homes import speaking, toy_home
from support.daemon.mixed_load import MixedLoad, at_rest_mb, calm
from support.daemon.process import DaemonProcess
from support.daemon.texts import phonemes
from support.figures import figure

from bench.metrics.memory import growth_percent

SOAK_S = float(os.environ.get("SOAK_S", "1800"))
SEED = int(os.environ.get("SOAK_SEED", str(random.SystemRandom().randrange(10**6))))

#: After each the daemon is looked at, at rest. The first quarter is warming up.
ROUNDS = 40

#: Phrases are kept on purpose: what is measured begins when as many are as may be, so that it is
#: not the cache that grows. A small one, else filling it takes longer than the rest.
SETTINGS = {"KOKORO_PHRASE_CACHE_MB": "1"}

#: Of the cache's capacity: what is left is smaller than a phrase.
FULL = 0.9

#: Of the line through the last three quarters.
MOST_GROWTH = 2.0  # %


@pytest.mark.timeout(SOAK_S * 2 + 300)
def test_half_an_hour_of_everything_loses_nothing_and_grows_by_nothing(tmp_path: Path) -> None:
    done: Counter[str] = Counter()
    sizes: list[float] = []
    descriptors: list[int] = []
    threads: list[int] = []
    with speaking(toy_home(tmp_path), SETTINGS) as daemon:
        fill_phrase_cache(daemon)
        for number in range(ROUNDS):
            load = MixedLoad(daemon, SEED * ROUNDS + number, deadly=False)
            load.run(SOAK_S / ROUNDS)
            done += load.done
            process = calm(daemon)
            # What a lane's last runs took is given back a moment after they ended.
            sizes.append(at_rest_mb(process))
            descriptors.append(process.num_fds())
            threads.append(process.num_threads())
            print(
                f"{number}: {sizes[-1]:.1f} MB, {descriptors[-1]} descriptors, "
                f"{threads[-1]} threads, {done['heard']} texts heard",
                flush=True,
            )
        status = daemon.ask("status")
        log = daemon.log
    warm = ROUNDS // 4
    print(dict(done))
    assert done["heard"] > SOAK_S / 10
    assert status["contained"] == 0, log[-3_000:]
    assert "Traceback" not in log
    print(f"figure: texts decoded, none with a token lost: {done['heard']}")
    for what, counts in (("descriptors", descriptors), ("threads", threads)):
        more = max(counts[warm:]) - max(counts[:warm])
        figure(f"more {what} than in the first quarter", more, "", 0)
    cache = status["phrase_cache"]
    assert cache["mb"] >= FULL * cache["capacity_mb"], cache
    figure(f"growth of {sizes[warm]:.1f} MB", growth_percent(sizes), "%", MOST_GROWTH)


def fill_phrase_cache(daemon: DaemonProcess) -> None:
    source = random.Random(SEED)
    with Conversation(daemon.socket) as conversation:
        for id in range(1, 1_000):
            cache = daemon.ask("status")["phrase_cache"]
            if cache["mb"] >= FULL * cache["capacity_mb"]:
                return
            conversation.said(id, phonemes(source, 1), phonemes=True)
    raise AssertionError(f"the phrase cache is never full: {cache}")
