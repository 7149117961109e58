"""20,000 frames with bytes changed, lost or put in: a typed refusal or a request, nothing else.

And those that are kept. `make fuzz` sends 1,000,000 to a daemon.
"""

from __future__ import annotations

import contextlib
import random

import pytest
from support.mutated import kept_frames, mutated

from kokoro_client.wire.errors import WireError
from kokoro_client.wire.frames import MAX_REQUEST, FrameDecoder
from kokoro_client.wire.messages import Request, parse_request

FRAMES = 20_000

KEPT = kept_frames()


def test_only_typed_refusals_or_requests() -> None:
    source = random.Random(17)
    requests = refused = 0
    for _ in range(FRAMES):
        decoder = FrameDecoder(MAX_REQUEST, depth=2)
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


def requests(data: bytes) -> list[Request]:
    decoder = FrameDecoder(MAX_REQUEST, depth=2)
    decoder.feed(data)
    return [parse_request(payload) for payload in decoder.frames()]


@pytest.mark.parametrize("why", KEPT)
def test_what_is_kept_is_refused(why: str) -> None:
    with pytest.raises(WireError):
        requests(KEPT[why])
