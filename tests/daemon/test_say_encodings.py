"""kokoroctl say with files and pipes in other encodings, and with what is no text."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from support import toy
from support.daemon.process import DaemonProcess

TEXT = "It’s a café. Don’t be late: it costs £5.\n"


def _say(
    daemon: DaemonProcess, *arguments: str | Path, data: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["kokoroctl", "say", *arguments], env=daemon.environ, input=data, capture_output=True
    )


def _heard(pcm: bytes) -> str:
    """Phonemes without spaces: a pause is sometimes heard as one."""
    return toy.phonemes_of(toy.decode(np.frombuffer(pcm, "<i2")).tokens).replace(" ", "")


def test_a_text_sounds_the_same_in_every_encoding(
    shared_daemon: DaemonProcess, tmp_path: Path
) -> None:
    heard = []
    for encoding, given in (
        ("utf-8", ()),
        ("utf-8-sig", ()),
        ("utf-16", ()),
        ("utf-16-le", ()),
        ("utf-32", ()),
        ("cp1252", ("--encoding", "windows-1252")),
        ("mac_roman", ("--encoding", "macroman")),
    ):
        path = tmp_path / f"{encoding}.txt"
        path.write_bytes(TEXT.encode(encoding))
        said = _say(shared_daemon, "--raw", "-f", path, *given)
        assert (said.returncode, said.stderr) == (0, b""), encoding
        piped = _say(shared_daemon, "--raw", *given, "-", data=TEXT.encode(encoding))
        heard += [_heard(said.stdout), _heard(piped.stdout)]
    assert len(heard[0]) > 30
    assert set(heard) == {heard[0]}


@pytest.mark.parametrize("pipe", [False, True])
@pytest.mark.parametrize(
    ("data", "why"),
    [
        (TEXT.encode("cp1252"), "it is not UTF-8 (byte 0x92 at 2); say which encoding it has"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00" + bytes(range(256)), "it is not text"),
        (b"%PDF-1.4\n", "it is a PDF; `pdftotext"),
    ],
    ids=["cp1252", "wav", "pdf"],
)
def test_what_cannot_be_read_is_said_and_not_spoken(
    shared_daemon: DaemonProcess, tmp_path: Path, data: bytes, why: str, pipe: bool
) -> None:
    path = tmp_path / "given"
    path.write_bytes(data)
    out = tmp_path / "x.wav"
    said = _say(shared_daemon, "-o", out, *(["-"] if pipe else ["-f", path]), data=data)
    assert said.returncode == 1
    (line,) = said.stderr.decode().splitlines()
    name = "standard input" if pipe else str(path)
    assert line.startswith(f"kokoroctl: cannot read {name}: {why}")
    assert not out.exists()


def test_an_encoding_that_is_not_known_is_refused(
    shared_daemon: DaemonProcess, tmp_path: Path
) -> None:
    said = _say(shared_daemon, "--encoding", "klingon", "-o", tmp_path / "x.wav", "-", data=b"Hi")
    assert said.returncode == 2
    assert b"no encoding 'klingon'" in said.stderr
