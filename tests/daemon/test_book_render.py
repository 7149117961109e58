"""kokoroctl book render: the sound of every part, in order, however often it was interrupted."""

from __future__ import annotations

import io
import json
import re
import resource
import shutil
import signal
import subprocess
import wave
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from support import toy
from support.daemon.homes import speaking, toy_home
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until
from support.epubs import make
from support.untraced import without_tracer

from kokoro_client import Client
from kokoro_client.cli.main import main
from kokoro_doors.book.plain import read_book

Render = Callable[..., tuple[list[dict[str, Any]], str]]

LINES = [f"The boat came {word} to the shore, and sank." for word in "back near down over".split()]
PAGES = {
    "a.xhtml": f"<h1>The Boat</h1><p>{LINES[0]}</p><p>***</p><p>{' '.join(LINES * 2)}</p>",
    "b.xhtml": f"<h1>The Shore</h1><p>{LINES[1]}</p>",
}
NAMES = ["01 The Boat", "02 The Shore"]

#: A chapter to be whole in the end, and one so long that a kill comes before its end.
LONG = "\n\n".join(
    f"Chapter {chapter}\n\n"
    + "\n\n".join(f"Paragraph {n} of {chapter}. {LINES[n % 4]}" for n in range(length))
    for chapter, length in ((1, 15), (2, 400))
)
PARTS = 16
FIRST = ("--chapters", "1")


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """With a toy that adds no noise, so that what is spoken twice is the same to the sample."""
    home = toy_home(tmp_path_factory.mktemp("still"), noise=0.0)
    settings = {"KOKORO_STREAMING": "false", "KOKORO_SKIP_EXTENDED_WARMING": "true"}
    with speaking(home, settings) as process:
        yield process


@pytest.fixture(scope="module")
def spoken_work(daemon: DaemonProcess, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work folder of the book, all of it spoken."""
    folder = tmp_path_factory.mktemp("book")
    book = make(folder / "book.epub", PAGES)
    arguments = (book, "-o", folder / "out", "--format", "wav", "--work", folder / "work")
    ended, told, said = end_of(begin(daemon.environ, *arguments))
    assert ended == 0, said
    assert [t["event"] for t in told].count("part") == 6
    assert told[-1]["spoken_s"] > 0
    return folder / "work"


@pytest.fixture
def work(spoken_work: Path, tmp_path: Path) -> Path:
    """Such a folder, to be changed."""
    return shutil.copytree(spoken_work, tmp_path / "work")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make(tmp_path / "book.epub", PAGES, author="Ann Other")


@pytest.fixture
def render(
    daemon: DaemonProcess, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Render]:
    """render(arguments, status=0) in this process; gives what it tells, and standard error."""
    for name, value in daemon.environ.items():
        monkeypatch.setenv(name, value)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def run(*arguments: str | Path, status: int = 0) -> tuple[list[dict[str, Any]], str]:
        ended = main(["book", "render", "--json", *map(str, arguments)])
        out, said = capsys.readouterr()
        assert ended == status, said
        return [json.loads(line) for line in out.splitlines()], said

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def long_book(tmp_path: Path) -> Path:
    path = tmp_path / "long.txt"
    path.write_text(LONG)
    return path


def begin(environ: Mapping[str, str], *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["kokoroctl", "book", "render", "--json", *arguments],
        env=dict(environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end_of(process: subprocess.Popen[str]) -> tuple[int, list[dict[str, Any]], str]:
    out, err = process.communicate(timeout=PATIENCE_S)
    return process.returncode, [json.loads(line) for line in out.splitlines()], err


def pcm_of(path: Path) -> NDArray[np.int16]:
    with wave.open(str(path)) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (24_000, 1)
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2")


def spoken(work: Path) -> dict[str, int]:
    """The parts that are there whole, and when each was written."""
    return {path.stem: path.stat().st_mtime_ns for path in (work / "parts").glob("*.json")}


def more_parts(process: subprocess.Popen[str], work: Path, there: int = 0) -> None:
    """Wait until it has spoken three more."""
    wait_until(
        lambda: process.poll() is not None or len(spoken(work)) > there + 2, "three more parts"
    )


def test_each_chapter_is_the_sound_of_its_paragraphs(
    render: Render, daemon: DaemonProcess, book: Path, work: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    told, _ = render(book, "-o", out, "--format", "wav", "--srt", "--work", work)
    assert "part" not in [t["event"] for t in told]
    assert sorted(path.name for path in out.iterdir()) == [
        f"{name}.{ending}" for name in NAMES for ending in ("srt", "wav")
    ]
    with Client(daemon.socket, start=False) as client:
        for name, chapter in zip(NAMES, read_book(book).chapters, strict=True):
            pieces = [bytes(24_000)]  # 0.5 s
            for number, text in enumerate(chapter.paragraphs):
                pieces += client.speak(text, ttfa_ms=60_000, cache=False)
                last = number == len(chapter.paragraphs) - 1
                pieces.append(bytes(round((1.5 if last else 0.6 if number else 0.9) * 48_000)))
            assert pcm_of(out / f"{name}.wav").tobytes() == b"".join(pieces)
    captions = (out / f"{NAMES[1]}.srt").read_text()
    assert captions.startswith("1\n00:00:00,5")  # the silence before it is in its times
    assert LINES[1].split(",")[0] in " ".join(captions.split())


def test_only_what_changed_is_spoken_again(
    render: Render, book: Path, work: Path, tmp_path: Path
) -> None:
    arguments = (book, "-o", tmp_path / "out", "--format", "wav", "--work", work)
    before = spoken(work)
    render(*arguments)
    assert spoken(work) == before

    make(book, {**PAGES, "b.xhtml": PAGES["b.xhtml"] + "<p>It was over.</p>"}, author="Ann Other")
    told, _ = render(*arguments)
    assert [t["event"] for t in told].count("part") == 1
    assert [t["fresh"] for t in told if t["event"] == "file"] == [False, True]
    assert before.items() <= spoken(work).items()

    render(*arguments, "--chapters", "2", "--speed", "1.5")
    assert not before.keys() & spoken(work).keys()  # what no longer belongs to it is gone


@pytest.fixture(scope="module")
def unbroken(daemon: DaemonProcess, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The long book, rendered in one go."""
    folder = tmp_path_factory.mktemp("unbroken")
    (folder / "long.txt").write_text(LONG)
    ended, _, said = end_of(
        begin(daemon.environ, folder / "long.txt", "-o", folder / "long.wav", *FIRST)
    )
    assert ended == 0, said
    return (folder / "long.wav").read_bytes()


def test_a_killed_run_goes_on_where_it_was(
    render: Render, daemon: DaemonProcess, long_book: Path, tmp_path: Path, unbroken: bytes
) -> None:
    out, work = tmp_path / "long.wav", tmp_path / "work"
    for number in (signal.SIGKILL, signal.SIGTERM):
        there = len(spoken(work))
        process = begin(daemon.environ, long_book, "-o", tmp_path / "all.wav", "--work", work)
        more_parts(process, work, there)
        process.send_signal(number)
        ended, _, said = end_of(process)
        assert ended == (130 if number == signal.SIGTERM else -number), said
    assert not list(tmp_path.glob("all.wav*"))
    before = spoken(work)
    (first, _) = json.loads((work / "manifest.json").read_text())["chapters"]
    missing = set(first["parts"]) - before.keys()
    # What the kill left is cleared away, and nothing half-written is taken for whole.
    (work / "parts" / ".key.pcm.0123abcd").write_bytes(b"half")
    damaged = next(key for key in first["parts"] if key in before)
    with (work / "parts" / f"{damaged}.pcm").open("ab") as part:
        part.truncate(100)
    told, _ = render(long_book, "-o", out, "--work", work, *FIRST)
    assert [t["event"] for t in told].count("part") == len(missing) + 1
    after = spoken(work)
    assert {k: at for k, at in before.items() if k != damaged}.items() <= after.items()
    assert not list((work / "parts").glob(".*"))
    assert out.read_bytes() == unbroken


def test_no_room_is_a_line_and_loses_nothing(
    render: Render, daemon: DaemonProcess, long_book: Path, tmp_path: Path, unbroken: bytes
) -> None:
    out, work = tmp_path / "long.wav", tmp_path / "long.wav.work"

    def limited(most: int) -> tuple[int, str]:
        process = subprocess.run(
            ["kokoroctl", "book", "render", long_book, "-o", out, *FIRST],
            env=without_tracer(daemon.environ),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        )
        return process.returncode, process.stderr

    largest = max(len(unbroken) // PARTS, 1)
    status, said = limited(largest // 4)  # not even a paragraph
    assert (status, said.count("\n")) == (1, 1)
    assert "no room is left" in said
    assert len(spoken(work)) == 1  # its heading
    status, said = limited(largest * 4)  # all parts, but not the whole
    assert (status, said.count("\n")) == (1, 1)
    assert "no room is left" in said
    assert len(spoken(work)) == PARTS
    assert sorted(path.name for path in tmp_path.iterdir()) == ["long.txt", "long.wav.work"]
    told, _ = render(long_book, "-o", out, *FIRST)
    assert "part" not in [t["event"] for t in told]
    assert out.read_bytes() == unbroken


def test_a_damaged_part_is_told_and_spoken_again(
    render: Render, book: Path, work: Path, tmp_path: Path
) -> None:
    out = tmp_path / "b.wav"
    part = max((work / "parts").glob("*.pcm"), key=lambda path: path.stat().st_size)
    sound = part.read_bytes()
    part.write_bytes(bytes(len(sound)))
    arguments = (book, "-o", out, "--work", work)
    _, said = render(*arguments, status=1)
    assert "was damaged" in said
    assert not out.exists()
    told, _ = render(*arguments)
    assert [t["event"] for t in told].count("part") == 1
    assert part.read_bytes() == sound
    assert sound in out.read_bytes()


def test_what_cannot_be_is_said_before_anything_is_spoken(
    render: Render, book: Path, tmp_path: Path
) -> None:
    cases = [
        (2, "book has 1 to 2", (book, "--chapters", "3")),
        (1, "cannot read", (tmp_path / "none.epub",)),
        (1, "nobody", (book, "--voice", "nobody")),
        (2, "speed", (book, "--speed", "9")),
    ]
    for status, message, arguments in cases:
        told, said = render(*arguments, "-o", tmp_path / "x", status=status)
        assert (told, said.count("\n")) == ([], 1), said
        assert message in said


@pytest.mark.skipif(not shutil.which("ffprobe"), reason="needs ffmpeg")
def test_one_file_has_its_chapters_marked(render: Render, work: Path, tmp_path: Path) -> None:
    picture = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=red:s=32x48"]
    picture += ["-frames:v", "1", "-f", "image2pipe", "-c:v", "mjpeg", "-"]
    cover = subprocess.run(picture, capture_output=True, check=True).stdout
    book = make(tmp_path / "book.epub", PAGES, author="Ann Other", cover=cover)
    marked = tmp_path / "b.m4b"
    render(book, "-o", marked, "--work", work, "--loudness", "-19")
    probe = ["ffprobe", "-v", "error", "-of", "json", "-show_chapters", "-show_format"]
    probe += ["-show_streams", marked]
    found = json.loads(subprocess.run(probe, capture_output=True, check=True).stdout)
    streams = {stream["codec_type"]: stream for stream in found["streams"]}
    sound, shown = streams["audio"], streams["video"]  # and one of the chapters' titles
    assert (sound["codec_name"], sound["channels"]) == ("aac", 1)
    assert shown["disposition"]["attached_pic"] == 1
    assert (shown["width"], shown["height"]) == (32, 48)
    titles = [chapter["tags"]["title"] for chapter in found["chapters"]]
    assert titles == ["The Boat", "The Shore"]
    ends = [float(chapter["end_time"]) for chapter in found["chapters"]]
    assert abs(ends[-1] - float(found["format"]["duration"])) < 0.1
    tags = {name.lower(): value for name, value in found["format"]["tags"].items()}
    assert (tags["title"], tags["artist"]) == ("A Boat", "Ann Other")
    assert tags["genre"] == "Audiobook"
    decode = ["ffmpeg", "-v", "error", "-i", marked, "-f", "s16le", "-ac", "1", "-"]
    pcm = subprocess.run(decode, capture_output=True, check=True).stdout
    heard = toy.decode(np.frombuffer(pcm, "<i2"))
    assert toy.phonemes_of(heard.tokens).startswith("ðə bˈO")


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")
@pytest.mark.parametrize("lufs", [-19, -12])
def test_it_is_as_loud_as_is_asked_by_another_meter(
    render: Render, book: Path, work: Path, tmp_path: Path, lufs: int
) -> None:
    """-12 is more than its peaks allow: these are held, and the rest is as loud as it can be."""
    out = tmp_path / "b.flac"
    render(book, "-o", out, "--work", work, "--loudness", str(lufs))
    meter = ["ffmpeg", "-nostats", "-i", out, "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(meter, capture_output=True, text=True, check=True).stderr
    told = said[said.rindex("Summary:") :]
    integrated = re.search(r"I: +(-?[\d.]+) LUFS", told)
    peak = re.search(r"Peak: +(-?[\d.]+) dBFS", told)
    assert integrated is not None
    assert peak is not None
    assert float(peak[1]) <= -1.0
    if lufs == -19:
        assert abs(float(integrated[1]) - lufs) <= 0.5


def test_a_book_reads_itself(render: Render, book: Path, work: Path, tmp_path: Path) -> None:
    made = tmp_path / "made.epub"
    render(book, "-o", made, "--work", work)
    with zipfile.ZipFile(book) as before, zipfile.ZipFile(made) as after:
        assert after.infolist()[0].filename == "mimetype"
        package = after.read("OPS/book.opf").decode()
        assert package.count("media-overlay=") == len(PAGES)
        for number, name in enumerate(PAGES, 1):
            was = ElementTree.fromstring(before.read(f"OPS/{name}"))
            page = ElementTree.fromstring(after.read(f"OPS/{name}"))
            text = ["".join(one.find("{*}body").itertext()) for one in (was, page)]  # type: ignore[union-attr]
            assert text[0] == text[1]
            smil = ElementTree.fromstring(after.read(f"OPS/{name}.kokoro.smil"))
            spans = [one.get("id") for one in page.iter() if one.get("id")]
            clips = list(smil.iterfind(".//{*}audio"))
            named = [one.get("src") for one in smil.iterfind(".//{*}text")]
            assert named == [f"{name}#{span}" for span in spans]
            assert {clip.get("src") for clip in clips} == {f"kokoro/{number:04}.mp3"}
            begins = [float(clip.get("clipBegin", "")[:-1]) for clip in clips]
            ends = [float(clip.get("clipEnd", "")[:-1]) for clip in clips]
            assert begins == [0.0, *ends[:-1]]  # no pause is lost
            sound = soundfile.info(io.BytesIO(after.read(f"OPS/kokoro/{number:04}.mp3")))
            assert abs(sound.duration - ends[-1]) < 0.15
    again = tmp_path / "text.md"
    again.write_text("Hm.")
    _, said = render(again, "-o", made, status=2)
    assert "only an .epub" in said


def test_a_daemon_that_dies_meanwhile_is_begun_anew(
    daemon: DaemonProcess, long_book: Path, tmp_path: Path, unbroken: bytes
) -> None:
    out, work = tmp_path / "long.wav", tmp_path / "long.wav.work"
    process = begin(daemon.environ, long_book, "-o", out, *FIRST)
    more_parts(process, work)
    daemon.stop(signal.SIGKILL)  # kokoroctl starts another, which is ended with this one
    ended, told, said = end_of(process)
    assert ended == 0, said
    assert [t["event"] for t in told].count("part") == PARTS
    assert out.read_bytes() == unbroken
