# process: a command of kokoroctl.
"""What `kokoroctl speechd install` puts into the user's folders, and takes away again.

Owns:       the module's executable, its configuration file, a marked part of speechd.conf.
Invariants: nothing outside the marks is changed; what is not ours is not removed; root is not
            needed.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kokoro_client.atomic_file import write_atomically

NAME: Final = "kokoro"

_BEGIN: Final = "# kokoro: begin (made by `kokoroctl speechd install`, removed by `uninstall`)\n"
_END: Final = "# kokoro: end\n"
_MADE: Final = "# made by `kokoroctl speechd install`"

#: speechd.conf of the system, where distributions put it.
_SYSTEM: Final = (Path("/etc/speech-dispatcher"), Path("/usr/local/etc/speech-dispatcher"))


@dataclass(frozen=True, slots=True)
class Places:
    """module: the executable; config: of the module; daemon: speech-dispatcher's own."""

    module: Path
    config: Path
    generic: Path
    daemon: Path

    @staticmethod
    def of(environ: Mapping[str, str]) -> Places:
        home = Path(environ.get("HOME") or Path.home())
        config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "speech-dispatcher"
        data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
        return Places(
            # speech-dispatcher looks at share/../libexec: `share` has to be there.
            data / ".." / "libexec" / "speech-dispatcher-modules" / f"sd_{NAME}",
            config / "modules" / f"{NAME}.conf",
            config / "modules" / f"{NAME}-generic.conf",
            config / "speechd.conf",
        )


def install(places: Places, *, generic: bool, default: bool) -> list[Path]:
    """Write the files; which. Raises OSError.

    generic: the configuration of speech-dispatcher's own sd_generic instead of our module.
    """
    if generic:
        _write(places.generic, generic_config(_kokoroctl()))
        written = [places.generic]
    else:
        places.module.parents[3].mkdir(parents=True, exist_ok=True)  # `..` of what is not there
        _write(places.module, _executable(), mode=0o755)
        _write(places.config, f"{_MADE}\n# The module has no settings of its own.\n")
        written = [places.module, places.config]
    name, program = (f"{NAME}-generic", "sd_generic") if generic else (NAME, f"sd_{NAME}")
    before = places.daemon.read_text("utf-8") if places.daemon.exists() else _system_config()
    outside = without_part(before)
    lines = [f"DefaultModule {name}"] if default else []
    # Named modules are the only ones; without a name speech-dispatcher finds all there are.
    if generic or re.search(r"^\s*AddModule\b", outside, re.MULTILINE):
        lines.insert(0, f'AddModule "{name}" "{program}" "{name}.conf"')
    if generic and not re.search(r"^\s*AddModule\b", outside, re.MULTILINE):
        lines.insert(1, 'AddModule "espeak-ng" "sd_espeak-ng" "espeak-ng.conf"')
    after = with_part(outside, lines)
    if lines or (places.daemon.exists() and after != before):
        _write(places.daemon, after)
        written.append(places.daemon)
    return written


def uninstall(places: Places) -> list[Path]:
    """Remove what install() wrote; which. Raises OSError."""
    gone: list[Path] = []
    for path in (places.module, places.config, places.generic):
        if path.is_file() and _MADE in path.read_text("utf-8", "replace"):
            path.unlink()
            gone.append(path)
    if places.daemon.is_file():
        before = places.daemon.read_text("utf-8")
        after = without_part(before)
        if after == _system_config():
            places.daemon.unlink()
            gone.append(places.daemon)
        elif after != before:
            _write(places.daemon, after)
            gone.append(places.daemon)
    return gone


def with_part(config: str, lines: list[str]) -> str:
    if not lines:
        return config
    gap = "" if not config or config.endswith("\n") else "\n"
    return f"{config}{gap}{_BEGIN}" + "".join(f"{line}\n" for line in lines) + _END


def without_part(config: str) -> str:
    before, begin, rest = config.partition(_BEGIN)
    return before + rest.partition(_END)[2] if begin else config


def state(places: Places) -> dict[str, str]:
    """What is installed, for people."""
    part = ""
    with contextlib.suppress(OSError):
        config = places.daemon.read_text("utf-8")
        part = config.partition(_BEGIN)[2].partition(_END)[0]
    return {
        "module": str(places.module) if places.module.exists() else "not installed",
        "generic": str(places.generic) if places.generic.exists() else "not installed",
        "default": "yes" if "DefaultModule" in part else "no",
        "speech-dispatcher": shutil.which("speech-dispatcher") or "not installed",
    }


def generic_config(kokoroctl: str) -> str:
    """For sd_generic, which runs a command for each message: no marks, no cache, slower."""
    return f"""\
{_MADE} --generic
Debug 0
GenericExecuteSynth \\
"printf %s \\'$DATA\\' | {kokoroctl} say --as speech-dispatcher --markup plain \
--priority important -v \\'$VOICE\\' -s $RATE --volume $VOLUME -"
GenericCmdDependency "{kokoroctl}"
GenericRateAdd 1
GenericRateMultiply 0.5
GenericRateForceInteger 0
GenericVolumeAdd 50
GenericVolumeMultiply 50
GenericVolumeForceInteger 1
GenericMaxChunkLength 10000
GenericDelimiters ".!?"
GenericLanguage "en" "en-us" "utf-8"
AddVoice "en" "MALE1" "am_michael"
AddVoice "en" "MALE2" "bm_george"
AddVoice "en" "FEMALE1" "af_heart"
AddVoice "en" "FEMALE2" "bf_emma"
DefaultVoice "af_heart"
"""


def _executable() -> str:
    python = shlex.quote(sys.executable)
    return f'#!/bin/sh\n{_MADE}\nexec {python} -P -m kokoro_doors.speechd.module "$@"\n'


def _kokoroctl() -> str:
    beside = Path(sys.executable).with_name("kokoroctl")
    return str(beside) if beside.exists() else "kokoroctl"


def _system_config() -> str:
    for folder in _SYSTEM:
        with contextlib.suppress(OSError):
            return (folder / "speechd.conf").read_text("utf-8")
    return ""


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text.encode())
    path.chmod(mode)
