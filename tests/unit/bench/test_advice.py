"""What `kokoroctl bench` recommends."""

from __future__ import annotations

import tomllib

import pytest

from kokorod.commands.bench.advice import advise, config_lines
from kokorod.commands.bench.survey import Measured, Setup


def _measured(model: str, variant: str, threads: int, rtf: float) -> Measured:
    return Measured(Setup(model, variant, threads), {12: 0.5}, rtf, 0, 700.0, 500.0)


def _advised(*measured: Measured) -> tuple[str, int]:
    setup = advise(measured).setup
    return setup.model, setup.threads


def test_the_fastest_number_of_threads() -> None:
    runs = [_measured("a", "fp32", threads, rtf) for threads, rtf in [(1, 0.7), (4, 0.3), (8, 0.4)]]
    assert _advised(*runs) == ("a", 4)


def test_fewer_threads_where_they_are_as_fast() -> None:
    runs = [_measured("a", "fp32", 4, 0.31), _measured("a", "fp32", 8, 0.30)]
    assert _advised(*runs) == ("a", 4)
    assert "within 5 %" in advise(runs).why[0]


@pytest.mark.parametrize(("int8", "expected"), [(0.25, "full"), (0.23, "small")])
def test_a_variant_that_sounds_worse_must_be_a_fifth_faster(int8: float, expected: str) -> None:
    runs = [_measured("small", "int8", 2, int8), _measured("full", "fp32", 2, 0.3)]
    assert _advised(*runs)[0] == expected


def test_of_models_that_sound_alike_the_faster() -> None:
    runs = [_measured("old", "fp32", 2, 0.31), _measured("new", "", 2, 0.30)]
    assert _advised(*runs)[0] == "new"


def test_what_is_slower_than_speech_is_said_to_stutter() -> None:
    assert "stutter" in advise([_measured("a", "fp32", 1, 0.9)]).why[-1]
    assert not advise([_measured("a", "fp32", 1, 0.7)]).why


def test_the_lines_are_what_config_toml_takes() -> None:
    lines = config_lines(Setup("kokoro-v1.1-fp32", "fp32", 4))
    assert tomllib.loads("\n".join(lines)) == {"model": "kokoro-v1.1-fp32", "threads": 4}
