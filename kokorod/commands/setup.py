# process: a command of kokoroctl.
"""`kokoroctl setup`: offers to download Kokoro; without it the built-in voice speaks."""

from __future__ import annotations

import argparse
import sys

from .. import config
from ..errors import ModelDamagedError, ModelMissingError
from ..models import manifest
from ..models.manifest import Release
from ..models.store import Store
from . import OK, Context
from .models import fetch, tell_daemon

HELP = "download the Kokoro model, asking first; Ctrl-C goes on without it"

_WITHOUT = "going on with the built-in voice; `kokoroctl setup` fetches Kokoro"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--yes", "-y", action="store_true", help="download without asking, also off a terminal"
    )


def run(args: argparse.Namespace, context: Context) -> int:
    settings, _ = config.load(context.environ)
    store = Store(settings.models_folder)
    release = _needed(store, settings.model)
    if release is None:
        return OK
    if not args.yes and not context.interactive:
        _say(
            "Kokoro is not installed: the built-in voice speaks; run `kokoroctl setup` on a "
            f"terminal, or `kokoroctl setup --yes`, to download {release.bytes / 1e6:.0f} MB"
        )
        return OK
    _announce(release, settings.model_url, store)
    try:
        from ..models.web import UnreachableError  # http and ssl take 20 ms to import

        if not args.yes and not _confirmed():
            _say(_WITHOUT)
            return OK
        model = fetch(store, release, settings.model_url)
    except KeyboardInterrupt:
        _say(f"\nstopped; {_WITHOUT}, from where it stopped")
        return OK
    except UnreachableError as error:
        _say(f"{error} {_WITHOUT}")
        return OK
    if not settings.model and store.in_use() != model.name:
        store.use(model.name)
    _say(f"{model.name} is installed and verified in {model.folder}")
    tell_daemon(context)
    return OK


def _needed(store: Store, preferred: str) -> Release | None:
    """The release to fetch so that Kokoro speaks; None where it does already.

    Raises ModelMissingError where choosing is left to the user.
    """
    try:
        model = store.chosen(preferred)
    except ModelDamagedError as error:
        _say(str(error))
        return manifest.find()
    except ModelMissingError:
        named = [release for release in manifest.RELEASES if release.name == preferred]
        if named:
            return named[0]
        if preferred or store.installed():
            raise
        return manifest.find()
    try:
        store.check(model)
    except ModelDamagedError as error:
        _say(str(error))
        return manifest.recognize(model.model_sha256) or manifest.find()
    _say(f"Kokoro is here: {model.name} in {model.folder}")
    return None


def _announce(release: Release, base_url: str, store: Store) -> None:
    files = (release.model, release.voices)
    _say(f"Kokoro ({release.name}) will be downloaded once, {release.bytes / 1e6:.1f} MB:")
    for file in files:
        _say(f"  {file.bytes / 1e6:6.1f} MB  {base_url.rstrip('/')}/{release.tag}/{file.file}")
    _say(f"to {store.folder / release.name}")


def _confirmed() -> bool:
    print("Download it now? [Y/n] ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    # An empty line is the default, yes; an end of input is nobody there to say so.
    return answer != "" and answer.strip().lower() in ("", "y", "yes")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
