"""Encoded sound: into files, into pipes, into what takes no more."""

from __future__ import annotations

import io
import math
import struct

import pytest
import soundfile

from kokoro_client.sound.encoded import EncodedFile, SoundFormat

PCM = b"".join(
    struct.pack("<h", int(9_000 * math.sin(2 * math.pi * 440 * n / 24_000))) for n in range(48_000)
)


class Kept(io.BytesIO):
    """What stood in it when it was closed."""

    kept = b""

    def close(self) -> None:
        if not self.closed:
            self.kept = self.getvalue()
        super().close()


class Pipe(Kept):
    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0) -> int:
        raise OSError("a pipe cannot seek")


def encoded(stream: Kept, format: SoundFormat) -> bytes:
    sound = EncodedFile(stream, format, 24_000, "Grüße")
    for at in range(0, len(PCM), 50_000):
        sound.write(PCM[at : at + 50_000])
    sound.close()
    assert stream.closed
    return stream.kept


ENCODED = [format for format in SoundFormat if format is not SoundFormat.WAV]


@pytest.mark.parametrize("format", ENCODED)
def test_a_file_is_read_by_libsndfile(format: SoundFormat) -> None:
    with soundfile.SoundFile(io.BytesIO(encoded(Kept(), format))) as sound:
        assert (sound.samplerate, sound.frames, sound.title) == (24_000, 48_000, "Grüße")
        if format is SoundFormat.FLAC:
            assert sound.read(dtype="int16").tobytes() == PCM


def test_flac_through_a_pipe_lacks_only_its_length() -> None:
    flac = bytearray(encoded(Pipe(), SoundFormat.FLAC))
    # STREAMINFO (RFC 9639, 8.2): 36 bits from byte 21 on, 0 if the length is unknown.
    place = 4 + 4 + 13
    assert flac[place] & 0x0F == 0
    assert flac[place + 1 : place + 5] == bytes(4)
    flac[place + 1 : place + 5] = struct.pack(">I", 48_000)
    with soundfile.SoundFile(io.BytesIO(flac)) as sound:
        assert sound.read(dtype="int16").tobytes() == PCM


def test_mp3_through_a_pipe_lacks_only_its_first_frame() -> None:
    file, piped = encoded(Kept(), SoundFormat.MP3), encoded(Pipe(), SoundFormat.MP3)
    assert len(file) == len(piped)
    different = [at for at in range(len(file)) if file[at] != piped[at]]
    assert max(different) - min(different) < 192  # the frame that tells the length
    assert b"Xing" in file
    assert b"Xing" not in piped


@pytest.mark.parametrize("format", [SoundFormat.OGG, SoundFormat.OPUS])
def test_ogg_through_a_pipe_is_whole(format: SoundFormat) -> None:
    with soundfile.SoundFile(io.BytesIO(encoded(Pipe(), format))) as sound:
        assert (sound.frames, sound.title) == (48_000, "Grüße")


@pytest.mark.parametrize("format", ENCODED)
@pytest.mark.parametrize("room", [0, 700])
def test_a_full_disk_is_the_error_that_it_is(format: SoundFormat, room: int) -> None:
    class Full(Kept):
        def write(self, data: object) -> int:
            if self.tell() > room:
                raise OSError(28, "No space left on device")
            return super().write(data)  # type: ignore[arg-type]

    stream = Full()

    def write() -> None:
        sound = EncodedFile(stream, format, 24_000)
        try:
            for at in range(0, len(PCM), 16_000):
                sound.write(PCM[at : at + 16_000])
        finally:
            sound.close()

    with pytest.raises(OSError, match="No space left"):
        write()
    assert stream.closed
