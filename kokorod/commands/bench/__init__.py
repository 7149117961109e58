# process: a part of `kokoroctl bench`.
"""`kokoroctl bench`: how fast a user's own models speak on their own machine.

Tries each installed model with one thread, one for each core, and all there are, each in
a daemon of its own, and recommends one. docs/benchmarks.md says what the figures mean.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from typing import Any, Final

from ... import config
from ...config import Config
from ...errors import KokorodError, ModelError
from ...models.store import Store
from .. import FAILED, OK, Context
from . import advice, machine
from .advice import Advice
from .hearing import NothingHeardError
from .line import LineError
from .private_daemon import PrivateDaemon
from .survey import LENGTHS, Measured, Setup, measure
from .table import aligned
from .texts import Texts

HELP = "measure speed and memory on this machine, and recommend threads and variant"

_MAX_THREADS: Final = 256
_MAX_TRIALS: Final = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--running",
        action="store_true",
        help="measure the running daemon as it is, and try nothing else",
    )
    parser.add_argument(
        "--model",
        action="append",
        metavar="NAME",
        help="a model of `kokoroctl models list`; may be repeated (default: all installed)",
    )
    parser.add_argument(
        "--threads",
        type=_thread_counts,
        metavar="N,N",
        help="threads to try (default: 1, one for each core, all)",
    )
    parser.add_argument(
        "--trials",
        type=_trials,
        default=3,
        metavar="N",
        help="of each first sound; the median counts (default: %(default)s)",
    )
    parser.add_argument("--seed", type=int, metavar="N", help="of the texts, to repeat a run")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace, context: Context) -> int:
    settings, _ = config.load(context.environ)
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(2**31)
    problems: list[str] = []
    if args.running:
        measured = [_measure_running(context, Texts(seed), args.trials)]
    else:
        _warn_if_busy(context)
        setups = _setups(Store(settings.models_folder), args.model, args.threads)
        measured = []
        for number, setup in enumerate(setups, 1):
            _note(f"{number} of {len(setups)}: {setup.model}, threads {setup.threads}")
            try:
                # Each daemon gets the same texts, and each of them once.
                measured.append(_measure_alone(setup, context, Texts(seed), args.trials))
            except (LineError, NothingHeardError) as error:
                problems.append(f"{setup.model} with {setup.threads} threads: {error}")
                _note(f"  {problems[-1]}")
    best = advice.advise(measured) if measured and not args.running else None
    if args.json:
        print(json.dumps(_as_json(measured, best, problems, seed), indent=1))
    else:
        _show(measured, best, settings)
    return FAILED if problems or not measured else OK


def default_threads() -> list[int]:
    """What is tried if nothing is asked for."""
    return sorted({1, machine.physical_cores(), machine.logical_cores()})


def _setups(store: Store, names: list[str] | None, threads: list[int] | None) -> list[Setup]:
    """Raises ModelMissingError or ModelDamagedError."""
    models = [store.get(name) for name in dict.fromkeys(names or [])] or store.installed()
    if not models:
        store.chosen()  # says what to do
        raise ModelError(f"no model in {store.folder} can be used; see `kokoroctl models list`")
    for model in models:
        store.check(model)
    return [
        Setup(model.name, model.variant, count)
        for model in models
        for count in threads or default_threads()
    ]


def _measure_alone(setup: Setup, context: Context, texts: Texts, trials: int) -> Measured:
    environ = {
        **context.environ,
        "KOKORO_MODEL": setup.model,
        "KOKORO_THREADS": str(setup.threads),
    }
    with PrivateDaemon(environ) as daemon:
        status = daemon.status()
        if status["model"] != setup.model:
            raise LineError(f"the model was not opened: {status['note'] or 'see its log'}")
        return measure(setup, daemon.socket, daemon.pid, texts, trials, _note_inside)


def _measure_running(context: Context, texts: Texts, trials: int) -> Measured:
    from kokoro_client.wire import address

    status = _running(context)
    if status is None:
        raise KokorodError(
            "no daemon runs; start one with `kokorod`, or leave out --running to measure a "
            "daemon of the benchmark's own"
        )
    if status["requests"]["active"]:
        raise KokorodError("the daemon speaks for somebody else just now; try again later")
    settings, _ = config.load(context.environ)
    setup = Setup(
        status["model"] or status["engine"],
        "",
        settings.threads or machine.physical_cores(),
    )
    socket = address.socket_path(context.environ)
    return measure(setup, socket, int(status["pid"]), texts, trials, _note_inside)


def _running(context: Context) -> Any:
    return context.ask({"type": "status"})


def _warn_if_busy(context: Context) -> None:
    status = _running(context)
    if status is not None and status["requests"]["active"]:
        _note("the running daemon speaks just now, which slows down what is measured")


def _show(measured: list[Measured], best: Advice | None, settings: Config) -> None:
    if not measured:
        return
    facts = machine.facts()
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    print(f"{facts['cpu']}, {facts['cores']} cores, {facts['memory_gb']:g} GB; {versions}\n")
    head = ["model", "threads", *(f"{chars:,}" for chars in LENGTHS), "RTF", "underruns"]
    rows = [[*head, "peak MB", "2 s after"]]
    print(aligned([*rows, *map(_row, measured)]))
    print("\nfirst sound by characters of text; RTF: seconds for a second of speech")
    if best is None:
        return
    print("\nrecommended:")
    for reason in best.why:
        print(f"  {reason}")
    print(f"put these lines into {settings.home / 'config.toml'}:\n")
    print("\n".join(advice.config_lines(best.setup)))
    print("\nthen start the daemon anew (threads are read only at its start)")


def _row(m: Measured) -> list[str]:
    return [
        m.setup.model,
        str(m.setup.threads),
        *(f"{m.first_sound_s[chars]:.3f} s" for chars in LENGTHS),
        f"{m.rtf:.3f}",
        str(m.underruns),
        f"{m.peak_mb:.0f}",
        f"{m.after_mb:.0f}",
    ]


def _as_json(
    measured: list[Measured], best: Advice | None, problems: list[str], seed: int
) -> dict[str, Any]:
    return {
        "machine": machine.facts(),
        "seed": seed,
        "measured": [m.as_json() for m in measured],
        "recommended": None
        if best is None
        else {
            "model": best.setup.model,
            "threads": best.setup.threads,
            "why": list(best.why),
            "config": advice.config_lines(best.setup),
        },
        "problems": problems,
    }


def _thread_counts(text: str) -> list[int]:
    try:
        counts = sorted({int(part) for part in text.split(",")})
    except ValueError:
        counts = []
    if not counts or counts[0] < 1 or counts[-1] > _MAX_THREADS:
        raise argparse.ArgumentTypeError(
            f"{text!r}; whole numbers from 1 to {_MAX_THREADS}, separated by commas"
        )
    return counts


def _trials(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _MAX_TRIALS:
        raise argparse.ArgumentTypeError(f"{text!r}; a whole number from 1 to {_MAX_TRIALS}")
    return int(text)


def _note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _note_inside(line: str) -> None:
    _note(f"  {line}")
