# process: a command of kokoroctl.
"""`kokoroctl doctor`: what is wrong here, and what to do about it."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import asdict

from ..doctor.checks import run_checks
from ..doctor.result import CheckResult, Outcome
from . import FAILED, OK, Context

HELP = "find out what is wrong and what to do; ends with 1 if something has failed"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace, context: Context) -> int:
    results = []
    for result in run_checks(context.environ, context.ask):
        results.append(result)
        if not args.json:
            _print(result)
    counts = Counter(result.outcome for result in results)
    if args.json:
        print(json.dumps([asdict(result) for result in results], indent=1))
    else:
        print(", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome))
    return FAILED if counts[Outcome.FAIL] else OK


def _print(result: CheckResult) -> None:
    print(f"{result.outcome:5}{result.check:20}{_shown(result.found)}", flush=True)
    if result.todo:
        print(f"{'':5}{'':20}-> {_shown(result.todo)}", flush=True)


def _shown(text: str) -> str:
    # A path or a library's message may hold what a terminal would act on.
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
