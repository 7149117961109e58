"""20,000 frames with bytes changed, lost or put in: a typed refusal or a request, nothing else."""

from __future__ import annotations

import contextlib
import random

import msgpack

from kokoro_client.wire.errors import WireError
from kokoro_client.wire.frames import HEADER, MAX_REQUEST, FrameDecoder
from kokoro_client.wire.messages import REQUESTS, parse_request

FRAMES = 20_000

SEEDS = [
    {"type": "hello", "id": 1, "version": 1, "client": "fuzz"},
    {"type": "speak", "id": 2, "text": "Hello.", "voice": "af_heart", "speed": 1.5},
    {"type": "append", "id": 2, "text": "More.", "final": True},
    {"type": "cancel", "id": 2},
    {"type": "control", "id": 3, "action": "pause", "all": False},
    {"type": "played", "id": 2, "at_s": 0.5, "final": False},
    *({"type": kind, "id": 9} for kind in REQUESTS),
]


def mutated(source: random.Random) -> bytes:
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
    length = len(body) if source.random() < 0.9 else source.randrange(2**32)
    return HEADER.pack(length) + bytes(body)


def test_only_typed_refusals_or_requests() -> None:
    source = random.Random(17)
    requests = refused = 0
    for _ in range(FRAMES):
        decoder = FrameDecoder(MAX_REQUEST)
        decoder.feed(mutated(source))
        with contextlib.suppress(WireError):
            for payload in decoder.frames():
                try:
                    parse_request(payload)
                    requests += 1
                except WireError:
                    refused += 1
    assert requests > 20
    assert refused > 100
