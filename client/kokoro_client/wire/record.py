# pure: no socket, thread or clock.
"""Frozen, slotted records whose fields carry their check.

What `@dataclass(frozen=True, slots=True)` would give, to the type checker exactly that.
Not by `dataclasses`: importing it and letting it write the code of twenty classes took
16 of the 40 ms in which `kokoroctl say` gets under way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, dataclass_transform

from .schema import Check

_REQUIRED: Any = object()


class Field:
    """A check, and a default unless the field is required."""

    __slots__ = ("check", "default", "make_default")

    def __init__(self, check: Check, default: Any, make_default: Callable[[], Any] | None) -> None:
        self.check = check
        self.default = default
        self.make_default = make_default

    @property
    def required(self) -> bool:
        return self.default is _REQUIRED and self.make_default is None


def field(
    check: Check, *, default: Any = _REQUIRED, default_factory: Callable[[], Any] | None = None
) -> Any:
    """A field of a record; `check` takes a value off the wire (schema.py)."""
    return Field(check, default, default_factory)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class RecordType(type):
    """Turns the fields of a class body into slots, in their order."""

    def __new__(mcs, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> RecordType:
        fields = {key: value for key, value in body.items() if isinstance(value, Field)}
        for key in fields:
            del body[key]
        body["__slots__"] = body["__match_args__"] = tuple(fields)
        body["fields_"] = fields
        return super().__new__(mcs, name, bases, body)


class Record(metaclass=RecordType):
    """The base of every message: compared by its fields, never changed."""

    fields_: ClassVar[Mapping[str, Field]]

    def __init__(self, *args: Any, **values: Any) -> None:
        fields = self.fields_
        if args:
            if len(args) > len(fields):
                raise TypeError(f"{type(self).__name__} has {len(fields)} fields")
            values.update(zip(fields, args, strict=False))
        for name, spec in fields.items():
            if name in values:
                value = values.pop(name)
            elif spec.make_default is not None:
                value = spec.make_default()
            elif spec.default is not _REQUIRED:
                value = spec.default
            else:
                raise TypeError(f"{type(self).__name__} needs {name}")
            object.__setattr__(self, name, value)
        if values:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(values)}")

    def replace(self, **changes: Any) -> Self:
        """A copy with other values in some fields."""
        return type(self)(**{name: getattr(self, name) for name in self.fields_} | changes)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.fields_)

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, name) for name in self.fields_)))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.fields_)
        return f"{type(self).__name__}({shown})"

    def __reduce__(self) -> Any:
        return type(self), tuple(getattr(self, name) for name in self.fields_)
