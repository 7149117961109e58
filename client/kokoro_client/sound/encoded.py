# worker: the thread of one file's encoder.
"""PCM to FLAC, Ogg Vorbis, Opus or MP3, as it comes, through libsndfile.

The package soundfile (BSD-3-Clause; its wheels hold libsndfile, LGPL-2.1) is loaded when a
file is begun. MP3 is MPEG-2 layer III, which has 24 kHz; so has Opus.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from .. import errors
from ..wakeup import Wakeup
from .formats import SoundFormat

#: libsndfile's names: the container, and what is in it.
ENCODINGS: Final = {
    SoundFormat.FLAC: ("FLAC", "PCM_16"),
    SoundFormat.OGG: ("OGG", "VORBIS"),
    SoundFormat.OPUS: ("OGG", "OPUS"),
    SoundFormat.MP3: ("MP3", "MPEG_LAYER_III"),
}

#: One call of the encoder. libsndfile's Vorbis encoder takes stack for all of it.
_WRITE_BYTES: Final = 16 * 1024

#: What may wait for the encoder, 20 s of sound: it is many times faster than speech.
QUEUE_BYTES: Final = 1024 * 1024

_INSTALL: Final = "pip install 'kokoro-client[formats]', or write a .wav"


def check_installed(format: SoundFormat) -> None:
    """Raises KokoroError if what `format` needs is not there. Loads nothing."""
    if format is not SoundFormat.WAV and not _found("soundfile"):
        raise errors.KokoroError(f"{format.upper()} needs the package soundfile; {_INSTALL}")


class EncodedFile:
    """Mono signed 16-bit PCM, encoded into `stream`, which it takes over.

    Owns:       a thread, which alone calls libsndfile, and the PCM that waits for it.
    Invariants: Ctrl-C never comes while libsndfile calls back for a write: it is raised in
                the main thread only, and in a callback it would be lost.
    Never:      holds more than QUEUE_BYTES and one piece.
    """

    def __init__(
        self,
        stream: BinaryIO,
        format: SoundFormat,
        sample_rate: int,
        title: str = "",
        rewrite_header: bool = True,
    ) -> None:
        """rewrite_header: what was written at the start may be rewritten at the end.

        Raises KokoroError if soundfile or libsndfile is missing.
        """
        check_installed(format)
        try:
            import soundfile
        except (ImportError, OSError) as error:
            raise errors.KokoroError(
                f"{format.upper()} needs soundfile, which does not load ({error}); {_INSTALL}"
            ) from None
        container, encoding = ENCODINGS[format]
        self._stream = stream
        self._channel = Channel(stream, rewrite_header and stream.seekable())
        self._refused: type[Exception] = soundfile.SoundFileError
        self._failure: Exception | None = None

        def begin() -> Any:
            sound = soundfile.SoundFile(
                self._channel, "w", sample_rate, 1, encoding, format=container
            )
            if title:
                sound.title = title
            return sound

        self._queue: deque[bytes] = deque()
        self._queued = self._taken = 0  # bytes; callers write the first, the thread the second
        self._ended = False
        self._something_to_do = Wakeup()
        self._something_done = Wakeup()
        self._thread = threading.Thread(
            target=self._run, args=(begin,), name="encoder", daemon=True
        )
        self._thread.start()

    def write(self, pcm: bytes) -> None:
        """Raises OSError if the stream takes no more. Waits while much of it waits."""
        self._something_done.wait_for(
            lambda: self._failure is not None or self._queued - self._taken < QUEUE_BYTES, None
        )
        if self._failure is not None:
            raise self._failure
        self._queued += len(pcm)
        self._queue.append(pcm)
        self._something_to_do.notify()

    def close(self) -> None:
        """Write all, and what the encoder still holds, and close the stream. Only once."""
        with self._stream:
            self._ended = True
            self._something_to_do.notify()
            self._thread.join()
            if self._failure is not None:
                raise self._failure

    # The thread.

    def _run(self, begin: Callable[[], Any]) -> None:
        try:
            with begin() as sound:
                while (pcm := self._next()) is not None:
                    for at in range(0, len(pcm), _WRITE_BYTES):
                        sound.buffer_write(pcm[at : at + _WRITE_BYTES], dtype="int16")
                    self._taken += len(pcm)
                    self._check()
                    self._something_done.notify()
            self._check()
        # soundfile asserts that what it gave was written.
        except (OSError, self._refused, AssertionError) as error:
            self._failure = self._channel.failure or OSError(str(error))
        self._something_done.notify()

    def _next(self) -> bytes | None:
        self._something_to_do.wait_for(lambda: bool(self._queue) or self._ended, None)
        return self._queue.popleft() if self._queue else None

    def _check(self) -> None:
        if self._channel.failure is not None:
            raise self._channel.failure
        self._channel.flush()


class Channel:
    """A stream as libsndfile wants it.

    Owns:       the place where libsndfile writes, the farthest one it has come to.
    Invariants: an error of the stream is kept in `failure`: through libsndfile, which is C,
                no exception passes. If nothing can be rewritten, what is written before
                the farthest place is dropped: the header then says that the length is not
                known, as it does in every stream.
    """

    def __init__(self, stream: BinaryIO, rewrites: bool) -> None:
        self._stream = stream
        self._rewrites = rewrites
        self._at = 0
        self._end = 0
        self.failure: OSError | None = None

    def write(self, data: Any) -> int:
        piece = bytes(data)
        length = len(piece)
        if self.failure is not None:
            return 0
        try:
            if self._rewrites:
                self._stream.write(piece)
            else:
                self._stream.write(piece[max(0, self._end - self._at) :])
        except OSError as error:
            self.failure = error
            return 0
        self._at += length
        self._end = max(self._end, self._at)
        return length

    def flush(self) -> None:
        if not self._rewrites:
            self._stream.flush()  # somebody listens at the other end

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        start = (0, self._at, self._end)[whence]
        self._at = start + offset
        if self._rewrites and self.failure is None:
            try:
                self._stream.seek(self._at)
            except OSError as error:
                self.failure = error
        return self._at

    def read(self, size: int = -1) -> bytes:
        # libsndfile wants it to be there, and writes only.
        return b""


def _found(package: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(package) is not None
    except ValueError:  # tests and embedders put None in sys.modules
        return False
