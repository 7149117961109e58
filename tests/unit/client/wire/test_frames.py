"""Frames: how bytes become maps, whatever a peer sends."""

from __future__ import annotations

import math
import struct
from itertools import pairwise
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_client.wire import frames
from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.frames import MAX_REQUEST, FrameDecoder, FrameError

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
_MAPS = st.dictionaries(st.text(), _VALUES, max_size=6)


def _framed(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


def _events(chunks: list[bytes], max_frame: int = MAX_REQUEST) -> list[Any]:
    """What a decoder yields for bytes that arrive so cut, and how it ended."""
    decoder = FrameDecoder(max_frame)
    seen: list[Any] = []
    try:
        for chunk in chunks:
            decoder.feed(chunk)
            seen.extend(decoder.frames())
    except FrameError as error:
        seen.append((error.code, error.message))
    return seen


def _refusal(body: bytes) -> str:
    decoder = FrameDecoder(MAX_REQUEST)
    decoder.feed(_framed(body))
    with pytest.raises(FrameError) as caught:
        list(decoder.frames())
    assert caught.value.code is ErrorCode.BAD_REQUEST
    return caught.value.message


@given(st.lists(_MAPS, max_size=4), st.data())
def test_however_it_is_cut_the_same_maps_come_out(maps: list[Any], data: st.DataObject) -> None:
    stream = b"".join(frames.encode(each, MAX_REQUEST) for each in maps)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    edges = [0, *cuts, len(stream)]
    pieces = [stream[a:b] for a, b in pairwise(edges)]
    assert _events([stream]) == maps
    assert _events(pieces) == maps
    assert _events([bytes([byte]) for byte in stream]) == maps


@given(st.binary(max_size=300))
def test_random_bytes_raise_nothing_but_frame_errors(stream: bytes) -> None:
    whole = _events([stream])
    assert _events([bytes([byte]) for byte in stream]) == whole
    assert all(isinstance(event, dict | tuple) for event in whole)


@given(st.binary(max_size=200))
def test_random_bodies_raise_nothing_but_frame_errors(body: bytes) -> None:
    assert _events([_framed(body)])


def test_a_frame_in_hex_as_the_protocol_shows_it() -> None:
    frame = frames.encode({"type": "cancel", "id": 7})
    assert frame.hex(" ") == "00 00 00 11 82 a4 74 79 70 65 a6 63 61 6e 63 65 6c a2 69 64 07"


def test_a_frame_of_the_largest_size_is_taken_and_one_byte_more_is_not() -> None:
    overhead = len(frames.encode({"text": "x" * 60_000})) - 4 - 60_000
    largest = {"text": "x" * (MAX_REQUEST - overhead)}
    assert _events([frames.encode(largest, MAX_REQUEST)]) == [largest]
    larger = {"text": "x" * (MAX_REQUEST - overhead + 1)}
    with pytest.raises(WireError) as caught:
        frames.encode(larger, MAX_REQUEST)
    assert caught.value.code is ErrorCode.TOO_LARGE
    ((code, message),) = _events([frames.encode(larger)])
    assert code is ErrorCode.TOO_LARGE
    assert "65537" in message


def test_an_oversized_frame_is_refused_by_its_header_alone() -> None:
    decoder = FrameDecoder(MAX_REQUEST)
    decoder.feed(b"\xff\xff\xff\xff")
    with pytest.raises(FrameError) as caught:
        next(decoder.frames())
    assert caught.value.code is ErrorCode.TOO_LARGE


def test_what_came_before_a_broken_frame_is_yielded() -> None:
    good = {"type": "status", "id": 1}
    events = _events([frames.encode(good) + _framed(b"\xc1")])
    assert events[0] == good
    assert events[1][0] is ErrorCode.BAD_REQUEST


def test_nothing_follows_a_broken_frame_and_nothing_is_kept() -> None:
    decoder = FrameDecoder(MAX_REQUEST)
    decoder.feed(_framed(b"\xc1"))
    for _ in range(2):
        with pytest.raises(FrameError):
            list(decoder.frames())
        decoder.feed(frames.encode({"type": "status", "id": 1}))
        assert not decoder.mid_frame


def test_mid_frame_tells_a_cut_from_an_end() -> None:
    decoder = FrameDecoder(MAX_REQUEST)
    frame = frames.encode({"id": 1})
    for end in range(1, len(frame)):
        decoder = FrameDecoder(MAX_REQUEST)
        decoder.feed(frame[:end])
        assert not list(decoder.frames())
        assert decoder.mid_frame
    decoder.feed(frame[-1:])
    assert list(decoder.frames()) == [{"id": 1}]
    assert not decoder.mid_frame


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b"\xc1", "the byte that msgpack never uses"),
        (msgpack.packb([1, 2]), "no map"),
        (msgpack.packb("text"), "no map"),
        (msgpack.packb({"id": 1}) + b"\x00", "bytes left over"),
        (msgpack.packb({"id": 1})[:-1], "cut short"),
        (b"\x82\xa2id\x01\xa2id\x02", "a key twice"),
        (b"\x81\x01\x02", "a key that is no string"),
        (b"\x81\xa2id\xc7\x01\x05x", "an extension type"),
        (b"\x81\xa2id\xd4\x05x", "a fixed extension type"),
        (b"\x81\xa2id\xc7\x00\x05", "an empty extension type"),
        (b"\x81\xa2id\xd6\xff\x00\x00\x00\x01", "a timestamp"),
        (b"\x81\xa2id\xdd\x00\xff\xff\xff", "an array of 16 million that is not there"),
        (b"\x81\xa2id\xdf\x00\xff\xff\xff", "a map of 16 million that is not there"),
        (b"\x81\xa2id\xdc\x04\x01" + b"\xc0" * 1025, "an array over 1,024"),
        (b"\x81\xa2id" + b"\x91" * 2000 + b"\xc0", "nested 2,000 deep"),
    ],
)
def test_a_body_that_is_no_plain_map_is_refused(body: bytes, why: str) -> None:
    assert "docs/protocol.md" in _refusal(body), why


def test_bytes_that_are_no_utf_8_reach_the_schema_which_knows_the_id() -> None:
    body = b"\x82\xa2id\x05\xa4text\xa2\xff\xfe"
    ((payload),) = _events([_framed(body)])
    assert payload["id"] == 5
    assert payload["text"] == "\udcff\udcfe"


def test_a_lone_surrogate_is_not_sent() -> None:
    with pytest.raises(WireError) as caught:
        frames.encode({"text": "ok \ud800"})
    assert caught.value.code is ErrorCode.BAD_REQUEST
    assert "character 3" in caught.value.message


def test_infinity_and_nan_pass_the_frame_and_are_the_schemas_to_refuse() -> None:
    (payload,) = _events([frames.encode({"speed": math.inf})])
    assert payload["speed"] == math.inf
