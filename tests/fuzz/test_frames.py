"""A million requests with bytes changed, lost or put in, at a daemon: it refuses each by name.

Not among the default tests: `make fuzz`. FUZZ_FRAMES is how many; FUZZ_SEED repeats a run.
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from pathlib import Path
from typing import Any

import msgpack
import psutil
import pytest
from support.daemon.conversation import Conversation, frame, raw_frame
from support.daemon.hearing import hear
from support.daemon.homes import speaking, toy_home
from support.daemon.process import DaemonProcess
from support.figures import figure
from support.mutated import kept_frames, mutated

from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.frames import MAX_REQUEST, FrameDecoder
from kokoro_client.wire.messages import parse_request

FRAMES = int(os.environ.get("FUZZ_FRAMES", "1000000"))
SEED = int(os.environ.get("FUZZ_SEED", str(random.SystemRandom().randrange(10**6))))

#: The daemon closes a connection at the first that breaks the framing.
MOST_A_CONNECTION = 50

#: Connections, after which a witness hears whether all is well.
BATCH = 2_000

#: What a daemon may grow by, beyond what it has after the first frames.
GROWTH_MB = 5.0

SAID = "ˈOnli ðˈɪs ɪz hˈɜɹd."


def some_frames(source: random.Random, kept: list[bytes]) -> tuple[list[bytes], bool]:
    """Up to the first after which nothing is read, and whether that one is to be answered."""
    decoder = FrameDecoder(MAX_REQUEST, depth=2)
    frames: list[bytes] = []
    while len(frames) < MOST_A_CONNECTION and not decoder.mid_frame:
        frames.append(source.choice(kept) if source.random() < 0.01 else mutated(source))
        decoder.feed(frames[-1])
        try:
            for _ in decoder.frames():
                pass
        except WireError:
            return frames, True
    return frames, False


def check(answers: list[dict[str, Any]], broken: bool) -> None:
    for answer in answers:
        if answer["type"] == "error":
            assert answer["code"] in set(ErrorCode), answer
            assert 0 < len(answer["message"]) < 4_096, answer
    if broken:
        assert answers, "no refusal of a broken frame"
        assert answers[-1]["type"] == "error", answers[-1]
        assert answers[-1]["code"] in ("bad_request", "too_large"), answers[-1]


def send(daemon: DaemonProcess, source: random.Random, kept: list[bytes]) -> int:
    """How many frames a connection took."""
    frames, broken = some_frames(source, kept)
    with Conversation(daemon.socket) as conversation:
        conversation.send_bytes(b"".join(frames))
        with contextlib.suppress(OSError):
            conversation.end_of_input()
        check(conversation.rest(), broken)
    return len(frames)


@pytest.mark.timeout(60 + FRAMES // 100)
def test_mutated_frames_are_refused_by_name_and_cost_no_memory(tmp_path: Path) -> None:
    source = random.Random(SEED)
    kept = list(kept_frames().values())
    # Phrases that are kept would be counted as growth.
    with speaking(toy_home(tmp_path), {"KOKORO_PHRASE_CACHE_MB": "0"}) as daemon:
        assert daemon.process is not None
        process = psutil.Process(daemon.process.pid)
        sent, before, descriptors = 0, 0.0, 0
        began = time.monotonic()
        while sent < FRAMES:
            for _ in range(BATCH):
                sent += send(daemon, source, kept)
                assert daemon.alive, f"FUZZ_SEED={SEED}: {daemon.log[-3_000:]}"
            with Conversation(daemon.socket) as witness:
                hear(witness.said(1, SAID, phonemes=True, cache=False), SAID)
            rss = process.memory_info().rss / 2**20
            if sent < FRAMES // 20 or not before:
                before, descriptors = rss, process.num_fds()
        took = time.monotonic() - began
        print(f"figure: mutated frames sent: {sent}, in {took:.0f} s, FUZZ_SEED={SEED}")
        assert "Traceback" not in daemon.log
        assert daemon.ask("status")["requests"]["active"] == 0
        assert process.num_fds() <= descriptors + 2
        figure(f"growth of {before:.1f} MB", rss - before, "MB", GROWTH_MB)


def costly() -> dict[str, bytes]:
    """Bodies of frames that take long to read, each as large as it may be."""
    room = MAX_REQUEST - 64
    speak = {"type": "speak", "id": 1}
    return {
        "a text": msgpack.packb({**speak, "text": "a" * room}),
        "a text of emoji": msgpack.packb({**speak, "text": "🙂" * (room // 4)}),
        "a text that is no UTF-8": msgpack.packb({**speak, "text": b"\xed\xa0\x80" * (room // 3)}),
        "an array": msgpack.packb({**speak, "text": [True] * 2_000}),
        "many arrays": msgpack.packb({str(key): [0] * 15 for key in range(120)}),
        "many keys": msgpack.packb({f"{key:030}": None for key in range(1_900)}),
        "texts in an array": msgpack.packb({"type": ["a" * 30] * 1_900}),
        "empty maps": b"\x81\xa1a\xdc\xff\x00" + b"\x80" * 0xFF00,
    }


@pytest.mark.parametrize("what", costly())
def test_what_any_frame_takes_to_decode(what: str) -> None:
    data = raw_frame(costly()[what])
    took = []
    for _ in range(9):
        began = time.perf_counter()
        decoder = FrameDecoder(MAX_REQUEST, depth=2)
        decoder.feed(data)
        with contextlib.suppress(WireError):
            for payload in decoder.frames():
                parse_request(payload)
        took.append(time.perf_counter() - began)
    # The best: what else the machine does is not the frame's.
    figure(f"decoding {what}", min(took) * 1000, "ms", 5)


def test_a_frame_that_is_right_is_among_them() -> None:
    """Else nothing above would tell refusals from answers."""
    source = random.Random(1)
    found = 0
    for _ in range(2_000):
        decoder = FrameDecoder(MAX_REQUEST, depth=2)
        decoder.feed(mutated(source))
        with contextlib.suppress(WireError):
            for payload in decoder.frames():
                parse_request(payload)
                found += 1
    assert found
    decoder = FrameDecoder(MAX_REQUEST, depth=2)
    decoder.feed(frame({"type": "status", "id": 1}))
    assert len(list(decoder.frames())) == 1
