"""kokoroctl say --srt, --vtt and --timings as a process, read back."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from support import toy
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until

TEXT = """\
# The *lamps*

It costs $5.30, and [a link](http://example.com) & more. When a sentence is longer than two
whole lines, it is cut where a clause ends, because that is where a reader rests.

Wait.
"""

_TIME = r"(\d\d):(\d\d):(\d\d)[,.](\d\d\d)"


def _say(daemon: DaemonProcess, *arguments: str | Path) -> str:
    ended = subprocess.run(
        ["kokoroctl", "say", *arguments],
        env=daemon.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == b""
    return ended.stdout.decode()


def _cues(text: str) -> list[tuple[float, float, str]]:
    """What any player reads: times and text."""
    found = []
    for block in text.strip().split("\n\n"):
        if match := re.search(rf"^{_TIME} --> {_TIME}\n(.*)", block, re.MULTILINE | re.DOTALL):
            start, end = (
                int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000
                for h, m, s, ms in (match.groups()[:4], match.groups()[4:8])
            )
            found.append((start, end, match[9]))
    return found


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "talk.md"
    path.write_text(TEXT)
    return path


def test_captions_stand_where_their_words_are_heard(
    shared_daemon: DaemonProcess, talk: Path, tmp_path: Path
) -> None:
    sound, srt, vtt, json_file = (tmp_path / f"talk.{e}" for e in ("flac", "srt", "vtt", "json"))
    _say(shared_daemon, "-f", talk, "-o", sound, "--srt", srt, "--vtt", vtt, "--timings", json_file)
    cues = _cues(srt.read_text())
    assert [text.replace("\n", " ") for _, _, text in cues] == [
        "The lamps",
        "It costs $5.30, and a link & more.",
        "When a sentence is longer than two whole lines,",
        "it is cut where a clause ends, because that is where a reader rests.",
        "Wait.",
    ]
    assert vtt.read_text().startswith("WEBVTT\n\n")
    unescaped = [(a, b, text.replace("&amp;", "&")) for a, b, text in _cues(vtt.read_text())]
    assert unescaped == cues
    assert all(before[1] <= after[0] for before, after in pairwise(cues))

    words = json.loads(json_file.read_text())["texts"][0]["words"]
    amount = next(word for word in words if word["text"] == "$5.30")
    assert TEXT[amount["start"] : amount["end"]] == "$5.30"
    assert amount["exact"]
    # Where it says that a word ends, the ear hears a token end.
    heard = toy.decode(soundfile.read(sound, dtype="int16")[0])
    ends = np.array([token.end for token in heard.sounds]) / 24_000
    assert all(np.abs(ends - word["end_s"]).min() < 0.03 for word in words)
    first = {text.split()[0]: start for start, _, text in cues}
    for word in words:
        if word["text"] in ("The", "It", "Wait"):
            assert abs(first.get(word["text"], first.get("Wait.", 0)) - word["start_s"]) < 0.001


def test_times_go_on_over_several_texts(
    shared_daemon: DaemonProcess, talk: Path, tmp_path: Path
) -> None:
    (tmp_path / "one.txt").write_text("One.")
    sound = tmp_path / "all.wav"
    out = _say(shared_daemon, "-f", tmp_path / "one.txt", "-f", talk, "-o", sound, "--timings", "-")
    first, second = json.loads(out)["texts"]
    assert (first["source"], second["source"]) == (str(tmp_path / "one.txt"), str(talk))
    assert second["words"][0]["start_s"] > second["start_s"] > first["words"][-1]["end_s"] + 0.8
    assert second["words"][-1]["end_s"] <= soundfile.info(sound).duration
    assert (first["words"][0]["start"], second["words"][0]["text"]) == (0, "The")


def test_captions_alone_and_without_word_times(
    built_in_daemon: DaemonProcess, tmp_path: Path
) -> None:
    srt = tmp_path / "x.srt"
    ended = subprocess.run(
        ["kokoroctl", "say", "-o", "/dev/null", "--srt", srt, "Hello there. One more."],
        env=built_in_daemon.environ,
        capture_output=True,
    )
    assert ended.returncode == 0
    assert " ".join(text for _, _, text in _cues(srt.read_text())) == "Hello there. One more."


def test_nothing_to_say_gives_files_that_are_whole(
    shared_daemon: DaemonProcess, tmp_path: Path
) -> None:
    srt, timings = tmp_path / "x.srt", tmp_path / "x.json"
    _say(shared_daemon, "-o", tmp_path / "x.wav", "--srt", srt, "--timings", timings, "--", "?!")
    assert srt.read_text() == ""
    assert json.loads(timings.read_text())["texts"][0]["words"] == []


def test_an_interruption_leaves_no_captions(shared_daemon: DaemonProcess, tmp_path: Path) -> None:
    folder: dict[str, Any] = {"cwd": tmp_path, "env": shared_daemon.environ}
    with subprocess.Popen(
        ["kokoroctl", "say", "-o", "x.wav", "--srt", "x.srt", "--timings", "x.json", "-"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **folder,
    ) as process:
        assert process.stdin
        assert process.stderr
        process.stdin.write(b"One sentence. Another one. And ")
        process.stdin.flush()
        wait_until(
            lambda: any(path.stat().st_size > 2_000 for path in tmp_path.glob(".x.wav*")), "sound"
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130
        assert process.stderr.read().count(b"\n") == 1
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["x.part.wav"]
