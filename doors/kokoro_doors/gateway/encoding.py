# loop: of asyncio; libsndfile works in threads, ffmpeg in a process.
"""PCM to what was asked for, as it comes: the bytes of each piece, then those of the end.

Owns:       the encoder of one answer.
Never:      holds more than the encoder does, a few frames.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import shutil
import struct
import threading
from typing import Any, Final, Protocol

from kokoro_client import errors
from kokoro_client.sound import encoded
from kokoro_client.sound.formats import SoundFormat
from kokoro_client.wire.choices import SAMPLE_RATE

from .asked import Format
from .failures import RefusedError

_SOUNDFILE: Final = {
    Format.MP3: SoundFormat.MP3,
    Format.OPUS: SoundFormat.OPUS,
    Format.FLAC: SoundFormat.FLAC,
}

#: The frame that tells the length is sent before it is known: readers guess it by the rate, which
#: therefore is constant. 80 kbit/s.
_MP3: Final = {"bitrate_mode": "CONSTANT", "compression_level": 0.5}

#: ms of an Ogg page. libsndfile gathers a second by itself, which is heard as a later first sound.
_PAGE_MS: Final = 100.0

#: libsndfile's SFC_SET_OGG_PAGE_LATENCY_MS (sndfile.h).
_PAGE_COMMAND: Final = 0x1302

#: What comes is known: left to itself ffmpeg looks at two seconds of sound before it encodes any.
_UNPROBED: Final = ("-probesize", "32", "-analyzeduration", "0", "-fflags", "nobuffer")

#: One read of ffmpeg's output.
_READ_BYTES: Final = 16 * 1024

#: All bits set: the length is not known, as ffmpeg and sox write it.
_UNKNOWN: Final = 0xFFFF_FFFF


class Encoder(Protocol):
    async def feed(self, pcm: bytes) -> bytes:
        """What can be sent by now; perhaps nothing."""

    async def finish(self) -> bytes:
        """The rest."""

    async def close(self) -> None:
        """Free what it holds; safe after finish(), and instead of it."""


def encoder_of(format: Format, *, whole: bool) -> Encoder:
    """whole: all comes at the end, with its length where the format tells one.

    Raises RefusedError if what the format needs is not installed."""
    match format:
        case Format.PCM:
            return _Plain(b"")
        case Format.WAV:
            return _WholeWav() if whole else _Plain(wav_header(None))
        case Format.AAC:
            return _Ffmpeg()
    return _Soundfile(_SOUNDFILE[format], whole)


def load() -> None:
    """Load what encodes, which takes a tenth of a second, before the first request asks for it."""
    with contextlib.suppress(RefusedError):
        _Soundfile(SoundFormat.MP3, whole=True)._end()


def available() -> list[Format]:
    """The formats that can be made here."""
    there = [Format.WAV, Format.PCM]
    with contextlib.suppress(errors.KokoroError):
        encoded.check_installed(SoundFormat.FLAC)
        there += _SOUNDFILE
    if shutil.which("ffmpeg"):
        there.append(Format.AAC)
    return there


def wav_header(data_bytes: int | None) -> bytes:
    """Of mono 16-bit PCM. None: how much follows is not known."""
    riff = _UNKNOWN if data_bytes is None else data_bytes + 36
    data = _UNKNOWN if data_bytes is None else data_bytes
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", riff, b"WAVE", b"fmt ", 16, 1, 1, SAMPLE_RATE, 2 * SAMPLE_RATE, 2, 16,
        b"data", data,
    )  # fmt: skip


class _Plain:
    """As it is, behind a header."""

    def __init__(self, header: bytes) -> None:
        self._header = header

    async def feed(self, pcm: bytes) -> bytes:
        header, self._header = self._header, b""
        return header + pcm

    async def finish(self) -> bytes:
        return await self.feed(b"")

    async def close(self) -> None:
        pass


class _WholeWav:
    def __init__(self) -> None:
        self._pcm = bytearray()

    async def feed(self, pcm: bytes) -> bytes:
        self._pcm += pcm
        return b""

    async def finish(self) -> bytes:
        return wav_header(len(self._pcm)) + self._pcm

    async def close(self) -> None:
        pass


class _Soundfile:
    def __init__(self, format: SoundFormat, whole: bool) -> None:
        try:
            encoded.check_installed(format)
            import soundfile
        except (errors.KokoroError, ImportError, OSError) as error:
            raise RefusedError(
                400,
                f"{format} needs the package soundfile ({error}); ask for wav or pcm",
                param="response_format",
                code="unsupported_format",
            ) from None
        container, coding = encoded.ENCODINGS[format]
        self._whole = whole
        self._made = io.BytesIO()
        #: A task that is cancelled in feed() closes this while the thread still encodes.
        self._busy = threading.Lock()
        # What has been sent cannot be rewritten.
        channel = encoded.Channel(self._made, rewrites=whole)
        rate = _MP3 if format is SoundFormat.MP3 else {}
        self._sound: Any = soundfile.SoundFile(
            channel, "w", SAMPLE_RATE, 1, coding, format=container, **rate
        )
        if format is SoundFormat.OPUS:
            _set_page(soundfile, self._sound)

    async def feed(self, pcm: bytes) -> bytes:
        return await asyncio.to_thread(self._write, pcm)

    async def finish(self) -> bytes:
        return await asyncio.to_thread(self._end)

    async def close(self) -> None:
        if not self._sound.closed:
            await asyncio.to_thread(self._end)

    def _write(self, pcm: bytes) -> bytes:
        with self._busy:
            self._sound.buffer_write(pcm, dtype="int16")
            return b"" if self._whole else self._take()

    def _end(self) -> bytes:
        with self._busy:
            self._sound.close()
            return self._take()

    def _take(self) -> bytes:
        taken = self._made.getvalue()
        self._made.seek(0)
        self._made.truncate()
        return taken


def _set_page(soundfile: Any, sound: Any) -> None:
    # The package has no method for it; without it all is as right, and later.
    with contextlib.suppress(AttributeError, TypeError):
        ffi = soundfile._ffi
        latency = ffi.new("double *", _PAGE_MS)
        soundfile._snd.sf_command(sound._file, _PAGE_COMMAND, latency, ffi.sizeof("double"))


class _Ffmpeg:
    """AAC in ADTS frames, by the program ffmpeg."""

    def __init__(self) -> None:
        program = shutil.which("ffmpeg")
        if program is None:
            raise RefusedError(
                400,
                "aac needs the program ffmpeg, which is not installed; ask for mp3 or opus",
                param="response_format",
                code="unsupported_format",
            )
        self._program = program
        self._process: asyncio.subprocess.Process | None = None
        self._made = bytearray()
        self._reading: asyncio.Task[None] | None = None

    async def feed(self, pcm: bytes) -> bytes:
        process = await self._started()
        assert process.stdin is not None
        with contextlib.suppress(ConnectionError):  # it has ended: finish() says so
            process.stdin.write(pcm)
            await process.stdin.drain()
        return self._take()

    async def finish(self) -> bytes:
        process = await self._started()
        assert process.stdin is not None
        assert self._reading is not None
        process.stdin.close()
        await self._reading
        if await process.wait():
            raise RefusedError(500, "ffmpeg failed to encode aac; ask for mp3 or opus")
        return self._take()

    async def close(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                self._program,
                *("-v", "error", *_UNPROBED, "-f", "s16le", "-ar", str(SAMPLE_RATE), "-ac", "1"),
                *("-i", "pipe:0", "-c:a", "aac", "-flush_packets", "1", "-f", "adts", "pipe:1"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            self._reading = asyncio.create_task(self._read(self._process))
        return self._process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while data := await process.stdout.read(_READ_BYTES):
            self._made += data

    def _take(self) -> bytes:
        made = bytes(self._made)
        self._made.clear()
        return made
