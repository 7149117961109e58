"""The user's lexicon: reading it, matching it, changing it."""

from __future__ import annotations

import os
import threading
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.phonemizing import cache_folder, tokens

from kokorod.errors import ConfigError
from kokorod.speech.lexicon import MAX_ENTRIES, SECTIONS, Entry, Lexicon, check, parse, read
from kokorod.speech.lexicon_file import add_entry, remove_entry
from kokorod.speech.phonemes.phonemizer import Phonemizer
from kokorod.speech.phonemes.reading import Source
from kokorod.speech.token import Token
from kokorod.vocabulary import alphabet

FILE = """\
# how we say things here
[en]
Nguyen = "wˈɪn"
SQL = { like = "sequel" }
kubectl = { like = "koob-CUTTLE" }
"new caledonia" = { like = "new kaledonia" }
"New York" = "nˌu jˈɔɹk"
new = "njˈu"

[fr]
Nguyen = "ŋwˈijɛn"

[all]
kokorod = "kˈOkəɹˌOd"
"""


def lexicon(path: Path, text: str = FILE) -> Lexicon:
    path.write_text(text, encoding="utf-8")
    made = Lexicon(path, alphabet())
    made.refresh()
    return made


def phonemizer(made: Lexicon) -> Phonemizer:
    return Phonemizer(alphabet(), cache_folder(), made)


def said(made: Lexicon, text: str, lang: str = "en-us") -> str:
    return phonemizer(made).sentence(tokens(text), lang).phonemes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lexicon.toml"


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("Nguyen", "en-us", "wˈɪn"),
        ("Nguyen", "en-gb", "wˈɪn"),
        ("Nguyen", "fr", "ŋwˈijɛn"),
        ("Nguyen's", "en-us", "wˈɪnz"),
        ("Nguyen’s", "en-us", "wˈɪnz"),
        ("SQL", "en-us", "sˈikwəl"),
        ("kubectl", "en-us", "kubkˈʌTᵊl"),
        ("KUBECTL Kubectl", "en-us", "kubkˈʌTᵊl kubkˈʌTᵊl"),
        ("in New York", "en-us", "ɪn nˌu jˈɔɹk"),
        ("New Caledonia", "en-us", "nˈu kˌælɪdˈOniə"),
        ("New Jersey", "en-gb", "njˈu ʤˈɜːzi"),
        ("kokorod", "it", "kˈOkəɹˌOd"),
        ("renew", "en-us", "ɹənˈu"),
    ],
)
def test_entries_are_said(path: Path, text: str, lang: str, expected: str) -> None:
    assert said(lexicon(path), text, lang) == expected


def test_a_key_with_capitals_is_the_word_written_so(path: Path) -> None:
    made = lexicon(path, '[en]\nPolish = "pˈAp"\nlinux = "lˈInəks"\n')
    assert said(made, "Polish") == "pˈAp"
    assert said(made, "polish") == "pˈɑlɪʃ"
    assert said(made, "LINUX Linux linux") == "lˈInəks lˈInəks lˈInəks"


def test_several_words_are_one_word_of_the_text(path: Path) -> None:
    text = "to New York, now"
    found = phonemizer(lexicon(path)).sentence(tokens(text), "en-us")
    assert [text[w.start : w.end] for w in found.words] == ["to", "New York", "now"]


def test_a_mark_between_keeps_words_apart(path: Path) -> None:
    assert "nˌu jˈɔɹk" not in said(lexicon(path), "New, York")


def test_markup_goes_before_the_lexicon(path: Path) -> None:
    token = Token("Nguyen", 0, 6, phonemes="dˈɔɡ")
    assert phonemizer(lexicon(path)).sentence([token], "en-us").phonemes == "dˈɔɡ"


def test_the_language_of_the_word_counts(path: Path) -> None:
    made = phonemizer(lexicon(path))
    assert made.sentence([Token("Nguyen", 0, 6, lang="fr")], "en-us").phonemes == "ŋwˈijɛn"


def test_explain_says_that_it_was_the_lexicon(path: Path) -> None:
    found = phonemizer(lexicon(path)).explain(tokens("New York dog"), "en-us")
    assert [r.source for _, r in found] == [Source.LEXICON, Source.LEXICON, Source.DICTIONARY]


def test_a_change_is_taken_in_and_only_a_change(path: Path) -> None:
    made = lexicon(path)
    mouth = phonemizer(made)
    assert mouth.sentence(tokens("SQL Nguyen"), "en-us").phonemes == "sˈikwəl wˈɪn"
    assert not made.refresh()
    path.write_text('[en]\nSQL = { like = "squirrel" }\n', encoding="utf-8")
    assert made.refresh()
    assert mouth.sentence(tokens("SQL"), "en-us").phonemes == "skwˈɜɹᵊl"
    path.unlink()
    assert made.refresh()
    assert not made.refresh()
    assert made.entries() == {}


def test_a_wrong_file_is_told_once_and_leaves_what_was_there(path: Path) -> None:
    made = lexicon(path)
    path.write_text('[en]\nNguyen = "%"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="no symbol '%'"):
        made.refresh()
    assert not made.refresh()
    assert said(made, "Nguyen") == "wˈɪn"
    path.write_text('[en]\nNguyen = "dˈɔɡ"\n', encoding="utf-8")
    assert made.refresh()
    assert said(made, "Nguyen") == "dˈɔɡ"


def test_no_file_is_no_entries(path: Path) -> None:
    made = Lexicon(path, alphabet())
    assert not made.refresh()
    assert made.match(["word"], 0, "en-us") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[en\n", "cannot be read"),
        ('[xx]\na = "b"\n', "'xx' is no section; the sections are all, en, en-us"),
        ('word = "b"\n', "'word' is no section"),
        ("[en]\na = 3\n", r"\[en\] 'a' must be phonemes, or"),
        ('[en]\na = { like = "b", and = "c" }\n', "must be phonemes, or"),
        ("[en]\na = { like = 3 }\n", "must be phonemes, or"),
        ('[en]\na = { like = "--" }\n', "like must be words"),
        ('[en]\na = ""\n', "1 to 200 phonemes"),
        ('[en]\na = "...ˈ"\n', "has no sound"),
        ('[en]\na = "b%"\n', r"no symbol '%' \(number 2 of 'b%'\)"),
        ('[en]\na = "ɫa"\n', "use 'l'"),
        ('[en]\na = "\'a"\n', "use 'ˈ'"),
        ('[en]\n" " = "a"\n', "must be 1 to 8 words"),
        ('[en]\n"a b c d e f g h i" = "a"\n', "must be 1 to 8 words"),
        ('[en]\na = "' + "a" * 201 + '"\n', "1 to 200 phonemes"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(path: Path, text: str, message: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message) as error:
        read(path, alphabet())
    assert str(path) in str(error.value)


def test_a_file_has_a_limit(path: Path) -> None:
    rows = "\n".join(f'w{i} = "a"' for i in range(MAX_ENTRIES + 1))
    path.write_text(f"[en]\n{rows}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=f"{MAX_ENTRIES} are allowed"):
        read(path, alphabet())
    path.write_bytes(b"#" * (9 << 20))
    with pytest.raises(ConfigError, match="over 8 MB"):
        read(path, alphabet())


def test_a_file_that_is_not_text(path: Path) -> None:
    path.write_bytes(b"[en]\na = \xff\n")
    with pytest.raises(ConfigError, match="cannot be read"):
        read(path, alphabet())


def test_slashes_and_the_keyboards_g_are_understood() -> None:
    assert check("dog", "/dˈɔg/", alphabet()) == "dˈɔɡ"
    assert check("dog", "  dˈɔɡ   kˈæt ", alphabet()) == "dˈɔɡ kˈæt"


def test_adding_leaves_comments_and_order_alone(path: Path) -> None:
    path.write_text(FILE, encoding="utf-8")
    assert add_entry(path, "en", Entry("SQL", "ˈɛs", "")) is True
    assert add_entry(path, "en", Entry("a new one", "", "b c")) is False
    assert add_entry(path, "it", Entry('quo"te', "k", "")) is False
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# how we say things here\n[en]\nNguyen")
    data = tomllib.loads(text)
    assert data["en"]["SQL"] == "ˈɛs"
    assert data["en"]["a new one"] == {"like": "b c"}
    assert data["it"] == {'quo"te': "k"}
    assert list(data) == ["en", "fr", "all", "it"]
    assert len(data["en"]) == 7


def test_removing(path: Path) -> None:
    path.write_text(FILE, encoding="utf-8")
    assert remove_entry(path, "fr", "Nguyen") is True
    assert remove_entry(path, "fr", "Nguyen") is False
    assert remove_entry(path, "en", "New York") is True
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert data["fr"] == {}
    assert "New York" not in data["en"]
    assert data["en"]["Nguyen"] == "wˈɪn"


@pytest.mark.parametrize(
    "text",
    [
        'en.word = "a"\n',
        'en = { word = "a" }\n',
        '[en]\nword = """\na"""\n',
        "[en.word]\nlike = 'a'\n",
    ],
)
def test_a_file_it_cannot_edit_is_left_as_it_is(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="edit it by hand"):
        remove_entry(path, "en", "word")
    assert path.read_text(encoding="utf-8") == text


def test_a_broken_file_is_not_written_over(path: Path) -> None:
    path.write_text("[en\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="fix it first"):
        add_entry(path, "en", Entry("a", "b", ""))
    assert path.read_text(encoding="utf-8") == "[en\n"


def test_adding_at_the_same_time_loses_nothing(path: Path) -> None:
    threads = [
        threading.Thread(target=add_entry, args=(path, "en", Entry(f"word{i}", "a", "")))
        for i in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tomllib.loads(path.read_text(encoding="utf-8"))["en"]) == 16
    assert os.listdir(path.parent) == [path.name]  # noqa: PTH208 - names only


def test_a_link_stays_a_link(tmp_path: Path, path: Path) -> None:
    real = tmp_path / "elsewhere.toml"
    real.write_text(FILE, encoding="utf-8")
    path.symlink_to(real)
    add_entry(path, "en", Entry("word", "a", ""))
    assert path.is_symlink()
    assert "word" in tomllib.loads(real.read_text(encoding="utf-8"))["en"]


WORDS = st.text(min_size=1, max_size=12).filter(lambda w: 0 < len(w.split()) <= 8)


@settings(max_examples=examples(150), deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(SECTIONS), WORDS, st.sampled_from(["dˈɔɡ", "kˈæt"])), max_size=8
    ),
)
def test_any_words_can_be_added_and_taken_out(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[str, str, str]]
) -> None:
    path = tmp_path_factory.mktemp("lexicon") / "lexicon.toml"
    expected: dict[tuple[str, str], str] = {}
    for section, word, phonemes in entries:
        add_entry(path, section, parse(word, phonemes, alphabet()))
        expected[section, word] = phonemes
    for section, word in list(expected)[::2]:
        assert remove_entry(path, section, word)
        del expected[section, word]
    found = {
        (section, word): entry.phonemes
        for section, by_word in read(path, alphabet()).items()
        for word, entry in by_word.items()
    }
    assert found == expected


def test_a_byte_order_mark_is_no_fault(path: Path) -> None:
    path.write_text('﻿[en]\nfoo = "/fˈu/"\n', encoding="utf-8")
    assert lexicon(path, path.read_text(encoding="utf-8")).entries()["en"].keys() == {"foo"}
