# process: asks the daemon and `kokoroctl`, reads files.
"""What a node needs to speak as this machine does: model, voices, lexicon, settings, and what was
learned here of how voices stream (docs/streaming.md).
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kokoro_client import Client
from kokoro_client.cli.exits import CommandError, one_line

#: Settings that change what is heard. The others are a machine's own.
_HEARD: Final = (
    *("voice", "lang", "sentence_pause_ms", "emoji", "code_blocks", "thoughts", "phonemes"),
    *("precision", "streaming", "calibrate"),
)

#: As much as the daemon reads.
_MAX_LEXICON: Final = 8 * 2**20

#: Of what was learned of a voice, and such files: as many as the daemon keeps.
_MAX_LEARNED: Final = 8 * 2**20
_MOST_LEARNED: Final = 16

#: `kokoroctl` reads a few small files.
_LIST_S: Final = 60.0

#: Of one piece on its way: an object store of the smallest node holds several.
_PIECE_BYTES: Final = 8 * 2**20

#: What files are called on their way; the store of models has names of its own.
MODEL: Final = "model"
VOICES: Final = "voices"

#: Where in a home lies what was learned of voices, and so what these files are called: they are
#: named after the model, the voices and the voice, and so good on every machine.
LEARNED: Final = "cache/norms"


@dataclass(frozen=True, slots=True)
class KitFile:
    """A file of this machine, and what it must be when it has come."""

    name: str
    path: str
    sha256: str

    def pieces(self) -> Iterator[bytes]:
        """Raises OSError."""
        with Path(self.path).open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece


@dataclass(frozen=True, slots=True)
class Kit:
    """model: its name, empty for none; settings: variables of the environment; version: of the
    daemon, which a node's must have, too."""

    model: str
    files: tuple[KitFile, ...]
    lexicon: str
    settings: tuple[tuple[str, str], ...]
    version: str

    @property
    def digest(self) -> str:
        """Stands for all of it, wherever it lies."""
        files = [[file.name, file.sha256] for file in self.files]
        said = json.dumps([self.model, files, self.lexicon, self.settings, self.version])
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def kit_of(client: Client, environ: Mapping[str, str]) -> Kit:
    """Of the running daemon. Raises KokoroError, and CommandError if its model cannot be found."""
    status = client.status()
    home = Path(status["home"])
    settings = {
        f"KOKORO_{name.upper()}": str(status["settings"][name])
        for name in _HEARD
        if name in status["settings"]
    }
    blends = [f"{v['name']} = {v['blend']}" for v in client.voices() if v.get("blend")]
    if blends:
        settings["KOKORO_BLENDS"] = "; ".join(blends)
    model = str(status["model"] or "")
    files = _files(model, home, environ) if model else ()
    if files and "KOKORO_CALIBRATE" not in settings:  # said if it is not the default, true
        files += tuple(_learned(files[0].sha256, home))
    return Kit(
        model, files, _lexicon(home), tuple(sorted(settings.items())), str(status["version"])
    )


def _lexicon(home: Path) -> str:
    path = home / "lexicon.toml"
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_LEXICON + 1)
        if len(content) > _MAX_LEXICON:
            raise CommandError(f"{path} has more than {_MAX_LEXICON} bytes; make it smaller")
        return content.decode()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"cannot read {path}: {error}") from None


def _learned(model_sha256: str, home: Path) -> Iterator[KitFile]:
    """What was learned of the voices of this model."""
    found = sorted((home / LEARNED).glob(f"{model_sha256[:16]}-*.npz"))
    for path in found[:_MOST_LEARNED]:
        try:
            with path.open("rb") as file:
                content = file.read(_MAX_LEARNED + 1)
        except FileNotFoundError:
            continue  # the daemon made room for another
        except OSError as error:
            raise CommandError(f"cannot read {path}: {error}") from None
        if len(content) <= _MAX_LEARNED:  # a larger one the daemon does not use either
            digest = hashlib.sha256(content).hexdigest()
            yield KitFile(f"{LEARNED}/{path.name}", str(path), digest)


def _files(model: str, home: Path, environ: Mapping[str, str]) -> tuple[KitFile, ...]:
    command = [sys.executable, "-m", "kokoro_client", "models", "list", "--json"]
    try:
        ran = subprocess.run(
            command,
            env={**environ, "KOKORO_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LIST_S,
        )
        if ran.returncode:
            raise ValueError(one_line(ran.stderr.decode("utf-8", "replace")))
        installed = json.loads(ran.stdout)["installed"]
        (found,) = [one for one in installed if one["name"] == model]
        return tuple(_described(found))
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
        raise CommandError(
            f"the model {model} cannot be found in {home} (`kokoroctl models list --json`): {error}"
        ) from None


def _described(found: Mapping[str, Any]) -> Iterator[KitFile]:
    for name in (MODEL, VOICES):
        if found[name]:  # a model may have the voices that come with the daemon
            yield KitFile(name, str(found[name]), str(found[f"{name}_sha256"]))
