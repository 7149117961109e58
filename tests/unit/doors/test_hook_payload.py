"""What agents hand to hooks, in both shapes; the payloads were written for these tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.paths import ROOT

from kokoro_doors.hook.choices import (
    VOICES,
    ChoiceError,
    Choices,
    minutes_of,
    read,
    voice_of,
    write,
)
from kokoro_doors.hook.payload import Event, Payload, PayloadError, parse

PAYLOADS = ROOT / "tests" / "cases" / "hooks"

EXPECTED = {
    "stop.json": Payload(
        Event.ANSWER, "0b9f6a52-7c1e-4f0e-9d3b-2f6d1c8e4a77", "/home/ann/projects/boat",
        "The tests pass. I changed two files.",
    ),
    "notification.json": Payload(
        Event.MESSAGE, "0b9f6a52-7c1e-4f0e-9d3b-2f6d1c8e4a77", "/home/ann/projects/boat",
        "The agent needs your permission to use Bash",
    ),
    "prompt.json": Payload(
        Event.PROMPT, "0b9f6a52-7c1e-4f0e-9d3b-2f6d1c8e4a77", "/home/ann/projects/boat", ""
    ),
    "turn-complete.json": Payload(
        Event.ANSWER, "b5f6c1c2-1111-2222-3333-444455556666", "/home/ann/projects/sail",
        "Renamed it and updated the callers.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_recorded_payloads(name: str) -> None:
    assert parse((PAYLOADS / name).read_bytes()) == EXPECTED[name]


def test_an_event_without_a_known_name_is_told_by_what_it_holds() -> None:
    assert parse('{"last_assistant_message": "Done."}').event is Event.ANSWER
    assert parse('{"message": "Come."}').event is Event.MESSAGE
    assert parse('{"hook_event_name": "PreToolUse", "cwd": "/x"}').event is Event.OTHER
    assert parse('{"hook_event_name": "SubagentStop", "last_assistant_message": "x"}').text == ""


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_payload_is_refused(data: bytes) -> None:
    with pytest.raises(PayloadError):
        parse(data)


def test_fields_of_another_type_are_as_if_they_were_not_there() -> None:
    assert parse('{"message": ["x"], "session_id": 7, "cwd": null}') == Payload(
        Event.OTHER, "", "", ""
    )


def test_quiet_hours_go_over_midnight() -> None:
    night = Choices(quiet="22:00-07:30")
    assert [night.silent_at(minute) for minute in (1319, 1320, 0, 449, 450)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    assert Choices(quiet="9:00-10:00").silent_at(599)
    assert not Choices(quiet="9:00-10:00").silent_at(600)
    assert Choices(muted=True).silent_at(700)
    assert not Choices().silent_at(0)


@pytest.mark.parametrize("hours", ["", "22:00", "25:00-07:00", "22:60-07:00", "22-7"])
def test_wrong_quiet_hours_are_refused(hours: str) -> None:
    with pytest.raises(ChoiceError, match="allowed is"):
        minutes_of(hours)


def test_choices_are_kept_and_a_damaged_file_is_none(tmp_path: Path) -> None:
    environ = {"KOKORO_HOME": str(tmp_path / "home")}
    assert read(environ) == Choices()
    write(Choices(True, "22:00-07:00"), environ)
    assert read(environ) == Choices(True, "22:00-07:00")
    file = tmp_path / "home" / "hook.json"
    for wrong in ("[]", "{", json.dumps({"muted": 1, "quiet": "never"})):
        file.write_text(wrong)
        assert read(environ) == Choices()


def test_a_session_has_one_voice_and_sessions_have_several() -> None:
    names = [f"session-{number}" for number in range(60)]
    assert [voice_of(name) for name in names] == [voice_of(name) for name in names]
    assert {voice_of(name) for name in names} == set(VOICES)
    assert voice_of("0b9f6a52-7c1e-4f0e-9d3b-2f6d1c8e4a77") == "am_michael"  # in every run
    assert voice_of("x", []) == ""
