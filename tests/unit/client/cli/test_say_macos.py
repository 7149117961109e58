"""The flags of macOS' say that have another name here are the same flags."""

from __future__ import annotations

import pytest

from kokoro_client.cli import say
from kokoro_client.cli.main import parser_of


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (["-a", "Built-in"], ["--device", "Built-in"]),
        (["--audio-device=Built-in"], ["--device", "Built-in"]),
        (["-i"], ["--follow"]),
        (["--interactive"], ["--follow"]),
        (["--input-file=x"], ["-f", "x"]),
        (["--output-file=x.wav"], ["-o", "x.wav"]),
        (["--voice=af_sky", "--rate=200"], ["-v", "af_sky", "-r", "200"]),
    ],
)
def test_they_mean_the_same(theirs: list[str], ours: list[str]) -> None:
    parser = parser_of("say", say)
    assert parser.parse_args([*theirs, "Hello"]) == parser.parse_args([*ours, "Hello"])
