"""What a request may hold is flat: the rest is refused before it is built."""

from __future__ import annotations

import struct
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_client.wire.errors import ErrorCode
from kokoro_client.wire.frames import HEADER, MAX_REQUEST, FrameDecoder, FrameError

DEPTH = 2

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
)
_FLAT = _SCALARS | st.lists(_SCALARS, max_size=40) | st.dictionaries(st.text(), _SCALARS)
_MAPS = st.dictionaries(st.text(), _FLAT, max_size=20)
_BODIES = st.binary(max_size=200) | st.recursive(
    _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=9
).map(msgpack.packb)


def decoded(body: bytes, depth: int | None = DEPTH) -> Any:
    """The map of a body, or the code of its refusal."""
    decoder = FrameDecoder(MAX_REQUEST, depth)
    decoder.feed(HEADER.pack(len(body)) + body)
    try:
        (payload,) = decoder.frames()
    except FrameError as error:
        return error.message if error.code is ErrorCode.BAD_REQUEST else error.code
    return payload


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max((depth_of(inner) for inner in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth_of(inner) for inner in value), default=0)
    return 0


@given(_MAPS)
def test_what_is_flat_is_as_it_was_sent(payload: dict[str, Any]) -> None:
    assert decoded(msgpack.packb(payload)) == payload


@given(_BODIES)
def test_what_is_not_refused_is_what_msgpack_makes_of_it(body: bytes) -> None:
    any_depth, shallow = decoded(body, None), decoded(body)
    if isinstance(any_depth, dict) and depth_of(any_depth) <= DEPTH:
        assert repr(shallow) == repr(any_depth)
    else:
        assert "docs/protocol.md" in shallow


@pytest.mark.parametrize(
    "body",
    [
        msgpack.packb({"a": [[]]}),
        msgpack.packb({"a": {"b": {}}}),
        msgpack.packb({"a": [{"b": 1}]}),
        b"\x81\xa1a" + b"\x91" * 60_000,
        b"\x81\xa1a" + b"\x81\xa1a" * 20_000,
    ],
)
def test_what_is_nested_deeper_is_refused(body: bytes) -> None:
    assert "nested deeper" in decoded(body)


def empty_maps(count: int) -> bytes:
    """An array of so many of them, in a map."""
    return b"\x81\xa1a\xdd" + struct.pack(">I", count) + b"\x80" * count


@pytest.mark.parametrize(
    "body",
    [
        b"\x81\xa1a\xdc\x0c\x00" + b"\xc0" * 3_072,
        msgpack.packb({str(key): [0] * 200 for key in range(100)}),
        b"\x81\xa1a\xdd\x7f\xff\xff\xff",
        b"\xdf\x7f\xff\xff\xff",
    ],
    ids=["an array", "many arrays", "an array that is not there", "a map that is not there"],
)
def test_more_values_than_any_request_has_are_refused(body: bytes) -> None:
    assert "more than 2048 values" in decoded(body)
    assert "docs/protocol.md" in decoded(body)


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
        (b"\x81\xc0\x02", "a key that is nothing"),
        (b"\x81\x90\x02", "a key that is an array"),
        (b"\x81\xa2id\xc7\x01\x05x", "an extension type"),
        (b"\x81\xa2id\xd4\x05x", "a fixed extension type"),
        (b"\x81\xa2id\xc7\x00\x05", "an empty extension type"),
        (b"\x81\xa2id\xd6\xff\x00\x00\x00\x01", "a timestamp"),
        (empty_maps(60_000), "60,000 empty maps"),
    ],
)
def test_a_body_that_is_no_plain_map_is_refused(body: bytes, why: str) -> None:
    assert "docs/protocol.md" in decoded(body), why
