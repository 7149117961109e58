"""kokoroctl voices: the table, one language, a sample heard; say -v '?' as macOS lists."""

from __future__ import annotations

import json
import re
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support import toy
from support.daemon.homes import speaking
from support.daemon.process import PATIENCE_S, DaemonProcess
from support.daemon.texts import without_joins
from support.speaker.null_sink import null_sink

from kokoro_client.cli.samples import LANGUAGES
from kokorod.models.store import Store
from kokorod.voices import languages
from kokorod.voices.names import GRADES, KNOWN


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """One that speaks with toy voices of every real name, and has a saved blend."""
    folder = tmp_path_factory.mktemp("voices")
    model = toy.build(folder / "toy.onnx")
    styles = toy.write_voices(folder / "voices.bin", sorted(KNOWN))
    home = folder / "home"
    Store(home / "models").import_files(model, styles, "toy")
    (home / "config.toml").write_text('[blends]\nwarm = "bf_emma:3,am_adam:1"\n')
    with speaking(home) as process:
        yield process


def asked(daemon: DaemonProcess, *arguments: str, status: int = 0) -> str:
    ended = subprocess.run(
        ["kokoroctl", *arguments],
        env=daemon.environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ended.returncode == status, ended.stderr
    return ended.stdout if status == 0 else ended.stderr


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.splitlines()]


def test_the_table_has_every_voice_by_language_gender_and_quality(daemon: DaemonProcess) -> None:
    heading, *body = rows(asked(daemon, "voices"))
    assert heading == ["voice", "language", "gender", "quality"]
    assert [row[0] for row in body[:3]] == ["af_heart", "af_bella", "af_nicole"]
    assert body[-2:] == [
        ["built-in", "any", "-", "-"],
        ["warm", "en-gb", "-", "-", "bf_emma:0.75,am_adam:0.25"],
    ]
    kokoro = body[:-2]
    assert {row[0] for row in kokoro} == KNOWN
    assert all(row[3] == GRADES.get(row[0], "-") for row in kokoro)
    order = [(list(LANGUAGES).index(row[1]), row[2]) for row in kokoro]
    assert order == sorted(order)


def test_one_language(daemon: DaemonProcess) -> None:
    def names(*arguments: str) -> list[str]:
        return [row[0] for row in rows(asked(daemon, "voices", *arguments))[1:]]

    assert names("--lang", "fr-CA") == ["ff_siwis"]
    assert names("-l", "pt_BR") == ["pf_dora", "pm_alex", "pm_santa"]
    assert len(names("--lang", "en")) == 29
    assert "warm" in names("--lang", "en-gb")
    refused = asked(daemon, "voices", "--lang", "xx", status=2)
    assert "no voice of the language 'xx'; the languages are en-us, en-gb, es" in refused


def test_json_is_what_the_daemon_says(daemon: DaemonProcess) -> None:
    value = json.loads(asked(daemon, "voices", "--json", "--lang", "ja"))
    assert value[0] == {
        "name": "jf_alpha",
        "lang": "ja",
        "gender": "female",
        "engine": "kokoro",
        "grade": "C+",
    }


def heard(path: Path) -> str:
    with wave.open(str(path)) as sound:
        pcm = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    return toy.decode(pcm).phonemes


@pytest.mark.parametrize(
    ("voice", "begins"),
    [
        ("af_heart", "həlˈO"),
        ("bf_emma", "ɡˈʊd"),
        ("ff_siwis", "bɔ"),
        ("em_alex", "ˈola"),
        ("warm", "ɡˈʊd"),
        ("ff_siwis:0.5,af_sky:0.5", "bɔ"),
    ],
)
def test_a_sample_is_spoken_in_the_voices_own_language(
    daemon: DaemonProcess, tmp_path: Path, voice: str, begins: str
) -> None:
    path = tmp_path / "sample.wav"
    asked(daemon, "voices", "--sample", voice, "-o", str(path))
    assert heard(path).startswith(begins)


def test_a_sample_of_nobody_is_refused(daemon: DaemonProcess, tmp_path: Path) -> None:
    path = str(tmp_path / "sample.wav")
    assert "no voice 'nobody'" in asked(
        daemon, "voices", "--sample", "nobody", "-o", path, status=1
    )
    assert "-o is for --sample" in asked(daemon, "voices", "-o", path, status=2)


def test_there_is_a_sample_in_each_language_and_each_can_be_read() -> None:
    assert set(LANGUAGES) == set(languages.LANGUAGES)
    assert len({sample for _, _, sample in LANGUAGES.values()}) == len(LANGUAGES)
    assert all(locale.replace("_", "-").lower()[:2] == lang[:2]
               for lang, (_, locale, _) in LANGUAGES.items())  # fmt: skip


def test_say_lists_them_as_macos_does(daemon: DaemonProcess) -> None:
    lines = asked(daemon, "say", "-v", "?").splitlines()
    assert len(lines) == len(KNOWN) + 2
    assert all(re.fullmatch(r"\S+ +[a-z]{2}_[A-Z]{2} +# .+", line) for line in lines)
    assert lines[0] == "af_heart            en_US    # " + LANGUAGES["en-us"][2]
    assert any(re.fullmatch(r"warm +en_GB +# .+", line) for line in lines)


@pytest.mark.parametrize("flag", ["-v", "--voice", "--blend"])
def test_say_speaks_with_a_blend(daemon: DaemonProcess, tmp_path: Path, flag: str) -> None:
    path = tmp_path / "blend.wav"
    said = asked(daemon, "say", flag, "bf_emma:3,am_adam:1", "--json", "-o", str(path), "Hello.")
    assert json.loads(said.splitlines()[0])["voice"] == "bf_emma:0.75,am_adam:0.25"


def test_say_takes_what_means_the_same_in_macos(daemon: DaemonProcess, tmp_path: Path) -> None:
    text, path = tmp_path / "text", tmp_path / "sound"
    text.write_text("Wait [[slnc 1000]] here.")
    asked(
        daemon, "say", "--input-file", str(text), "--output-file", str(path),
        "--file-format=WAVE", "--data-format=LEI16@24000", "--channels=1", "-r", "175",
    )  # fmt: skip
    with wave.open(str(path)) as sound:
        pcm = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    (pause,) = [s.length for s in toy.decode(pcm).silences if s.length > 12_000]
    assert pause == pytest.approx(24_000, abs=240)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--file-format", "AIFF"], "only WAVE; --format has wav, flac"),
        (["--file-format", "WAVE", "--format", "mp3"], "contradict each other"),
        (["--data-format", "LEF32@8000"], "only LEI16 or LEI16@24000"),
        (["--channels", "2"], "a voice is one channel"),
        (["--bit-rate", "64000"], "mp3 and opus are small"),
        (["--quality", "127"], "flac and wav lose nothing"),
        (["-n", "studio:49152"], "nothing leaves this machine"),
    ],
)
def test_say_refuses_what_means_something_else(
    daemon: DaemonProcess, flags: list[str], said: str
) -> None:
    assert said in asked(daemon, "say", "-o", "x.wav", *flags, "Hello", status=2)


def test_phonemes_go_into_say_as_they_come_out(daemon: DaemonProcess, tmp_path: Path) -> None:
    text = "It costs $5.30. NASA agrees! A title\n\nWhat, at 5 p.m.? Yes."
    printed = asked(daemon, "phonemes", text)
    paths = [tmp_path / "text.wav", tmp_path / "phonemes.wav"]
    asked(daemon, "say", "-o", str(paths[0]), text)
    asked(daemon, "say", "-o", str(paths[1]), "--phonemes", printed)
    assert heard(paths[0]) == heard(paths[1])
    assert without_joins(heard(paths[0])) == without_joins(" ".join(printed.split()))


def test_a_sample_is_heard_at_the_loudspeaker(daemon: DaemonProcess) -> None:
    with null_sink() as speaker:
        environ = {**daemon.environ, **speaker.environ}
        subprocess.run(
            ["kokoroctl", "voices", "--sample", "af_heart"],
            env=environ,
            check=True,
            timeout=PATIENCE_S,
        )
        speaker.sink.wait_silence()
        assert toy.decode(speaker.sink.pcm).phonemes.startswith("həlˈO")


def test_the_configuration_shows_saved_blends(daemon: DaemonProcess) -> None:
    (line,) = [at for at in asked(daemon, "config").splitlines() if at.startswith("blends ")]
    assert "warm = bf_emma:0.75,am_adam:0.25" in line
    value = {at["name"]: at["value"] for at in json.loads(asked(daemon, "config", "--json"))}
    assert value["blends"] == {"warm": "bf_emma:0.75,am_adam:0.25"}
