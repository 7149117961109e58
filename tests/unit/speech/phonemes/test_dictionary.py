"""The dictionary's index: built once, checked, damaged, built by two at once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.phonemizing import cache_folder
from support.untraced import untraced

from kokorod.errors import KokorodError
from kokorod.speech.phonemes import dictionary
from kokorod.speech.phonemes.dictionary import Dictionary, open_dictionary


@pytest.fixture(scope="session")
def index_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one that other tests have built, copied: it is built once in a process."""
    open_dictionary("us", cache_folder()).close()
    folder = tmp_path_factory.mktemp("index")
    shutil.copy(cache_folder() / "dictionary-us.bin", folder)
    return folder


@pytest.fixture
def american(index_folder: Path) -> Dictionary:
    return open_dictionary("us", index_folder)


def tiny(folder: Path, gold: dict[str, object], silver: dict[str, object]) -> list[Path]:
    paths = [folder / "us_gold.json", folder / "us_silver.json"]
    for path, words in zip(paths, (gold, silver), strict=True):
        path.write_text(json.dumps(words, ensure_ascii=False, indent=2), encoding="utf-8")
    return paths


def test_words_are_as_misaki_has_them(american: Dictionary) -> None:
    world = american.lookup("world")
    assert world is not None
    assert (world.default, dict(world.forms), world.gold) == ("wˈɜɹld", {}, True)
    record = american.lookup("record")
    assert record is not None
    assert (record.default, dict(record.forms)) == ("ɹˈɛkəɹd", {"VERB": "ɹəkˈɔɹd"})
    acronym = american.lookup("IT")
    assert acronym is not None
    assert acronym.forms == {"NOUN": None}
    silver = american.lookup("aahing")
    assert silver is not None
    assert not silver.gold
    assert american.lookup("xyzzyx") is None
    assert american.lookup("") is None


def test_every_word_of_the_files_is_found(american: Dictionary) -> None:
    gold, silver = (
        json.loads(path.read_text(encoding="utf-8")) for path in dictionary._sources("us")[:2]
    )
    assert len(gold) > 90_000
    for word in list(gold)[::97]:
        entry = american.exact(word)
        assert entry is not None
        assert entry.gold, word
        expected = gold[word]
        if isinstance(expected, str):
            assert (entry.default, dict(entry.forms)) == (expected, {})
        else:
            assert {"DEFAULT": entry.default, **entry.forms} == expected
    for word in list(silver)[::97]:
        entry = american.exact(word)
        assert entry is not None
        assert entry.default == (gold if word in gold else silver)[word]
    with untraced():
        count = sum(1 for _ in american.words())
    assert count == len(gold.keys() | silver.keys())


def test_the_other_first_letter_is_found_and_gold_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = tiny(
        tmp_path,
        {"Paris": "pˈɛɹəs", "house": "hˈWs", "Turkey": "tˈɜɹki", "a": "ɐ"},
        {"turkey": "tˈʌɹki", "paris": "x", "aaron": "ˈɛɹən"},
    )
    monkeypatch.setattr(dictionary, "_sources", lambda accent: sources)
    found = open_dictionary("us", tmp_path / "cache")

    def said(word: str) -> str | None:
        entry = found.lookup(word)
        return entry.default if entry else None

    assert said("paris") == "pˈɛɹəs"
    assert said("House") == "hˈWs"
    assert said("turkey") == "tˈɜɹki"
    assert said("Aaron") == "ˈɛɹən"
    assert said("A") is None
    assert said("HOUSE") is None


def test_an_index_is_used_again(index_folder: Path) -> None:
    path = index_folder / "dictionary-us.bin"
    before = path.stat().st_ino
    open_dictionary("us", index_folder).close()
    assert path.stat().st_ino == before
    assert path.stat().st_size < 8_000_000
    assert [p.name for p in index_folder.iterdir()] == ["dictionary-us.bin"]


@pytest.fixture
def small_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The index of one word."""
    sources = tiny(tmp_path, {"world": "wˈɜɹld"}, {})
    monkeypatch.setattr(dictionary, "_sources", lambda accent: sources)
    open_dictionary("us", tmp_path / "cache").close()
    return tmp_path / "cache" / "dictionary-us.bin"


def heals(path: Path, damaged: bytes) -> bool:
    """Is the word found, and the file whole again?"""
    whole = path.read_bytes()
    path.write_bytes(damaged)
    found = open_dictionary("us", path.parent)
    entry = found.lookup("world")
    found.close()
    return entry is not None and entry.default == "wˈɜɹld" and path.read_bytes() == whole


@pytest.mark.parametrize("at", [0, 17, 21, 25, 29, 33, 37, 40, 60, 3_000, 700_000, -1])
def test_a_damaged_index_is_built_again(small_index: Path, at: int) -> None:
    damaged = bytearray(small_index.read_bytes())
    damaged[at] ^= 0x55
    assert heals(small_index, bytes(damaged))


@pytest.mark.parametrize("size", [0, 10, 36, 100_000])
def test_a_cut_off_index_is_built_again(small_index: Path, size: int) -> None:
    assert heals(small_index, small_index.read_bytes()[:size])


def test_an_index_with_more_behind_it_is_built_again(small_index: Path) -> None:
    assert heals(small_index, small_index.read_bytes() + b"more")


def test_another_release_of_the_data_is_built_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = tiny(tmp_path, {"word": "wˈɜɹd"}, {})
    monkeypatch.setattr(dictionary, "_sources", lambda accent: sources)
    cache = tmp_path / "cache"
    open_dictionary("us", cache).close()
    tiny(tmp_path, {"word": "wˈɔɹd", "more": "mˈɔɹ"}, {})
    entry = open_dictionary("us", cache).lookup("word")
    assert entry is not None
    assert entry.default == "wˈɔɹd"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1, 2]", '{"a": "b"', '{"a": 3}', '{"' + "x" * 300 + '": "a"}'],
)
def test_data_that_cannot_be_read_is_an_error_for_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    sources = tiny(tmp_path, {}, {})
    sources[0].write_text(text, encoding="utf-8")
    monkeypatch.setattr(dictionary, "_sources", lambda accent: sources)
    with pytest.raises(KokorodError, match="reinstall misaki"):
        open_dictionary("us", tmp_path / "cache")


def test_missing_data_is_an_error_for_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dictionary, "_sources", lambda accent: [tmp_path / "no.json"])
    with pytest.raises(KokorodError, match="reinstall misaki"):
        open_dictionary("us", tmp_path)


def test_a_cache_that_cannot_be_written_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = tiny(tmp_path, {"world": "wˈɜɹld"}, {})
    monkeypatch.setattr(dictionary, "_sources", lambda accent: sources)
    in_the_way = tmp_path / "cache"
    in_the_way.write_text("a file where the folder should be")
    entry = open_dictionary("us", in_the_way).lookup("world")
    assert entry is not None
    assert entry.default == "wˈɜɹld"


def test_a_disk_without_any_room_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    sources = tiny(tmp_path, {"world": "wˈɜɹld"}, {})
    monkeypatch.setattr(dictionary, "_sources", lambda accent: sources)
    for name in ("mkstemp", "TemporaryFile"):
        monkeypatch.setattr(f"tempfile.{name}", full)
    entry = open_dictionary("us", tmp_path).lookup("world")
    assert entry is not None
    assert entry.default == "wˈɜɹld"


def test_two_builders_at_once(tmp_path: Path) -> None:
    """Nor do they import misaki, of which they read the data."""
    code = (
        "import sys; from pathlib import Path;"
        "from kokorod.speech.phonemes.dictionary import open_dictionary;"
        "print(open_dictionary('gb', Path(sys.argv[1])).lookup('queue').default,"
        " {'misaki', 'numpy', 'phonemizer'} & sys.modules.keys())"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in running:
        out, _ = process.communicate(timeout=60)
        assert out.decode("utf-8").strip() == "kjˈuː set()"
    assert [p.name for p in tmp_path.iterdir()] == ["dictionary-gb.bin"]


def test_misaki_itself_is_not_imported(index_folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from kokorod.speech.phonemes.dictionary import open_dictionary;"
        "open_dictionary('us', Path(sys.argv[1])).lookup('world');"
        "print({'misaki', 'numpy', 'phonemizer'} & sys.modules.keys())"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(index_folder)], capture_output=True, timeout=60, check=True
    )
    assert out.stdout.decode().strip() == "set()"
