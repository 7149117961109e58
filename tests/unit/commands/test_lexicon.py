"""`kokoroctl lexicon` as a user runs it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.phonemizing import with_dictionary

from kokorod.commands import FAILED, OK, USAGE
from kokorod.commands import lexicon as command
from kokorod.errors import ConfigError, KokorodError


@dataclass
class Person:
    environ: Mapping[str, str]
    interactive: bool = False

    def ask(self, request: dict[str, Any]) -> object | None:
        raise AssertionError("the file's time of change tells the daemon")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return with_dictionary(tmp_path)


def run(home: Path, *words: str, **environ: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    settings = {"KOKORO_HOME": str(home), "HOME": str(home), **environ}
    return command.run(parser.parse_args(words), Person(settings))


def test_add_list_remove(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "list") == OK
    assert "no entries" in capsys.readouterr().out
    assert run(home, "add", "Nguyen", "wˈɪn") == OK
    assert capsys.readouterr().out == "Nguyen is said wˈɪn in en\n"
    assert run(home, "add", "Nguyen", "/nwˈɪn/") == OK
    assert capsys.readouterr().out == "Nguyen is now said nwˈɪn in en\n"
    assert run(home, "add", "SQL", "--like", "sequel") == OK
    assert capsys.readouterr().out == "SQL is said sˈikwəl in en\n"
    assert run(home, "add", "New Caledonia", "--like", "new kaledonia", "--lang", "all") == OK
    capsys.readouterr()
    assert run(home, "list") == OK
    rows = capsys.readouterr().out.splitlines()
    assert [row.split() for row in rows] == [
        ["en", "Nguyen", "nwˈɪn"],
        ["en", "SQL", "like", "sequel"],
        ["all", "New", "Caledonia", "like", "new", "kaledonia"],
    ]
    assert run(home, "list", "--json") == OK
    assert json.loads(capsys.readouterr().out)[1] == {"lang": "en", "word": "SQL", "like": "sequel"}
    assert run(home, "remove", "SQL") == OK
    assert run(home, "remove", "SQL") == FAILED
    assert run(home, "remove", "New Caledonia") == FAILED
    assert "it is in all: give --lang" in capsys.readouterr().err
    assert run(home, "remove", "New Caledonia", "--lang", "all") == OK


def test_the_language_is_the_voices_own(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "add", "Lille", "lˈil", KOKORO_VOICE="ff_siwis") == OK
    assert capsys.readouterr().out == "Lille is said lˈil in fr\n"
    assert run(home, "add", "Pisa", "--like", "pizza", KOKORO_LANG="it") == OK
    assert capsys.readouterr().out.endswith("in it\n")


def test_what_is_wrong_is_said_and_nothing_written(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ConfigError, match="no symbol '%'"):
        run(home, "add", "word", "a%")
    with pytest.raises(ConfigError, match="like must be words"):
        run(home, "add", "word", "--like", "!!")
    with pytest.raises(KokorodError):
        run(home, "add", "word", "--like", "♭♭♭")
    assert run(home, "add", "word") == USAGE
    assert run(home, "add", "word", "a", "--like", "b") == USAGE
    assert not (home / "lexicon.toml").exists()


def test_a_wrong_entry_elsewhere_is_told_before_another_is_added(home: Path) -> None:
    (home / "lexicon.toml").write_text('[en]\nold = "%"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="'old'"):
        run(home, "add", "new", "a")
