"""The manual pages kokoroctl(1) and kokorod(1), from the parsers that print the help.

    python tools/manual.py FOLDER

argparse-manpage was tried: it leaves out what commands say after their options (examples),
and groff warns of its lines. Source of the macros: man(7).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from kokoro_client.cli import exits
from kokoro_client.cli.whole import whole_parser
from kokorod import __version__
from kokorod.__main__ import daemon_parser

#: Left-aligned and without hyphens: a flag must not be broken in two.
_HEAD = '.TH {title} 1 "" "kokorod {version}" "User commands"\n.nh\n.ad l'

_SECTIONS = {"exit codes": "exit status"}


def page(parser: argparse.ArgumentParser, line: str, other: str) -> str:
    """A whole page. line: for the section NAME; other: the page to see also."""
    written = [
        _HEAD.format(title=parser.prog.upper(), version=__version__),
        f".SH NAME\n{escaped(parser.prog)} \\- {escaped(line)}",
        f".SH SYNOPSIS\n{usage(parser)}",
        f".SH DESCRIPTION\n{prose(parser.description)}",
    ]
    commands = list(subparsers(parser))
    if options := "\n".join(groups(parser)):
        written.append(f".SH OPTIONS\n{options}")
    if commands:
        written.append(".SH COMMANDS")
    written += [text for below in commands for text in command(below)]
    for title, block in blocks(parser.epilog or ""):
        written.append(f".SH {_SECTIONS.get(title, title).upper()}\n{verbatim(block)}")
    written.append(f".SH SEE ALSO\n.BR {other} (1)")
    return "\n".join(written) + "\n"


def command(parser: argparse.ArgumentParser) -> Iterator[str]:
    """A command's part of the page, and those of the commands below it."""
    yield f".SS {escaped(parser.prog)}\n{usage(parser)}"
    if parser.description:
        yield f".PP\n{prose(parser.description)}"
    yield from groups(parser)
    # The exit codes are the same everywhere: they are told once, for the whole page.
    for title, block in blocks((parser.epilog or "").replace(exits.HELP, "")):
        yield f".PP\n{escaped(title)}:\n{verbatim(block)}" if title else f".PP\n{prose(block)}"
    for below in subparsers(parser):
        yield from command(below)


def subparsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()


def groups(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The arguments, group by group as the help has them."""
    formatter = parser._get_formatter()
    usual = (parser._positionals, parser._optionals)
    for group in parser._action_groups:
        shown = [
            action
            for action in group._group_actions
            if action.help is not argparse.SUPPRESS
            and not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
        ]
        if shown and group not in usual and group.title:
            yield f".PP\n{escaped(group.title)}:"
        for action in shown:
            said = formatter._expand_help(action) if action.help else ""
            yield f".TP\n{name(action, formatter)}\n{escaped(said) or '.'}"


def name(action: argparse.Action, formatter: argparse.HelpFormatter) -> str:
    value = formatter._format_args(action, formatter._get_default_metavar_for_optional(action)
                                   if action.option_strings else action.dest)  # fmt: skip
    if not action.option_strings:
        return rf"\fI{escaped(value)}\fR"
    flags = ", ".join(rf"\fB{escaped(flag)}\fR" for flag in action.option_strings)
    return rf"{flags} \fI{escaped(value)}\fR" if value else flags


def usage(parser: argparse.ArgumentParser) -> str:
    lines = parser.format_usage().removeprefix("usage: ").splitlines()
    return verbatim("\n".join(line.removeprefix(" " * len("usage: ")) for line in lines))


def blocks(epilog: str) -> Iterator[tuple[str, str]]:
    """(title, lines) of what follows the options; without a title it is prose."""
    for block in filter(None, map(str.strip, epilog.split("\n\n"))):
        first, _, rest = block.partition("\n")
        yield (first[:-1], rest) if first.endswith(":") and rest else ("", block)


def prose(text: str | None) -> str:
    return "\n.PP\n".join(escaped(" ".join(part.split())) for part in (text or "").split("\n\n"))


def verbatim(lines: str) -> str:
    return ".nf\n" + "\n".join(map(escaped, lines.rstrip().splitlines())) + "\n.fi"


def escaped(text: str) -> str:
    """Text that groff takes as it is. A dash is one that can be copied into a shell."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("`", r"\(ga")
    return rf"\&{text}" if text.startswith(".") else text


def write(folder: Path) -> list[Path]:
    """Write both pages into `folder`/man1."""
    pages = {
        "kokoroctl": page(whole_parser(), "speak, through the daemon kokorod", "kokorod"),
        "kokorod": page(daemon_parser(), "the resident text-to-speech daemon", "kokoroctl"),
    }
    (folder / "man1").mkdir(parents=True, exist_ok=True)
    written = []
    for title, text in pages.items():
        path = folder / "man1" / f"{title}.1"
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    for path in write(Path(sys.argv[1])):
        print(path)
