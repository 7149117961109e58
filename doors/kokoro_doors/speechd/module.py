# process: started by speech-dispatcher, with the name of a configuration file that it ignores.
"""The output module: reads speech-dispatcher's commands, answers, has messages spoken.

Owns:       standard input, the settings, the block of lines that is being received.
Invariants: every command is answered at once, whatever the daemon does; what is no command is
            refused and the next one is read; the end of the input is the end.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Final

from kokoro_client import Client

from . import protocol
from .echo_cache import EchoCache, default_folder
from .settings import SettingError, Settings
from .speaking import Message, Speaking
from .stream import Stream
from .wording import Kind

#: Which the daemon's log and `kokoroctl queue` show.
NAME: Final = "speech-dispatcher"

_READ_BYTES: Final = 64 * 1024

#: A daemon that hangs is given up sooner than a reader's patience.
_ANSWER_S: Final = 5.0


class Module:
    def __init__(self, stream: Stream, speaking: Speaking) -> None:
        self._stream = stream
        self._speaking = speaking
        self._settings = Settings()
        self._block: list[str] = []
        self._size = 0
        self._received: Callable[[list[str]], None] | None = None

    def line(self, line: str) -> bool:
        """One line of the server's. False: it was the last."""
        if self._received is not None:
            self._block_line(line)
            return True
        command, _, rest = line.strip().partition(" ")
        match command:
            case "INIT":
                self._stream.reply(protocol.INIT_OK)
            case "SPEAK" | "CHAR" | "KEY" | "SOUND_ICON":
                kind = Kind(command)
                self._receive(protocol.RECEIVING_MESSAGE, lambda block: self._message(kind, block))
            case "STOP":
                self._speaking.end(protocol.STOP)
            case "PAUSE":
                self._speaking.end(protocol.PAUSE)
            case "SET":
                self._receive(protocol.RECEIVING_SETTINGS.format(""), self._set)
            case "AUDIO":
                self._receive(protocol.RECEIVING_SETTINGS.format("AUDIO "), self._audio)
            case "LOGLEVEL":
                self._receive(protocol.RECEIVING_SETTINGS.format("LOGLEVEL "), self._log_level)
            case "LIST" if rest.startswith("VOICES"):
                voices = self._speaking.list_voices()
                rows = (
                    (voice.name, voice.tag, voice.gender or "none")
                    for voice in voices
                    if voice.lang
                )
                self._stream.reply(protocol.voice_list(rows))
            case "DEBUG":
                self._stream.reply(protocol.DEBUGGING.format(rest.partition(" ")[0] or "OFF"))
            case "QUIT":
                self._speaking.close()
                self._stream.reply(protocol.QUIT)
                return False
            case _:
                self._stream.reply(protocol.UNKNOWN)
        return True

    def _receive(self, reply: str, received: Callable[[list[str]], None]) -> None:
        self._block, self._size, self._received = [], 0, received
        self._stream.reply(reply)

    def _block_line(self, line: str) -> None:
        if line == ".":
            received, self._received = self._received, None
            assert received is not None
            received(self._block)
            self._block = []
        elif self._size + len(line) <= protocol.MAX_MESSAGE:
            self._size += len(line)
            self._block.append(line)

    def _message(self, kind: Kind, block: list[str]) -> None:
        text = protocol.message_of(block)
        if not text.strip() and not (kind is Kind.CHAR and text):
            self._stream.reply(protocol.CANT_SPEAK)
        elif kind is not Kind.SPEAK and "\n" in text.rstrip("\n"):
            self._stream.reply(protocol.MANY_LINES)
        else:
            if kind is not Kind.SPEAK:
                text = text.rstrip("\n")
            number = self._stream.open(protocol.SPEAKING)
            self._speaking.begin(Message(number, kind, text, self._settings))

    def _set(self, block: list[str]) -> None:
        settings, problem = self._settings, ""
        for line in block:
            key, equals, value = line.partition("=")
            try:
                settings = settings.with_value(key, value)
            except SettingError:
                problem = problem or protocol.BAD_VALUE
            if not equals:
                problem = protocol.BAD_SYNTAX
        self._settings = settings  # what is right of it holds
        self._stream.reply(problem or protocol.SETTINGS_RECEIVED)

    def _audio(self, block: list[str]) -> None:
        pairs = dict(line.partition("=")[::2] for line in block)
        by_server = pairs.get("audio_output_method") == "server"
        self._stream.reply(protocol.AUDIO_INITIALIZED if by_server else protocol.NO_SERVER_AUDIO)

    def _log_level(self, block: list[str]) -> None:
        right = all(line.partition("=")[2].strip().isdigit() for line in block)
        self._stream.reply(protocol.LOGLEVEL_SET if right else protocol.BAD_VALUE)


def main() -> int:
    """Until QUIT or the end of standard input."""
    # What anything prints by mistake must not come among the replies.
    out = os.dup(1)
    os.dup2(2, 1)
    stream = Stream(out)
    client = Client(name=NAME, timeout=_ANSWER_S)
    speaking = Speaking(stream, client, EchoCache(default_folder()))
    module = Module(stream, speaking)
    speaking.start()
    lines = protocol.Lines()
    try:
        while data := os.read(0, _READ_BYTES):
            for line in lines.feed(data):
                if not module.line(line):
                    return 0
    except BrokenPipeError:
        return 1  # the server has gone
    finally:
        speaking.close()
    return 0


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    # A thread may still wait for a daemon; nobody waits for it.
    os._exit(status)
