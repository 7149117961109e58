"""kokorod with nothing but Python's standard library: a socket, struct, and as much of
MessagePack as the protocol needs (docs/protocol.md).

    python examples/plain_sockets.py "Hello, world" > hello.pcm
    aplay -t raw -f S16_LE -r 24000 hello.pcm
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEADER = struct.Struct(">I")

#: MessagePack's fixed-size formats: first byte -> how struct reads the rest.
FIXED = {
    0xCA: ">f", 0xCB: ">d",
    0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
    0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}  # fmt: skip

#: Formats with a length: first byte -> (how to read the length, what follows).
SIZED: dict[int, tuple[str, type]] = {
    0xC4: (">B", bytes), 0xC5: (">H", bytes), 0xC6: (">I", bytes),
    0xD9: (">B", str), 0xDA: (">H", str), 0xDB: (">I", str),
    0xDC: (">H", list), 0xDD: (">I", list),
    0xDE: (">H", dict), 0xDF: (">I", dict),
}  # fmt: skip

CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}


def pack(value: Any) -> bytes:
    """MessagePack, each type in its longest form: simple, and allowed."""
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return b"\xd3" + struct.pack(">q", value)
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, str):
        data = value.encode()
        return b"\xdb" + struct.pack(">I", len(data)) + data
    if isinstance(value, dict):
        pairs = (pack(key) + pack(item) for key, item in value.items())
        return b"\xdf" + struct.pack(">I", len(value)) + b"".join(pairs)
    raise TypeError(f"no request holds a {type(value).__name__}")


def unpack(data: bytes, at: int = 0) -> tuple[Any, int]:
    """The value that begins at `at`, and where the next one does."""
    first = data[at]
    at += 1
    if first < 0x80:
        return first, at
    if first >= 0xE0:
        return first - 0x100, at
    if first in CONSTANTS:
        return CONSTANTS[first], at
    if first in FIXED:
        return struct.unpack_from(FIXED[first], data, at)[0], at + struct.calcsize(FIXED[first])
    kind: type
    if first < 0x90:
        kind, size = dict, first & 0x0F
    elif first < 0xA0:
        kind, size = list, first & 0x0F
    elif first < 0xC0:
        kind, size = str, first & 0x1F
    else:
        form, kind = SIZED[first]
        size = struct.unpack_from(form, data, at)[0]
        at += struct.calcsize(form)
    if kind in (bytes, str):
        part = data[at : at + size]
        return (part if kind is bytes else part.decode()), at + size
    items = []
    for _ in range(size * 2 if kind is dict else size):
        item, at = unpack(data, at)
        items.append(item)
    return (dict(zip(items[::2], items[1::2], strict=True)) if kind is dict else items), at


def socket_path() -> Path:
    if path := os.environ.get("KOKORO_SOCKET"):
        return Path(path)
    if home := os.environ.get("KOKORO_HOME"):
        return Path(home) / "kokorod.sock"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "kokorod" / "kokorod.sock"
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "kokorod" / "kokorod.sock"


def send(sock: socket.socket, message: dict[str, Any]) -> None:
    body = pack(message)
    sock.sendall(HEADER.pack(len(body)) + body)


def answers(sock: socket.socket) -> Iterator[dict[str, Any]]:
    with sock.makefile("rb") as stream:
        while header := stream.read(HEADER.size):
            (length,) = HEADER.unpack(header)
            yield unpack(stream.read(length))[0]


def main() -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(socket_path()))
        send(sock, {"type": "hello", "id": 0, "version": 1, "client": "plain sockets"})
        send(sock, {"type": "speak", "id": 1, "text": " ".join(sys.argv[1:]), "speed": 1.0})
        for answer in answers(sock):
            match answer["type"]:
                case "accepted":
                    print(f"{answer['voice']} speaks", file=sys.stderr)
                case "audio":
                    sys.stdout.buffer.write(answer["pcm"])
                    sys.stdout.buffer.flush()
                case "done":
                    print(f"{answer['stats']['sound_s']} s of sound", file=sys.stderr)
                    return
                case "error":
                    sys.exit(f"{answer['code']}: {answer['message']}")
    sys.exit("the daemon hung up")


if __name__ == "__main__":
    main()
