# process: a command of kokoroctl.
"""`kokoroctl doctor`: what is wrong here, and what to do about it."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import asdict

from ..doctor.examination import examine
from ..doctor.finding import Finding, Outcome
from . import FAILED, OK, Context

HELP = "find out what is wrong and what to do; ends with 1 where something has failed"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace, context: Context) -> int:
    findings = []
    for finding in examine(context.environ, context.ask):
        findings.append(finding)
        if not args.json:
            _print(finding)
    counts = Counter(finding.outcome for finding in findings)
    if args.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        print(", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome))
    return FAILED if counts[Outcome.FAIL] else OK


def _print(finding: Finding) -> None:
    print(f"{finding.outcome:5}{finding.check:20}{_shown(finding.found)}", flush=True)
    if finding.todo:
        print(f"{'':5}{'':20}-> {_shown(finding.todo)}", flush=True)


def _shown(text: str) -> str:
    # A path or a library's message may hold what a terminal would act on.
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
