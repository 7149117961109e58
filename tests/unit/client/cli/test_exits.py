"""Every failure has its status and its one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_client import errors
from kokoro_client.cli import exits
from kokoro_client.wire.errors import ErrorCode


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.NoDaemonError, 3),
        (errors.AddressError, 3),
        (errors.WrongOwnerError, 3),
        (errors.ShuttingDownError, 3),
        (errors.BusyError, 4),
        (errors.BadRequestError, 2),
        (errors.TooLargeError, 2),
        (errors.UnknownVoiceError, 1),
        (errors.UnknownLanguageError, 1),
        (errors.ConnectionLostError, 1),
        (errors.EngineFailedError, 1),
        (errors.ModelDamagedError, 1),
        (errors.NoDeviceError, 1),
    ],
)
def test_the_status_of_a_failure(kind: type[errors.KokoroError], status: int) -> None:
    assert exits.status_of(kind("why")) == status


@given(st.text())
def test_a_line_is_a_line(text: str) -> None:
    line = exits.one_line(text)
    assert line.isprintable()
    line.encode()


def test_a_plain_line_is_left_alone() -> None:
    assert exits.one_line("Grüße, 世界: 'x'") == "Grüße, 世界: 'x'"


def test_every_code_has_a_class_and_every_class_its_own_code() -> None:
    kinds = [type(errors.from_code(code, "x")) for code in ErrorCode]
    assert len(set(kinds)) == len(ErrorCode)
    assert errors.KokoroError not in kinds


def test_a_copy_of_a_failure_says_the_same() -> None:
    first = errors.from_code(ErrorCode.BUSY, "wait", 250)
    second = errors.again(first)
    assert second is not first
    assert (type(second), str(second), second.code, second.retry_after_ms) == (
        errors.BusyError, "wait", ErrorCode.BUSY, 250,
    )  # fmt: skip
