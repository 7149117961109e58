"""Bytes that nobody meant, at a real daemon: it lives on, and speaks as it should.

Not among the default tests: `make fuzz`. FUZZ_S is how long, in seconds; FUZZ_SEED
repeats a run.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack
import psutil
import pytest
from support.daemon.conversation import Conversation, frame, raw_frame
from support.daemon.hearing import hear
from support.daemon.homes import speaking, toy_home
from support.daemon.process import DaemonProcess

from kokoro_client.wire.errors import ErrorCode
from kokoro_client.wire.messages import REQUESTS

FUZZ_S = float(os.environ.get("FUZZ_S", "60"))
SEED = int(os.environ.get("FUZZ_SEED", str(random.SystemRandom().randrange(10**6))))

#: A batch of connections, after which a witness sees whether all is well.
BATCH = 40

SAID = "ˈOnli ðˈɪs ɪz hˈɜɹd."


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[DaemonProcess]:
    with speaking(toy_home(tmp_path)) as daemon:
        yield daemon


def some_value(source: random.Random, depth: int = 0) -> Any:
    """Anything msgpack can hold, right or wrong."""
    kinds = 14 if depth < 4 else 10
    match source.randrange(kinds):
        case 0:
            return source.choice([0, 1, -1, 2**31, 2**53, 2**63 - 1, -(2**63), 2**64 - 1])
        case 1:
            return source.choice([0.0, -0.0, 1e308, float("nan"), float("inf"), 0.5, 2.0])
        case 2:
            return source.choice([True, False, None])
        case 3:
            return source.randbytes(source.randrange(50))
        case 4:
            return "".join(chr(source.randrange(1, 0xD7FF)) for _ in range(source.randrange(60)))
        case 5:
            return "".join(chr(source.randrange(0xD800, 0xDFFF)) for _ in range(5))
        case 6:
            return source.choice(["", "en-us", "af_heart", "s16le", "text", "stream", "\0", "<"])
        case 7:
            return "word, and more. " * source.randrange(200)
        case 8:
            return msgpack.Timestamp(source.randrange(2**32))
        case 9:
            return msgpack.ExtType(source.randrange(128), source.randbytes(source.randrange(9)))
        case 10 | 11:
            return [some_value(source, depth + 1) for _ in range(source.randrange(6))]
        case _:
            return {
                source.choice(["a", "type", "id", "text"]): some_value(source, depth + 1)
                for _ in range(source.randrange(5))
            }


def some_request(source: random.Random) -> dict[str, Any]:
    """A request with some keys right, some wrong, some missing."""
    name = source.choice([*REQUESTS, "sing"])
    payload: dict[str, Any] = {"type": name, "id": source.randrange(5)}
    known = REQUESTS.get(name)
    if known is not None and "text" in known.fields_:
        payload["text"] = source.choice(["", "Hello there.", "One two. Three four!", "a" * 900])
    if known is not None:
        for key in known.fields_:
            if source.random() < 0.15:
                payload[key] = some_value(source)
    if source.random() < 0.1:
        payload["key"] = some_value(source)
    if source.random() < 0.05:
        del payload[source.choice(list(payload))]
    return payload


def mutated(source: random.Random, data: bytes) -> bytes:
    """The bytes with some flipped, lost, doubled or put in."""
    mangled = bytearray(data)
    for _ in range(source.randint(1, 4)):
        at = source.randrange(len(mangled) + 1)
        match source.randrange(4):
            case 0 if mangled:
                mangled[at % len(mangled)] ^= 1 << source.randrange(8)
            case 1:
                del mangled[at : at + source.randrange(1, 9)]
            case 2:
                mangled[at:at] = source.randbytes(source.randrange(1, 9))
            case _:
                mangled[at:at] = mangled[at : at + source.randrange(1, 40)]
    return bytes(mangled)


def some_bytes(source: random.Random) -> bytes:
    requests = [some_request(source) for _ in range(source.randrange(1, 8))]
    data = b"".join(frame(request) for request in requests)
    match source.randrange(6):
        case 0:
            return source.randbytes(source.randrange(1, 3_000))
        case 1:
            return raw_frame(source.randbytes(source.randrange(300)))
        case 2 | 3:
            return mutated(source, data)
        case _:
            return data


def send_and_hear(daemon: DaemonProcess, source: random.Random) -> None:
    """One connection: whatever is answered is an answer of the protocol."""
    with Conversation(daemon.socket) as conversation:
        data = some_bytes(source)
        try:
            at = 0
            while at < len(data):
                size = source.choice([1, 7, 1_000, len(data)])
                conversation.send_bytes(data[at : at + size])
                at += size
            if source.random() < 0.3:
                return  # gone without a word
            conversation.end_of_input()
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has refused the rest
        for answer in conversation.rest():
            if answer["type"] == "error":
                assert answer["code"] in set(ErrorCode)
                assert len(answer["message"]) < 4_096


@pytest.mark.timeout(FUZZ_S * 2 + 300)
def test_whatever_is_sent_it_lives_and_speaks(daemon: DaemonProcess) -> None:
    assert daemon.process is not None
    process = psutil.Process(daemon.process.pid)
    source = random.Random(SEED)
    until = time.monotonic() + FUZZ_S
    sizes: list[float] = []
    descriptors = process.num_fds()
    while time.monotonic() < until:
        for _ in range(BATCH):
            state = source.getstate()
            try:
                send_and_hear(daemon, source)
            except AssertionError as error:
                raise AssertionError(f"FUZZ_SEED={SEED}, state {hash(state)}") from error
            assert daemon.alive, f"FUZZ_SEED={SEED}: {daemon.log[-3_000:]}"
        with Conversation(daemon.socket) as witness:
            hear(witness.said(1, SAID, phonemes=True, cache=False), SAID)
        sizes.append(process.memory_info().rss / 2**20)
    half = len(sizes) // 2
    assert max(sizes[half:]) <= max(sizes[: half or 1]) + 60, f"FUZZ_SEED={SEED}"
    assert process.num_fds() <= descriptors + 8
    assert "Traceback" not in daemon.log
    assert daemon.ask("status")["requests"]["active"] == 0
