"""`kokoroctl explain`: every stage, without a daemon or a model."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.phonemizing import with_dictionary

from kokorod.commands import explain
from kokorod.speech.markup.ssml import SsmlError
from kokorod.vocabulary import default_vocabulary


@dataclass
class Here:
    environ: dict[str, str]
    interactive: bool = False
    asked: list[dict[str, object]] = field(default_factory=list)

    def ask(self, request: dict[str, object]) -> None:
        self.asked.append(request)


def said(tmp_path: Path, *argv: str) -> None:
    parser = argparse.ArgumentParser()
    explain.add_arguments(parser)
    here = Here({"KOKORO_HOME": str(with_dictionary(tmp_path))})
    assert explain.run(parser.parse_args(argv), here) == 0
    assert here.asked == []


def test_json_has_every_stage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "It costs $5.30. NASA agrees."
    said(tmp_path, "--json", text)
    value = json.loads(capsys.readouterr().out)
    assert value.keys() >= {
        "source",
        "normalized",
        "sentences",
        "phonemes",
        "tokens",
        "segments",
    }
    assert value["source"] == text
    assert "five dollars" in value["normalized"]
    assert [s["source"] for s in value["sentences"]] == ["It costs $5.30.", "NASA agrees."]
    ids = default_vocabulary()
    assert value["tokens"] == [[ids[c] for c in s["phonemes"]] for s in value["sentences"]]
    assert "".join(s["phonemes"] for s in value["segments"]) == value["phonemes"]
    words = {w["spoken"]: w for s in value["sentences"] for w in s["words"]}
    assert text[words["five"]["start"] : words["five"]["end"]] == "$5.30"
    assert words["costs"]["from"] in ("dictionary", "ending")
    assert {w: words[w]["rule"] for w in ("costs", "five", "NASA")} == {
        "costs": "plain",
        "five": "money.unit_first",
        "NASA": "names.capitals",
    }


def test_the_table_names_where_each_reading_came_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lexicon.toml").write_text('[en]\nkokorod = "kəkˈɔɹədi"\n', encoding="utf-8")
    said(tmp_path, "Meet kokorod, zyxxyvat.")
    out = capsys.readouterr().out
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert lines["kokorod"].endswith("lexicon")
    assert "kəkˈɔɹədi" in lines["kokorod"]
    assert lines["zyxxyvat"].endswith("espeak")


def test_nothing_to_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(tmp_path, "...")
    assert "nothing to say" in capsys.readouterr().out


def test_markup_is_read_as_the_daemon_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(tmp_path, "--json", '<speak>Go <break time="1s"/><voice name="bf_emma">on</voice></speak>')
    value = json.loads(capsys.readouterr().out)
    assert value["normalized"] == "Go on"
    assert [s["phonemes"] for s in value["sentences"]] == ["ɡˌO", "ˌɔn"]
    said(tmp_path, '<speak>Go <break time="1s"/><voice name="bf_emma">on</voice></speak>')
    out = capsys.readouterr().out
    assert "pause 1 s" in out
    assert "voice bf_emma" in out
    said(tmp_path, "--json", "--markdown", "# Head\n\n- *one* [two](http://x.org)")
    assert json.loads(capsys.readouterr().out)["normalized"] == "Head one two"


def test_the_table_shows_what_each_word_was_read_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(tmp_path, "It is $5.")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["WRITTEN", "SAID", "RULE", "PHONEMES", "FROM"] in lines
    assert ["$5", "dollars", "money.unit_first", "dˈɑləɹz", "dictionary"] in lines
    ids = default_vocabulary()
    assert ["tokens", *(str(ids[c]) for c in "ˌɪt ɪz fˈIv dˈɑləɹz.")] in lines
    assert ["segment", "1:", "20", "tokens,", "characters", "0", "to", "9"] in lines


def test_what_no_rule_of_english_reads_names_what_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(
        tmp_path,
        '<speak>Go <say-as interpret-as="ordinal">2</say-as> <sub alias="to">2</sub></speak>',
    )
    rows = {
        line.split()[1]: line.split()[2] for line in capsys.readouterr().out.splitlines() if line
    }
    assert rows["second"] == "say_as.ordinal"
    said(tmp_path, "--lang", "fr", "Bonjour")
    assert "Bonjour  foreign" in capsys.readouterr().out
    said(tmp_path, "[Go](/ɡˈO/)")
    assert "Go    -     ɡˈO       markup" in capsys.readouterr().out


def test_ssml_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SsmlError, match="line 1, column 15"):
        said(tmp_path, "<speak><bad></speak>")


def test_the_settings_for_emoji_and_code_are_followed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "Go 👍\n\n```python\nx\n```\n"
    said(tmp_path, "--json", "--markdown", text)
    assert json.loads(capsys.readouterr().out)["normalized"] == "Go thumbs up"
    (tmp_path / "config.toml").write_text(
        'emoji = "drop"\ncode_blocks = "announce"\n', encoding="utf-8"
    )
    said(tmp_path, "--json", "--markdown", text)
    assert json.loads(capsys.readouterr().out)["normalized"] == "Go Code block in python."
