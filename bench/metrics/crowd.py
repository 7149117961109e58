"""Many clients at once, of whom each must hear all of its own words and no other.

On the toy model, whose speech a program can hear (tests/support/toy): it shows what
scheduling, joins and the wire lose or double. Its speed says nothing.
"""

from __future__ import annotations

import random
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from bench import toy
from bench.metric import Metric, at_most
from bench.speaker import VOICE
from bench.stage import Stage
from bench.systems.kokorod import Kokorod, pcm_of
from kokoro_client import Audio, KokoroError
from kokorod.commands.bench.hearing import NothingHeardError

#: Phonemes of a request: from one short segment to several with joins between them.
_FEWEST: Final = 6
_MOST: Final = 400

#: 320 requests of the toy take seconds; a client that waits longer has found a bug.
_ALL_S: Final = 600.0

#: In results; the first are enough to go and look.
_MOST_SHOWN: Final = 20


@dataclass(slots=True)
class Tally:
    """Of one client."""

    heard: int = 0  # tokens
    mistakes: list[str] = field(default_factory=list)


def measure(stage: Stage) -> list[Metric]:
    effort = stage.effort
    stage.note(f"{effort.clients} clients, {effort.requests} requests each, on the toy model")
    seeds = [stage.random.randrange(2**31) for _ in range(effort.clients)]
    tallies = [Tally() for _ in seeds]
    with tempfile.TemporaryDirectory() as folder:
        daemon = Kokorod(toy.build(Path(folder)))
        try:
            threads = [
                threading.Thread(
                    target=_talk,
                    args=(daemon, random.Random(seed), effort.requests, tally),
                    name=f"client-{number}",
                    daemon=True,
                )
                for number, (seed, tally) in enumerate(zip(seeds, tallies, strict=True))
            ]
            for thread in threads:
                thread.start()
            for thread, tally in zip(threads, tallies, strict=True):
                thread.join(_ALL_S)
                if thread.is_alive():
                    tally.mistakes.append(f"still waiting after {_ALL_S:g} s")
        finally:
            daemon.close()
    heard = sum(tally.heard for tally in tallies)
    if not heard:
        raise NothingHeardError("no client heard anything")
    mistakes = [line for tally in tallies for line in tally.mistakes]
    return [
        Metric(
            name=f"{effort.clients} clients x {effort.requests}: errors, lost or doubled tokens",
            unit="",
            value=float(len(mistakes)),
            asked=(at_most(0),),
            samples={"mistakes by client": [float(len(tally.mistakes)) for tally in tallies]},
            note="; ".join([f"{heard:,} tokens heard", *mistakes[:3]]),
            details={"tokens_heard": heard, "mistakes": mistakes[:_MOST_SHOWN]},
        )
    ]


def _talk(daemon: Kokorod, draw: random.Random, requests: int, tally: Tally) -> None:
    """What one client does: ask, listen, compare, again."""
    from support.toy import decode, tokens_of

    with daemon.connect() as client:
        for number in range(requests):
            wanted = toy.phonemes(draw, draw.randint(_FEWEST, _MOST))
            try:
                speech = client.speak(wanted, voice=VOICE, phonemes=True, cache=False)
                pcm = [pcm_of(event) for event in speech.events() if isinstance(event, Audio)]
            except KokoroError as error:
                tally.mistakes.append(f"request {number}: {error}")
                continue
            heard = decode(np.concatenate(pcm)) if pcm else decode(np.zeros(0, np.int16))
            tally.heard += len(heard.tokens)
            wrong = heard.mistakes(tokens_of(wanted))
            tally.mistakes += [f"request {number}: {line}" for line in wrong]
