"""Which output is the system's default now, if the system has to be asked for it.

PortAudio knows the devices it saw first. On Linux a sound server moves what plays; Core Audio
leaves a stream where it was opened.

Source: AudioHardware.h and AudioHardwareBase.h of Core Audio, for names and numbers.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

#: There since macOS 10.0; dyld finds it in its cache, though the file is not on the disk.
_CORE_AUDIO: Final = Path("/System/Library/Frameworks/CoreAudio.framework/CoreAudio")

_SYSTEM_OBJECT: Final = 1
_DEFAULT_OUTPUT: Final = int.from_bytes(b"dOut", "big")
_GLOBAL: Final = int.from_bytes(b"glob", "big")
_MAIN: Final = 0

#: The library once it is loaded; False if it cannot be.
_loaded: Any = None


def default_output(platform: str = sys.platform, library: Path = _CORE_AUDIO) -> int | None:
    """Its number, another one after the default was changed. None: nobody is to be asked."""
    global _loaded
    if platform != "darwin" or _loaded is False:
        return None
    import ctypes

    if _loaded is None:
        try:
            _loaded = ctypes.CDLL(str(library)).AudioObjectGetPropertyData
        except (OSError, AttributeError):
            _loaded = False
            return None
        _loaded.restype = ctypes.c_int32
        _loaded.argtypes = [
            ctypes.c_uint32,
            ctypes.POINTER(ctypes.c_uint32),  # three of them: selector, scope, element
            ctypes.c_uint32,
            ctypes.c_void_p,
            ctypes.POINTER(ctypes.c_uint32),
            ctypes.c_void_p,
        ]
    address = (ctypes.c_uint32 * 3)(_DEFAULT_OUTPUT, _GLOBAL, _MAIN)
    number = ctypes.c_uint32(0)
    size = ctypes.c_uint32(ctypes.sizeof(number))
    status = _loaded(_SYSTEM_OBJECT, address, 0, None, ctypes.byref(size), ctypes.byref(number))
    return None if status else int(number.value)
