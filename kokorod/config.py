# pure: no socket, thread or clock; reads only the file and environment it is given.
"""The configuration: one frozen dataclass; each field has its unit, range and reason.

A value comes from, the first that has it: a flag, `KOKORO_*` in the environment,
config.toml in the home folder, the default. An unknown key in the file is fatal:
a typo must not pass for a default.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kokoro_client.wire import address
from kokoro_client.wire.errors import WireError

from .errors import ConfigError
from .safety import own_files
from .voices.blends import parse as parse_blend
from .voices.names import BUILT_IN, DEFAULT, KNOWN

DEFAULT_TTFA_MS: Final = 300
_WHOLE_TTFA_MS: Final = 500
DEFAULT_MODEL_URL: Final = "https://github.com/thewh1teagle/kokoro-onnx/releases/download"


def _setting(
    default: Any,
    parse: Callable[[Any], Any],
    why: str,
    unit: str = "",
    env: str = "",
    live: bool = True,
) -> Any:
    return field(
        default=default,
        metadata={"parse": parse, "why": why, "unit": unit, "env": env, "live": live},
    )


def _number(low: float, high: float) -> Callable[[Any], float]:
    def parse(value: Any) -> float:
        if isinstance(value, bool):
            raise ValueError(f"must be a number from {low:g} to {high:g}")
        try:
            parsed = float(value)
        except (TypeError, ValueError):
            raise ValueError(f"must be a number from {low:g} to {high:g}") from None
        if not (math.isfinite(parsed) and low <= parsed <= high):
            raise ValueError(f"must be from {low:g} to {high:g}")
        return parsed

    return parse


def _integer(low: int, high: int) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        if isinstance(value, (bool, float)):
            raise ValueError(f"must be a whole number from {low} to {high}")
        try:
            parsed = int(value)
        except (TypeError, ValueError):
            raise ValueError(f"must be a whole number from {low} to {high}") from None
        if not low <= parsed <= high:
            raise ValueError(f"must be from {low} to {high}")
        return parsed

    return parse


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if isinstance(value, str) and value.lower() in known:
        return known[value.lower()]
    raise ValueError("must be true or false")


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a string")
    return value


def _one_of(*allowed: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return str(value)

    return parse


#: Three CPU lanes at most: they share the cores, so that more only adds memory.
CPU_LANES: Final = ("cpu", "cpu-2", "cpu-3")
ACCELERATORS: Final = ("coreml-ane", "coreml-gpu", "cuda")


def _lanes(value: Any) -> str:
    names = value if isinstance(value, list) else str(value).split(",")
    names = [name.strip() if isinstance(name, str) else name for name in names]
    allowed = (*CPU_LANES, *ACCELERATORS)
    if names == ["auto"]:
        return "auto"
    if not names or any(name not in allowed for name in names):
        raise ValueError(f"must be auto, or some of {', '.join(allowed)} with commas between")
    # The CPU's is always there, for what the others fail at.
    return ",".join(dict.fromkeys(["cpu", *names]))


#: Blends that are saved; every listing of voices shows them all.
MAX_BLENDS: Final = 64

#: A configuration has some hundred bytes.
_FILE_BYTES: Final = 1024 * 1024

#: Of a value or of unknown names, in an error.
_SHOWN: Final = 1_000

_BLEND_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def _blends(value: Any) -> tuple[tuple[str, str], ...]:
    """From a table of the file, or `name = blend; name = blend` as one text."""
    if isinstance(value, str):
        pairs = [pair.partition("=") for pair in value.split(";") if pair.strip()]
        named = [(name.strip(), spec.strip()) for name, _, spec in pairs]
    elif isinstance(value, Mapping):
        named = list(value.items())
    else:
        named = list(value) if value == () else [("", value)]
    if len(named) > MAX_BLENDS:
        raise ValueError(f"must be at most {MAX_BLENDS} blends")
    saved: dict[str, str] = {}
    for name, spec in named:
        if not _BLEND_NAME.fullmatch(name) or not isinstance(spec, str):
            raise ValueError('must be names of a-z 0-9 _ - with a blend each: warm = "a:1,b:2"')
        if name in KNOWN or name == BUILT_IN or name in saved:
            raise ValueError(f"must be names of their own; {name} is a voice already")
        try:
            saved[name] = str(parse_blend(spec))
        except ValueError as error:
            raise ValueError(f"must be blends: {name}: {error}") from None
    return tuple(saved.items())


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting of the daemon. `home` and `socket` come from the environment alone."""

    home: Path
    socket: Path

    voice: str = _setting(DEFAULT, _string, "what speaks if a request names no voice")
    blends: tuple[tuple[str, str], ...] = _setting(
        (), _blends, "voices mixed from others, each under its name, e.g. warm = af_heart,am_adam"
    )
    lang: str = _setting("", _string, "language of the text; empty: the voice's own")
    model: str = _setting("", _string, "model of the store; empty: the one chosen by `models use`")
    model_url: str = _setting(
        DEFAULT_MODEL_URL, _string, "where models are pulled from; change it for a mirror"
    )
    ttfa_ms: int = _setting(
        DEFAULT_TTFA_MS,
        _integer(50, 60_000),
        "first sound's budget; longer sounds better; 500 if not set for what is spoken whole",
        unit="ms",
    )
    sentence_pause_ms: int = _setting(
        250, _integer(0, 5_000), "silence between sentences", unit="ms"
    )
    emoji: str = _setting("name", _one_of("name", "drop"), "said by their names, or left out")
    code_blocks: str = _setting(
        "skip",
        _one_of("skip", "announce", "read"),
        "Markdown's code: left out, announced (`Code block in python`) or read",
    )
    thoughts: str = _setting(
        "skip",
        _one_of("skip", "say"),
        "what a model writes between <think> and </think>: left out or said",
    )
    phonemes: str = _setting(
        "kokoro",
        _one_of("kokoro", "espeak"),
        "kokoro: its training dictionary and rules; espeak: exactly what kokoro-onnx says",
        live=False,
    )
    threads: int = _setting(
        0,
        _integer(0, 256),
        "threads of one inference; 0: one for each physical core",
        live=False,
    )
    precision: str = _setting(
        "float",
        _one_of("float", "file"),
        "of an int8 model's operators: float sounds better; file: as they are in the file, "
        "faster only on processors with 8-bit products (VNNI)",
        live=False,
    )
    streaming: bool = _setting(
        True,
        _boolean,
        "sound from inside a sentence, as soon as its front is known; false: sentence by sentence",
        live=False,
    )
    calibrate: bool = _setting(
        True, _boolean, "learn voices' norms when idle; false: use none that is learned", live=False
    )
    calibrate_when_idle: bool = _setting(True, _boolean, "false: learn only what is asked for")
    lanes: str = _setting(
        "auto",
        _lanes,
        "what runs inferences, e.g. cpu,coreml-ane; auto: the CPU, and what proves faster",
        live=False,
    )
    max_clients: int = _setting(
        1_000, _integer(1, 1_000), "connections at once; 64 MB of answers wait for all of them"
    )
    max_requests_per_client: int = _setting(
        32, _integer(1, 10_000), "speak requests one program may have in flight"
    )
    max_requests: int = _setting(256, _integer(1, 100_000), "speak requests in flight in all")
    max_text_chars: int = _setting(
        4_000_000, _integer(1_000, 100_000_000), "text one request may hold; a long book has 3 M"
    )
    phrase_cache_mb: float = _setting(
        8.0, _number(0, 1_024), "PCM of recent short phrases; 8 MB are 3 minutes", unit="MB"
    )
    keep_alive_enabled: bool = _setting(
        True, _boolean, "run a short inference now and then, so that memory stays at hand"
    )
    keep_alive_interval_seconds: float = _setting(
        300.0,
        _number(1, 86_400),
        "between two keep-alives; skipped if a request came in the last 120 s",
        unit="s",
    )
    skip_extended_warming: bool = _setting(
        False, _boolean, "true: warm only the first inference, not the two longer patterns"
    )
    priming_mode: bool = _setting(
        True, _boolean, "keep the weights in memory; false: let the session go when idle"
    )
    mlock_weights: bool = _setting(
        False,
        _boolean,
        "with priming_mode: lock the weights in memory, as far as RLIMIT_MEMLOCK allows",
    )
    idle_unload_s: float = _setting(
        0.0,
        _number(0, 604_800),
        "with priming_mode=false: idle time after which the session goes; 0: never",
        unit="s",
    )
    memory_threshold_mb: int = _setting(
        0, _integer(0, 1_000_000), "memory allowed at rest; 0: by the machine's RAM", unit="MB"
    )
    log_level: str = _setting(
        "info", _one_of("debug", "info", "warning", "error"), "least important event logged"
    )

    def voice_called(self, name: str) -> str:
        """The blend saved under `name`, else `name` itself."""
        return dict(self.blends).get(name, name)

    @property
    def whole_ttfa_ms(self) -> int:
        """What the first sound may take of a voice that is spoken whole. In 300 ms that says
        too little; who set the budget has it kept.
        """
        return _WHOLE_TTFA_MS if self.ttfa_ms == DEFAULT_TTFA_MS else self.ttfa_ms

    @property
    def models_folder(self) -> Path:
        return self.home / "models"

    @property
    def cache_folder(self) -> Path:
        return self.home / "cache"

    @property
    def lexicon_file(self) -> Path:
        return self.home / "lexicon.toml"

    @property
    def logs_folder(self) -> Path:
        return self.home / "logs"


@dataclass(slots=True)
class LiveConfig:
    """The configuration in force: reload puts another one here, for all who hold this."""

    config: Config


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from, for `kokoroctl config`."""

    name: str
    value: Any
    source: str
    why: str
    unit: str


def settings() -> dict[str, dataclasses.Field[Any]]:
    """The fields a user can set, by name."""
    return {f.name: f for f in dataclasses.fields(Config) if "parse" in f.metadata}


def environment_name(name: str) -> str:
    """The variable that sets a field, e.g. KOKORO_TTFA_MS."""
    return settings()[name].metadata["env"] or f"KOKORO_{name.upper()}"


def load(
    environ: Mapping[str, str], flags: Mapping[str, Any] | None = None
) -> tuple[Config, list[Origin]]:
    """The configuration in force and where each value came from.

    Raises ConfigError for an unreadable file, an unknown key or a value not allowed.
    """
    home, socket = _addresses(environ)
    path = home / "config.toml"
    from_file = _read_file(path)
    known = settings()
    if unknown := sorted(from_file.keys() - known.keys()):
        named = ", ".join(unknown)[:_SHOWN]
        raise ConfigError(f"{path}: no setting {named}; the settings are {', '.join(known)}")
    values: dict[str, Any] = {}
    origins = [
        Origin("home", home, _env_source(environ, "KOKORO_HOME"), "config, models, caches", ""),
    ]
    for name, spec in known.items():
        env = environment_name(name)
        if flags and flags.get(name) is not None:
            raw, source = flags[name], "flag"
        elif env in environ:
            raw, source = environ[env], env
        elif name in from_file:
            raw, source = from_file[name], str(path)
        else:
            raw, source = spec.default, "default"
        try:
            values[name] = spec.metadata["parse"](raw)
        except (ValueError, OverflowError) as error:
            shown = repr(raw)[:_SHOWN]  # it may be long
            raise ConfigError(f"{name} is {shown} (from {source}), {error}") from None
        origins.append(
            Origin(name, values[name], source, spec.metadata["why"], spec.metadata["unit"])
        )
    origins.insert(
        1, Origin("socket", socket, _env_source(environ, "KOKORO_SOCKET"), "where clients meet", "")
    )
    return Config(home=home, socket=socket, **values), origins


def _addresses(environ: Mapping[str, str]) -> tuple[Path, Path]:
    """The home folder and the socket."""
    try:
        home, socket = address.home_folder(environ), address.socket_path(environ)
    except WireError as error:
        raise ConfigError(error.message) from None
    if problem := address.socket_path_problem(socket):
        raise ConfigError(problem)
    return home, socket


def _env_source(environ: Mapping[str, str], name: str) -> str:
    return name if environ.get(name) else "default"


def _read_file(path: Path) -> dict[str, Any]:
    try:
        text = own_files.read(path, _FILE_BYTES).decode()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None
    import tomllib  # 15 ms that most need not spend before the socket is there

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError, OverflowError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> ConfigError:
    return ConfigError(f"{path} cannot be read: {error}; fix it or move it away")
