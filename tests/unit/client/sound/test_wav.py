"""The .wav file: whole, cut short, and through a pipe."""

from __future__ import annotations

import io
import os
import struct
import wave
from pathlib import Path

import pytest
import soundfile

from kokoro_client.sound.pcm import SAMPLE_BYTES, seconds_of, silence
from kokoro_client.sound.wav import WavFile


def test_a_finished_file_is_read_by_others(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    sound = WavFile(path.open("wb"), 24_000)
    for _ in range(3):
        sound.write(b"\1\2" * 1_000)
    sound.close()
    with wave.open(str(path)) as read:
        assert read.getparams()[:4] == (1, 2, 24_000, 3_000)
        assert read.readframes(9_999) == b"\1\2" * 3_000


def test_an_empty_one_too(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    WavFile(path.open("wb"), 24_000).close()
    with wave.open(str(path)) as read:
        assert read.getnframes() == 0


def test_a_pipe_gets_each_frame_at_once_under_a_header_of_unknown_size() -> None:
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb", buffering=0) as reader:
        sound = WavFile(os.fdopen(write_end, "wb"), 24_000)
        sound.write(b"\1\2" * 100)
        arrived = reader.read(9_999)
        assert arrived is not None
        assert len(arrived) == 44 + 200
        assert struct.unpack_from("<I", arrived, 4) == (0xFFFFFFFF,)
        assert struct.unpack_from("<I", arrived, 40) == (0xFFFFFFFF,)
        sound.close()
        assert reader.read() == b""


def test_a_stream_that_began_before_keeps_what_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"before")
    sound = WavFile(path.open("ab"), 24_000, rewrite_header=False)
    sound.write(b"\1\2")
    sound.close()
    assert path.read_bytes()[:10] == b"beforeRIFF"
    assert path.stat().st_size == 6 + 44 + 2


def test_a_stream_that_can_seek_is_rewritten() -> None:
    class Kept(io.BytesIO):
        def close(self) -> None:
            self.kept = self.getvalue()
            super().close()

    stream = Kept()
    sound = WavFile(stream, 24_000)
    sound.write(b"\1\2" * 5)
    sound.close()
    assert struct.unpack_from("<I", stream.kept, 4) == (36 + 10,)
    assert struct.unpack_from("<I", stream.kept, 40) == (10,)


@pytest.mark.parametrize("seconds", [0.0, 1 / 24_000, 0.8, 3.0])
def test_silence_is_whole_frames_and_as_long_as_asked(seconds: float) -> None:
    pcm = silence(seconds)
    assert len(pcm) % SAMPLE_BYTES == 0
    assert not any(pcm)
    assert seconds_of(len(pcm)) == pytest.approx(seconds, abs=1 / 48_000)


@pytest.mark.parametrize("title", ["Grüße", "even"])
def test_a_title_is_read_by_others(tmp_path: Path, title: str) -> None:
    path = tmp_path / "a.wav"
    sound = WavFile(path.open("wb"), 24_000, title)
    sound.write(b"\1\2" * 1_000)
    sound.close()
    with soundfile.SoundFile(path) as read:
        assert read.title == title
        assert read.read(dtype="int16").tobytes() == b"\1\2" * 1_000
    with wave.open(str(path)) as read_too:
        assert read_too.readframes(9_999) == b"\1\2" * 1_000
