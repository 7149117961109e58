"""docs/saying.md: its examples do what it shows, and the pages name every flag."""

from __future__ import annotations

import argparse
import re
import subprocess
from pathlib import Path

from support.daemon.process import PATIENCE_S, DaemonProcess
from support.daemon.transcript import play
from support.paths import DOCS

from kokoro_client.cli import say

_PAGE = DOCS / "saying.md"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", _PAGE.read_text(), re.MULTILINE | re.DOTALL)


def test_the_page_shows_what_happens(toy_daemon: DaemonProcess, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    transcript = tmp_path / "saying.txt"
    transcript.write_text("\n".join(_blocks("console")))
    play(transcript, toy_daemon.environ, here)


def test_what_is_piped_is_what_the_players_are_told(toy_daemon: DaemonProcess) -> None:
    (block,) = _blocks("sh")
    lines = block.splitlines()
    for line in lines:
        command, player = line.split(" | ")
        ended = subprocess.run(
            ["/bin/sh", "-c", command],
            env=toy_daemon.environ,
            capture_output=True,
            timeout=PATIENCE_S,
        )
        assert ended.returncode == 0, ended.stderr
        if "--raw" in command:
            assert re.search("s16_?le|-e signed -b 16", player, re.IGNORECASE), player
            assert "24000" in player
            assert len(ended.stdout) > 10_000
        else:
            assert ended.stdout.startswith(b"OggS")
    assert {line.split(" | ")[1].split()[0] for line in lines} >= {"aplay", "ffplay"}


#: What is taken from macOS' say has a page of its own (docs/from-say.md).
_FROM_SAY = {"file_format", "data_format", "channels"}


def test_it_names_every_flag() -> None:
    parser = argparse.ArgumentParser()
    say.add_arguments(parser)
    page = _PAGE.read_text()
    for action in parser._actions:
        hidden = action.help == argparse.SUPPRESS or action.dest in {"help", *_FROM_SAY}
        if action.option_strings and not hidden:
            assert any(re.search(rf"(?<!\w){flag}\b", page) for flag in action.option_strings), (
                f"{action.option_strings} is not in docs/saying.md"
            )
