"""Speak the answer of a language model while it is being written.

    python examples/llm_stream.py | aplay -t raw -f S16_LE -r 24000
    python examples/llm_stream.py > answer.pcm

Two things go on at once: one thread hands over the text as it comes, this one takes the
sound as it comes. The first sentence is heard while the second is still being thought of.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator

from kokoro_client import Client, KokoroError, Speech

ANSWER = (
    "Kokoro means heart, or mind, in Japanese. It is also a small model that speaks. "
    "It has eighty-two million parameters, and it runs on a laptop."
)


def tokens() -> Iterator[str]:
    """What a model would send: a few letters at a time, with pauses for thought."""
    for at in range(0, len(ANSWER), 4):
        time.sleep(0.005)
        yield ANSWER[at : at + 4]


def write(speech: Speech) -> None:
    try:
        for token in tokens():
            speech.append(token)
        speech.finish()
    except KokoroError:
        pass  # the thread that takes the sound hears of it


def main() -> None:
    with Client() as client:
        speech = client.speak("", final=False, ttfa_ms=300)
        threading.Thread(target=write, args=(speech,), daemon=True).start()
        if speech.note:
            print(speech.note, file=sys.stderr)
        try:
            for pcm in speech:
                sys.stdout.buffer.write(pcm)
                sys.stdout.buffer.flush()
        except KeyboardInterrupt:
            speech.cancel()
        print(f"first sound after {speech.stats.get('first_sound_ms')} ms", file=sys.stderr)


if __name__ == "__main__":
    main()
