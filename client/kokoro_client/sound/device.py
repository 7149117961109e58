"""Sound devices, through sounddevice and PortAudio, loaded at the first use.

Owns:       which streams of this process are open.
Invariants: PortAudio is entered by one thread at a time, but for what one stream does.
Never:      starts PortAudio anew while another stream is open: that would close it.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import Any, Final, NamedTuple, Protocol

from .. import errors

#: What the device holds ahead. Less, and a busy machine is heard as gaps; more would only
#: be thrown away and written again at a pause.
LATENCY_S: Final = 0.1

#: How to see what `find` would accept.
_LISTED: Final = "`kokoroctl say --device '?'` lists them"


class Stream(Protocol):
    """An output that has been opened: mono, signed 16 bit, not started."""

    @property
    def write_available(self) -> int:
        """Frames it takes without waiting."""

    def start(self) -> None: ...
    def write(self, data: bytes) -> bool:
        """True if it had run empty before."""

    def abort(self) -> None:
        """Stop, and drop what it holds. It may be started again."""

    def close(self) -> None: ...


class Device(NamedTuple):
    """An output of this machine."""

    number: int
    name: str
    api: str
    is_default: bool


_portaudio: Final = threading.Lock()
_open: Final[set[int]] = set()

#: ALSA keeps a pointer to it.
_ignore: Any = None


def open_device(sample_rate: int, name: str | int | None = None, anew: bool = False) -> Stream:
    """An output: a name or part of it, an index, or None for the default.

    anew: look again at what there is; PortAudio else knows only what it saw first.

    Raises NoDeviceError.
    """
    with _portaudio:
        sounddevice = _load()
        try:
            if anew and not _open:
                sounddevice._terminate()
                sounddevice._initialize()
            return _PortAudioStream(sounddevice, sample_rate, _numbered(name))
        except (sounddevice.PortAudioError, ValueError, OSError) as error:
            if name is None:
                raise errors.NoDeviceError(f"no sound device ({first_line(error)})") from None
            raise errors.NoDeviceError(
                f"no sound device {name!r} ({first_line(error)}); {_LISTED}"
            ) from None


def full_name(device: str | int | None) -> str | None:
    """A number as the name of the device that it means now; else as it is.

    When a device goes, the numbers of those after it change. Raises NoDeviceError.
    """
    number = _numbered(device)
    if not isinstance(number, int):
        return number
    with _portaudio:
        sounddevice = _load()
        try:
            found = sounddevice.query_devices(number)
            return f"{found['name']}, {sounddevice.query_hostapis(found['hostapi'])['name']}"
        except (sounddevice.PortAudioError, ValueError, OSError) as error:
            raise errors.NoDeviceError(
                f"no sound device {device!r} ({first_line(error)}); {_LISTED}"
            ) from None


def devices() -> list[Device]:
    """Every output, in PortAudio's order. Raises NoDeviceError if there is no PortAudio."""
    with _portaudio:
        sounddevice = _load()
        default = sounddevice.default.device[1]
        apis = sounddevice.query_hostapis()
        if default < 0 and apis:
            default = apis[0]["default_output_device"]
        return [
            Device(number, found["name"], apis[found["hostapi"]]["name"], number == default)
            for number, found in enumerate(sounddevice.query_devices())
            if found["max_output_channels"] > 0
        ]


class _PortAudioStream:
    """sounddevice.RawOutputStream, counted."""

    def __init__(self, sounddevice: Any, sample_rate: int, device: str | int | None) -> None:
        self._stream = sounddevice.RawOutputStream(
            samplerate=sample_rate, channels=1, dtype="int16", latency=LATENCY_S, device=device
        )
        _open.add(id(self))
        self.start = self._stream.start
        self.write = self._stream.write
        self.abort = self._stream.abort

    @property
    def write_available(self) -> int:
        return int(self._stream.write_available)

    def close(self) -> None:
        with _portaudio:
            if id(self) in _open:  # closed twice, PortAudio would read freed memory
                _open.discard(id(self))
                self._stream.close()


def _load() -> Any:
    try:
        import sounddevice
    except ImportError:
        raise errors.NoDeviceError(
            "the package sounddevice is not installed; pip install 'kokoro-client[play]'"
        ) from None
    except OSError as error:
        raise errors.NoDeviceError(
            f"no PortAudio ({error}); on Debian and Ubuntu install libportaudio2"
        ) from None
    _quiet_alsa()
    return sounddevice


def _numbered(name: str | int | None) -> str | int | None:
    return int(name) if isinstance(name, str) and name.isdecimal() else name


def _quiet_alsa(platform: str = sys.platform) -> None:
    """ALSA's library writes to standard error by itself, e.g. at each pause for thought."""
    global _ignore
    if platform != "linux" or _ignore is not None:
        return
    import ctypes

    # snd_lib_error_handler_t: file, line, function, err, fmt, ... (alsa/error.h)
    kind = ctypes.CFUNCTYPE(
        None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
    )
    _ignore = kind(lambda *said: None)
    with contextlib.suppress(OSError, AttributeError):  # PortAudio may be built without it
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_ignore)


def first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
