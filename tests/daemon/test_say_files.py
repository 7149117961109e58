"""kokoroctl say -f and -o as a process: what is read, what is written, what an end leaves."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from support import toy
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until

_LONG = "The quick brown fox jumps over the lazy dog. " * 500

#: kokoroctl when the package for the formats is not installed.
_WITHOUT_SOUNDFILE = """
import sys
sys.modules["soundfile"] = None
from kokoro_client.cli.main import entry
sys.exit(entry())
"""


def _say(
    daemon: DaemonProcess, *arguments: str | Path, text: bytes = b"", status: int = 0
) -> tuple[bytes, str]:
    """What it writes to standard output and to standard error."""
    ended = subprocess.run(
        ["kokoroctl", "say", *arguments],
        env=daemon.environ,
        input=text,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    assert ended.returncode == status, ended.stderr
    return ended.stdout, ended.stderr.decode()


class About(NamedTuple):
    format: str
    subtype: str
    samplerate: int
    title: str


def _read(file: Path | io.BytesIO) -> tuple[NDArray[np.int16], About]:
    with soundfile.SoundFile(file) as sound:
        about = About(sound.format, sound.subtype, sound.samplerate, sound.title)
        return sound.read(dtype="int16"), about


def _heard(pcm: NDArray[np.int16]) -> str:
    return toy.phonemes_of(toy.decode(pcm).tokens)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("ending", "container", "encoding", "lossless"),
    [
        ("wav", "WAV", "PCM_16", True),
        ("flac", "FLAC", "PCM_16", True),
        ("ogg", "OGG", "VORBIS", False),
        ("opus", "OGG", "OPUS", False),
        ("mp3", "MP3", "MPEG_LAYER_III", False),
    ],
)
def test_each_format_by_its_ending(
    shared_daemon: DaemonProcess,
    tmp_path: Path,
    ending: str,
    container: str,
    encoding: str,
    lossless: bool,
) -> None:
    raw, _ = _say(shared_daemon, "--raw", "Hello, world.")
    said = np.frombuffer(raw, "<i2")
    folder = tmp_path / "out"
    folder.mkdir()
    _say(shared_daemon, "-o", folder / f"Die Grüße.{ending}", "Hello, world.")
    assert _names(folder) == [f"Die Grüße.{ending}"]
    sound, about = _read(folder / f"Die Grüße.{ending}")
    assert (about.format, about.subtype, about.samplerate) == (container, encoding, 24_000)
    assert about.title == "Die Grüße"
    if lossless:
        assert np.array_equal(sound, said)
        assert _heard(sound).startswith("həlˈ")
    else:
        # Codecs add at most a few frames of their own.
        assert 0 <= len(sound) - len(said) <= 3_000
        assert abs(np.abs(sound).mean() / np.abs(said).mean() - 1) < 0.1


def test_a_format_by_its_name_and_a_title(shared_daemon: DaemonProcess, tmp_path: Path) -> None:
    path = tmp_path / "take.2"
    _say(shared_daemon, "-o", path, "--format", "flac", "--title", "Take two", "Hello.")
    _, about = _read(path)
    assert (about.format, about.title) == ("FLAC", "Take two")


@pytest.mark.parametrize("format", ["wav", "ogg", "opus"])
def test_standard_output_is_a_stream_of_the_format(
    shared_daemon: DaemonProcess, format: str
) -> None:
    streamed, _ = _say(
        shared_daemon, "-o", "-", "--format", format, "--title", "Hi", "Hello, world."
    )
    raw, _ = _say(shared_daemon, "--raw", "Hello, world.")
    if format == "wav":  # its header does not know the length
        assert streamed.endswith(raw)
        assert b"INAM\3\0\0\0Hi\0" in streamed
        return
    sound, about = _read(io.BytesIO(streamed))
    assert about.title == "Hi"
    assert 0 <= len(sound) - len(raw) // 2 <= 3_000


def test_a_file_is_replaced_when_the_new_one_is_whole(
    shared_daemon: DaemonProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "real.flac").write_text("old")
    (folder / "real.flac").chmod(0o640)
    (folder / "link.flac").symlink_to("real.flac")
    _say(shared_daemon, "-v", "nobody", "-o", folder / "link.flac", "Hello", status=1)
    assert (folder / "real.flac").read_text() == "old"
    _say(shared_daemon, "-o", folder / "link.flac", "Hello, world.")
    assert (folder / "link.flac").is_symlink()
    assert _heard(_read(folder / "real.flac")[0]).startswith("həlˈ")
    assert (folder / "real.flac").stat().st_mode & 0o777 == 0o640
    assert _names(folder) == ["link.flac", "real.flac"]


@pytest.mark.parametrize(
    ("ending", "number"),
    [
        ("wav", signal.SIGINT),
        ("flac", signal.SIGINT),
        ("opus", signal.SIGINT),
        ("wav", signal.SIGTERM),
        ("wav", signal.SIGHUP),
    ],
)
def test_what_was_made_before_ctrl_c_is_kept_beside(
    shared_daemon: DaemonProcess, tmp_path: Path, ending: str, number: int
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / f"long.{ending}").write_text("old")
    with subprocess.Popen(
        ["kokoroctl", "say", "-o", folder / f"long.{ending}", "-"],
        env=shared_daemon.environ,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stderr
        process.stdin.write(b"One sentence. Another one. And ")
        process.stdin.flush()

        def written() -> bool:
            return any(path.stat().st_size > 2_000 for path in folder.glob(".*"))

        wait_until(written, "some sound")
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 130
        (line,) = process.stderr.read().decode().splitlines()
    assert line.endswith(f"what was made until then is in {folder}/long.part.{ending}")
    assert (folder / f"long.{ending}").read_text() == "old"
    assert set(_names(folder)) == {f"long.part.{ending}", f"long.{ending}"}
    sound, _ = _read(folder / f"long.part.{ending}")
    assert len(sound) > 2_000


def test_ctrl_c_before_any_sound_leaves_nothing(
    shared_daemon: DaemonProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with subprocess.Popen(
        ["kokoroctl", "say", "-o", folder / "x.wav", "-"],
        env=shared_daemon.environ,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        wait_until(lambda: shared_daemon.ask("status")["requests"]["active"] == 1, "the speech")
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130
        assert process.stderr
        assert process.stderr.read() == b""
    assert _names(folder) == []


def test_a_device_is_written_to_and_stays(shared_daemon: DaemonProcess) -> None:
    _say(shared_daemon, "-o", "/dev/null", "Hello.")
    assert Path("/dev/null").is_char_device()


def test_a_reader_that_goes_ends_an_encoded_stream_quietly(shared_daemon: DaemonProcess) -> None:
    with subprocess.Popen(
        ["kokoroctl", "say", "-o", "-", "--format", "ogg", _LONG],
        env=shared_daemon.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.read(100)
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 1
        assert process.stderr.read() == b""


def test_without_soundfile_it_says_what_to_install(
    shared_daemon: DaemonProcess, tmp_path: Path
) -> None:
    for ending, status in (("opus", 1), ("wav", 0)):
        ended = subprocess.run(
            [
                *(sys.executable, "-c", _WITHOUT_SOUNDFILE),
                *("say", "-o", tmp_path / f"x.{ending}", "Hello"),
            ],
            env=shared_daemon.environ,
            capture_output=True,
            text=True,
        )
        assert ended.returncode == status
        if status:
            (line,) = ended.stderr.splitlines()
            assert "OPUS needs the package soundfile" in line
            assert "pip install 'kokoro-client[formats]'" in line


def test_files_are_spoken_in_order_each_by_its_ending(
    shared_daemon: DaemonProcess, tmp_path: Path
) -> None:
    (tmp_path / "one.md").write_text("# One\n\nSee [two](http://example.com).\n")
    (tmp_path / "two.txt").write_text("Two.")
    (tmp_path / "three.xml").write_text("<speak>Three.</speak>")
    files = ["one.md", "two.txt", "-", "three.xml"]
    flags = [part for file in files for part in ("-f", file if file == "-" else tmp_path / file)]
    _say(shared_daemon, *flags, "-o", tmp_path / "all.wav", text=b"Four.")
    whole, _ = _read(tmp_path / "all.wav")
    heard = _heard(whole)
    places = [heard.index(word) for word in ("wˈʌn", "sˈi", "tˈu", "fˈɔɹ", "θɹˈi")]
    assert places == sorted(places)
    assert "ɛɡzˈæm" not in heard  # the target of the link
    silences = [silence.length / 24_000 for silence in toy.decode(whole).silences]
    assert len([length for length in silences if length >= 0.8]) == 3


def test_a_file_that_is_not_there_is_known_before_the_first_is_spoken(
    shared_daemon: DaemonProcess, tmp_path: Path
) -> None:
    (tmp_path / "one.txt").write_text("One.")
    out, err = _say(
        shared_daemon, "--raw", "-f", tmp_path / "one.txt", "-f", tmp_path / "two.txt", status=1
    )
    assert out == b""
    assert err == f"kokoroctl: cannot read {tmp_path}/two.txt: No such file or directory\n"


def test_a_file_that_lacks_some_of_its_text_is_not_whole(
    shared_daemon: DaemonProcess, tmp_path: Path
) -> None:
    (tmp_path / "one.txt").write_text("One.")
    folder = tmp_path / "out"
    folder.mkdir()
    _, err = _say(
        *(shared_daemon, "-f", tmp_path / "one.txt", "-f", folder, "-o", folder / "x.wav"), status=1
    )
    assert _names(folder) == ["x.part.wav"]
    assert f"cannot read {folder}: Is a directory" in err


def test_phonemes_are_said_as_they_stand(shared_daemon: DaemonProcess) -> None:
    raw, _ = _say(shared_daemon, "--raw", "--phonemes", "həlˈO, wˈɜɹld.")
    assert _heard(np.frombuffer(raw, "<i2")) == "həlˈO, wˈɜɹld."


def test_a_rate_in_words_a_minute_is_a_speed(shared_daemon: DaemonProcess) -> None:
    fast, _ = _say(shared_daemon, "--raw", "-r", "350", "Hello, world.")
    same, _ = _say(shared_daemon, "--raw", "-s", "2", "Hello, world.")
    normal, _ = _say(shared_daemon, "--raw", "Hello, world.")
    assert len(fast) == len(same) < len(normal)


def test_no_cache_neither_reads_nor_keeps(shared_daemon: DaemonProcess) -> None:
    for flags, cached in (([], False), ([], True), (["--no-cache"], False)):
        out, _ = _say(shared_daemon, "--json", "-o", "/dev/null", *flags, "Never said before.")
        assert (b'"cached": true' in out) == cached
