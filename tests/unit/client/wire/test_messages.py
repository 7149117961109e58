"""Messages: what the schema lets through, and how it refuses the rest."""

from __future__ import annotations

import copy
import math
import pickle
import string
from enum import Enum
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_client.wire import frames, messages
from kokoro_client.wire.choices import (
    AudioFormat,
    Calibration,
    Control,
    Ending,
    Markup,
    Output,
    Priority,
    Turn,
)
from kokoro_client.wire.errors import ErrorCode, WireError
from kokoro_client.wire.messages import (
    ANSWERS,
    REQUESTS,
    Audio,
    Done,
    Error,
    MarkTiming,
    SegmentInfo,
    Speak,
    WordTiming,
    parse_answer,
    parse_request,
    to_payload,
)
from kokoro_client.wire.record import Record

_IDS = st.integers(0, 2**53 - 1)
_NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=32)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
_SECONDS = st.floats(0, 1e9)
_PLAIN = st.dictionaries(_NAMES, st.integers(0, 9) | _NAMES, max_size=3)

#: How a value of each field is made; by name, since a name means one thing everywhere.
_BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "id": _IDS,
    "text": _TEXTS,
    "voice": _NAMES,
    "lang": _NAMES,
    "client": _NAMES,
    "daemon": _NAMES,
    "engine": _NAMES,
    "note": _NAMES,
    "message": _TEXTS,
    "speed": st.floats(0.5, 2.0),
    "format": st.sampled_from(AudioFormat),
    "priority": st.sampled_from(Priority),
    "output": st.sampled_from(Output),
    "action": st.sampled_from(Control),
    "turn": st.sampled_from(Turn),
    "step": st.sampled_from(Calibration),
    "ending": st.sampled_from(Ending),
    "code": st.sampled_from(ErrorCode),
    "version": st.integers(0, 2**31),
    "ttfa_ms": st.none() | st.integers(50, 60_000),
    "retry_after_ms": st.none() | st.integers(0, 3_600_000),
    "sample_rate": st.integers(8_000, 192_000),
    "limits": _PLAIN,
    "stats": _PLAIN,
    "value": _PLAIN | st.none() | st.lists(_NAMES, max_size=3),
    "pcm": st.binary(max_size=64),
    "markup": st.sampled_from(Markup),
    "marks": st.lists(st.builds(MarkTiming, _NAMES, _SECONDS), max_size=3).map(tuple),
    "words": st.lists(st.builds(WordTiming, _IDS, _IDS, _SECONDS, _SECONDS), max_size=3).map(tuple),
    **dict.fromkeys(["index", "start", "end", "seq", "seeks", "number"], _IDS),
    **dict.fromkeys(["start_s", "duration_s", "at_s", "sound_s"], _SECONDS),
    **dict.fromkeys(
        ["final", "phonemes", "timings", "cache", "all", "cached", "exact", "cancelled"],
        st.booleans(),
    ),
}


@st.composite
def _records(draw: st.DrawFn, table: dict[str, type[Record]]) -> Record:
    cls = draw(st.sampled_from(list(table.values())))
    return cls(**{name: draw(_BY_NAME[name]) for name in cls.fields_})


def _parse(table: dict[str, type[Record]], payload: dict[str, Any]) -> Any:
    return (parse_request if table is REQUESTS else parse_answer)(payload)


def _refusal(payload: dict[str, Any]) -> WireError:
    with pytest.raises(WireError) as caught:
        parse_request(payload)
    assert caught.value.code is ErrorCode.BAD_REQUEST
    # What is said must itself be fit to be sent.
    frames.encode(to_payload(Error(code=ErrorCode.BAD_REQUEST, message=caught.value.message)))
    return caught.value


@pytest.mark.parametrize("table", [REQUESTS, ANSWERS], ids=["requests", "answers"])
@given(st.data())
def test_every_message_comes_back_as_it_was_sent(
    table: dict[str, type[Record]], data: st.DataObject
) -> None:
    message: Any = data.draw(_records(table))
    decoder = frames.FrameDecoder(frames.MAX_ANSWER)
    decoder.feed(frames.encode(to_payload(message)))
    (payload,) = decoder.frames()
    back = _parse(table, payload)
    assert back == message
    assert [type(getattr(back, name)) for name in back.fields_] == [
        type(getattr(message, name)) for name in message.fields_
    ]


@pytest.mark.parametrize("table", [REQUESTS, ANSWERS], ids=["requests", "answers"])
@given(st.data())
def test_a_key_too_many_is_refused_with_the_id(
    table: dict[str, type[Record]], data: st.DataObject
) -> None:
    payload = to_payload(data.draw(_records(table)))  # type: ignore[arg-type]
    key = data.draw(st.text(string.ascii_lowercase, min_size=1).filter(lambda k: k not in payload))
    if key in (REQUESTS | ANSWERS)[payload["type"]].fields_:
        return
    with pytest.raises(WireError) as caught:
        _parse(table, {**payload, key: 1})
    assert caught.value.code is ErrorCode.BAD_REQUEST
    assert caught.value.request_id == payload.get("id")
    assert key[:30] in caught.value.message


@pytest.mark.parametrize("table", [REQUESTS, ANSWERS], ids=["requests", "answers"])
@given(
    st.dictionaries(
        st.sampled_from(["type", "id", *_BY_NAME]),
        st.sampled_from([*REQUESTS, *ANSWERS])
        | st.integers(-(2**63), 2**64 - 1)
        | st.floats()
        | st.text()
        | st.binary()
        | st.booleans()
        | st.none()
        | st.lists(st.none(), max_size=2)
        | st.dictionaries(st.text(), st.none(), max_size=2),
    )
)
def test_random_payloads_raise_nothing_but_wire_errors(
    table: dict[str, type[Record]], payload: dict[str, Any]
) -> None:
    said = ""
    try:
        _parse(table, payload)
    except WireError as error:
        said = error.message
    frames.encode({"message": said})


def test_only_type_id_and_text_are_needed() -> None:
    speak = parse_request({"type": "speak", "id": 1, "text": "Hi"})
    assert speak == Speak(id=1, text="Hi")
    assert to_payload(speak) == {"type": "speak", "id": 1, "text": "Hi"}


_SPEAK = {"type": "speak", "id": 3, "text": "Hi"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"speed": math.nan}, "speed is nan, allowed is 0.5 to 2"),
        ({"speed": math.inf}, "allowed is 0.5 to 2"),
        ({"speed": 0}, "speed is 0, allowed"),
        ({"speed": 9}, "speed is 9, allowed"),
        ({"speed": True}, "must be a number, not bool"),
        ({"speed": "1"}, "must be a number, not str"),
        ({"speed": 2**64 - 1}, "allowed is 0.5 to 2"),
        ({"text": 1}, "text must be a string, not int"),
        ({"text": b"Hi"}, "text must be a string, not bytes"),
        ({"text": None}, "text must be a string, not nil"),
        ({"text": "Hi \udcff"}, "text is not valid Unicode at character 3"),
        ({"final": 1}, "final must be true or false, not int"),
        ({"ttfa_ms": 49}, "ttfa_ms is 49, allowed is 50 to 60000"),
        ({"ttfa_ms": 500.0}, "ttfa_ms must be an integer, not float"),
        ({"format": "mp3"}, "format is 'mp3', allowed are s16le, f32le"),
        ({"format": ["s16le"]}, "format must be a string, not list"),
        ({"priority": {}}, "priority must be a string, not dict"),
        ({"output": "\udcff" * 100}, "output is '\\udcff"),
        ({"voice": "v" * 257}, "voice has 257 characters, allowed are 256"),
        ({"sped": 1}, "has no key 'sped'; its keys are id, text, final, voice, speed"),
        ({b"speed": 1}, "has no key b'speed'"),
        ({"\udcff": 1}, "has no key '\\udcff'"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_what_is(
    change: dict[Any, Any], said: str
) -> None:
    error = _refusal({**_SPEAK, **change})
    assert said in error.message
    assert error.message.startswith("speak: ")
    assert error.request_id == 3


@pytest.mark.parametrize("bad", [None, "3", -1, 2**53, True, 3.0, [3], b"3"])
def test_an_id_that_is_none_is_refused_without_one(bad: object) -> None:
    error = _refusal({**_SPEAK, "id": bad})
    assert error.request_id is None
    assert "id " in error.message


@pytest.mark.parametrize("missing", ["id", "text"])
def test_a_key_too_few_is_refused(missing: str) -> None:
    payload = {key: value for key, value in _SPEAK.items() if key != missing}
    assert f"{missing} is missing" in _refusal(payload).message


@pytest.mark.parametrize(
    "bad", [None, 1, "shout", "done", ["speak"], b"speak", "\udcff", "x" * 999]
)
def test_an_unknown_type_is_refused_with_the_id_and_the_known_ones(bad: object) -> None:
    error = _refusal({"type": bad, "id": 4})
    assert error.request_id == 4
    assert "allowed are hello, speak, append" in error.message
    assert len(error.message) < 250


@pytest.mark.parametrize("where", ["type", "id", "text", "format", "speed", "final", "unknown"])
def test_deep_nesting_is_refused_without_a_word_of_it(where: str) -> None:
    items = [(key, value) for key, value in _SPEAK.items() if key != where]
    body = msgpack.Packer().pack_map_header(len(items) + 1)
    body += b"".join(msgpack.packb(key) + msgpack.packb(value) for key, value in items)
    # As deep as msgpack goes, which is deeper than repr() does.
    body += msgpack.packb(where) + b"\x91" * 1015 + b"\xc0"
    decoder = frames.FrameDecoder(frames.MAX_REQUEST)
    decoder.feed(len(body).to_bytes(4, "big") + body)
    (payload,) = decoder.frames()
    error = _refusal(payload)
    assert error.request_id == (None if where == "id" else 3)
    assert len(error.message) < 400


def test_words_are_checked_each() -> None:
    segment = {
        "type": "segment", "id": 1, "index": 0, "start": 0, "end": 5,
        "start_s": 0.0, "duration_s": 1.0,
    }  # fmt: skip
    word = {"start": 0, "end": 5, "start_s": 0.1, "end_s": 0.9}
    answer = parse_answer({**segment, "words": [word]})
    assert isinstance(answer, SegmentInfo)
    assert answer.words == (WordTiming(0, 5, 0.1, 0.9),)
    for bad in ({**word, "end_s": math.nan}, {**word, "x": 1}, 5, {"start": 0}):
        with pytest.raises(WireError, match="words"):
            parse_answer({**segment, "words": [bad]})
    with pytest.raises(WireError, match="words must be an array"):
        parse_answer({**segment, "words": {}})


def test_marks_are_checked_each() -> None:
    segment = {
        "type": "segment", "id": 1, "index": 0, "start": 0, "end": 5,
        "start_s": 0.0, "duration_s": 1.0,
    }  # fmt: skip
    answer = parse_answer({**segment, "marks": [{"name": "here", "at_s": 0.5}]})
    assert isinstance(answer, SegmentInfo)
    assert answer.marks == (MarkTiming("here", 0.5),)
    for bad in ({"name": "here"}, {"name": 1, "at_s": 0.5}, "here"):
        with pytest.raises(WireError, match="marks"):
            parse_answer({**segment, "marks": [bad]})
    with pytest.raises(WireError, match="marks must be an array"):
        parse_answer({**segment, "marks": "here"})


def test_sound_is_binary_and_nothing_else() -> None:
    sound = parse_answer({"type": "audio", "id": 1, "seq": 0, "pcm": b"ab"})
    assert isinstance(sound, Audio)
    assert sound.pcm == b"ab"
    for bad in ("ab", [1, 2], None):
        with pytest.raises(WireError, match="pcm must be binary"):
            parse_answer({"type": "audio", "id": 1, "seq": 0, "pcm": bad})


def test_an_error_needs_no_id() -> None:
    error = parse_answer({"type": "error", "code": "busy", "message": "wait"})
    assert error == Error(code=ErrorCode.BUSY, message="wait")
    assert parse_answer({**to_payload(error), "id": None}) == error


def test_records_are_frozen_compared_by_value_and_shown() -> None:
    audio = Audio(id=1, seq=2, pcm=b"ab")
    assert audio == Audio(1, 2, b"ab")
    assert audio != Audio(1, 2, b"ac")
    assert audio != Done(id=1)
    assert hash(audio) == hash(Audio(1, 2, b"ab"))
    assert repr(audio) == "Audio(id=1, seq=2, pcm=b'ab')"
    assert pickle.loads(pickle.dumps(audio)) == copy.copy(audio) == audio
    assert audio.replace(seq=3) == Audio(1, 3, b"ab")
    for change in (lambda: setattr(audio, "seq", 3), lambda: delattr(audio, "seq")):
        with pytest.raises(AttributeError, match="frozen"):
            change()
    with pytest.raises(AttributeError):
        object.__setattr__(audio, "volume", 3)


def test_records_ask_for_what_they_need() -> None:
    with pytest.raises(TypeError, match="Audio needs pcm"):
        Audio(id=1, seq=2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="Audio has no field volume"):
        Audio(id=1, seq=2, pcm=b"", volume=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="Audio has 3 fields"):
        Audio(1, 2, b"", 4)  # type: ignore[call-arg]


def test_each_done_has_stats_of_its_own() -> None:
    first, second = Done(id=1), Done(id=2)
    first.stats["a"] = 1
    assert second.stats == {}


def test_every_enum_value_is_one_word() -> None:
    for kind in (AudioFormat, Priority, Output, Control, ErrorCode):
        assert issubclass(kind, Enum)
        assert all(member.value.replace("_", "").isalnum() for member in kind)


def test_the_version_is_what_hello_says_by_default() -> None:
    assert parse_request({"type": "hello", "id": 0}) == messages.Hello(id=0, version=1)
