"""The manual pages: made from the parsers, whole, and read by groff without a warning."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from support.paths import ROOT

from kokoro_client.cli.whole import whole_parser
from kokorod import config

SCRIPT = ROOT / "tools" / "manual.py"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Each page as groff shows it on a terminal, in one line."""
    folder = tmp_path_factory.mktemp("man")
    subprocess.run([sys.executable, SCRIPT, folder], check=True, capture_output=True)
    shown = {}
    for path in sorted((folder / "man1").iterdir()):
        ended = subprocess.run(
            ["groff", "-K", "utf8", "-man", "-T", "utf8", "-P-c", "-ww", "-b", path],
            capture_output=True,
            text=True,
            check=True,
        )
        assert ended.stderr == ""
        plain = re.sub(r".\x08", "", ended.stdout)
        shown[path.name] = " ".join(plain.split())
    return shown


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from parsers(below)


def test_every_command_flag_and_example_is_there(pages: dict[str, str]) -> None:
    page = pages["kokoroctl.1"]
    for parser in parsers(whole_parser()):
        assert f" {parser.prog} [-h]" in page
        for action in parser._actions:
            if action.help is argparse.SUPPRESS or isinstance(action, argparse._HelpAction):
                continue
            assert all(flag in page for flag in action.option_strings)
            if action.help and "%" not in action.help:
                assert " ".join(action.help.split()) in page
        examples = (parser.epilog or "").partition("examples:\n")[2].partition("\n\n")[0]
        assert all(" ".join(line.split()) in page for line in examples.splitlines())


def test_sections_are_those_of_a_manual(pages: dict[str, str]) -> None:
    for name in ("NAME kokoroctl - speak", "SYNOPSIS", "EXIT STATUS 0 ok", "ENVIRONMENT"):
        assert name in pages["kokoroctl.1"]
    assert pages["kokoroctl.1"].count("the daemon is busy; try again later") == 1
    assert "SEE ALSO kokoroctl(1)" in pages["kokorod.1"]


def test_kokorods_page_has_every_setting(pages: dict[str, str]) -> None:
    page = pages["kokorod.1"]
    for name, spec in config.settings().items():
        assert f"--{name.replace('_', '-')} VALUE" in page
        assert spec.metadata["why"] in page
