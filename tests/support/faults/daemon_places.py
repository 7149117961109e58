"""Socket and lock, log, settings, a start by a client; words and their files."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from kokoro_client import autostart, errors
from kokorod import config
from kokorod.net import listener
from kokorod.speech.lexicon import Lexicon
from kokorod.speech.phonemes import dictionary, espeak_library
from kokorod.vocabulary import alphabet
from kokorod.watch.log import Log
from kokorod.watch.logfile import LogFile

from .place import place


def listen(folder: Path) -> bool:
    """Bind, and once more since the name has gone; whether it has one in the end."""
    bound = listener.bind(folder / "sockets" / "s")
    try:
        with contextlib.suppress(OSError):
            bound.path.unlink()
        bound.bind_again()
        assert bound.fileno() >= 0
        with contextlib.suppress(OSError):
            return bound.path.is_socket()
        return False
    finally:
        bound.close()


def listen_well(folder: Path) -> None:
    assert listen(folder)


#: By whoever starts it, before anything fails.
_OPENED: dict[Path, int] = {}


def open_log(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def begin_log(folder: Path) -> None:
    path = folder / "kokorod.log"
    _OPENED[path] = open_log(path)


def log_much(folder: Path) -> None:
    """As a daemon whose standard error is a log file: it is begun anew a few times."""
    path = folder / "kokorod.log"
    kept, file = os.dup(2), _OPENED.pop(path, None) or open_log(path)
    os.dup2(file, 2)
    try:
        log = Log(stream=LogFile(path, max_bytes=300, kept=2))
        for number in range(12):
            log.info("event", number=number, why="x" * 60)
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(file)


def log_much_more(folder: Path) -> None:
    log_much(folder)
    assert "number=11" in (folder / "kokorod.log").read_text()


def load_config(folder: Path) -> None:
    loaded, _ = config.load({"KOKORO_HOME": str(folder)})
    assert loaded.ttfa_ms == 250


def start_daemon(folder: Path) -> None:
    """The client's part of a start. What it starts ends at once."""
    autostart.find_daemon = lambda environ=None: "/bin/false"
    with contextlib.suppress(errors.NoDaemonError):
        autostart.start(folder / "sockets" / "s", {"KOKORO_HOME": str(folder / "home")})


place("socket and lock", listen, listen_well)
place("log file", log_much, log_much_more, prepare=begin_log, raises=())
place(
    "config.toml",
    load_config,
    prepare=lambda folder: (folder / "config.toml").write_text("ttfa_ms = 250\n"),
)
place("start by a client", start_daemon)


def small_dictionary(folder: Path) -> None:
    for tier in ("gold", "silver"):
        (folder.parent / f"{tier}.json").write_text('{"word": "wˈɜɹd"}')
    dictionary._sources = lambda accent: [folder.parent / f"{t}.json" for t in ("gold", "silver")]


def open_dictionary(folder: Path) -> None:
    found = dictionary.open_dictionary("us", folder / "cache")
    assert found.lookup("word") is not None
    dictionary.open_dictionary("us", folder / "cache")


def refresh_lexicon(folder: Path) -> None:
    lexicon = Lexicon(folder / "lexicon.toml", alphabet())
    lexicon.refresh()


def clean_espeak(folder: Path) -> None:
    espeak_library.clean(folder / "espeak")


def cleaned(folder: Path) -> None:
    clean_espeak(folder)
    assert list((folder / "espeak").iterdir()) == []


place("dictionary", open_dictionary, prepare=small_dictionary)
place(
    "lexicon.toml",
    refresh_lexicon,
    prepare=lambda folder: (folder / "lexicon.toml").write_text('[en]\nKubernetes = "kˈubɚ"\n'),
)
place(
    "copies of espeak-ng",
    clean_espeak,
    cleaned,
    prepare=lambda folder: (folder / "espeak" / "espeak-left" / "deep").mkdir(parents=True),
    raises=(),
)
