"""Requests with bytes changed, lost or put in, and those of the past (tests/fuzz/corpus)."""

from __future__ import annotations

import random
from typing import Final

import msgpack

from kokoro_client.wire.frames import HEADER
from kokoro_client.wire.messages import REQUESTS

from .paths import TESTS

CORPUS: Final = TESTS / "fuzz" / "corpus"

SEEDS: Final = [
    {"type": "hello", "id": 1, "version": 1, "client": "fuzz"},
    {"type": "speak", "id": 2, "text": "Hello.", "voice": "af_heart", "speed": 1.5},
    {"type": "append", "id": 2, "text": "More.", "final": True},
    {"type": "cancel", "id": 2},
    {"type": "control", "id": 3, "action": "pause", "all": False},
    {"type": "played", "id": 2, "at_s": 0.5, "final": False},
    *({"type": kind, "id": 9} for kind in REQUESTS),
]


def mutated(source: random.Random) -> bytes:
    """A frame; its length may be wrong too."""
    body = bytearray(msgpack.packb(source.choice(SEEDS)))
    for _ in range(source.randrange(1, 5)):
        at = source.randrange(len(body))
        match source.randrange(4):
            case 0:
                body[at] = source.randrange(256)
            case 1:
                del body[at : at + source.randrange(1, 9)]
            case 2:
                body[at:at] = source.randbytes(source.randrange(1, 9))
            case _:
                body[at:at] = body[at : at + 9] * source.randrange(1, 60)
        body = body or bytearray(b"\xc0")
    length = len(body)
    match source.randrange(20):
        case 0:
            length = source.randrange(2**32)
        case 1:
            length = max(0, length + source.randrange(-4, 5))
    return HEADER.pack(length) + bytes(body)


def kept_frames() -> dict[str, bytes]:
    """What is wrong with each, and its bytes."""
    lines = (CORPUS / "frames.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {why: bytes.fromhex(data) for why, data in rows}
