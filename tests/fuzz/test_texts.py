"""Ten minutes of texts put together by chance, spoken by a daemon: it lives, and refuses none.

Not among the default tests: `make fuzz`. FUZZ_TEXTS_S is how long, in seconds; FUZZ_SEED repeats
a run.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from support.daemon.conversation import Conversation
from support.daemon.hearing import hear
from support.daemon.homes import speaking, toy_home
from support.fuzzing import LANGUAGES, kept_texts, some_document

from kokorod.types import Markup

TEXTS_S = float(os.environ.get("FUZZ_TEXTS_S", "600"))
SEED = int(os.environ.get("FUZZ_SEED", str(random.SystemRandom().randrange(10**6))))

#: Texts on a connection, which keeps the answers to them.
BATCH = 50

#: Need an extra that may not be installed.
MAY_BE_UNKNOWN = ("ja", "zh")

SAID = "ˈOnli ðˈɪs ɪz hˈɜɹd."


def speak(conversation: Conversation, id: int, text: str, lang: str, markup: Markup) -> str:
    conversation.speak(id, text, lang=lang, markup=markup, cache=False, speed=2.0)
    end = conversation.end_of(id)
    what = f"{text!r} in {lang}, {markup}; FUZZ_SEED={SEED}: {end}"
    if end["type"] == "error":
        assert (lang in MAY_BE_UNKNOWN, end["code"]) == (True, "unknown_language"), what
        return "unknown_language"
    return "spoken"


@pytest.mark.timeout(TEXTS_S * 2 + 120)
def test_every_text_is_spoken(tmp_path: Path) -> None:
    source = random.Random(SEED)
    ends: Counter[str] = Counter()
    until = time.monotonic() + TEXTS_S
    with speaking(toy_home(tmp_path)) as daemon:
        with Conversation(daemon.socket) as conversation:
            for id, (text, lang, markup) in enumerate(kept_texts()):
                ends[speak(conversation, id, text, lang, markup)] += 1
        while time.monotonic() < until:
            with Conversation(daemon.socket) as conversation:
                for id in range(BATCH):
                    text, markup = some_document(source)
                    lang = source.choice(LANGUAGES)
                    ends[speak(conversation, id, text, lang, markup)] += 1
                hear(conversation.said(BATCH, SAID, phonemes=True, cache=False), SAID)
        status = daemon.ask("status")
        print(f"figure: texts: {dict(ends)}, contained: {status['reading']}, FUZZ_SEED={SEED}")
        assert daemon.alive
        assert status["requests"]["active"] == 0
        assert "Traceback" not in daemon.log
        assert status["contained"] == status["reading"]["contained"] == 0, daemon.log[-3_000:]
