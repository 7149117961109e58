"""`kokoroctl phonemes`: what it prints is read back by the phoneme reader as the same tokens."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from support.phonemizing import with_dictionary

from kokorod.commands import phonemes
from kokorod.speech.sentences import PHONEMES, SentenceSplitter
from kokorod.vocabulary import default_vocabulary

TEXTS = [
    "Hello, world.",
    "It costs $5.30. NASA agrees! Does it? Yes.",
    "A title\n\nIts text, which goes on",
    "Wait... what? Dr. Lee said so at 5 p.m. on Monday.",
    "An Irish Oyster Is Ours\nToys Await\nA quay",
    "one\ntwo\n\nthree",
]


class Here:
    interactive = False

    def __init__(self, home: Path) -> None:
        self.environ = {"KOKORO_HOME": str(with_dictionary(home))}

    def ask(self, request: dict[str, object]) -> None:
        raise AssertionError("it needs no daemon")


def printed(home: Path, capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    parser = argparse.ArgumentParser()
    phonemes.add_arguments(parser)
    assert phonemes.run(parser.parse_args(argv), Here(home)) == 0
    return capsys.readouterr().out


def read_back(text: str) -> list[str]:
    splitter = SentenceSplitter(PHONEMES)
    splitter.feed(text, final=True)
    found = []
    while (span := splitter.next()) is not None:
        found.append(text[span[0] : span[1]])
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_printed_is_read_back_as_the_same_phonemes(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value = json.loads(printed(tmp_path, capsys, "--json", text))
    assert value["sentences"]
    again = read_back(printed(tmp_path, capsys, text))
    ids = default_vocabulary()
    tokens = [token for s in value["sentences"] for token in s["tokens"]]
    # If a mark inside a sentence ends one, the space after it becomes the pause.
    heard = [ids[symbol] for sentence in again for symbol in sentence]
    space = ids[" "]
    assert [t for t in heard if t != space] == [t for t in tokens if t != space]
    ends = {s["phonemes"][-5:] for s in value["sentences"]}
    assert ends <= {sentence[-5:] for sentence in again}
    assert all(text[s["start"] : s["end"]] == s["source"] for s in value["sentences"])


def test_the_language_and_the_lexicon_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lexicon.toml").write_text('[en]\nkokorod = "kəkˈɔɹədi"\n', encoding="utf-8")
    assert "kəkˈɔɹədi" in printed(tmp_path, capsys, "Kokorod speaks.")
    assert printed(tmp_path, capsys, "-l", "fr", "Bonjour.").startswith("bɔ̃ʒˈuʁ")
    (tmp_path / "config.toml").write_text('voice = "warm"\nblends = {warm = "ff_siwis,af_sky"}\n')
    assert printed(tmp_path, capsys, "Bonjour.").startswith("bɔ̃ʒˈuʁ")


def test_nothing_to_say_is_nothing_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(tmp_path, capsys, "...") == ""
