"""The command line of `make bench`."""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench import model, report
from bench.metric import Metric
from bench.metrics import ALL, GROUPS
from bench.model import ModelFiles
from bench.stage import Effort, Stage
from kokoro_client import KokoroError
from kokorod.commands.bench import machine
from kokorod.errors import KokorodError

#: Fewer are no measurement: the median of 7 is steady, that of 3 is not.
_FEWEST_TRIALS: Final = 7

_FORMAT: Final = 1


def main(arguments: Sequence[str]) -> int:
    """0: everything was measured, reached or not; 1: something gave no value; 2: usage."""
    args = _parse(arguments)
    wanted = _wanted(args.what)
    effort = Effort.quick() if args.quick else _full(args)
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(2**31)
    files: list[ModelFiles] = []

    def find() -> ModelFiles:
        files.append(model.find(os.environ, args.model, args.voices, reference=args.reference))
        return files[0]

    # So that what was started ends, too.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    began = time.localtime()
    with Stage(find, effort, seed) as stage:
        metrics, problems = measure(stage, wanted)
    if metrics:
        print(report.table(metrics))
    for name, problem in problems.items():
        print(f"not measured: {name}: {problem}", file=sys.stderr)
    if metrics and not args.quick:
        content = {
            "format": _FORMAT,
            "began": time.strftime("%Y-%m-%dT%H:%M:%S", began),
            "took_s": round(time.time() - time.mktime(began)),
            "what": wanted,
            "trials": args.trials,
            "seed": seed,
            "model": files[0].name if files else "toy",
            "machine": machine.facts(),
            "figures": [metric.as_json() for metric in metrics],
            "not_measured": list(problems),  # why may hold paths
        }
        what = "-".join(name for name in (*wanted, *GROUPS) if name in args.what) or "all"
        path = report.write(args.out, time.strftime("%Y-%m-%d", began), what, content)
        print(f"written to {path}")
    return 1 if problems or not metrics else 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench ARGS=...",
        description="Measure kokorod beside kokoro-onnx, alternating, in one run.",
        epilog="docs/benchmarks.md says what the metrics mean.",
    )
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help=f"of {', '.join((*ALL, *GROUPS))} (default: all that need no sound server)",
    )
    parser.add_argument(
        "--trials",
        type=int,
        default=_FEWEST_TRIALS,
        help=f"of each system (at least {_FEWEST_TRIALS}, the default)",
    )
    parser.add_argument(
        "--long-runs",
        type=int,
        default=20,
        help="of 2,000 characters, for the underruns (default: 20, as asked)",
    )
    parser.add_argument(
        "--book-chars",
        type=int,
        default=5_000,
        help="of each of the four books that are rendered (default: 5,000)",
    )
    parser.add_argument(
        "--quick", action="store_true", help="one trial of each, to see that it works; not kept"
    )
    parser.add_argument("--seed", type=int, help="of the texts, to repeat a run")
    parser.add_argument("--model", type=Path, help="a model file (default: Kokoro's own)")
    parser.add_argument("--voices", type=Path, help="its voices")
    parser.add_argument(
        "--reference",
        action="store_true",
        help="the stand-in in place of Kokoro: its graph and cost with random weights",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=model.ROOT / "bench" / "results",
        help="folder for the results (default: bench/results)",
    )
    args = parser.parse_args(arguments)
    if unknown := [name for name in args.what if name not in (*ALL, *GROUPS)]:
        parser.error(f"no metric {', '.join(unknown)}; there are {', '.join((*ALL, *GROUPS))}")
    if args.trials < _FEWEST_TRIALS:
        parser.error(f"--trials {args.trials}; {_FEWEST_TRIALS} or more, or --quick")
    return args


def _full(args: argparse.Namespace) -> Effort:
    return Effort.full(args.trials, args.long_runs, args.book_chars)


def _wanted(asked: Sequence[str]) -> list[str]:
    """The metrics that are meant, in the order they are measured."""
    grouped = {name for names in GROUPS.values() for name in names}
    meant = {name for each in asked for name in GROUPS.get(each, (each,))}
    return [name for name in ALL if name in (meant or set(ALL) - grouped)]


def measure(stage: Stage, wanted: Sequence[str]) -> tuple[list[Metric], dict[str, str]]:
    """The metrics, and why there are none: name on the command line -> reason."""
    metrics: list[Metric] = []
    problems: dict[str, str] = {}
    for name in wanted:
        print(name, file=sys.stderr, flush=True)
        try:
            found = ALL[name](stage)
        except (KokorodError, KokoroError, subprocess.SubprocessError, OSError) as error:
            problems[name] = str(error)
        except Exception:  # noqa: BLE001 - an hour of other metrics must not be lost for a bug
            problems[name] = traceback.format_exc()
        else:
            if not found:
                problems[name] = "it gave no value"
            metrics += found
            continue
        if log := stage.kokorod_log_end():
            print(f"the daemon's log ends with:\n{log}", file=sys.stderr)
    return metrics, problems


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
