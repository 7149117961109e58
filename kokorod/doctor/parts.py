# process: a part of `kokoroctl doctor`.
"""The native parts: the hardware, onnxruntime, espeak-ng, the sound device.

Each is tried in a process of its own: one that hangs, aborts or prints is a result, not
the end of all checks.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from .result import CheckResult, fail, ok, warn

#: Loading them takes a second on a cold disk; a sound server that hangs takes forever.
_PATIENCE_S: Final = 60.0

_MAX_SAID: Final = 200

# Each prints one JSON value. -c, not -m: what they import is the module asked about.
_HARDWARE: Final = """
import json
from kokorod.safety import limits
from kokorod.engine.accelerators.hardware import detect
machine = detect()
told = ", ".join(filter(None, (machine.described(), limits.read().described())))
print(json.dumps([told, machine.warnings]))
"""
_ONNXRUNTIME: Final = """
import json, onnxruntime
print(json.dumps([onnxruntime.__version__, onnxruntime.get_available_providers()]))
"""
_ESPEAK: Final = """
import json
from kokorod.engine.loading import open_built_in
from kokorod.engine.synthesizer import Run
from kokorod.types import Segment, Utterance
voice = open_built_in()
sound = voice.synthesize(
    Segment(0, 0, 5, "Hello", ""), Utterance("built-in", 1.0, "en-us"), Run()
)
print(json.dumps([len(sound.pcm), float(abs(sound.pcm).max())]))
"""
_SOUND: Final = """
import json
try:
    import sounddevice
except OSError as error:
    print(json.dumps({"library": str(error)}))
else:
    try:
        device = sounddevice.query_devices(kind="output")
        print(json.dumps({"device": device["name"], "rate": device["default_samplerate"]}))
    except (sounddevice.PortAudioError, ValueError) as error:
        print(json.dumps({"none": str(error)}))
"""


_LEXICON: Final = """
import json, sys
from pathlib import Path
from kokorod.errors import ConfigError
from kokorod.speech.lexicon import read
from kokorod.vocabulary import alphabet
try:
    sections = read(Path(sys.argv[1]), alphabet())
except ConfigError as error:
    print(json.dumps({"wrong": str(error)}))
else:
    print(json.dumps({"entries": sum(map(len, sections.values()))}))
"""


class PartError(Exception):
    """The probe ended without an answer; the message is what it said last."""


def check_hardware() -> CheckResult:
    """What the daemon chooses its lanes by. A gap keeps nothing from speaking."""
    todo = "the CPU speaks all the same; if it names nothing of yours, report it"
    try:
        described, warnings = _probe(_HARDWARE)
    except PartError as error:
        return warn("hardware", f"cannot be looked at: {error}", todo)
    if warnings:
        return warn("hardware", f"{described}; {'; '.join(warnings)}", todo)
    return ok("hardware", described)


def check_onnxruntime() -> CheckResult:
    try:
        version, providers = _probe(_ONNXRUNTIME)
    except PartError as error:
        return fail(
            "onnxruntime", f"does not load: {error}", "pip install --force-reinstall onnxruntime"
        )
    if "CPUExecutionProvider" not in providers:
        return fail(
            "onnxruntime", f"has only {', '.join(providers)}", "pip install onnxruntime, plainly"
        )
    return ok("onnxruntime", f"{version} loads, with {', '.join(providers)}")


def check_espeak() -> CheckResult:
    from pathlib import Path

    import espeakng_loader

    todo = "pip install --force-reinstall espeakng-loader"
    data = Path(espeakng_loader.get_data_path())
    # Before it is loaded: without its data espeak-ng ends the process.
    if not (data / "phontab").is_file():
        return fail("espeak", f"its data are not in {data}", todo)
    try:
        samples, peak = _probe(_ESPEAK)
    except PartError as error:
        return fail("espeak", f"does not speak: {error}", todo)
    if not samples or peak < 0.01:
        return fail("espeak", "speaks nothing but silence", todo)
    return ok("espeak", f"speaks, with the data in {data}")


def check_sound() -> CheckResult:
    file = "until then `kokoroctl say -o FILE.wav` writes a file"
    try:
        found: dict[str, Any] = _probe(_SOUND)
    except PartError as error:
        return warn("sound", f"cannot be looked at: {error}", f"restart the sound server; {file}")
    if "library" in found:
        return warn(
            "sound",
            f"PortAudio is missing: {found['library']}",
            f"on Debian `apt install libportaudio2`; {file}",
        )
    if "none" in found:
        return warn(
            "sound",
            f"there is no output device: {found['none']}",
            f"connect one or start the sound server; {file}",
        )
    return ok("sound", f"{found['device']}, {found['rate']:.0f} Hz")


def check_lexicon(path: Path) -> CheckResult:
    """The user's pronunciations: a file that is wrong leaves the words as they were."""
    if not path.exists():
        return ok("lexicon", f"{path} is not there: nobody taught it a word")
    try:
        found: dict[str, Any] = _probe(_LEXICON, str(path))
    except PartError as error:
        return warn("lexicon", f"cannot be looked at: {error}", f"see {path}")
    if "wrong" in found:
        return fail("lexicon", found["wrong"], "fix it, then `kokoroctl reload`")
    return ok("lexicon", f"{found['entries']} entries in {path}")


def _probe(program: str, *arguments: str) -> Any:
    """What it prints, parsed. Raises PartError."""
    try:
        ended = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
        )
    except subprocess.TimeoutExpired:
        raise PartError(f"it hangs: no answer after {_PATIENCE_S:g} s") from None
    said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
    last = said[-1].strip()[:_MAX_SAID] if said else "it said nothing"
    if ended.returncode < 0:
        raise PartError(f"it was ended by signal {-ended.returncode} ({last})")
    try:
        # Libraries may print before it.
        return json.loads(ended.stdout.decode("utf-8", "replace").strip().splitlines()[-1])
    except (ValueError, IndexError):
        raise PartError(last) from None
