"""docs/protocol.md and the wire say the same."""

from __future__ import annotations

import json
import re
from enum import Enum
from typing import Any, NamedTuple

import pytest
from support.paths import DOCS

from kokoro_client.wire import frames, messages
from kokoro_client.wire.errors import ErrorCode
from kokoro_client.wire.messages import ANSWERS, REQUESTS, MarkTiming, WordTiming
from kokoro_client.wire.record import Field, Record

_PAGE = (DOCS / "protocol.md").read_text(encoding="utf-8")

_ALL: dict[str, type[Record]] = {**REQUESTS, **ANSWERS, "word": WordTiming, "mark": MarkTiming}

_TYPES = {
    "int": "integer",
    "float": "number",
    "str": "string",
    "bool": "boolean",
    "bytes": "binary",
    "dict[str, Any]": "map",
    "Any": "any",
    "int | None": "integer or nil",
    "tuple[WordTiming, ...]": "array",
    "tuple[MarkTiming, ...]": "array",
}


class Row(NamedTuple):
    key: str
    type: str
    default: str
    allowed: str


def _section(name: str) -> str:
    found = re.search(rf"^####? `{name}`\n(.*?)(?=^##|\Z)", _PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"docs/protocol.md has no section `{name}`"
    return found.group(1)


def _rows(name: str) -> dict[str, Row]:
    lines = re.findall(r"^\| (\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", _section(name), re.M)
    rows = [Row(*(cell.strip() for cell in line)) for line in lines if line[0] != "key"]
    return {row.key: row for row in rows}


def _enum(cls: type[Record], key: str) -> type[Enum] | None:
    kind = getattr(messages, cls.__annotations__[key], None)
    return kind if isinstance(kind, type) and issubclass(kind, Enum) else None


def _passes(spec: Field, value: Any) -> bool:
    try:
        spec.check(value)
    except ValueError:
        return False
    return True


_FIELDS = [(name, key) for name, cls in _ALL.items() for key in cls.fields_]


def test_the_page_has_every_message_and_no_other() -> None:
    known = re.findall(r"^####? `(\w+)`$", _PAGE, re.MULTILINE)
    assert known == [*REQUESTS, *list(ANSWERS)[:4], "word", "mark", *list(ANSWERS)[4:]]


@pytest.mark.parametrize("name", _ALL)
def test_a_message_has_the_keys_of_its_table(name: str) -> None:
    assert list(_rows(name)) == list(_ALL[name].fields_)


@pytest.mark.parametrize(("name", "key"), _FIELDS)
def test_a_key_has_the_type_and_default_of_its_row(name: str, key: str) -> None:
    row, cls = _rows(name)[key], _ALL[name]
    spec = cls.fields_[key]
    assert row.type == ("string" if _enum(cls, key) else _TYPES[cls.__annotations__[key]])
    if spec.required:
        assert row.default == "required"
    else:
        default = spec.make_default() if spec.make_default else spec.default
        default = default.value if isinstance(default, Enum) else default
        assert json.loads(row.default.replace("nil", "null")) == (
            list(default) if isinstance(default, tuple) else default
        )


@pytest.mark.parametrize(("name", "key"), _FIELDS)
def test_what_a_row_allows_is_what_the_schema_allows(name: str, key: str) -> None:
    row, cls = _rows(name)[key], _ALL[name]
    spec = cls.fields_[key]
    if enum := _enum(cls, key):
        shown = re.findall(r"`(\w+)`", row.allowed)
        assert shown == ([] if enum is ErrorCode else [each.value for each in enum])
    elif row.type in ("integer", "number", "integer or nil"):
        low, high = re.match(r"([\d.]+) to ([\d.]+)", row.allowed).groups()  # type: ignore[union-attr]
        kind: Any = float if row.type == "number" else int
        step = 0.001 if row.type == "number" else 1
        assert _passes(spec, kind(low))
        assert _passes(spec, kind(high))
        assert not _passes(spec, kind(low) - step)
        assert not _passes(spec, kind(high) + step)
        assert _passes(spec, None) == row.type.endswith("nil")
    elif row.type == "string":
        limit = int(re.match(r"up to (\d+) characters", row.allowed).group(1))  # type: ignore[union-attr]
        assert _passes(spec, "ü" * limit)
        assert not _passes(spec, "ü" * (limit + 1))


def test_the_error_codes_are_all_there() -> None:
    table = _section("error").partition("| code | meaning")[2]
    assert re.findall(r"^\| (\w+) \|", table, re.MULTILINE) == [code.value for code in ErrorCode]


def test_the_example_in_hex_is_a_frame() -> None:
    (block,) = re.findall(r"```hex\n(.*?)```", _PAGE, re.DOTALL)
    encoded = "".join(
        digits
        for line in block.splitlines()
        for digits in re.findall(r"(?<!\S)[0-9a-f]{2}(?= |$)", re.sub(r" {2,}[lm\"].*", "", line))
    )
    assert frames.encode({"type": "cancel", "id": 7}).hex() == encoded


def test_the_sizes_are_those_of_the_code() -> None:
    limits = dict(re.findall(r"^\| (body of [^|]+) \| ([\d,]+) bytes \|", _PAGE, re.MULTILINE))
    assert {name: int(size.replace(",", "")) for name, size in limits.items()} == {
        "body of a request's frame": frames.MAX_REQUEST,
        "body of an answer's frame": frames.MAX_ANSWER,
    }
    assert f"The protocol, version {messages.VERSION}\n" in _PAGE


def test_the_conversation_is_made_of_what_there_is() -> None:
    said = re.findall(r"^(client|daemon)  \{type: (\w+),(.*)\}$", _PAGE, re.MULTILINE)
    assert len(said) == 10
    for who, name, rest in said:
        table = REQUESTS if who == "client" else ANSWERS
        keys = re.findall(r"(?:^| )(\w+): ", re.sub(r'"[^"]*"', "", rest))
        assert set(keys) <= set(table[name].fields_), name
        needed = {key for key, spec in table[name].fields_.items() if spec.required}
        assert needed <= set(keys), name
