# process: started by `kokoroctl hook`, which does not wait for it.
"""Speaks what has happened in a session and ends. Its order is a JSON object on standard input."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from kokoro_client import Client
from kokoro_client.errors import KokoroError, UnknownVoiceError
from kokoro_client.wire.errors import WireError

from .answer import MAX_CHARS, Code, spoken
from .session import Session


def speak(order: dict[str, Any], environ: Mapping[str, str] = os.environ) -> None:
    """At the speaker, to the end. Raises KokoroError."""
    text = order["text"][:MAX_CHARS]
    if order["answer"]:
        text = spoken(order["text"], order["sentences"], Code(order["code"]))
    if not text:
        return
    order = {**order, "text": text}
    with (
        Session(order["session"], environ),
        Client(name=order["name"], environ=environ) as client,
    ):
        try:
            _play(client, order, order["voice"])
        except UnknownVoiceError:
            _play(client, order, "")  # of another model: any voice is better than none


def _play(client: Client, order: dict[str, Any], voice: str) -> None:
    playing = client.play(
        order["text"],
        voice=voice,
        speed=order["speed"],
        priority=order["priority"],
        markup="markdown",
    )
    with playing:
        playing.wait()


def main() -> int:
    with contextlib.suppress(OSError):  # it leads one already
        os.setsid()
    order = json.loads(sys.stdin.buffer.read())
    # Nobody would see why not: `kokoroctl hook --wait` shows it.
    with contextlib.suppress(KokoroError, WireError):
        speak(order)
    return 0


if __name__ == "__main__":
    sys.exit(main())
