"""A text that ends the daemon: how many daemons a client starts for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.daemon.making import MakeDaemon
from support.daemon.process import DaemonProcess

from kokoro_client import Client, errors

#: A kokorod that notes each start in a file and dies of one word.
_DAEMON = """#!{python}
import os, sys
with open({starts!r}, "a") as file:
    file.write("started\\n")
from kokorod.speech.reader import Reader
feed = Reader.feed
def dies(self, text, final):
    if "poison" in text:
        os._exit(70)
    return feed(self, text, final)
Reader.feed = dies
from kokorod.__main__ import main
sys.exit(main())
"""


@pytest.fixture
def starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where each start of a daemon by this process is noted."""
    noted = tmp_path / "starts"
    program = tmp_path / "bin" / "kokorod"
    program.parent.mkdir()
    program.write_text(_DAEMON.format(python=sys.executable, starts=str(noted)))
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program.with_name("python")))
    return noted


def _count(starts: Path) -> int:
    return len(starts.read_text().splitlines())


def _client(place: DaemonProcess) -> Client:
    return Client(place.socket, environ=place.environ)


def test_none_is_started_again_for_a_text_that_ended_the_last_one(
    make_daemon: MakeDaemon, starts: Path
) -> None:
    with _client(make_daemon()) as client:
        with pytest.raises(errors.ConnectionLostError):
            list(client.speak("This is poison."))
        assert _count(starts) == 1
        # For another text there is one again.
        assert b"".join(client.speak("Hello."))
        assert _count(starts) == 2


def test_none_is_started_again_by_a_program_that_waits_for_the_end(
    make_daemon: MakeDaemon, starts: Path
) -> None:
    with _client(make_daemon()) as client:
        assert b"".join(client.speak("Hello."))
        speech = client.speak("More poison.", cache=False)
        with pytest.raises(errors.ConnectionLostError):
            speech.wait()
    assert _count(starts) == 1
